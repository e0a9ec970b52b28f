"""Golden vectors for a model of any inputs and outputs: seeds, and a CRC-32 of what comes out.

The device makes the inputs itself (firmware/src/self_test.cc), so a vector takes 8 B of flash
however large they are. The numbers are those of a linear congruential generator, the upper 8 bits
of each state (Press and others, Numerical Recipes, "An Even Quicker Generator").
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.host.oracle_child import answers
from codegen.host.random_inputs import numpy_dtype
from codegen.model.int8_checks import is_plain
from codegen.model.tflite import Model, Tensor

_SEEDS = (1, 2, 3)
_MULTIPLIER, _INCREMENT = 1664525, 1013904223
_FLOAT_STEPS = 64  # of a float input in 1: it is -2 to 2
_COUNTS = 4  # of integers without a scale, which count or index something


@dataclass(frozen=True)
class SeededVector:
    """crc: zlib's, of the outputs' bytes one after the other, as the oracle gives them."""

    seed: int
    crc: int


def make_seeded_vectors(model: Model) -> list[SeededVector]:
    """None for a plain model, which has golden vectors of samples. Raises as `answers` does."""
    if is_plain(model):
        return []
    rows = [seeded_inputs(model, seed) for seed in _SEEDS]
    inputs = [np.stack(column) for column in zip(*rows, strict=True)]
    outputs = answers(model, inputs, resets=range(len(_SEEDS)))  # each from the start
    return [
        SeededVector(seed, zlib.crc32(b"".join(one[index].tobytes() for one in outputs)))
        for index, seed in enumerate(_SEEDS)
    ]


def seeded_inputs(model: Model, seed: int) -> list[NDArray[Any]]:
    """For each model input an array of its shape and type."""
    counts = [_draws_of(tensor) for tensor in model.inputs]
    parts = np.split(draws(seed, sum(counts)), np.cumsum(counts)[:-1])
    return [_values(drawn, tensor) for drawn, tensor in zip(parts, model.inputs, strict=True)]


def draws(state: int, count: int) -> NDArray[np.uint8]:
    """`count` numbers, 0..255. state: the seed."""
    states = np.empty(max(count, 1), np.uint32)
    states[0] = (state * _MULTIPLIER + _INCREMENT) % 2**32
    # What leads `known` states further: those that are known give as many more at once.
    known, multiplier, increment = 1, _MULTIPLIER, _INCREMENT
    while known < count:
        more = min(known, count - known)
        states[known : known + more] = states[:more] * np.uint32(multiplier) + np.uint32(increment)
        increment = (multiplier * increment + increment) % 2**32
        multiplier = multiplier**2 % 2**32
        known += more
    return (states[:count] >> 24).astype(np.uint8)


def _draws_of(tensor: Tensor) -> int:
    """How many numbers a tensor's values are made of."""
    bytes_each = 2 if numpy_dtype(tensor) == np.int16 and tensor.scales else 1
    return math.prod(tensor.shape) * bytes_each


def _values(drawn: NDArray[np.uint8], tensor: Tensor) -> NDArray[Any]:
    dtype = numpy_dtype(tensor)
    if dtype == np.float32:
        values: NDArray[Any] = drawn.view(np.int8).astype(np.float32) / _FLOAT_STEPS
    elif dtype == np.bool_:
        values = drawn % 2 == 1
    elif tensor.scales and dtype.itemsize <= 2:
        values = drawn.view(dtype)
    else:
        values = (drawn % _COUNTS).astype(dtype)
    return values.reshape(tensor.shape)
