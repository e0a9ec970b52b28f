"""Channels that give one value leave the model, and nothing else changes."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.host.dead_channels import slim, without_dead_channels
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import random_inputs
from codegen.model.lean import lean
from codegen.model.tflite import Model
from verification.cases.model_builder import (
    NO_ACTIVATION,
    RELU,
    RELU6,
    SAME,
    VALID,
    ModelBuilder,
    schema,
)

_DEAD_SCALE = 1e-10
_BIAS_SCALE = 0.02


class _Net:
    """A chain of ops. channels: of what is there now."""

    def __init__(self, rng: np.random.Generator, channels: int, extent: int = 6) -> None:
        self.rng, self.channels, self.extent = rng, channels, extent
        self.b = ModelBuilder()
        self.input = self.now = self._activation()

    def _activation(self, zero_point: int = -128) -> int:
        shape = [1, self.extent, self.extent, self.channels]
        return self.b.tensor(shape, scale=_BIAS_SCALE, zero_point=zero_point)

    def _weights(self, shape: list[int], dead: Set[int], axis: int) -> int:
        scales = self.rng.uniform(0.002, 0.02, shape[axis])
        scales[list(dead)] = _DEAD_SCALE
        weights = self.rng.integers(-127, 128, shape, dtype=np.int8)
        return self.b.constant(weights, scale=scales, axis=axis)

    def _bias(self, channels: int) -> int:
        values = self.rng.integers(-2000, 2000, channels, dtype=np.int32)
        return self.b.constant(values, scale=[1e-4] * channels, axis=0)

    def conv(
        self,
        channels: int,
        dead: Set[int] = frozenset(),
        size: int = 1,
        **more: Any,
    ) -> _Net:
        weights = self._weights([channels, size, size, self.channels], dead, axis=0)
        bias = self._bias(channels) if more.get("bias", True) else -1
        padding = more.get("padding", SAME)
        if padding == VALID:
            self.extent -= size - 1
        self.channels = channels
        options = schema.Conv2DOptionsT(
            padding=padding, strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1,
            fusedActivationFunction=more.get("activation", RELU),
        )  # fmt: skip
        made = self._activation(more.get("zero_point", -128))
        self.b.op("CONV_2D", [self.now, weights, bias], [made], options)
        self.now = made
        return self

    def depthwise(self, activation: int = RELU, dead: Set[int] = frozenset()) -> _Net:
        weights = self._weights([1, 3, 3, self.channels], dead, axis=3)
        options = schema.DepthwiseConv2DOptionsT(
            padding=SAME, strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1,
            depthMultiplier=1, fusedActivationFunction=activation,
        )  # fmt: skip
        inputs = [self.now, weights, self._bias(self.channels)]
        self.now = self._activation()
        self.b.op("DEPTHWISE_CONV_2D", inputs, [self.now], options)
        return self

    def pool(self, name: str, size: int = 2) -> _Net:
        self.extent //= size
        options = schema.Pool2DOptionsT(
            padding=VALID, strideW=size, strideH=size, filterWidth=size, filterHeight=size,
            fusedActivationFunction=NO_ACTIVATION,
        )  # fmt: skip
        source, self.now = self.now, self._activation()
        self.b.op(name, [source], [self.now], options)
        return self

    def flat_dense(self, features: int) -> _Net:
        flat = self.b.tensor([1, self.channels], scale=_BIAS_SCALE, zero_point=-128)
        shape = self.b.constant(np.array([1, self.channels], np.int32))
        options = schema.ReshapeOptionsT(newShape=[1, self.channels])
        self.b.op("RESHAPE", [self.now, shape], [flat], options)
        weights = self.b.constant(
            self.rng.integers(-127, 128, (features, self.channels), dtype=np.int8), scale=0.01
        )
        made = self.b.tensor([1, features], scale=0.1, zero_point=3)
        options = schema.FullyConnectedOptionsT()
        self.b.op("FULLY_CONNECTED", [flat, weights, self._bias(features)], [made], options)
        self.now = made
        return self

    def model(self, *outputs: int) -> bytes:
        return self.b.build([self.input], list(outputs) or [self.now])


def _net(channels: int = 3) -> _Net:
    return _Net(np.random.default_rng(1), channels)


def _channels(content: bytes) -> list[int]:
    """Of each op's output."""
    model = Model.parse(content)
    return [model.tensors[op.outputs[0]].shape[-1] for op in model.ops]


def _require_same(before: bytes, after: bytes) -> None:
    inputs = random_inputs(Model.parse(before), 8, seed=1)
    ends = [answers(Model.parse(content), inputs) for content in (before, after)]
    assert all((a == b).all() for a, b in zip(*ends, strict=True))


