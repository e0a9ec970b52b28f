"""A front end as the template of frontend.h has it: tables as arrays, parameters as one struct."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.errors import UnsupportedModelError
from codegen.files.cpp_text import rows
from codegen.frontend.front_end import CppStruct, FrontEnd
from codegen.model.tflite import Model


def front_end_values(front_end: FrontEnd, model: Model) -> dict[str, Any]:
    """Raises UnsupportedModelError if the model's input is not what the front end makes."""
    step = front_end.input_step(*_checked_input(front_end, model))
    type_ = f"frontend::{front_end.kind.capitalize()}"
    arrays: list[dict[str, Any]] = []
    lines = _lines(front_end.cpp_parameters(), f"{type_}Parameters::", "k", arrays)
    step_lines = _lines(step, f"{type_}::Writer::Step::", "kStep", arrays)
    sample_items = math.prod(front_end.sample_shape)
    return {
        "header": f"frontend/{front_end.kind}.h",
        "type": type_,
        "sample_bytes": sample_items * np.dtype(front_end.sample_dtype).itemsize,
        "feature_count": math.prod(front_end.feature_shape),
        "arrays": arrays,
        "lines": lines,
        "step_lines": step_lines,
    }


def _checked_input(front_end: FrontEnd, model: Model) -> tuple[float, int]:
    """Scale and zero point of the model's input."""
    wanted = front_end.feature_shape
    tensor = model.inputs[0]
    given = tuple(size for size in tensor.shape if size != 1)
    if (
        len(model.inputs) != 1
        or tensor.dtype != "INT8"
        or given != tuple(size for size in wanted if size != 1)
    ):
        takes = ", ".join(f"{one.dtype.lower()} {list(one.shape)}" for one in model.inputs)
        raise UnsupportedModelError(
            f"the {front_end.kind} front end makes int8 {[1, *wanted]}, the model takes {takes}; "
            "train with this front end, or delete frontend.json"
        )
    return tensor.scale, tensor.zero_point


def _lines(fields: CppStruct, pointer: str, name: str, arrays: list[dict[str, Any]]) -> list[str]:
    """Initializers of a struct, a field a line; adds the arrays that pointers name.

    pointer: C++ before a field's name that gives the field; name: before that of an array.
    """
    lines = []
    for field, value in fields.items():
        if isinstance(value, dict):
            lines.append("{")
            inner = _lines(value, f"{pointer}{field}.", name + _camel(field), arrays)
            lines += ["    " + line for line in inner]
            lines.append(f"}},  // {field}")
        elif isinstance(value, np.ndarray):
            arrays.append(
                {
                    "pointer": pointer + field,
                    "name": name + _camel(field),
                    "rows": rows(_items(value)),
                }
            )
            lines.append(f"{name}{_camel(field)},")
        else:
            lines.append(f"{_number(value.item())},  // {field}")
    return lines


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _items(values: NDArray[Any]) -> list[str]:
    if values.dtype.fields is None:
        return [_number(value) for value in values.tolist()]
    return ["{" + ", ".join(map(_number, value)) + "}" for value in values.tolist()]


def _number(value: int | bool) -> str:
    return str(value).lower()
