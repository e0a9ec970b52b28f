"""Test images made worse by stated amounts: shift, noise, blur, contrast.

The same images at the same level are changed the same way each time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from codegen.model.pixels import PIXEL_MAX

_SEED = 1


@dataclass(frozen=True)
class Corruption:
    """`apply(images uint8 [N, H, W], level) -> uint8 [N, H, W]`; `unit` says what a level is."""

    name: str
    unit: str
    levels: tuple[float, ...]
    apply: Callable[[np.ndarray, float], np.ndarray]


def shift(images: np.ndarray, pixels: float) -> np.ndarray:
    """Each image moved up, down, left or right by whole `pixels`; what comes in is 0."""
    step = int(pixels)
    height, width = images.shape[1:]
    margin = np.pad(images, ((0, 0), (step, step), (step, step)))
    ways = np.array([(0, step), (2 * step, step), (step, 0), (step, 2 * step)])
    chosen = ways[np.random.default_rng(_SEED).integers(4, size=len(images))]
    return np.stack(
        [
            image[top : top + height, left : left + width]
            for image, (top, left) in zip(margin, chosen, strict=True)
        ]
    )


def noise(images: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian noise of standard deviation `sigma`, in grey levels, on each pixel."""
    drawn = np.random.default_rng(_SEED).standard_normal(images.shape, np.float32)
    return _pixels(images + np.float32(sigma) * drawn)


def blur(images: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of standard deviation `sigma` pixels; beyond the image is 0."""
    reach = math.ceil(3 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    blurred = images.astype(np.float32)
    for axis in (1, 2):
        pads = [(reach, reach) if axis == other else (0, 0) for other in range(3)]
        padded = np.moveaxis(np.pad(blurred, pads), axis, 0)
        size = images.shape[axis]
        summed = sum(weight * padded[start : start + size] for start, weight in enumerate(weights))
        blurred = np.moveaxis(np.asarray(summed), 0, axis)
    return _pixels(blurred)


def contrast(images: np.ndarray, factor: float) -> np.ndarray:
    """Distance from each image's mean times `factor` (Hendrycks and Dietterich, Benchmarking
    Neural Network Robustness to Common Corruptions, 2019).
    """
    mean = images.mean(axis=(1, 2), keepdims=True, dtype=np.float32)
    return _pixels(mean + (images - mean) * np.float32(factor))


CORRUPTIONS = (
    Corruption("shift", "pixels", (1, 2, 3, 4), shift),
    Corruption("noise", "grey levels (sigma)", (16, 32, 64, 96), noise),
    Corruption("blur", "pixels (sigma)", (0.5, 1, 1.5, 2), blur),
    Corruption("contrast", "of the contrast", (0.75, 0.5, 0.25, 0.1), contrast),
)


def _pixels(values: np.ndarray) -> np.ndarray:
    rounded: np.ndarray = np.clip(np.rint(values), 0, PIXEL_MAX).astype(np.uint8)
    return rounded
