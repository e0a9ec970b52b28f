"""Arithmetic on float32 by its bits, held to this machine's; and what is refused of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.op_table import load_supported_ops, resolver_calls
from codegen.model.tflite import Model
from verification.cases.model_builder import one_op, schema

_COUNT = 4000
_OPTIONS: dict[str, Any] = {
    "ADD": schema.AddOptionsT(),
    "SUB": schema.SubOptionsT(),
    "MUL": schema.MulOptionsT(),
    "DIV": schema.DivOptionsT(),
}
_EXPECTED: dict[str, Any] = {
    "ADD": np.add,
    "SUB": np.subtract,
    "MUL": np.multiply,
    "DIV": np.divide,
    "FLOOR_DIV": lambda a, b: np.floor(a.astype(np.float64) / b.astype(np.float64)),
    # As upstream's: the C library's remainder, which the divisor's sign is given to.
    "FLOOR_MOD": lambda a, b: np.where(
        (np.fmod(a, b) != 0) & ((b < 0) != (np.fmod(a, b) < 0)), np.fmod(a, b) + b, np.fmod(a, b)
    ),
    "MAXIMUM": lambda a, b: np.where(a > b, a, b),
    "MINIMUM": lambda a, b: np.where(a < b, a, b),
}


def _operands(seed: int) -> list[NDArray[np.float32]]:
    """Any bits, near and far ones, and all pairs of special numbers."""
    rng = np.random.default_rng(seed)
    special = np.array([0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 1e-45, 3e38, 1.5e-38], np.float32)
    pairs = np.array(np.meshgrid(special, special), np.float32).reshape(2, -1)
    bits = rng.integers(0, 2**32, (2, _COUNT), dtype=np.uint32).view(np.float32)
    near = (rng.normal(size=(2, _COUNT)) * 2.0 ** rng.integers(-30, 30, (2, _COUNT))).astype("f4")
    return list(np.concatenate([pairs, bits, near], axis=1))


@pytest.mark.parametrize("op", sorted(_EXPECTED))
def test_every_bit_is_this_machines(op: str) -> None:
    a, b = _operands(len(op))
    io = {"shape": [a.size], "dtype": "FLOAT32"}
    with HostRuntime(one_op(op, [io, io], [io], _OPTIONS.get(op))) as runtime:
        runtime.invoke(a, b)
        got = np.frombuffer(runtime.output(), np.float32)
    with np.errstate(all="ignore"):
        expected = _EXPECTED[op](a, b).astype(np.float32)
    if op in _OPTIONS:  # which upstream clamps to what is finite, without an activation, too
        most = np.finfo(np.float32).max
        expected = np.where(np.isnan(expected), expected, np.clip(expected, -most, most))
    unlike = (got.view(np.uint32) != expected.view(np.uint32)) & ~(
        np.isnan(got) & np.isnan(expected)
    )
    if op == "FLOOR_MOD":  # the sign of a zero that is left
        unlike &= (got != 0) | (expected != 0)
    where = np.flatnonzero(unlike)[:3]
    assert not unlike.any(), [(a[i], b[i], got[i], expected[i]) for i in where]


@pytest.mark.parametrize("op", ["ADD", "MAXIMUM", "DIV", "FLOOR_DIV"])
def test_operands_of_other_types_are_refused(op: str) -> None:
    real, whole = {"shape": [4], "dtype": "FLOAT32"}, {"shape": [4], "scale": 0.5}
    options = _OPTIONS.get(op)
    with pytest.raises(RuntimeRefusedError, match="needs two float32 inputs and a float32 output"):
        HostRuntime(one_op(op, [real, whole], [real], options))
    with pytest.raises(RuntimeRefusedError, match=rf"{op} \(node 0\)"):
        HostRuntime(one_op(op, [real, real], [whole], options))


def test_only_a_float_model_links_the_form_for_it() -> None:
    for spec, call in (
        ({"shape": [4], "dtype": "FLOAT32"}, "AddDiv()"),
        ({"shape": [4], "scale": 0.5}, "AddDiv(MCUFORGE_INT8(DIV))"),
    ):
        model = Model.parse(one_op("DIV", [spec, spec], [spec], schema.DivOptionsT()))
        assert resolver_calls(model, load_supported_ops()) == [call]


@pytest.mark.parametrize(
    ("axes", "message"),
    [([2], "an axis is out of range"), ([0, 0], "there twice"), ([-3], "an axis is out of range")],
)
def test_reverse_along_no_axis_is_refused(axes: list[int], message: str) -> None:
    io = {"shape": [2, 3], "scale": 0.5}
    model = one_op("REVERSE_V2", [io, {"values": np.array(axes, np.int32)}], [io])
    with pytest.raises(RuntimeRefusedError, match=message):
        HostRuntime(model)


def test_an_update_that_does_not_fit_is_refused() -> None:
    io, starts = {"shape": [2, 3], "scale": 0.5}, {"shape": [2], "dtype": "INT32"}
    for update, message in (
        ({"shape": [3, 1], "scale": 0.5}, "its update is larger than what is updated"),
        ({"shape": [3], "scale": 0.5}, "an update of as many"),
        ({"shape": [2, 1], "dtype": "FLOAT32"}, "its tensors differ in type"),
    ):
        with pytest.raises(RuntimeRefusedError, match=message):
            HostRuntime(one_op("DYNAMIC_UPDATE_SLICE", [io, update, starts], [io]))


@pytest.mark.parametrize(
    "scale",
    [*(m * 2.0**e for m in (1, 1.5, 1.99) for e in (-149, -128, -127, -126, -125)), 1.9 * 2.0**125],
)
def test_a_dequantized_value_at_the_ends_of_the_numbers(scale: float) -> None:
    """Subnormal, the least normal one, beyond the largest: as this machine multiplies."""
    steps = np.array([1, -1, 2, 3, -4, 5, 127, -128], np.int8)
    given = {"shape": [8], "scale": float(np.float32(scale))}
    model = one_op("DEQUANTIZE", [given], [{"shape": [8], "dtype": "FLOAT32"}])
    with HostRuntime(model) as runtime, np.errstate(over="ignore"):
        runtime.invoke(steps)
        assert runtime.output() == (steps * np.float32(scale)).astype(np.float32).tobytes()
