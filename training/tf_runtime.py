"""TensorFlow, imported quietly and set up to repeat itself."""

from __future__ import annotations

import contextlib
import logging
import os
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from codegen.errors import MissingToolError
from codegen.model.pixels import PIXEL_MAX

_captured = False


def output_is_captured() -> None:
    """For a process whose output somebody else reads: nothing is kept off it, so that the last
    words before a crash are heard."""
    global _captured
    _captured = True


def load_tensorflow(seed: int | None = None) -> ModuleType:
    """Import TensorFlow without its start-up noise; with `seed`, make what follows repeatable.

    Repeatable: the same inputs on the same machine give the same weights. Another processor or
    another number of cores may sum in another order.
    """
    # C++ reads these once, so they must stand before the import.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    try:
        with quiet_output():
            import tensorflow as tf
    except ImportError as error:
        raise MissingToolError(f"TensorFlow cannot be imported ({error}); run ./invokew") from None
    tf.get_logger().setLevel(logging.ERROR)
    if seed is not None:
        tf.keras.backend.clear_session()
        tf.keras.utils.set_random_seed(seed)
        _draw_alone(seed)
        tf.config.experimental.enable_op_determinism()
    return tf


def network_input(examples: Any) -> Any:
    """What a network is given of a batch: float32, bytes of pixels as 0..1."""
    import tensorflow as tf

    inputs = tf.cast(examples, tf.float32)
    return inputs / PIXEL_MAX if examples.dtype == tf.uint8 else inputs


def _draw_alone(seed: int) -> None:
    """Keras draws its initializers' seeds from Python's shared random numbers. In a campaign's
    worker other threads draw from them, too, so it gets some of its own, which begin alike."""
    from keras.src.random import seed_generator

    seed_generator.python_random = random.Random(seed)


@contextlib.contextmanager
def quiet_output() -> Iterator[None]:
    """Keep what C++ and Python write to stdout and stderr off the terminal.

    TensorFlow and its converter chat on both, past any of their own settings. An error is raised
    as usual; its message says enough.
    """
    if _captured:
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    with Path(os.devnull).open("w") as sink, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
        try:
            with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
                yield
        finally:
            for number, original in zip((1, 2), saved, strict=True):
                os.dup2(original, number)
                os.close(original)
