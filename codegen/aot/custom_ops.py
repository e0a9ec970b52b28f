"""Custom ops in generated code: each a constant description for lib/tflm's custom_call.h."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from codegen.aot.layout import Spot
from codegen.aot.recording import Constant, CustomOp
from codegen.files.cpp_text import float_literal
from codegen.model.tflite import Model, Op, Tensor

HEADERS = ("custom_ops.h", "tensorflow/lite/micro/kernels/custom_call.h")

TFLITE_TYPES = {
    **{"BOOL": "kTfLiteBool", "FLOAT32": "kTfLiteFloat32", "UINT8": "kTfLiteUInt8"},
    **{"INT8": "kTfLiteInt8", "INT16": "kTfLiteInt16", "INT32": "kTfLiteInt32"},
    **{"INT64": "kTfLiteInt64", "FLOAT16": "kTfLiteFloat16"},
    **{"UINT32": "kTfLiteUInt32", "UINT64": "kTfLiteUInt64"},
}
"""Enumerators of TfLiteType by the schema's TensorType."""


def describe(
    model: Model,
    custom: CustomOp,
    has_scratch: bool,
    offset_of: Callable[[Spot], str],
    array_of: Callable[[Constant, str, str], str],
) -> dict[str, Any]:
    """What the template lays out of one op.

    offset_of: the name of a spot's offset. array_of: the name of a constant's array, of which it
    gets the owner and the role.
    """
    op = model.ops[custom.op]
    owner = f"Op{op.index}"
    named = [i for i in dict.fromkeys((*op.inputs, *op.outputs)) if i >= 0]
    tensors = []
    for index in named:
        tensor = model.tensors[index]
        tensors.append(
            {
                "index": index,
                "dims": _int_array(tensor.shape),
                "constant": array_of(Constant(tensor.data, "int8_t"), owner, f"tensor{index}")
                if tensor.data is not None
                else "nullptr",
                "offset": "0" if tensor.data is not None else offset_of(Spot("tensor", index)),
                "bytes": tensor.nbytes,
                "type": TFLITE_TYPES[tensor.dtype],
                **_quantization(tensor),
            }
        )
    return {
        "index": op.index,
        "function": custom.function,
        "inputs": _int_array(op.inputs),
        "outputs": _int_array(op.outputs),
        "tensors": tensors,
        "options": array_of(Constant(custom.options, "int8_t"), owner, "options")
        if custom.options
        else "nullptr",
        "options_bytes": len(custom.options),
        "scratch": offset_of(Spot("scratch", op.index)) if has_scratch else "0",
        "persistent": offset_of(Spot("persistent", op.index)),
        "persistent_bytes": custom.persistent_bytes,
    }


def call(op: Op) -> dict[str, Any]:
    """The op's call, as the template has them."""
    return {
        "depth": 0,
        "flow": (),
        "condition": None,
        "function": "tflm::InvokeCustom",
        "fails": True,
        "rows": [f"kOp{op.index}Custom, arena, &g_op{op.index}"],
    }


def _int_array(values: tuple[int, ...]) -> str:
    return ", ".join(map(str, (len(values), *values)))


def _quantization(tensor: Tensor) -> dict[str, Any]:
    fits = len(tensor.scales) < 2 or not any(tensor.zero_points)  # as the interpreter has it
    return {
        "scale": float_literal(tensor.scales[0] if tensor.scales else 0.0),
        "zero_point": tensor.zero_points[0] if tensor.zero_points else 0,
        "scales": [float_literal(scale) for scale in tensor.scales] if fits else [],
        "zero_points": _int_array(tensor.zero_points),
        "axis": tensor.axis,
    }
