"""In: nothing. Out: the recipes, each a network and how to train it, one module each.

A recipe module defines `RECIPE` and `build_model(shape, outputs) -> keras.Model`: input float32
[batch, *shape], pixels as 0..1. One for classes has a layer named "logits" and a softmax over them
as output. `front_end(split)` states what stands before the network, for training data of that kind.
`augment(batch, generator)` changes the examples of an epoch in a way of the recipe's own. It
imports Keras inside its functions, so that listing the recipes imports nothing heavy. A recipe that
is a file of numbers has its network from `design`.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from training.errors import RecipeError
from training.recipes import design
from training.recipes.recipe import Recipe


def _recipes() -> dict[str, Recipe]:
    """Of every module of this room that has one."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [module.RECIPE for module in modules if hasattr(module, "RECIPE")]
    return {recipe.name: recipe for recipe in found}


RECIPES = _recipes()

__all__ = ["RECIPES", "Recipe", "get_recipe"]


def get_recipe(name: str) -> Recipe:
    """The recipe called `name`, or in the file FILE.json; or a RecipeError that lists all."""
    if name.endswith(design.SUFFIX):
        return design.read(Path(name))
    try:
        return RECIPES[name]
    except KeyError:
        known = ", ".join(sorted(RECIPES))
        raise RecipeError(f"unknown recipe {name!r}; known recipes: {known}") from None
