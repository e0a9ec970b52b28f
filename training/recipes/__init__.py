"""The recipes: a network and how to train it. One module each; listing them imports nothing heavy.

A recipe module defines `RECIPE` and `build_model(class_count) -> keras.Model`: input float32
[batch, 28, 28, 1] in 0..1, a layer named "logits", and a softmax over the classes as output. It
imports Keras inside that function.
"""

from __future__ import annotations

from training.errors import RecipeError
from training.recipes import book, fashion, idx, nano, pico, tiny
from training.recipes.recipe import Recipe

RECIPES: dict[str, Recipe] = {
    module.RECIPE.name: module.RECIPE for module in (book, fashion, idx, nano, pico, tiny)
}

__all__ = ["RECIPES", "Recipe", "get_recipe"]


def get_recipe(name: str) -> Recipe:
    """The recipe called `name`, or a RecipeError that lists all."""
    try:
        return RECIPES[name]
    except KeyError:
        known = ", ".join(sorted(RECIPES))
        raise RecipeError(f"unknown recipe {name!r}; known recipes: {known}") from None
