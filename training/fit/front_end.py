"""The front end that a recipe puts before its network, as frontend.json."""

from __future__ import annotations

from pathlib import Path

from codegen.files.artifacts import FRONTEND, TRAIN_SPLIT
from codegen.frontend import parameters
from training.data.examples import load, trainable
from training.recipes import get_recipe


def prepare(recipe: str, build_dir: Path) -> None:
    """Write frontend.json for the training data; a recipe without a front end leaves none.

    Raises RecipeError, DataError (data that the recipe does not take), CodegenError.
    """
    (build_dir / FRONTEND).unlink(missing_ok=True)
    chosen = get_recipe(recipe)
    examples = trainable(load(build_dir, TRAIN_SPLIT))
    chosen.check(examples.info)
    made = chosen.front_end(examples.split)
    if made is not None:
        parameters.save(made, build_dir)
