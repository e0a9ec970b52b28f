"""The values of the C API's templates: arenas, inputs, outputs, labels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from codegen.boards.facts import ISAS
from codegen.export.request import Request
from codegen.files.cpp_text import float_literal
from codegen.model.tflite import Model, Tensor

C_TYPES = {
    "INT8": "int8_t",
    "UINT8": "uint8_t",
    "INT16": "int16_t",
    "INT32": "int32_t",
    "INT64": "int64_t",
    "FLOAT32": "float",
    "BOOL": "bool",
}
_BITS = {"INT8": (-128, 127), "UINT8": (0, 255), "INT16": (-32768, 32767)}

# Of the compiler's macros: what tells the instruction sets apart, from the strongest on.
_CONDITIONS = {
    "mve": "defined(__ARM_FEATURE_MVE)",
    "dsp": "defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'",
}


def values(
    request: Request,
    model: Model,
    arena_bytes: Mapping[str, int],
    alignment: int,
    labels: Sequence[str],
    sample: Mapping[str, Any] | None,
    version: str,
) -> dict[str, Any]:
    """arena_bytes: by instruction set. labels: C++ literals. sample: bytes and comment of what the
    front end takes, if there is one. version: mcuforge's."""
    inputs = [_edge("input", index, tensor) for index, tensor in enumerate(model.inputs)]
    outputs = [_edge("output", index, tensor) for index, tensor in enumerate(model.outputs)]
    return {
        "name": request.name,
        "NAME": request.name.upper(),
        "engine": request.engine,
        "has_runtime": request.has_runtime,
        "isas": request.isas,
        "absent": [isa for isa in ISAS if isa not in request.isas],
        "mve_if": f"#if {_CONDITIONS['mve']}",
        "dsp_elif": f"#elif {_CONDITIONS['dsp']}",
        "sha256": model.sha256,
        "version": version,
        "alignment": alignment,
        "arenas": _arenas(request.isas, arena_bytes),
        "target": request.target,
        "inputs": inputs,
        "outputs": outputs,
        "fills_floats": any(tensor.dtype == "FLOAT32" for tensor in model.inputs),
        "input_type": _common_type(inputs),
        "output_type": _common_type(outputs),
        "labels": list(labels),
        "sample_bytes": sample["bytes"] if sample else 0,
        "sample_comment": sample["comment"] if sample else "",
    }


def _arenas(isas: Sequence[str], arena_bytes: Mapping[str, int]) -> list[dict[str, Any]]:
    ordered = [isa for isa in (*_CONDITIONS, "scalar") if isa in isas]
    if len({arena_bytes[isa] for isa in ordered}) == 1:
        return [{"directive": "", "bytes": arena_bytes[ordered[0]]}]
    arenas = []
    for position, isa in enumerate(ordered):
        directive = f"{'#elif' if position else '#if'} {_CONDITIONS.get(isa)}"
        if position == len(ordered) - 1:
            directive = "#else"
        arenas.append({"directive": directive, "bytes": arena_bytes[isa]})
    return arenas


def _edge(what: str, index: int, tensor: Tensor) -> dict[str, Any]:
    scaled = tensor.dtype in _BITS and len(tensor.scales) == 1
    low, high = _BITS.get(tensor.dtype, (0, 0))
    shape = "x".join(map(str, tensor.shape)) or "a number"
    meaning = ": real = (value - ZERO_POINT) * SCALE" if scaled else ""
    return {
        "index": index,
        "NAME": f"{what}{index}".upper(),
        "comment": f"{what.capitalize()} {index}, {shape} of {C_TYPES[tensor.dtype]}{meaning}",
        "dtype": tensor.dtype,
        "type": C_TYPES[tensor.dtype],
        "shape": list(tensor.shape),
        "elements": math.prod(tensor.shape),
        "nbytes": tensor.nbytes,
        "scale": float_literal(tensor.scale) if scaled else "",
        "zero_point": f"({tensor.zero_point})" if scaled else "",
        "low": low,
        "high": high,
        "bytes_each": tensor.nbytes // max(1, math.prod(tensor.shape)),
        "counts": not tensor.scales,
    }


def _common_type(edges: Sequence[Mapping[str, Any]]) -> str:
    types = {edge["type"] for edge in edges}
    return str(types.pop()) if len(types) == 1 else "void"