def test_through_depthwise_pools_and_reshape_to_the_sums() -> None:
    net = _net().conv(16, dead={1, 2, 3, 5, 8, 9, 10, 11}, size=3, padding=VALID)
    net = net.depthwise().pool("MAX_POOL_2D").conv(8, dead={0, 1, 2, 3})
    content = net.pool("AVERAGE_POOL_2D").flat_dense(5).model()
    less = without_dead_channels(content)
    assert _channels(content) == [16, 16, 16, 8, 8, 8, 5]
    assert _channels(less) == [8, 8, 8, 4, 4, 4, 5]
    assert len(less) < len(content) and slim(content) == less
    _require_same(content, less)


def test_a_rest_is_filled_up_to_words() -> None:
    content = _net().conv(16, dead=set(range(7)), size=3).conv(4).model()
    less = without_dead_channels(content)
    assert _channels(less) == [12, 4]
    _require_same(content, less)


def test_of_channels_that_are_all_dead_one_stays() -> None:
    content = _net().conv(8, dead=set(range(8))).conv(4, size=3).model()
    less = without_dead_channels(content)
    assert _channels(less)[0] in (1, 4)
    _require_same(content, less)


def _with_values_beside_the_zero_point(size: int, padding: int, bias: bool = True) -> bytes:
    """Dead channels that give 7: their bias is it."""
    net = _net()
    net.conv(8, dead=set(), activation=NO_ACTIVATION)
    b = net.b
    weights = np.zeros((8, 1, 1, 8), np.int8)
    weights[4:] = net.rng.integers(-127, 128, (4, 1, 1, 8))
    w = b.constant(weights, scale=[0.01] * 8, axis=0)
    c = b.constant(np.full(8, 700, np.int32), scale=[2e-4] * 8, axis=0)
    made = net._activation(zero_point=0)
    options = schema.Conv2DOptionsT(
        padding=SAME, strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1
    )
    b.op("CONV_2D", [net.now, w, c], [made], options)
    net.now = made
    return net.conv(4, size=size, padding=padding, activation=RELU6, bias=bias).model()


@pytest.mark.parametrize(
    ("size", "padding", "bias", "channels"),
    [(1, SAME, True, 4), (3, VALID, True, 4), (3, SAME, True, 8), (1, SAME, False, 8)],
)
def test_values_beside_the_zero_point(size: int, padding: int, bias: bool, channels: int) -> None:
    """They go into a bias that is there; with padding they are not the same everywhere."""
    content = _with_values_beside_the_zero_point(size, padding, bias)
    less = without_dead_channels(content)
    assert _channels(less) == [8, channels, 4]
    _require_same(content, less)


def test_a_channel_that_dies_on_the_way_goes_with_what_makes_it() -> None:
    """One that only the depthwise convolution kills is still made."""
    content = _net().conv(8).depthwise(dead={0, 1, 2, 3}).conv(4).model()
    assert without_dead_channels(content) is content


def test_what_somebody_else_reads_stays() -> None:
    net = _net().conv(8, dead=set(range(4)))
    shown = net.now
    whole = net.conv(4).model(shown, net.now)
    assert without_dead_channels(whole) is whole  # an output of the model

    net = _net().conv(8, dead=set(range(4)))
    summed = net._activation()
    net.b.op("ADD", [net.now, net.now], [summed], schema.AddOptionsT())
    net.now = summed
    content = net.conv(4).model()
    assert without_dead_channels(content) is content


def test_a_model_without_any_is_itself_and_slim_is_lean() -> None:
    content = _net().conv(8).depthwise().conv(4).model()
    assert without_dead_channels(content) is content
    assert slim(content) == lean(content)


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\x10\0\0\0TFL3" + bytes(64)])
def test_what_is_no_model_is_left_to_the_checks(content: bytes) -> None:
    assert without_dead_channels(content) is content


_SETS = st.sets(st.integers(0, 11), max_size=12)


@settings(deadline=None, max_examples=12)
@given(
    st.integers(0, 10_000),
    _SETS,
    _SETS,
    st.sampled_from([NO_ACTIVATION, RELU, RELU6]),
    st.sampled_from([-128, -3, 60]),
    st.sampled_from([(1, SAME), (3, SAME), (3, VALID)]),
    st.booleans(),
)
def test_outputs_stay_the_same_to_the_bit(
    seed: int, first: set[int], second: set[int], activation: int, zero_point: int,
    window: tuple[int, int], depthwise: bool,
) -> None:  # fmt: skip
    net = _Net(np.random.default_rng(seed), channels=3)
    size, padding = window
    net.conv(12, first, size, padding=padding, activation=activation, zero_point=zero_point)
    if depthwise:
        net.depthwise(activation)
    net.conv(12, second, size, padding=padding, activation=activation)
    content = net.conv(5, size=1).model()
    less = without_dead_channels(content)
    if less is not content:
        assert max(map(len, (first, second))) >= 4
        _require_same(content, less)
