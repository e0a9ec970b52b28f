"""What generated code says of a custom op, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.aot import custom_ops
from codegen.aot.layout import Spot
from codegen.aot.recording import Constant, CustomOp
from codegen.model.tflite import Model
from verification.cases.model_builder import OPTIONAL, ModelBuilder


def _described(
    options: bytes = b"\1\2\3", has_scratch: bool = True, **weights: Any
) -> tuple[dict[str, Any], list[tuple[bytes, str, str, str]]]:
    """Of op 1: a tensor given twice, one left out, constant weights; and the arrays asked for."""
    b = ModelBuilder()
    given = b.tensor([1, 4], scale=0.5, zero_point=-3)
    real = b.tensor([1, 4], dtype="FLOAT32")
    constant = b.tensor([3, 2], data=bytes(range(6)), **weights)
    made = b.tensor([1, 2], dtype="INT16", scale=0.25)
    b.op("DEQUANTIZE", [given], [real])
    b.op("CUSTOM:Mine", [given, OPTIONAL, constant, given], [made], custom_options=options)
    model = Model.parse(b.build([given], [made, real]))
    arrays = []

    def array(value: Constant, owner: str, role: str) -> str:
        arrays.append((value.data, value.type, owner, role))
        return f"k{role}"

    def offset(spot: Spot) -> str:
        return f"{spot.kind}{spot.index}+{spot.delta}"

    custom = CustomOp(1, "ns::RegisterMine", options, 40)
    return custom_ops.describe(model, custom, has_scratch, offset, array), arrays


def test_an_op_and_its_tensors() -> None:
    """Each tensor once; what is left out is none, but keeps its place among the inputs."""
    found, arrays = _described(scale=0.125)
    tensors = found.pop("tensors")
    assert found == {
        "index": 1,
        "function": "ns::RegisterMine",
        "inputs": "4, 0, -1, 2, 0",
        "outputs": "1, 3",
        "options": "koptions",
        "options_bytes": 3,
        "scratch": "scratch1+0",
        "persistent": "persistent1+0",
        "persistent_bytes": 40,
    }
    assert [(one["index"], one["dims"], one["bytes"], one["type"]) for one in tensors] == [
        (0, "2, 1, 4", 4, "kTfLiteInt8"),
        (2, "2, 3, 2", 6, "kTfLiteInt8"),
        (3, "2, 1, 2", 4, "kTfLiteInt16"),
    ]
    assert [(one["constant"], one["offset"]) for one in tensors] == [
        ("nullptr", "tensor0+0"),
        ("ktensor2", "0"),
        ("nullptr", "tensor3+0"),
    ]
    assert [(one["scale"], one["zero_point"]) for one in tensors] == [
        ("5.0e-01f", -3),
        ("1.25e-01f", 0),
        ("2.5e-01f", 0),
    ]
    assert arrays == [
        (bytes(range(6)), "int8_t", "Op1", "tensor2"),
        (b"\1\2\3", "int8_t", "Op1", "options"),
    ]


def test_an_op_without_options_or_scratch_names_none() -> None:
    found, arrays = _described(options=b"", has_scratch=False, scale=0.125)
    assert (found["options"], found["options_bytes"]) == ("nullptr", 0)
    assert found["scratch"] == "0"
    assert [role for *_, role in arrays] == ["tensor2"]


@pytest.mark.parametrize(
    ("weights", "scale", "zero_point", "scales", "zero_points"),
    [
        ({}, "0.0e+00f", 0, [], "0"),
        ({"scale": 0.5, "zero_point": 7}, "5.0e-01f", 7, ["5.0e-01f"], "1, 7"),
        ({"scale": [0.5, 0.25]}, "5.0e-01f", 0, ["5.0e-01f", "2.5e-01f"], "2, 0, 0"),
        # The interpreter has no quantization for channels of other zero points than 0.
        ({"scale": [0.5, 0.25], "zero_point": [0, 7]}, "5.0e-01f", 0, [], "2, 0, 7"),
    ],
)
def test_the_quantization_of_a_tensor_is_as_the_interpreter_has_it(
    weights: dict[str, Any], scale: str, zero_point: int, scales: list[str], zero_points: str
) -> None:
    (_, constant, _) = _described(axis=1, **weights)[0]["tensors"]
    assert (constant["scale"], constant["zero_point"]) == (scale, zero_point)
    assert (constant["scales"], constant["zero_points"]) == (scales, zero_points)
    assert constant["axis"] == (1 if weights else 0)


def test_the_call_of_an_op_may_fail_and_stands_in_no_branch() -> None:
    model = ModelBuilder()
    ends = [model.tensor([1, 4], scale=0.5) for _ in range(2)]
    model.op("RELU", ends[:1], ends[1:])
    (op,) = Model.parse(model.build(ends[:1], ends[1:])).ops
    assert custom_ops.call(op) == {
        "depth": 0,
        "flow": (),
        "condition": None,
        "function": "tflm::InvokeCustom",
        "fails": True,
        "rows": ["kOp0Custom, arena, &g_op0"],
    }
