"""The recipes: a network and how to train it. One module each; listing them imports nothing heavy.

A recipe module defines `build_model() -> keras.Model`: input float32 [batch, 28, 28, 1] in 0..1,
a layer named "logits", and a softmax over the classes as output. It imports Keras inside that
function.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from training.augment import Augmentation
from training.errors import RecipeError


@dataclass(frozen=True)
class Recipe:
    """How one network is trained.

    `steps_at_least`: a small data set is repeated for more epochs until so many steps are made.
    `peak_learning_rate`: of Adam, reached after a tenth of the steps; falls to 0 by a cosine.
    `weight_bytes_limit`, `activation_bytes_limit`: what the int8 model may need.
    """

    name: str
    summary: str
    epochs: int
    batch_size: int
    steps_at_least: int
    peak_learning_rate: float
    label_smoothing: float
    augmentation: Augmentation
    weight_bytes_limit: int
    activation_bytes_limit: int

    def build_model(self) -> Any:
        """The untrained keras.Model; needs TensorFlow."""
        return importlib.import_module(f"training.recipes.{self.name}").build_model()

    def epochs_for(self, train_count: int) -> int:
        steps_per_epoch = max(1, train_count // self.batch_size)
        return max(self.epochs, -(-self.steps_at_least // steps_per_epoch))


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="tiny",
            summary="10 KB of weights, 2.5 KB of activations",
            epochs=14,
            batch_size=128,
            steps_at_least=2500,
            peak_learning_rate=1e-2,
            label_smoothing=0.05,
            augmentation=Augmentation(
                rotation_degrees=10.0, scale=0.1, shear=0.1, shift_pixels=1.5
            ),
            weight_bytes_limit=12 * 1024,
            activation_bytes_limit=6 * 1024,
        ),
    )
}


def get_recipe(name: str) -> Recipe:
    """The recipe called `name`, or a RecipeError that lists all."""
    try:
        return RECIPES[name]
    except KeyError:
        known = ", ".join(sorted(RECIPES))
        raise RecipeError(f"unknown recipe {name!r}; known recipes: {known}") from None
