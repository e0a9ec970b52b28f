"""`nano`: `tiny` for boards with 8 KB of RAM. 4 KB of constants, 2.5 KB of arena.

The first convolution's output and the image are alive at once and decide the arena, so that one
has 6 channels only.
"""

from __future__ import annotations

from typing import Any

from training.data.augment import Augmentation
from training.recipes.blocks import strided_network
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="nano",
    summary="4 KB of weights, 2.5 KB of arena",
    epochs=14,
    optimizers=(Optimizer("adam", 1e-2, one_cycle=True),),
    batch_last=True,
    augmentation=Augmentation(rotation_degrees=7.0, scale=0.07, shear=0.07, shift_pixels=1.0),
    weight_bytes_limit=4 * 1024,
    activation_bytes_limit=2 * 1024,
)


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, *shape] in 0..1 -> probabilities [batch, outputs]."""
    return strided_network("nano", shape, (6, 12, 12, 12), outputs)
