"""Seeded random inputs for any model: what proves every byte where there are no data.

Every other sample covers the whole range of its type, where sums wrap and outputs saturate. The
ones between are like what a model meets in use: near the zero point, within the calibrated range.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.errors import UnsupportedModelError
from codegen.model.tflite import Model, Tensor

_DTYPES: dict[str, type[np.generic]] = {
    "INT8": np.int8,
    "UINT8": np.uint8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FLOAT32": np.float32,
    "BOOL": np.bool_,
}
# Integers without a scale count or index something; larger ones would leave most tensors.
_COUNTS = 4
# Of the half range: three standard deviations of a usual input lie within what was calibrated.
_USUAL_SHARE = 1 / 3
_ONE_SEED = 7


def numpy_dtype(tensor: Tensor) -> np.dtype[Any]:
    """Of an array that holds the tensor. Raises UnsupportedModelError for strings and the like."""
    dtype = _DTYPES.get(tensor.dtype)
    if dtype is None:
        raise UnsupportedModelError(
            f"tensor {tensor.name!r} is {tensor.dtype}; inputs and outputs are "
            f"{', '.join(sorted(_DTYPES))}"
        )
    return np.dtype(dtype)


def random_inputs(model: Model, count: int, seed: int) -> list[NDArray[Any]]:
    """For each model input an array [count, *its shape] of its dtype; the same for the same seed.

    Raises UnsupportedModelError for an input of a type that no array holds.
    """
    rng = np.random.default_rng(seed)
    return [
        np.stack([_sample(rng, model, tensor, wide=i % 2 == 0) for i in range(count)])
        for tensor in model.inputs
    ]


def random_input(model: Model) -> list[NDArray[Any]]:
    """For each model input an array of its shape, over the whole range; always the same.

    For what hardly depends on the values, such as an op's cost.
    """
    return [values[0] for values in random_inputs(model, 1, _ONE_SEED)]


def _sample(rng: np.random.Generator, model: Model, tensor: Tensor, wide: bool) -> NDArray[Any]:
    dtype = numpy_dtype(tensor)
    if dtype == np.bool_:
        return rng.integers(0, 2, tensor.shape).astype(np.bool_)
    if dtype == np.float32:
        low, high = _float_range(model, tensor)
        if wide:
            return rng.uniform(low, high, tensor.shape).astype(np.float32)
        middle, half = (low + high) / 2, (high - low) / 2
        return rng.normal(middle, half * _USUAL_SHARE, tensor.shape).astype(np.float32)
    if not tensor.scales:
        return rng.integers(0, _COUNTS, tensor.shape).astype(dtype)
    limits = np.iinfo(dtype)
    if wide:
        return rng.integers(limits.min, limits.max, tensor.shape, dtype, endpoint=True)
    spread = (limits.max - limits.min) / 2 * _USUAL_SHARE
    values = rng.normal(tensor.zero_points[0], spread, tensor.shape)
    return np.clip(np.round(values), limits.min, limits.max).astype(dtype)


def _float_range(model: Model, tensor: Tensor) -> tuple[float, float]:
    """What the QUANTIZE that reads a float input can tell apart; -1 to 1 without one."""
    for op in model.ops:
        if op.name == "QUANTIZE" and op.inputs[0] == tensor.index:
            made = model.tensors[op.outputs[0]]
            limits = np.iinfo(numpy_dtype(made))
            scale, zero_point = made.scales[0], made.zero_points[0]
            return (limits.min - zero_point) * scale, (limits.max - zero_point) * scale
    return -1.0, 1.0
