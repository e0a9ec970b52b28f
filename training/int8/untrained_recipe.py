"""The network of a recipe before its training, as int8: what it will cost, and no more."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, TRAIN_SPLIT
from training.data.examples import load, trainable
from training.int8.untrained import convert_untrained
from training.recipes import get_recipe
from training.tf_runtime import load_tensorflow

_SEED = 1


def convert_recipe(recipe: str, build_dir: Path) -> bytes:
    """The .tflite of `recipe` for the build folder's data, with random weights. Nothing is written
    to that folder.

    Raises RecipeError, DataError (data that the recipe does not take), ArtifactError,
    ConversionError.
    """
    chosen = get_recipe(recipe)
    examples = trainable(load(build_dir, TRAIN_SPLIT))
    chosen.check(examples.info)
    load_tensorflow(_SEED)
    network = chosen.build_model(examples.shape, examples.output_count, examples.info.task)
    rng = np.random.default_rng(_SEED)
    # Biases start as zeros, and equal ones would be kept once.
    network.set_weights([one + 0.01 * rng.random(one.shape) for one in network.get_weights()])
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / FLOAT_MODEL
        network.save(path)
        return convert_untrained(path)
