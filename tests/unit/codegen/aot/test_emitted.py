"""Generated text, piece by piece."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from codegen.aot import recording
from codegen.aot.calls import Spotted
from codegen.aot.generate import _Emitter, _OnIsas, count_constants, generate_aot
from codegen.aot.layout import Spot
from codegen.aot.recording import Address, Call, Constant, Struct, Text, record
from codegen.errors import UnsupportedModelError
from codegen.host.runtime import RuntimeRefusedError
from codegen.model.tflite import Model
from verification.cases.model_builder import OPTIONAL, ModelBuilder, schema


def _dense(with_bias: bool = True) -> bytes:
    """FULLY_CONNECTED of 4 to 2, and a RELU."""
    b = ModelBuilder()
    given = b.tensor([1, 4], scale=0.5, name="given ü" + 60 * "x")
    weights = b.constant(np.arange(8, dtype=np.int8).reshape(2, 4), scale=0.25)
    bias = b.constant(np.array([3, -4], np.int32), scale=0.125) if with_bias else OPTIONAL
    made, ended = (b.tensor([1, 2], scale=0.5) for _ in range(2))
    b.op("FULLY_CONNECTED", [given, weights, bias], [made], schema.FullyConnectedOptionsT())
    b.op("RELU", [made], [ended])
    return b.build([given], [ended])


def test_a_small_model_as_text() -> None:
    files = {name: data.decode() for name, data in generate_aot(_dense(), "net").items()}
    assert set(files) == {"net_model.h", "net_model.cc"}
    header, source = files["net_model.h"], files["net_model.cc"]
    for line in (
        "#ifndef NET_MODEL_H_",
        "constexpr size_t kArenaBytes = 32;",
        "constexpr size_t kOpCount = 2;",
        "constexpr size_t kInputBytes[] = {4};",
        "constexpr size_t kOutputBytes[] = {2};",
        "//   input 0   INT8 [1, 4]",
        "//   output 0  INT8 [1, 2]",
    ):
        assert f"\n{line}\n" in header, line
    for lines in (
        f"constexpr uint32_t kTensor0 = 16;  // given__{53 * 'x'} INT8 [1, 4]",
        "constexpr uint32_t kTensor3 = 0;  // t3 INT8 [1, 2]",
        "constexpr nn::Requant kOp0Requant = {\n    /*multiplier*/ 1073741824, /*shift*/ -1,\n};",
        "alignas(4) constexpr int8_t kOp0Filter[8] = {\n    0, 1, 2, 3, 4, 5, 6, 7,\n};",
        "constexpr int32_t kOp0Bias[2] = {\n    3, -4,\n};",
        "  // 0: FULLY_CONNECTED [1, 4] -> [1, 2]",
        "      kOp0Params, kOp0Requant, nullptr, As<int8_t>(arena + kTensor0), kOp0Filter, "
        "kOp0Bias,\n      As<int8_t>(arena + kTensor3));",
    ):
        assert f"\n{lines}\n" in source, lines
    assert "nothing" not in source and "#if" not in source
    assert "g_is_initialized" not in source and "memset" not in source


def test_what_is_left_out_has_no_shape() -> None:
    source = generate_aot(_dense(with_bias=False), "net")["net_model.cc"].decode()
    assert "\n  // 0: FULLY_CONNECTED [1, 4] -> [1, 2]\n" in source
    assert "kOp0Filter, nullptr," in source


def test_constants_are_counted_to_the_byte() -> None:
    assert count_constants(Model.parse(_dense()), "scalar") == 8 + 2 * 4 + 256
    assert count_constants(Model.parse(_dense(with_bias=False)), "scalar") == 8 + 256


def _emitter(**compiled: Any) -> tuple[_Emitter, Model]:
    model = Model.parse(_dense())
    return _Emitter(model, compiled, watched=False), model


@pytest.mark.parametrize(("count", "owner"), [(1, "Op0"), (2, "Op0Call1")])
def test_constants_are_called_by_their_op_and_call(count: int, owner: str) -> None:
    emitter, model = _emitter()
    inner = Struct("", (("", Text("1")), ("", Text("2"))))
    params = Struct("nn::Params", (("high", Text("7")), ("pads", inner), ("", Text("9"))))
    table = Constant(b"\1\0\2\0", "int16_t")
    arguments: Any = (
        ("the_params", Address(params)),
        ("table", table),
        ("any", Constant(b"\3", "void")),
        ("again", table),
        ("to", Spotted(Spot("scratch", 0, 32), "int8_t", written=True)),
        ("from", Spotted(Spot("tensor", 3), "void", written=False)),
    )
    lines = emitter._call(model.ops[0], 1, count, Call("nn/x.h", "nn::X", False, arguments))
    assert " ".join(lines) == (
        f"&k{owner}TheParams, k{owner}Table, k{owner}Any, k{owner}Table, "
        "As<int8_t>(arena + kScratch0 + 32), arena + kTensor3"
    )
    assert all(line.endswith(",") for line in lines[:-1])
    assert emitter.headers == {"nn/x.h"}
    assert emitter.definitions == [
        {
            "declaration": f"constexpr nn::Params k{owner}TheParams",
            "rows": ["/*high*/ 7, /*pads*/ {1, 2}, 9,"],
            "bytes": 0,
        },
        {
            "declaration": f"alignas(4) constexpr int16_t k{owner}Table[2]",
            "rows": ["1, 2,"],
            "bytes": 4,
        },
        {
            "declaration": f"alignas(4) constexpr int8_t k{owner}Any[1]",
            "rows": ["3,"],
            "bytes": 1,
        },
    ]


@pytest.mark.parametrize(("kind", "is_aligned"), [("int16_t", True), ("int32_t", False)])
def test_what_is_read_in_words_is_aligned_to_them(kind: str, is_aligned: bool) -> None:
    emitter, _ = _emitter()
    emitter._array(Constant(bytes(8), kind), "Op1", "x")
    (definition,) = emitter.definitions
    assert definition["declaration"].startswith("alignas(4) ") == is_aligned


@pytest.mark.parametrize(
    ("places", "is_fine"),
    [({0: 16, 1: 16}, True), ({0: 0, 1: 16}, False), ({0: 0}, False), ({1: 0}, False), ({}, False)],
)
def test_an_op_that_calls_nothing_has_its_output_on_its_input(
    places: dict[int, int], is_fine: bool
) -> None:
    plan = Mock(tensors=[Mock(index=index, offset=offset) for index, offset in places.items()])
    emitter, _ = _emitter(scalar=Mock(layout=Mock(plan=plan)))
    op: Any = Mock(index=5, inputs=(0, 2), outputs=(1, 3), custom_name="", label="RESHAPE")
    op.name = "RESHAPE"
    if is_fine:
        emitter._check_computed(op, ())
        return
    with pytest.raises(UnsupportedModelError, match=r"RESHAPE \(op 5\): its kernel calls nothing"):
        emitter._check_computed(op, ())
    emitter._check_computed(op, [Call("h", "f", False, ())])
    op.custom_name = "Mine"
    emitter._check_computed(op, ())
    op.custom_name, op.outputs = "", ()
    emitter._check_computed(op, ())
    op.name, op.outputs = "VAR_HANDLE", (1,)
    emitter._check_computed(op, ())


@pytest.mark.parametrize(
    ("rows", "expected", "strips"),
    [
        ([{}, {}], [(0, None, "nn::MaxPoolS8")], [[]]),
        ([{0: 4}, {0: -2}], [(0, None, "nn::MaxPoolStripsS8")], [[-2], [4]]),
        ([{0: 4}, {0: 4}], [(0, None, "nn::MaxPoolStripsS8")], [[4]]),
        (
            [{}, {0: 4}],
            [(0, "kOp0Rows == 0", "nn::MaxPoolS8"), (0, "kOp0Rows != 0", "nn::MaxPoolStripsS8")],
            [[4], [0]],
        ),
    ],
)
def test_strips_on_all_on_some_or_on_no_isa(
    rows: list[dict[int, int]],
    expected: list[tuple[int, str | None, str]],
    strips: list[list[int]],
) -> None:
    """The first of the ISAs is what is left, and stands last."""
    layouts = [Mock(rows=one, streams={}, plan=Mock(arena_bytes=64)) for one in rows]
    for one in layouts:
        one.offset = lambda spot: 16 * spot.index
    emitter, model = _emitter(scalar=Mock(layout=layouts[0]), dsp=Mock(layout=layouts[1]))
    params = Struct("nn::PoolParams", (("out_c", Text("8")),))
    call = Call("nn/pool.h", "nn::MaxPoolS8", False, (("params", params),))
    ways = [_OnIsas(None, ("scalar", "dsp"), [call])]
    found = list(emitter._ways(model.ops[0], ways))
    assert [(at, condition, one.function) for at, condition, one in found] == expected
    emitter._spot(Spot("tensor", 3))
    emitter._spot(Spot("scratch", 1))
    arenas = emitter._arenas()
    assert [[one["rows"] for one in arena["strips"]] for arena in arenas] == strips
    assert [(one["name"], one["at"], one["title"]) for one in arenas[0]["offsets"]] == [
        ("kScratch1", 16, ""),
        ("kTensor3", 48, "t3 INT8 [1, 2]"),
    ]


def test_a_refusal_without_words_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Mock(mcuforge_record=lambda *_: 0)
    monkeypatch.setattr(recording, "_library", lambda: library)
    with pytest.raises(RuntimeRefusedError, match="the runtime gave no reason"):
        record(_dense(), "dsp")
