"""Calls of dense kernels with the weights of four channels in a word, for cores without SIMD.

lib/nn/nn/fully_connected_quads_s8.h says what that order is and when a channel can go that way.
What cannot stays as it was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from codegen.aot.dense import FEWEST, Dense, biases_and_shifts, dense_of, in_reach, words_of
from codegen.aot.recording import Call, Constant, Struct, Text, Value
from codegen.host.requant import are_fast
from codegen.model.tflite import Model

FULLY_CONNECTED = "nn::FullyConnectedQuadsS8"
CONDITION = "nn::TargetIsa() == nn::Isa::kScalar"
_GROUP = 4
_MOST_WEIGHTS = 1 << 24  # that a shortage tells apart
_FEWEST_WEIGHTS = 8192
"""Of all dense layers: fewer save less than the kernel is longer than the other one."""
_WEIGHTS_A_SHORTAGE = 256
"""Weights that a layer has to have for each one that is short: it costs some 20 instructions, more
than its group saves."""


def packed(model: Model, calls: Sequence[tuple[Call, ...]]) -> tuple[tuple[Call, ...], ...]:
    """The calls of the model's ops, packed if all dense layers can be and it pays: with two kernels
    code would be longer for little."""
    found: dict[int, Call] = {}
    weights = 0
    for op in model.ops:
        for call in calls[op.index]:
            if call.function != "nn::FullyConnectedS8":
                continue
            dense = dense_of(model, op, call) if len(calls[op.index]) == 1 else None
            arguments = None if dense is None else _arguments(dense)
            if dense is None or arguments is None:
                return tuple(calls)
            found[op.index] = _call(dict(call.arguments), arguments)
            weights += dense.weights.size
    if weights < _FEWEST_WEIGHTS:
        return tuple(calls)
    return tuple((found[i],) if i in found else own for i, own in enumerate(calls))


def _call(given: Mapping[str, Value], arguments: tuple[tuple[str, Value], ...]) -> Call:
    places = ((name, given[name]) for name in ("input", "output"))
    arguments = (("params", given["params"]), *arguments, *places)
    return Call("nn/fully_connected_quads_s8.h", FULLY_CONNECTED, False, arguments)


def _arguments(dense: Dense) -> tuple[tuple[str, Value], ...] | None:
    channels, products = dense.weights.shape
    if channels < FEWEST or not are_fast(dense.requants, dense.bias, products):
        return None
    if not in_reach(dense.folded) or dense.weights.size > _MOST_WEIGHTS:
        return None
    weights = shortened(dense.weights)
    lacks = (dense.weights - weights).ravel()
    short = np.flatnonzero(lacks)
    if len(short) * _WEIGHTS_A_SHORTAGE > len(lacks):
        return None
    words = _unsigned(short * 256 + (lacks[short] & 255)) if len(short) else Text("nullptr")
    fields = (("count", Text(str(len(short)))), ("words", words))
    return (
        *dense.multipliers(),
        ("biases", words_of(biases_and_shifts(dense.folded, dense.requants))),
        ("quads", _unsigned(_words(weights))),
        ("shortages", Struct("nn::Shortages", fields)),
    )


def shortened(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """[channels, products] whose groups of products are int16 whatever the inputs; as few as can be
    are smaller in magnitude than those that are given."""
    products = weights.shape[1]
    padded = np.pad(weights, ((0, 0), (0, -products % _GROUP)))
    groups = padded.reshape(-1, _GROUP)  # a view
    for at in np.flatnonzero(_excess(groups) > 0):
        group = groups[at : at + 1]
        while (excess := _excess(group)[0]) > 0:
            largest = np.abs(group[0]).argmax()
            value = group[0, largest]
            group[0, largest] -= np.sign(value) * min(abs(value), -(-excess // 127))
    return padded[:, :products]


def _excess(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far the sums of a group of weights times inputs may be beyond int16."""
    most = np.maximum(127 * groups, -128 * groups).sum(axis=1)
    least = np.minimum(127 * groups, -128 * groups).sum(axis=1)
    return np.maximum(most - 32767, -32768 - least)


def _words(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """In the order in which the kernel reads them."""
    channels, products = weights.shape
    padded = np.pad(weights, ((0, 0), (0, -products % _GROUP))) + 128
    firsts = np.array([min(first, channels - 2) for first in range(0, channels, 2)])
    pairs = padded[firsts] | padded[firsts + 1] << 16  # [pair, product]
    by_fours = channels // 4 * 2
    quads = pairs[:by_fours:2] | pairs[1:by_fours:2] << 8
    rest = pairs[by_fours:, 0::2] | pairs[by_fours:, 1::2] << 8
    return np.concatenate([quads.ravel(), rest.ravel()])


def _unsigned(values: NDArray[np.int64]) -> Constant:
    return Constant(values.astype("<u4").tobytes(), "uint32_t")
