"""`tiny`: four convolutions and a dense layer; 9,580 weights, 190 k multiply-accumulates."""

from __future__ import annotations

from typing import Any

from training.data.augment import Augmentation
from training.recipes.blocks import strided_network
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="tiny",
    summary="10 KB of weights, 2.5 KB of activations",
    epochs=14,
    optimizers=(Optimizer("adam", 1e-2, one_cycle=True),),
    batch_last=True,
    label_smoothing=0.05,
    augmentation=Augmentation(rotation_degrees=10.0, scale=0.1, shear=0.1, shift_pixels=1.5),
    weight_bytes_limit=10 * 1024,
    activation_bytes_limit=6 * 1024,
)


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, *shape] in 0..1 -> probabilities [batch, outputs]."""
    return strided_network("tiny", shape, (12, 20, 20, 16), outputs)
