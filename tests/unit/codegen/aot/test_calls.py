"""Calls that have to be the same on each ISA."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from codegen.aot.calls import Spotted, of_all_isas
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
