"""Random affine changes of training digits, cheap enough to be made anew each epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Augmentation:
    """Largest change in either direction; each digit draws its own, uniformly.

    `scale` and `shear` are fractions, `shift_pixels` applies to both axes.
    """

    rotation_degrees: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    shift_pixels: float = 0.0

    def transforms(
        self, generator: np.random.Generator, count: int, height: int, width: int
    ) -> np.ndarray:
        """Rows (a0 a1 a2 b0 b1 b2 0 0), float32 [count, 8], that map output (x, y) to input.

        The centre of the image moves by the shift only.
        """
        angle = np.radians(self.rotation_degrees) * generator.uniform(-1, 1, count)
        scale_x, scale_y = 1 + self.scale * generator.uniform(-1, 1, (2, count))
        shear = self.shear * generator.uniform(-1, 1, count)
        shift_x, shift_y = self.shift_pixels * generator.uniform(-1, 1, (2, count))
        cos, sin = np.cos(angle), np.sin(angle)
        # rotation times shear times scale
        a0, a1 = cos * scale_x, (cos * shear - sin) * scale_y
        b0, b1 = sin * scale_x, (sin * shear + cos) * scale_y
        x, y = (width - 1) / 2, (height - 1) / 2
        a2 = x + shift_x - (a0 + a1 * (y / x)) * x
        b2 = y + shift_y - (b0 * (x / y) + b1) * y
        zero = np.zeros(count)
        return np.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1).astype(np.float32)


def warp(images: np.ndarray, transforms: np.ndarray) -> Any:
    """Bilinear resampling of uint8 [N, H, W, C]; what comes from outside the image is 0."""
    import tensorflow as tf

    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=images.shape[1:3],
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
        fill_value=0.0,
    )
