"""From a sample as the user has it to the input tensor of a model.

It is the real number (real.py), quantized as the model states; where a sample has the tensor's very
type and is no picture, it goes as it is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError
from codegen.host.random_inputs import numpy_dtype
from codegen.model.pixels import UNIT, pixel_range, pixel_table
from codegen.model.tflite import Model, Tensor
from codegen.samples.facts import DataInfo
from codegen.samples.real import real_values
from codegen.samples.split import Split


def require_fitting(model: Model, shape: tuple[int, ...]) -> Tensor:
    """The input that takes samples of this shape. Raises CodegenError."""
    if len(model.inputs) != 1:
        shapes = ", ".join(f"{one.name!r} {list(one.shape)}" for one in model.inputs)
        raise CodegenError(
            f"the model has {len(model.inputs)} inputs ({shapes}), --data has one array of "
            "samples; leave --data out, then random inputs are sent"
        )
    tensor = model.inputs[0]
    taken = tensor.shape[1:]
    if math.prod(shape) == math.prod(tensor.shape):
        if _is_turned(shape, taken):
            raise CodegenError(
                f"samples of {_sizes(shape)} for a model that takes {_sizes(taken)}: the axes are "
                "in another order; turn the samples with np.moveaxis, or convert the model with "
                "channels last"
            )
        return tensor
    batch = f" (a batch of {tensor.shape[0]})" if tensor.shape[:1] > (1,) else ""
    raise CodegenError(
        f"samples of {_sizes(shape)} are {math.prod(shape):,} values, the model's input "
        f"{list(tensor.shape)}{batch} takes {math.prod(tensor.shape):,}; give --data with samples "
        f"of {_sizes(taken)}"
    )


def model_input(model: Model, split: Split) -> NDArray[Any]:
    """Samples [N, *info.shape] -> [N, *shape of the model's only input], of its type.

    Raises CodegenError for samples that the model does not take.
    """
    tensor = require_fitting(model, split.input_shape)
    return tensor_values(tensor, split)


def tensor_values(tensor: Tensor, split: Split) -> NDArray[Any]:
    """Samples of as many values as the tensor has -> [N, *its shape], of its type.

    Raises CodegenError for values that it has no number for.
    """
    return _input_values(tensor, split).reshape(len(split), *tensor.shape)


def _input_values(tensor: Tensor, split: Split) -> NDArray[Any]:
    dtype = numpy_dtype(tensor)
    if split.front_end is not None:
        if dtype != np.int8 or len(tensor.scales) != 1:
            raise CodegenError(
                f"a front end gives int8, the model's input {tensor.name!r} is {tensor.dtype}; "
                "convert the model with inference_input_type = int8"
            )
        from codegen.frontend import host  # here, for it compiles

        values = split.values_for_front_end()
        return host.model_inputs(split.front_end, values, tensor.scale, tensor.zero_point)
    if split.info.kind == "image" and len(tensor.scales) == 1:
        return pixel_table(tensor.scale, tensor.zero_point, dtype)[np.asarray(split.values)]
    if split.info.kind == "image" and dtype == np.uint8:
        return np.asarray(split.values)
    if split.info.kind != "image" and split.values.dtype == dtype:
        return np.asarray(split.values)
    if dtype.kind == "f":
        return real_values(split)
    if not tensor.scales:
        return _as_whole_numbers(np.asarray(split.values), tensor, dtype)
    return quantize(real_values(split), tensor)


def quantize(real: NDArray[np.float32], tensor: Tensor) -> NDArray[Any]:
    """Real numbers in the steps of a tensor: half away from zero, as TFLM's QUANTIZE rounds."""
    limits = np.iinfo(numpy_dtype(tensor))
    steps = real.astype(np.float64) / float(np.float32(tensor.scale))
    rounded = np.sign(steps) * np.floor(np.abs(steps) + 0.5) + tensor.zero_point
    return np.clip(rounded, limits.min, limits.max).astype(limits.dtype)


def dequantize(values: NDArray[Any], tensor: Tensor) -> NDArray[np.float32]:
    """What a tensor's values stand for; themselves where it has no scale."""
    if len(tensor.scales) != 1:
        return values.astype(np.float32)
    return (values.astype(np.float32) - tensor.zero_point) * np.float32(tensor.scale)


def pixels_of(model: Model, info: DataInfo) -> tuple[float, float]:
    """What pixel values 0 and 255 stand for in this model."""
    tensor = model.inputs[0]
    if info.kind != "image" or len(tensor.scales) != 1:
        return UNIT
    return pixel_range(tensor.scale, tensor.zero_point, numpy_dtype(tensor))


def _as_whole_numbers(values: NDArray[Any], tensor: Tensor, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Of an input without a scale. Raises CodegenError for values that it has no number for."""
    lowest, highest = (0, 1)
    if dtype != np.bool_:
        lowest, highest = np.iinfo(dtype).min, np.iinfo(dtype).max
    whole = values.dtype.kind in "iub" or bool((values == np.floor(values)).all())
    if not whole or values.min() < lowest or values.max() > highest:
        raise CodegenError(
            f"the model's input {tensor.name!r} is {tensor.dtype} without a scale and takes whole "
            f"numbers {lowest} to {highest}; the samples are {values.min():.6g} to "
            f"{values.max():.6g}"
        )
    return values.astype(dtype)


def _is_turned(given: tuple[int, ...], taken: tuple[int, ...]) -> bool:
    """Whether the same axes stand in another order."""
    one, other = ([extent for extent in shape if extent != 1] for shape in (given, taken))
    return one != other and sorted(one) == sorted(other)


def _sizes(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "one value"
