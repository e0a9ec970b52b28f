"""Calls that have to be the same on each ISA."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from codegen.aot.calls import Flow, Spotted, flow, is_flow, needed_ops, of_all_isas
from codegen.aot.layout import Spot
from codegen.aot.recording import Call, Text
from codegen.errors import CodegenError, UnsupportedModelError

OP = Mock(label="WHILE", index=3)


def call(*scratch_at: int, function: str = "nn::AddS8") -> Call:
    """With a place in the op's scratch for each; for -1 there is none."""
    values: list[Any] = [
        Text("nullptr") if at < 0 else Spotted(Spot("scratch", 3, at), "int8_t", written=True)
        for at in scratch_at
    ]
    return Call("nn/add.h", function, False, tuple((f"at{n}", one) for n, one in enumerate(values)))


def test_the_calls_with_most_scratch_are_right_on_each() -> None:
    few, many = [call(16, -1)], [call(16, 32)]
    assert of_all_isas(OP, [few, many, few]) is many


def test_a_subgraphs_tensor_at_another_place_is_refused() -> None:
    with pytest.raises(UnsupportedModelError, match=r"WHILE \(op 3\): .* other memory on another"):
        of_all_isas(OP, [[call(16, 32)], [call(16, 48)]])


def test_another_function_is_no_call_for_all() -> None:
    with pytest.raises(CodegenError, match=r"WHILE \(op 3\) is called otherwise on another ISA"):
        of_all_isas(OP, [[call(16)], [call(16, function="nn::SubS8")]])


def test_scratch_in_one_call_is_no_place_elsewhere() -> None:
    """A place that is no scratch has to be the same on each, whatever its delta."""
    tensor: Any = Spotted(Spot("tensor", 4, 16), "int8_t", written=False)
    other: Any = Spotted(Spot("tensor", 4, 32), "int8_t", written=False)
    for one in (tensor, other):
        calls = [Call("nn/add.h", "nn::AddS8", False, (("input", one),))]
        assert of_all_isas(OP, [calls, list(calls)]) == calls
    differ = [[Call("nn/add.h", "nn::AddS8", False, (("input", one),))] for one in (tensor, other)]
    with pytest.raises(CodegenError, match="called otherwise"):
        of_all_isas(OP, differ)


def step(function: str) -> Call:
    return Call("", function, False, ())


def test_steps_of_control_flow() -> None:
    assert is_flow(step("loop")) and not is_flow(call())
    assert flow(step("loop"), "round2", []) == Flow(
        ("for (uint32_t round2 = 0;; ++round2) {",), 0, 1
    )
    assert flow(step("goes on"), "round2", ["c", "9"]) == Flow(
        ("if (*c == 0) {", "  break;", "}", "if (round2 == 9) {", "  return false;", "}"), 0, 0
    )
    assert flow(step("if"), "", ["c"]) == Flow(("if (*c != 0) {",), 0, 1)
    assert flow(step("else"), "", []) == Flow(("} else {",), 1, 1)
    assert flow(step("end"), "", []) == Flow(("}",), 1, 0)


def does(*places: tuple[str, int, bool], fails: bool = False) -> list[Call]:
    """One call. places: (kind, index, whether it is written)."""
    values: list[Any] = [
        Spotted(Spot(kind, index), "int8_t", written) for kind, index, written in places
    ]
    return [Call("nn/add.h", "nn::AddS8", fails, tuple(("at", one) for one in values))]


MOVES = does(("tensor", 1, True), ("tensor", 0, False))  # 0 -> 1, by op 0
READS_VARIABLE = does(("tensor", 1, True), ("variable", 0, False))
WRITES_VARIABLE = does(("variable", 0, True), ("tensor", 0, False))


@pytest.mark.parametrize(
    ("first", "custom", "second", "outputs", "kept", "needed"),
    [
        (MOVES, "", does(("tensor", 2, True), ("tensor", 1, False)), (2,), set(), {0, 1}),
        (MOVES, "", does(("tensor", 2, True), ("tensor", 0, False)), (2,), set(), {1}),
        (MOVES, "", does(("tensor", 2, True), ("tensor", 0, False)), (2,), {1}, {0, 1}),
        (MOVES, "", does(("tensor", 2, True), ("tensor", 1, False)), (1,), set(), {0}),
        (MOVES, "", [], (2,), set(), {0}),  # its output lies where its input does
        (MOVES, "", [], (0,), set(), set()),
        (READS_VARIABLE, "", [], (0,), set(), set()),
        (WRITES_VARIABLE, "", [], (0,), set(), {0}),
        (does(("tensor", 1, True), fails=True), "", [], (0,), set(), {0}),
        ([], "Mine", [], (0,), set(), {0}),
    ],
)
def test_what_something_needs_is_called(
    first: list[Call],
    custom: str,
    second: list[Call],
    outputs: tuple[int, ...],
    kept: set[int],
    needed: set[int],
) -> None:
    """Of two ops, 0 -> 1 and 1 -> 2."""
    ops = [
        Mock(index=0, inputs=(0,), outputs=(1,), custom_name=custom),
        Mock(index=1, inputs=(1, 9), outputs=(2,), custom_name=""),
    ]
    model: Any = Mock(ops=ops, main=Mock(outputs=outputs))
    assert needed_ops(model, [first, second], kept) == needed


def test_a_custom_op_needs_all_that_it_is_given() -> None:
    ops = [
        Mock(index=0, inputs=(0,), outputs=(1,), custom_name=""),
        Mock(index=1, inputs=(1,), outputs=(2,), custom_name="Mine"),
    ]
    model: Any = Mock(ops=ops, main=Mock(outputs=(0,)))
    assert needed_ops(model, [MOVES, []], set()) == {0, 1}
