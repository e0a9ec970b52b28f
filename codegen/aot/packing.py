"""Calls of dense kernels with their weights in the order in which the dsp kernels read them.

lib/nn/nn/packed_weights_s8.h says what that order is and when a channel can go that way. What
cannot stays as it was recorded. Cores without SIMD have an order of their own (quads.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from codegen.aot import quads
from codegen.aot.dense import (
    FEWEST,
    bias_of,
    biases_and_shifts,
    dense_of,
    in_reach,
    numbers_of,
    records_of,
    weights_of,
    words_of,
)
from codegen.aot.ready import ready_convolutions
from codegen.aot.recording import Address, Call, Constant, Place, Recording, Struct, Text
from codegen.aot.rows.strips import PACKED_CONV, PACKED_DEPTHWISE, READY_CONV, shape_of
from codegen.host.kernel_loops import (
    conv_packed_scratch,
    depthwise_packed_scratch,
    plane_rows,
)
from codegen.host.requant import NOT_CONSTANT, Requants, are_fast, constant_outputs, op_requants
from codegen.model.tflite import Model, Op

_FULLY_CONNECTED = "nn::FullyConnectedPackedS8"
_CONDITION = "nn::TargetIsa() == nn::Isa::kDsp"


def packed(model: Model, recording: Recording, isa: str) -> Recording:
    """The recording with packed calls where there can be, on the ISAs "dsp" and "scalar"."""
    calls = recording.calls
    if isa == "dsp":
        calls = tuple(_packed(model, op, calls[op.index]) for op in model.ops)
    elif isa == "scalar":
        calls = ready_convolutions(model, quads.packed(model, calls))
    return replace(recording, calls=calls)


def condition(call: Call) -> str | None:
    """In C++, where there is such a kernel; None: everywhere."""
    if call.function in (quads.FULLY_CONNECTED, READY_CONV):
        return quads.CONDITION
    return (
        _CONDITION if call.function in (PACKED_CONV, PACKED_DEPTHWISE, _FULLY_CONNECTED) else None
    )


def scratch_bytes(recording: Recording) -> dict[int, int]:
    """{op: bytes of scratch} where a packed call needs other than the recorded one."""
    found = {}
    for op, calls in enumerate(recording.calls):
        for call in calls:
            if call.function == PACKED_CONV:
                found[op] = conv_packed_scratch(shape_of(call), _live_count(call))
            elif call.function == PACKED_DEPTHWISE:
                found[op] = depthwise_packed_scratch(shape_of(call))
    return found


def _live_count(call: Call) -> int:
    live = dict(call.arguments)["live"]
    return live.of.numbers["count"] if isinstance(live, Address) else 0


def _packed(model: Model, op: Op, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    if len(calls) != 1:
        return calls
    if calls[0].function in ("nn::ConvS8", "nn::ConvFastS8"):
        call = _conv(model, op, calls[0])
    elif calls[0].function in ("nn::DepthwiseConvS8", "nn::DepthwiseConvFastS8"):
        call = _depthwise(model, op, calls[0])
    elif calls[0].function == "nn::FullyConnectedS8":
        call = _fully_connected(model, op, calls[0])
    else:
        call = None
    return calls if call is None else (call,)


def _conv(model: Model, op: Op, call: Call) -> Call | None:
    given = dict(call.arguments)
    p = numbers_of(given["params"])
    weights, bias = weights_of(given["filter"], p["out_c"]), bias_of(given["bias"], p["out_c"])
    if weights is None or bias is None or p["filter_c"] != p["in_c"]:
        return None
    if not isinstance(given["scratch"], Place):
        return None  # a window of less than four products
    channels = _Channels(weights, bias, op_requants(model, op, p["out_c"]))
    values = channels.constant_outputs(p)
    numbers = np.flatnonzero(values == NOT_CONSTANT)
    if not len(numbers):
        return None
    live: Text | Address = Text("nullptr")
    if len(numbers) < p["out_c"]:
        numbers = np.pad(numbers, (0, max(0, FEWEST - len(numbers))), "edge")
        live = _live(numbers, np.where(values == NOT_CONSTANT, 0, values))
    channels = channels.of(numbers)
    words = channels.words(_conv_order(weights.shape[1]), p["in_zero_point"])
    if words is None:
        return None
    arguments = (
        ("params", given["params"]),
        ("live", live),
        ("channels", records_of(channels.bias, channels.requants)),
        ("weights", words),
        *((name, given[name]) for name in ("input", "output", "scratch")),
    )
    return Call("nn/conv_packed_s8.h", PACKED_CONV, False, arguments)


def _depthwise(model: Model, op: Op, call: Call) -> Call | None:
    given = dict(call.arguments)
    p = numbers_of(given["params"])
    bias = bias_of(given["bias"], p["out_c"])
    by_planes = p["filter_c"] == 1 and p["out_c"] % 4 == 0 and plane_rows(shape_of(call))
    if bias is None or not by_planes or not isinstance(given["filter"], Constant):
        return None
    requants = op_requants(model, op, p["out_c"])
    if not in_reach(bias) or not are_fast(requants, bias, p["kernel_h"] * p["kernel_w"]):
        return None
    arguments = (
        ("params", given["params"]),
        ("channels", records_of(bias, requants)),
        *((name, given[name]) for name in ("filter", "input", "output", "scratch")),
    )
    return Call("nn/depthwise_packed_s8.h", PACKED_DEPTHWISE, False, arguments)


def _live(numbers: NDArray[np.int64], pixel: NDArray[np.int64]) -> Address:
    fields = (
        ("count", Text(str(len(numbers)))),
        ("numbers", Constant(numbers.astype("<u2").tobytes(), "uint16_t")),
        ("pixel", Constant(pixel.astype("i1").tobytes(), "int8_t")),
    )
    return Address(Struct("nn::LiveChannels", fields))


def _fully_connected(model: Model, op: Op, call: Call) -> Call | None:
    dense = dense_of(model, op, call)
    if dense is None:
        return None
    channels = _Channels(dense.weights, dense.bias, dense.requants)
    order = _fully_connected_order(dense.params["in_features"])
    words = channels.words(order, dense.params["in_zero_point"])
    if words is None or not in_reach(dense.folded):
        return None
    given = dict(call.arguments)
    arguments = (
        ("params", given["params"]),
        *dense.multipliers(),
        ("biases", words_of(biases_and_shifts(dense.folded, dense.requants))),
        ("weights", words),
        *((name, given[name]) for name in ("input", "output")),
    )
    return Call("nn/fully_connected_packed_s8.h", _FULLY_CONNECTED, False, arguments)


@dataclass(frozen=True)
class _Channels:
    """weights [channels, products], bias [channels]."""

    weights: NDArray[np.int64]
    bias: NDArray[np.int64]
    requants: Requants

    def of(self, numbers: NDArray[np.int64]) -> _Channels:
        return _Channels(self.weights[numbers], self.bias[numbers], self.requants.of(numbers))

    def constant_outputs(self, params: Mapping[str, int]) -> NDArray[np.int64]:
        """What a channel gives whatever the input; NOT_CONSTANT of one that does not."""
        limits = params["out_zero_point"], params["out_min"], params["out_max"]
        return constant_outputs(self._ends(params["in_zero_point"]), self.requants, *limits)

    def words(self, order: Sequence[int], in_zero_point: int) -> Constant | None:
        """The packed weights; None where the channels cannot go that way."""
        count, products = self.weights.shape
        fits = all(map(in_reach, self._ends(in_zero_point)))
        if count < FEWEST or not fits or not are_fast(self.requants, self.bias, products):
            return None
        firsts = np.array([min(first, count - 2) for first in range(0, count, 2)])
        padded = np.pad(self.weights, ((0, 0), (0, 1)))[:, order]  # of which -1 takes the last
        halves = 256 * padded[firsts] + padded[firsts + 1]  # [pair, product]
        if halves.min() < -(1 << 15) or halves.max() >= 1 << 15:
            return None
        words = (halves[:, 0::2] & 0xFFFF) | (halves[:, 1::2] & 0xFFFF) << 16  # [pair, step]
        by_fours = count // 4 * 2  # pairs
        quads = words[:by_fours].reshape(-1, 2, words.shape[1]).transpose(0, 2, 1)
        ordered = np.concatenate([quads.ravel(), words[by_fours:].ravel()])
        return Constant(ordered.astype("<u4").tobytes(), "uint32_t")

    def _ends(self, in_zero_point: int) -> list[NDArray[np.int64]]:
        """The least and the largest sum, but at most the bias and at least it."""
        ends = [self.weights * (x - in_zero_point) for x in (-128, 127)]
        least, most = (end(*ends).sum(axis=1) for end in (np.minimum, np.maximum))
        return [self.bias + np.minimum(least, 0), self.bias + np.maximum(most, 0)]


def _conv_order(products: int) -> list[int]:
    """Products by twos, as the columns have them; -1: none."""
    rest = {0: [], 1: [0, -1], 2: [0, 1], 3: [0, 2, 1, -1]}[products % 4]
    whole = products - products % 4
    return _by_fours(whole) + [k if k < 0 else whole + k for k in rest]


def _fully_connected_order(products: int) -> list[int]:
    return [k if k < products else -1 for k in _by_fours(products + -products % 4)]


def _by_fours(products: int) -> list[int]:
    return [first + k for first in range(0, products, 4) for k in (0, 2, 1, 3)]
