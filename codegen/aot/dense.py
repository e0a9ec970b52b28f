"""What the calls of dense kernels and convolutions have as constants, and what packed ones take.

Constants are named by their argument: what differs from one ISA to another needs two names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codegen.aot.recording import Call, Constant, Struct, Text, Value
from codegen.host.requant import Requants, op_requants
from codegen.model.tflite import Model, Op

FEWEST = 2
"""Channels of a packed call."""
_REACH = 1 << 23
"""Biases that share a word with their shift have to be smaller in magnitude."""


def numbers_of(params: Value) -> dict[str, int]:
    assert isinstance(params, Struct)
    return params.numbers


def weights_of(value: Value, channels: int) -> NDArray[np.int64] | None:
    """[channels, products] of constant weights."""
    if not isinstance(value, Constant):
        return None
    return np.frombuffer(value.data, "i1").reshape(channels, -1).astype(np.int64)


def bias_of(value: Value, channels: int) -> NDArray[np.int64] | None:
    """[channels]; zeros for null."""
    if isinstance(value, Constant):
        return np.frombuffer(value.data, "<i4").astype(np.int64)
    return np.zeros(channels, np.int64) if isinstance(value, Text) else None


def biases_and_shifts(bias: NDArray[np.int64], requants: Requants) -> NDArray[np.int64]:
    return bias * 256 - requants.shifts


def records_of(bias: NDArray[np.int64], requants: Requants) -> Constant:
    """Multiplier, and bias with shift, of each channel."""
    return words_of(np.stack([requants.multipliers, biases_and_shifts(bias, requants)], axis=1))


def in_reach(sums: NDArray[np.int64]) -> bool:
    return bool((sums >= -_REACH).all() and (sums < _REACH).all())


def words_of(values: NDArray[np.int64]) -> Constant:
    """As int32."""
    return Constant(values.astype("<i4").tobytes(), "int32_t")


@dataclass(frozen=True)
class Dense:
    """What a FULLY_CONNECTED computes. params: numbers by name; weights [channels, products]; bias
    [channels], folded with what the input's zero point adds to the sums."""

    params: dict[str, int]
    weights: NDArray[np.int64]
    bias: NDArray[np.int64]
    folded: NDArray[np.int64]
    requants: Requants

    def multipliers(self) -> tuple[tuple[str, Value], ...]:
        """The arguments that have them: one for all channels, or an array."""
        values = self.requants.multipliers
        per_channel = bool((values != values[0]).any())
        return (
            ("multiplier", Text("0" if per_channel else str(values[0]))),
            ("channel_multipliers", words_of(values) if per_channel else Text("nullptr")),
        )


def dense_of(model: Model, op: Op, call: Call) -> Dense | None:
    """Of a call of FullyConnectedS8; None where inputs cannot be taken by fours or weights are not
    constant."""
    given = dict(call.arguments)
    p = numbers_of(given["params"])
    count = p["out_features"]
    weights, bias = weights_of(given["filter"], count), bias_of(given["bias"], count)
    if weights is None or bias is None:
        return None
    if p["batches"] != 1 and p["in_features"] % 4:
        return None  # the last row's end would be read beyond
    if isinstance(given["channel_scales"], Text):  # null
        one = numbers_of(given["requant"])
        requants = Requants(*(np.full(count, one[name]) for name in ("multiplier", "shift")))
    else:
        requants = op_requants(model, op, count)
    folded = bias - p["in_zero_point"] * weights.sum(axis=1)
    return Dense(p, weights, bias, folded, requants)
