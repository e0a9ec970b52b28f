"""Weights in the order of the dsp kernels: the sums that they give are those of the model's."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from codegen.aot import packing, quads
from codegen.aot.generate import generate_aot
from codegen.aot.recording import Address, Call, Constant, Text, record
from codegen.model.tflite import Model
from verification.cases.model_builder import (
    NO_ACTIVATION,
    RELU,
    SAME,
    VALID,
    ModelBuilder,
    schema,
    small_cnn,
)

_IN_ZERO_POINT = 7


def _conv(
    weights: NDArray[np.int8], bias: NDArray[np.int32], groups: int = 1, **more: Any
) -> Model:
    """One op. weights: [out_c, products], of a window of 1x1."""
    out_c, products = weights.shape
    b = ModelBuilder()
    x = b.tensor([1, 3, 3, products * groups], scale=0.5, zero_point=_IN_ZERO_POINT)
    scales = more.get("scales", [0.25 / 64] * out_c)
    w = b.constant(weights.reshape(out_c, 1, 1, products), scale=scales, axis=0)
    c = b.constant(bias, scale=[0.5 * scale for scale in scales], axis=0)
    y = b.tensor([1, 3, 3, out_c], scale=more.get("out_scale", 0.5), zero_point=0)
    activation = more.get("activation", NO_ACTIVATION)
    options = schema.Conv2DOptionsT(
        padding=VALID, strideW=1, strideH=1, fusedActivationFunction=activation,
        dilationWFactor=1, dilationHFactor=1,
    )  # fmt: skip
    b.op("CONV_2D", [x, w, c], [y], options)
    return Model.parse(b.build([x], [y]))


def _dense(weights: NDArray[np.int8], bias: NDArray[np.int32], batches: int = 1) -> Model:
    out_features, in_features = weights.shape
    b = ModelBuilder()
    x = b.tensor([batches, in_features], scale=0.5, zero_point=_IN_ZERO_POINT)
    w = b.constant(weights, scale=0.25 / 64)
    c = b.constant(bias, scale=0.125 / 64)
    y = b.tensor([batches, out_features], scale=0.5, zero_point=3)
    b.op("FULLY_CONNECTED", [x, w, c], [y], schema.FullyConnectedOptionsT())
    return Model.parse(b.build([x], [y]))


def _packed(model: Model, isa: str = "dsp") -> Call:
    ((call,),) = packing.packed(model, record(model.data, isa), isa).calls
    return call


def _is_packed(model: Model) -> bool:
    return "Packed" in _packed(model).function


def _array(call: Call, name: str) -> NDArray[Any]:
    value = dict(call.arguments)[name]
    assert isinstance(value, Constant)
    return np.frombuffer(value.data, {"int32_t": "<i4", "uint32_t": "<u4"}[value.type])


def _sums(
    words: NDArray[np.uint32], inputs: NDArray[np.int64], biases: NDArray[np.int64], channels: int
) -> NDArray[np.int64]:
    """What the kernels compute in 32 bits. inputs: [steps, 2]; biases: BiasAndShift a channel."""
    pairs = [min(first, channels - 2) for first in range(0, channels, 2)]
    by_fours = channels // 4 * 2
    quads = words[: by_fours * len(inputs)].reshape(-1, len(inputs), 2).transpose(0, 2, 1)
    rest = words[by_fours * len(inputs) :].reshape(-1, len(inputs))
    sums = np.zeros(channels, np.int64)
    for a, own in zip(pairs, [*quads.reshape(-1, len(inputs)), *rest], strict=True):
        halves = np.stack([own & 0xFFFF, own >> 16], axis=1)
        both = halves.astype(np.uint16).view(np.int16).astype(np.int64)
        low = halves.astype(np.uint8).view(np.int8).astype(np.int64)
        second = (int(biases[a + 1]) >> 8) + int((low * inputs).sum())
        s = int(biases[a]) + (int(biases[a + 1]) >> 8) + int((both * inputs).sum())
        difference = (s - second) & 0xFFFFFFFF
        difference -= (difference >> 31) << 32
        assert difference >> 7 == 2 * (difference >> 8)  # the shift's bits are below
        sums[[a, a + 1]] = difference >> 8, second
    return sums


def _ordered(inputs: NDArray[np.int64], order: list[int]) -> NDArray[np.int64]:
    """[steps, 2]; what no product has is anything."""
    return np.array([inputs[k] if k >= 0 else 99 for k in order]).reshape(-1, 2)


@settings(deadline=None)  # the first compiles and loads
@given(st.integers(2, 19), st.integers(4, 23), st.integers(0, 1000))
def test_packed_convolutions_give_the_models_sums(out_c: int, products: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(-127, 128, (out_c, products), dtype=np.int8)
    weights[:, 0] = 100  # none is constant
    bias = rng.integers(-3_000, 3_000, out_c, dtype=np.int32)
    call = _packed(_conv(weights, bias))
    assert call.function == "nn::ConvPackedS8"
    assert dict(call.arguments)["live"] == Text("nullptr")
    x = rng.integers(-128, 128, products) - _IN_ZERO_POINT
    records = _array(call, "channels").reshape(out_c, 2).astype(np.int64)
    order = packing._conv_order(products)
    sums = _sums(_array(call, "weights"), _ordered(x, order), records[:, 1], out_c)
    assert sums.tolist() == (weights.astype(np.int64) @ x + bias).tolist()
    # 0.5 * (0.25 / 64) / 0.5 is 2^-8: as Q31 2^30, and seven to the right.
    assert set(records[:, 0]) == {1 << 30} and set(records[:, 1] & 255) == {7}


@pytest.mark.parametrize("batches", [1, 2])
@settings(deadline=None)  # the first compiles and loads
@given(st.integers(2, 11), st.integers(4, 13), st.integers(0, 1000))
def test_packed_dense_layers_give_the_models_sums(
    batches: int, out_features: int, in_features: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(-127, 128, (out_features, in_features), dtype=np.int8)
    bias = rng.integers(-100_000, 100_000, out_features, dtype=np.int32)
    call = _packed(_dense(weights, bias, batches))
    if batches > 1 and in_features % 4:
        assert call.function == "nn::FullyConnectedS8"
        return
    assert call.function == "nn::FullyConnectedPackedS8"
    x = rng.integers(-128, 128, in_features)
    inputs = _ordered(x, packing._fully_connected_order(in_features))
    biases = _array(call, "biases").astype(np.int64)
    sums = _sums(_array(call, "weights"), inputs, biases, out_features)
    assert sums.tolist() == (weights.astype(np.int64) @ (x - _IN_ZERO_POINT) + bias).tolist()
    assert dict(call.arguments)["channel_multipliers"] == Text("nullptr")
    assert dict(call.arguments)["multiplier"] == Text(str(1 << 30))


def _plain(out_c: int = 5, products: int = 8) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
    return np.full((out_c, products), 3, np.int8), np.zeros(out_c, np.int32)


def test_a_pair_that_a_halfword_does_not_hold_stays_as_it_was() -> None:
    weights, bias = _plain(4)
    weights[2, 1], weights[3, 1] = -128, 0
    assert _is_packed(_conv(weights, bias)) and _is_packed(_dense(weights, bias))
    weights[3, 1] = -1
    assert not _is_packed(_conv(weights, bias)) and not _is_packed(_dense(weights, bias))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_that_may_leave_its_24_bits_stays_as_it_was(sign: int) -> None:
    """The bias counts with the inputs that are worst for it."""
    weights = np.full((5, 300), 100, np.int8)
    bias = np.zeros(5, np.int32)
    worst = 300 * 100 * (127 - _IN_ZERO_POINT if sign > 0 else 128 + _IN_ZERO_POINT)
    bias[4] = sign * ((1 << 23) - (sign > 0) - worst)
    assert _is_packed(_conv(weights, bias, out_scale=256.0))
    assert _is_packed(_dense(weights, bias))
    bias[4] += sign
    assert not _is_packed(_conv(weights, bias, out_scale=256.0))
    assert not _is_packed(_dense(weights, bias))


def test_what_the_kernels_cannot_do_stays_as_it_was() -> None:
    assert not _is_packed(_dense(*_plain(1)))
    assert not _is_packed(_conv(*_plain(8), groups=2))
    assert not _is_packed(_conv(*_plain(5, 3)))  # has no scratch
    assert not _is_packed(_conv(*_plain(), scales=[0.25] * 4 + [300.0]))  # a shift to the left
    assert _packed(_conv(*_plain()), "mve").function == "nn::ConvFastS8"


def _live(call: Call) -> tuple[list[int], list[int]]:
    live = dict(call.arguments)["live"]
    assert isinstance(live, Address)
    fields = dict(live.of.fields)
    numbers, pixel = fields["numbers"], fields["pixel"]
    assert isinstance(numbers, Constant) and isinstance(pixel, Constant)
    assert fields["count"] == Text(str(len(numbers.data) // 2))
    return np.frombuffer(numbers.data, "<u2").tolist(), np.frombuffer(pixel.data, "i1").tolist()


def test_channels_that_always_give_the_same_are_not_computed() -> None:
    """By a scale that is nothing, by a rectifier that no input opens, by weights that are zero and
    a bias that no short way takes."""
    weights, bias = _plain(9)
    scales = [0.25 / 64] * 9
    scales[1] = 1e-9
    bias[4] = -8 * 3 * 300
    weights[6], bias[6], scales[6] = 0, 1 << 30, 2e-9
    call = _packed(_conv(weights, bias, scales=scales, activation=RELU))
    numbers, pixel = _live(call)
    assert numbers == [0, 2, 3, 5, 7, 8]
    # 2^30 times 0.5 * 2e-9 / 0.5 is 2.1
    assert pixel == [0, 0, 0, 0, 0, 0, 2, 0, 0]
    assert len(_array(call, "channels")) == 2 * 6
    # without the rectifier channel 4 is one like others
    assert _live(_packed(_conv(weights, bias, scales=scales)))[0] == [0, 2, 3, 4, 5, 7, 8]


def test_of_a_single_one_the_last_is_there_again() -> None:
    weights, bias = _plain(6)
    scales = [1e-9, 1e-9, 0.25 / 64, 1e-9, 1e-9, 1e-9]
    assert _live(_packed(_conv(weights, bias, scales=scales)))[0] == [2, 2]
    assert not _is_packed(_conv(weights, bias, scales=[1e-9] * 6))  # nothing to compute


def _depthwise(out_c: int, stride: int = 1, **more: Any) -> Model:
    b = ModelBuilder()
    x = b.tensor([1, 6, 6, out_c], scale=0.5, zero_point=_IN_ZERO_POINT)
    scales = [more.get("scale", 0.25 / 64)] * out_c
    w = b.constant(np.ones((1, 3, 3, out_c), np.int8), scale=scales, axis=3)
    c = b.constant(np.full(out_c, more.get("bias", -9), np.int32), scale=scales, axis=0)
    y = b.tensor([1, 6 // stride, 6 // stride, out_c], scale=0.5, zero_point=0)
    options = schema.DepthwiseConv2DOptionsT(
        padding=SAME, strideW=stride, strideH=stride, dilationWFactor=1, dilationHFactor=1,
        depthMultiplier=1,
    )  # fmt: skip
    b.op("DEPTHWISE_CONV_2D", [x, w, c], [y], options)
    return Model.parse(b.build([x], [y]))


def test_planes_have_their_channels_ready() -> None:
    call = _packed(_depthwise(8))
    assert call.function == "nn::DepthwisePackedS8"
    assert _array(call, "channels").reshape(8, 2).tolist() == [[1 << 30, -9 * 256 + 7]] * 8


@pytest.mark.parametrize(
    ("model", "all_fast"),
    [
        (_depthwise(8, stride=2), True),
        (_depthwise(6), True),
        (_depthwise(8, scale=300.0), False),
        (_depthwise(8, scale=1e-10), False),
        (_depthwise(8, bias=1 << 23), True),
        (_depthwise(8, bias=-(1 << 23) - 1), True),
        (_depthwise(8, bias=1 << 30), False),
        (_depthwise(8, bias=(1 << 31) - 1), True),
    ],
)
def test_other_depthwise_convolutions_stay_as_they_were(model: Model, all_fast: bool) -> None:
    assert _packed(model).function == f"nn::DepthwiseConv{'Fast' * all_fast}S8"


def test_code_for_all_cores_has_each_order() -> None:
    model = small_cnn()
    text = generate_aot(model, "net")["net_model.cc"].decode()
    dsp, scalar = (f"nn::TargetIsa() == nn::Isa::{isa}" for isa in ("kDsp", "kScalar"))
    for condition, function in (
        (dsp, "nn::ConvPacked"),
        (scalar, "nn::ConvReady"),
        (f"!({scalar}) && !({dsp})", "nn::ConvFast"),
    ):
        assert f"if constexpr ({condition}" in text
        assert function in text.split(f"if constexpr ({condition}")[1]
    alone = generate_aot(model, "net", ["dsp"])["net_model.cc"].decode()
    assert "if constexpr" not in alone and "ConvFast" not in alone and "ConvPacked" in alone
    assert "Packed" not in generate_aot(model, "net", ["scalar", "mve"])["net_model.cc"].decode()


def test_code_for_all_cores_names_each_array_once() -> None:
    model = _dense(np.full((32, 256), 3, np.int8), np.zeros(32, np.int32))
    text = generate_aot(model.data, "net")["net_model.cc"].decode()
    names = re.findall(r"constexpr \w+ (k\w+)\[", text)
    assert len(set(names)) == len(names)
    assert {"kOp0Quads", "kOp0Weights", "kOp0Filter", "kOp0Biases"} <= set(names)


@pytest.mark.parametrize(("bias", "ready"), [(40, True), (1 << 24, False)])
def test_without_simd_channels_are_ready_if_those_of_all_convolutions_can_be(
    bias: int, ready: bool
) -> None:
    weights, biases = _plain(5)
    biases[3] = bias
    call = _packed(_conv(weights, biases), "scalar")
    assert call.function == ("nn::ConvReadyS8" if ready else "nn::ConvFastS8")
    if ready:
        records = _array(call, "ready").reshape(5, 2)
        assert set(records[:, 0]) == {1 << 30} and set(records[:, 1] & 31) == {7}
        folded = [-_IN_ZERO_POINT * 8 * 3 + own for own in (0, 0, 0, bias, 0)]
        assert (records[:, 1] >> 8).tolist() == folded


def _quad_sums(words: NDArray[np.uint32], x: NDArray[np.int64], channels: int) -> list[int]:
    """What the kernels for cores without SIMD add up of whole groups of inputs, in 32 bits."""
    groups = len(x) // 4
    sums = np.zeros(channels, np.int64)
    at = 0
    for first in range(0, channels, 4):
        by_fours = first + 4 <= channels
        for pair in range(first, min(first + 4, channels), 2):
            second = min(pair + 1, channels - 1)
            own = words[at : at + (4 if by_fours else 2) * groups].reshape(groups, -1)
            odd = pair > first
            at += own.size if odd or not by_fours else 0
            if by_fours:
                fields = own >> (8 if odd else 0) & 0x00FF00FF
            else:
                fields = np.stack([own & 0x00FF00FF, own >> 8 & 0x00FF00FF], axis=2)
            inputs = x.reshape(groups, 4)
            start = 0x8000 - 0x00800080 * inputs.sum(axis=1)
            p = start + (fields.reshape(groups, 4).astype(np.int64) * inputs).sum(axis=1)
            p &= 0xFFFFFFFF
            high = (p >> 16) - (p >> 31 << 16)
            sums[second] = high.sum()
            sums[second - 1] = ((p & 0xFFFF) - 0x8000).sum()
    return sums.tolist()


@settings(deadline=None)  # the first compiles and loads
@given(st.integers(2, 11), st.integers(1, 3), st.integers(0, 1000))
def test_words_of_four_channels_give_the_models_sums(channels: int, groups: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(-128, 128, (channels, 4 * groups))
    given = quads.shortened(weights)
    assert (abs(given) <= abs(weights)).all() and (given * weights >= 0).all()
    words = quads._words(given).astype(np.uint32)
    assert len(words) == (channels // 4 * 4 + (channels % 4 + 1) // 2 * 2) * groups
    for x in (*np.where(given > 0, 127, -128), *np.where(given > 0, -128, 127)):
        assert _quad_sums(words, x, channels) == (given @ x).tolist()


@pytest.mark.parametrize(
    ("group", "shorter"),
    [
        ([64, 64, 64, 64], [64, 64, 64, 64]),  # -128 * 256 is int16
        ([64, 64, 64, 65], [64, 64, 64, 63]),
        ([-128, -127, 0, 0], [-128, -127, 0, 0]),
        ([-128, -128, 0, 0], [-127, -128, 0, 0]),
        ([127, 127, 127, 127], [0, 1, 127, 127]),
    ],
)
def test_a_group_beyond_int16_is_shortened_by_what_it_must(
    group: list[int], shorter: list[int]
) -> None:
    found = quads.shortened(np.array([group]))[0]
    assert sorted(found.tolist()) == sorted(shorter)


def test_dense_layers_are_packed_by_fours_where_all_can_be_and_it_pays() -> None:
    def function(weights: NDArray[np.int8], batches: int = 1) -> str:
        model = _dense(weights, np.zeros(len(weights), np.int32), batches)
        return _packed(model, "scalar").function

    weights = np.full((32, 256), 3, np.int8)
    assert function(weights) == "nn::FullyConnectedQuadsS8"
    assert function(weights[:31]) == "nn::FullyConnectedS8"  # too few
    assert function(weights.reshape(1, -1)) == "nn::FullyConnectedS8"  # one channel
    assert function(np.full((32, 257), 3, np.int8), batches=2) == "nn::FullyConnectedS8"
    weights[:, 0] = 127
    weights[:, 1] = 127
    assert function(weights) == "nn::FullyConnectedQuadsS8"  # one in 256 lacks something
    weights[0, 4:6] = 127
    assert function(weights) == "nn::FullyConnectedS8"
