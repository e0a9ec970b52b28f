"""What the C API says of arenas, inputs and outputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from codegen.export import api, request
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder

MVE, DSP = (api._CONDITIONS[isa] for isa in ("mve", "dsp"))


@pytest.mark.parametrize(
    ("isas", "arenas"),
    [
        (("scalar", "dsp", "mve"), [(f"#if {MVE}", 300), (f"#elif {DSP}", 200), ("#else", 100)]),
        (("scalar", "dsp"), [(f"#if {DSP}", 200), ("#else", 100)]),
        (("mve", "dsp"), [(f"#if {MVE}", 300), ("#else", 200)]),
        (("dsp",), [("", 200)]),
    ],
)
def test_an_arena_for_each_instruction_set(
    isas: Sequence[str], arenas: list[tuple[str, int]]
) -> None:
    found = api._arenas(isas, {"scalar": 100, "dsp": 200, "mve": 300})
    assert [(one["directive"], one["bytes"]) for one in found] == arenas


def test_arenas_of_one_size_need_no_condition() -> None:
    sizes = {"scalar": 100, "dsp": 100, "mve": 300}
    assert api._arenas(("scalar", "dsp"), sizes) == [{"directive": "", "bytes": 100}]


def edge(dtype: str, shape: list[int], **of: Any) -> dict[str, Any]:
    b = ModelBuilder()
    tensor = b.tensor(shape, dtype, **of)
    b.op("RESHAPE", [tensor], [b.tensor(shape, dtype, **of)])
    return api._edge("input", 2, Model.parse(b.build([tensor], [])).inputs[0])


@pytest.mark.parametrize(
    ("dtype", "low", "high", "each"),
    [("INT8", -128, 127, 1), ("UINT8", 0, 255, 1), ("INT16", -32768, 32767, 2)],
)
def test_a_quantized_tensor_has_its_scale_and_limits(
    dtype: str, low: int, high: int, each: int
) -> None:
    found = edge(dtype, [1, 6], scale=0.5, zero_point=0 if dtype == "INT16" else 7)
    assert (found["low"], found["high"], found["bytes_each"]) == (low, high, each)
    assert (found["scale"], found["zero_point"]) == ("5.0e-01f", "(0)" if each == 2 else "(7)")
    assert found["comment"].endswith("_t: real = (value - ZERO_POINT) * SCALE")
    assert (found["NAME"], found["elements"], found["nbytes"]) == ("INPUT2", 6, 6 * each)
    assert not found["counts"]


@pytest.mark.parametrize(
    ("dtype", "shape", "comment", "counts"),
    [
        ("FLOAT32", [2, 3], "Input 2, 2x3 of float", True),
        ("INT32", [], "Input 2, a number of int32_t", True),
        ("BOOL", [4], "Input 2, 4 of bool", True),
    ],
)
def test_others_are_numbers(dtype: str, shape: list[int], comment: str, counts: bool) -> None:
    found = edge(dtype, shape)
    assert (found["comment"], found["counts"]) == (comment, counts)
    assert (found["scale"], found["zero_point"], found["low"], found["high"]) == ("", "", 0, 0)


def test_a_tensor_of_several_scales_has_none() -> None:
    found = edge("INT8", [2, 1], scale=[0.5, 0.25], zero_point=[0, 0])
    assert (found["scale"], found["zero_point"], found["counts"]) == ("", "", False)


def test_edges_have_a_type_in_common_or_none() -> None:
    assert api._common_type([{"type": "float"}, {"type": "float"}]) == "float"
    assert api._common_type([{"type": "float"}, {"type": "int8_t"}]) == "void"


def values(dtypes: Sequence[str], sample: dict[str, Any] | None = None) -> dict[str, Any]:
    b = ModelBuilder()
    inputs = [b.tensor([2], dtype, scale=0.5 if dtype == "INT8" else None) for dtype in dtypes]
    output = b.tensor([2], "INT8", scale=0.5)
    model = Model.parse(b.build(inputs, [output]))
    asked = request.check("c", "aot", "net", "dsp", Path("exported"))
    return api.values(asked, model, {"dsp": 400}, 16, ['"a"'], sample, "1.2")


def test_the_templates_get_names_and_what_goes_in_and_out() -> None:
    found = values(["INT8", "FLOAT32"], {"bytes": 640, "comment": "sound"})
    assert (
        found.items()
        >= {
            "name": "net",
            "NAME": "NET",
            "target": "c",
            "engine": "aot",
            "has_runtime": True,
            "isas": ("dsp",),
            "absent": ["scalar", "mve"],
            "arenas": [{"directive": "", "bytes": 400}],
            "alignment": 16,
            "sample_bytes": 640,
            "sample_comment": "sound",
            "labels": ['"a"'],
            "version": "1.2",
        }.items()
    )
    assert [one["NAME"] for one in found["inputs"]] == ["INPUT0", "INPUT1"]
    assert [one["NAME"] for one in found["outputs"]] == ["OUTPUT0"]


@pytest.mark.parametrize(
    ("dtypes", "common", "floats"),
    [
        (["INT8", "INT8"], "int8_t", False),
        (["INT8", "FLOAT32"], "void", True),
        (["FLOAT32"], "float", True),
    ],
)
def test_inputs_in_common(dtypes: list[str], common: str, floats: bool) -> None:
    found = values(dtypes)
    assert (found["input_type"], found["fills_floats"]) == (common, floats)
    assert (found["output_type"], found["sample_bytes"]) == ("int8_t", 0)
