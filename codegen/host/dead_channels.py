"""A model without channels that give one value whatever the input.

Pruning, and training with a rectifier, leave such channels behind: of mlperf_vww_int8's 1,344
pointwise ones 971. What they add to the next sums is known, so it goes into biases, and neither
their weights nor their place in the arena nor the products with them are needed. Outputs stay the
same to the bit, which whoever calls this checks with the oracle.

A channel goes through depthwise convolutions and pools as itself, so it leaves all of them, from
the CONV_2D that makes it to the CONV_2D or FULLY_CONNECTED that sums over it, or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import CodegenError
from codegen.host.requant import (
    NOT_CONSTANT,
    activation_range,
    constant_outputs,
    op_requants,
)
from codegen.model.lean import lean
from codegen.model.op_options import op_options
from codegen.model.rewriter import Rewriter
from codegen.model.tflite import WALK_ERRORS, Model, Op, Tensor

_KEPT_MULTIPLE = 4
"""Kernels read channels by words, so a rest is filled up with dead ones."""
_POOLS = {"AVERAGE_POOL_2D", "MAX_POOL_2D"}
_MOVES_ON = {"DEPTHWISE_CONV_2D", "RESHAPE", *_POOLS}
"""Output channel c comes from input channel c alone."""
_SUMS_UP = {"CONV_2D", "FULLY_CONNECTED"}
_INT32 = 1 << 31

Values = NDArray[np.int64]
"""Of each channel of a tensor what it gives, or NOT_CONSTANT; [channels]."""


def slim(content: bytes) -> bytes:
    """A .tflite without what no interpreter reads and without dead channels.

    Raises ModelError: what no interpreter reads may be damaged in a model that runs.
    """
    changed = without_dead_channels(content)
    return lean(content) if changed is content else changed


def without_dead_channels(content: bytes) -> bytes:
    """`content`, a .tflite, lean and with fewer channels; itself where none can go, or where it is
    none that runs, which the checks of a model say better."""
    try:
        model = Model.parse(content)
        if len(model.subgraphs) != 1 or model.is_stateful:
            return content
        graph = _Graph(model, op_options(model))
        chains = [chain for chain in graph.chains() if chain.gone.size]
        return _without(content, graph, chains) if chains else content
    except (*WALK_ERRORS, CodegenError, ArithmeticError):
        return content


@dataclass(frozen=True)
class _Chain:
    """tensors: that have the same channels. ops: that make them, and that sum over them. values:
    of each tensor. kept: numbers of the channels that stay."""

    tensors: frozenset[int]
    makers: tuple[Op, ...]
    sums: tuple[Op, ...]
    values: Mapping[int, Values]
    kept: NDArray[np.int64]

    @property
    def gone(self) -> NDArray[np.int64]:
        channels = len(self.values[self.makers[0].outputs[0]])
        return np.setdiff1d(np.arange(channels), self.kept)


@dataclass(frozen=True)
class _Graph:
    model: Model
    options: tuple[Any, ...]

    def chains(self) -> Iterator[_Chain]:
        """Each once, with what of it can go."""
        values = self._values()
        made_by = {op.outputs[0]: op for op in self.model.ops if op.outputs}
        for start in self.model.ops:
            if start.name != "CONV_2D" or start.outputs[0] not in values:
                continue
            chain = self._chain(start, values)
            if chain is not None and all(made_by[t] in chain.makers for t in chain.tensors):
                yield chain

    def _chain(self, start: Op, values: Mapping[int, Values]) -> _Chain | None:
        tensors, makers, sums = {start.outputs[0]}, [start], []
        dead = values[start.outputs[0]] != NOT_CONSTANT
        pending = [start.outputs[0]]
        while pending:
            tensor = pending.pop()
            if tensor in (*self.model.main.inputs, *self.model.main.outputs):
                return None
            for op in self.model.ops:
                if tensor not in op.inputs:
                    continue
                if op.inputs.count(tensor) != 1 or op.inputs[0] != tensor or not self._is_own(op):
                    return None
                if op.name in _MOVES_ON and op.outputs[0] in values:
                    tensors.add(op.outputs[0])
                    makers.append(op)
                    pending.append(op.outputs[0])
                    dead &= values[op.outputs[0]] != NOT_CONSTANT
                elif op.name in _SUMS_UP and self._sums_over_channels(op):
                    sums.append(op)
                    given = values[tensor]
                    zero_point = self.model.tensors[tensor].zero_point
                    dead &= (given == zero_point) | ~np.bool_(self._is_padded(op))
                else:
                    return None
        if not sums or not self._is_own(start):
            return None
        live = np.flatnonzero(~dead)
        spare = np.flatnonzero(dead)[: max(-len(live) % _KEPT_MULTIPLE, 0 if len(live) else 1)]
        chain = _Chain(
            frozenset(tensors),
            tuple(makers),
            tuple(sums),
            values,
            np.sort(np.concatenate([live, spare])),
        )
        return chain if self._bias_fits(chain) else None

    def _values(self) -> dict[int, Values]:
        """By tensor, of those whose last axis are channels that are known of."""
        found: dict[int, Values] = {}
        for op in self.model.ops:
            values = self._of_output(op, found)
            if values is not None:
                found[op.outputs[0]] = values
        return found

    def _of_output(self, op: Op, known: Mapping[int, Values]) -> Values | None:
        if op.name not in _MOVES_ON | {"CONV_2D"} or not self._is_int8(op):
            return None
        source, output = (self.model.tensors[t] for t in (op.inputs[0], op.outputs[0]))
        given = known.get(op.inputs[0])
        if op.name == "RESHAPE":
            is_flat = source.shape[-1] == output.shape[-1] == source.nbytes == output.nbytes
            return given if is_flat else None
        limits = activation_range(output, self.options[op.index].fusedActivationFunction)
        if op.name in _POOLS:
            if given is None or (source.scales, source.zero_points) != (
                output.scales,
                output.zero_points,
            ):
                return None
            return np.where(given == NOT_CONSTANT, NOT_CONSTANT, np.clip(given, *limits))
        weights = self._weights(op)
        if weights is None:
            return None
        if given is None:
            given = np.full(source.shape[-1], NOT_CONSTANT)
        least, most = self._input_ends(op, source, given)
        channels = output.shape[-1]
        if op.name == "DEPTHWISE_CONV_2D":
            if source.shape[-1] != channels:
                return None
            products = [weights.reshape(-1, channels) * end for end in (least, most)]
            axis: tuple[int, ...] = (0,)
        else:
            if weights.shape[-1] != source.shape[-1]:
                return None
            products = [weights.reshape(channels, -1, len(given)) * end for end in (least, most)]
            axis = (1, 2)
        bias = self._bias(op, channels)
        ends = [bias + pick(*products).sum(axis=axis) for pick in (np.minimum, np.maximum)]
        requants = op_requants(self.model, op, channels)
        return constant_outputs(ends, requants, output.zero_point, *limits)

    def _input_ends(self, op: Op, source: Tensor, given: Values) -> tuple[Values, Values]:
        """The least and the largest input of each channel, zero point taken off; padding has 0."""
        known = given != NOT_CONSTANT
        offset = given - source.zero_point
        padding = 0 if self._is_padded(op) else offset
        least = np.where(known, np.minimum(offset, padding), -128 - source.zero_point)
        most = np.where(known, np.maximum(offset, padding), 127 - source.zero_point)
        return least, most

    def _is_padded(self, op: Op) -> bool:
        if op.name == "FULLY_CONNECTED":
            return False
        height, width = self.model.tensors[op.inputs[1]].shape[1:3]
        return (height, width) != (1, 1) and self.options[op.index].padding == schema.Padding.SAME

    def _is_int8(self, op: Op) -> bool:
        ends = [self.model.tensors[t] for t in (op.inputs[0], op.outputs[0])]
        return all(t.dtype == "INT8" and len(t.scales) == 1 and t.shape for t in ends)

    def _is_own(self, op: Op) -> bool:
        """Whether its constants are, and are there."""
        constants = [t for t in op.inputs[1:] if t >= 0]
        users = [t for other in self.model.ops for t in other.inputs if t in constants]
        return len(users) == len(constants) and all(
            self.model.tensors[t].is_const for t in constants
        )

    def _sums_over_channels(self, op: Op) -> bool:
        source, weights = (self.model.tensors[t] for t in op.inputs[:2])
        flat = op.name == "CONV_2D" or source.shape[-1] == source.nbytes
        return self._is_int8(op) and flat and weights.shape[-1] == source.shape[-1]

    def _weights(self, op: Op) -> NDArray[np.int64] | None:
        tensor = self.model.tensors[op.inputs[1]]
        if tensor.data is None or tensor.dtype != "INT8" or not tensor.scales:
            return None
        return np.frombuffer(tensor.data, "i1").reshape(tensor.shape).astype(np.int64)

    def _bias(self, op: Op, channels: int) -> NDArray[np.int64]:
        if not op.has_input(2):
            return np.zeros(channels, np.int64)
        data = self.model.tensors[op.inputs[2]].data
        return np.frombuffer(data or b"", "<i4").astype(np.int64)

    def folded_bias(self, op: Op, chain: _Chain) -> NDArray[np.int64]:
        """Of an op that sums over the chain's channels: with what those add that go."""
        weights = self._weights(op)
        assert weights is not None
        gone = chain.gone
        offset = chain.values[op.inputs[0]][gone] - self.model.tensors[op.inputs[0]].zero_point
        added = (weights[..., gone] * offset).reshape(len(weights), -1).sum(axis=1)
        return self._bias(op, len(weights)) + added

    def _bias_fits(self, chain: _Chain) -> bool:
        """Also where one would have to be made first."""
        for op in chain.sums:
            if self._weights(op) is None:
                return False
            bias = self.folded_bias(op, chain)
            if (np.abs(bias) >= _INT32 - 1).any() or (bias.any() and not op.has_input(2)):
                return False
        return True


def _without(content: bytes, graph: _Graph, chains: Iterable[_Chain]) -> bytes:
    changed = Rewriter(content)
    for chain in chains:
        for op in chain.sums:
            if op.has_input(2):
                changed.put(op.inputs[2], graph.folded_bias(op, chain).astype("<i4"))
            changed.keep(op.inputs[1], chain.kept, axis=-1)
        for op in chain.makers:
            if op.name == "RESHAPE":
                changed.reshape(op, len(chain.kept))
            elif op.name not in _POOLS:
                changed.keep(op.inputs[1], chain.kept, -1 if op.name == "DEPTHWISE_CONV_2D" else 0)
                if op.has_input(2):
                    changed.keep(op.inputs[2], chain.kept, axis=0)
        for tensor in chain.tensors:
            changed.resize(tensor, len(chain.kept))
    return lean(changed.content())
