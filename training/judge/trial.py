"""A design tried: its costs before any training, then what it reaches on held-out samples.

In this process, whose TensorFlow is imported once for many trials. The test split is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, TRAIN_SPLIT
from codegen.model.lean import lean
from codegen.model.tflite import Model
from codegen.samples.measures import ACCURACY
from training.data.examples import load, trainable
from training.errors import DataError
from training.fit.train import held_out_rows, train
from training.int8.calibration import calibration_arrays
from training.int8.quantize import convert, load_float_model
from training.judge.evaluate import int8_measures
from training.recipes import get_recipe
from training.tf_runtime import load_tensorflow

_SEED, _NOISE = 1, 4


def untrained(recipe: Path, build_dir: Path) -> bytes:
    """The network with random weights as int8: what it will cost, and no more. Raises RecipeError,
    DataError, ConversionError."""
    chosen = get_recipe(str(recipe))
    examples = trainable(load(build_dir, TRAIN_SPLIT))
    chosen.check(examples.info)
    load_tensorflow(_SEED)
    network = chosen.build_model(examples.shape, examples.output_count)
    rng = np.random.default_rng(_SEED)
    # Biases start as zeros, and equal ones would be kept once.
    network.set_weights([one + 0.01 * rng.random(one.shape) for one in network.get_weights()])
    noise = rng.random((_NOISE, *examples.shape), np.float32)
    return lean(convert(network, noise))


def train_and_quantize(
    recipe: Path,
    build_dir: Path,
    seed: int,
    go_on: Callable[[Sequence[Mapping[str, float]]], bool],
) -> tuple[bytes, float]:
    """model.tflite as the stages make it of the same recipe, data and seed, and the accuracy that
    the oracle gives it on the samples that were held out.

    Raises GivenUpError (go_on, as of fit.train), DivergedError, DataError, ConversionError,
    codegen.errors.CodegenError.
    """
    chosen = get_recipe(str(recipe))
    assert chosen.calibration is not None
    train(str(recipe), build_dir, seed, go_on=go_on)
    (samples,) = calibration_arrays(build_dir, chosen.calibration, say=lambda _: None)
    content = lean(convert(load_float_model(build_dir / FLOAT_MODEL), samples))
    everything = trainable(load(build_dir, TRAIN_SPLIT))
    _, held_out = held_out_rows(everything, chosen.held_out_fraction, seed)
    measured = int8_measures(Model.parse(content), everything.take(held_out).split)
    return content, measured.values[ACCURACY]


def require_classes(build_dir: Path) -> None:
    """Raises DataError for data that a design does not take."""
    info = load(build_dir, TRAIN_SPLIT).info
    if info.kind != "image" or info.task != "classify":
        raise DataError(
            f"search takes images and classes, these are {info}, task {info.task}; choose another "
            "--data"
        )
