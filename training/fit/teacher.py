"""Targets that a larger network softens: it is trained once for a design and data, and kept."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from codegen import lock
from codegen.files.artifacts import FLOAT_MODEL, TRAIN_SPLIT
from codegen.files.places import BUILD
from training import artifacts
from training.recipes.design import Design, Teacher, teacher_of
from training.tf_runtime import network_input

_SEED = 1
_KEPT = BUILD / "teachers"

Batch = tuple[Any, np.ndarray]


def trained(design: Design, build_dir: Path, train: Callable[..., None]) -> Path:
    """The float.keras of the design's teacher for the folder's data; `train` as of fit.train."""
    own = teacher_of(design)
    data = artifacts.sha256_file(build_dir / TRAIN_SPLIT)
    key = hashlib.sha256(f"{sorted(asdict(own).items())} {data}".encode()).hexdigest()[:16]
    kept = _KEPT / f"{key}.keras"
    _KEPT.mkdir(parents=True, exist_ok=True)
    with lock.held(_KEPT / f"{key}.lock"):  # another worker may be at it
        if not kept.is_file():
            with tempfile.TemporaryDirectory(dir=_KEPT) as name:
                folder = Path(name)
                for file in build_dir.iterdir():
                    if file.is_file() and file.name.startswith(("train", "data")):
                        shutil.copy2(file, folder / file.name)
                recipe = folder / "teacher.json"
                recipe.write_text(own.as_json())
                train(str(recipe), folder, seed=_SEED)
                (folder / FLOAT_MODEL).replace(kept)
    return kept


def softened(
    batches: Iterator[Batch], teacher: Teacher, path: Path, outputs: int
) -> Iterator[Batch]:
    """The same batches; a target is float32 [batch, outputs], a share of it the teacher's."""
    import keras
    import tensorflow as tf

    model = keras.models.load_model(path, compile=False)
    logits = keras.Model(model.input, model.get_layer("logits").output)

    @tf.function
    def answers(examples: Any) -> Any:
        return tf.nn.softmax(logits(network_input(examples), training=False) / teacher.temperature)

    for examples, labels in batches:
        hard = np.eye(outputs, dtype=np.float32)[labels]
        soft = answers(tf.convert_to_tensor(examples)).numpy()
        yield examples, teacher.share * soft + (1 - teacher.share) * hard
