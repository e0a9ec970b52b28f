"""What generators draw from: extents by rule, quantization with its extremes, inputs, weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

_EXTENTS = (1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65)
ACTIVATIONS = (
    schema.ActivationFunctionType.NONE,
    schema.ActivationFunctionType.RELU,
    schema.ActivationFunctionType.RELU6,
    schema.ActivationFunctionType.RELU_N1_TO_1,
)


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with `probability`."""
    return bool(rng.random() < probability)


def extent(rng: np.random.Generator, limit: int) -> int:
    """An extent in [1, limit]: below, equal to, a multiple of or above a tile of 2, 4, 8 or 16."""
    return int(rng.choice([e for e in _EXTENTS if e <= limit]))


def scale(rng: np.random.Generator, low: float = 1e-3, high: float = 0.5) -> float:
    """A log-uniform scale; now and then a power of two, where roundings tie."""
    if chance(rng, 0.15):
        return float(2.0 ** -rng.integers(1, 9))
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def zero_point(rng: np.random.Generator) -> int:
    """An int8 zero point, often an extreme one."""
    if chance(rng, 0.5):
        return int(rng.choice([-128, 127, 0, -1]))
    return int(rng.integers(-128, 128))


def int8_values(rng: np.random.Generator, shape: Sequence[int]) -> NDArray[np.int8]:
    """Activations: mostly the whole range, sometimes one extreme, or little but extremes."""
    kind = rng.random()
    if kind < 0.05:
        return np.full(shape, rng.choice([-128, 127]), np.int8)
    if kind < 0.2:
        return rng.choice(np.array([-128, -127, -1, 0, 1, 126, 127], np.int8), tuple(shape))
    return rng.integers(-128, 128, tuple(shape), dtype=np.int8)


def weights(rng: np.random.Generator, shape: Sequence[int]) -> NDArray[np.int8]:
    """Weights: symmetric as a converter makes them; sometimes -128 too, or little but extremes."""
    kind = rng.random()
    if kind < 0.1:
        return rng.choice(np.array([-128, -127, 127], np.int8), tuple(shape))
    low = -128 if kind < 0.2 else -127
    return rng.integers(low, 128, tuple(shape), dtype=np.int8)


def weight_scales(rng: np.random.Generator, channels: int) -> list[float]:
    """One scale for all (1 in 4), or one a channel, a channel being tiny now and then."""
    base = scale(rng, 1e-3, 0.05)
    if chance(rng, 0.25):
        return [base]
    scales = base * np.exp(rng.uniform(-2, 2, channels))
    scales[rng.random(channels) < 0.05] *= 1e-4
    return [float(s) for s in scales]


def output_scale(
    rng: np.random.Generator, in_scale: float, filter_scales: Sequence[float], terms: int
) -> float:
    """A scale that spreads a sum of `terms` products over int8; sometimes far off."""
    spread = in_scale * float(np.median(filter_scales)) * 74 * 73 * np.sqrt(terms) / 60
    off = rng.uniform(-6, 9) if chance(rng, 0.1) else rng.uniform(-1, 1)
    return float(spread * np.exp(off))


def bias_values(rng: np.random.Generator, channels: int, terms: int) -> NDArray[np.int32]:
    """int32 biases of the size of the sums they are added to; now and then up to all that fits."""
    reach = int(74 * 73 * np.sqrt(terms)) + 1
    biases = rng.integers(-reach, reach + 1, channels)
    if chance(rng, 0.1):
        most = 2**31 - 1 - 255 * 128 * terms  # beyond it, a sum might not fit
        huge = rng.random(channels) < 0.3
        biases[huge] = rng.integers(-most, most + 1, int(huge.sum()))
    return biases.astype(np.int32)


def shape_text(shape: Sequence[int]) -> str:
    """[1, 7, 5, 3] -> "1x7x5x3"."""
    return "x".join(map(str, shape)) or "scalar"


def activation_name(activation: Any) -> str:
    return {v: k for k, v in vars(schema.ActivationFunctionType).items() if isinstance(v, int)}[
        activation
    ]
