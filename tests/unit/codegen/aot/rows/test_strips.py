"""Ops by strips of rows: how far apart input and output have to start, and what is gained."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from codegen.aot import layout
from codegen.aot.generate import STRIP_COST, generate_aot, plan_aot
from codegen.aot.recording import Call, Struct, Text
from codegen.aot.rows.strip_check import check_strips
from codegen.aot.rows.strip_ops import StripOp, directions
from codegen.aot.rows.strips import (
    RowWindows,
    by_strips,
    channel_blocks,
    ready_once,
    row_windows,
    scratch_bytes,
    strips_function,
)
from codegen.boards.facts import ISAS
from codegen.host.kernel_loops import ConvShape, conv_strips_scratch
from codegen.memory import arena_picture
from codegen.memory.planner import PlanError, PlannedTensor
from codegen.model.tflite import Model
from verification.cases import draw
from verification.cases.model_builder import SAME, ModelBuilder, schema

_FAR = 10_000


@st.composite
def _windows(at: st.DrawFn) -> RowWindows:
    extent, stride, reach = (at(st.integers(1, high)) for high in (12, 3, 5))
    pad_top = at(st.integers(0, reach - 1))
    below = at(st.integers(0, reach - 1))
    out_h = (extent + pad_top + below - reach) // stride + 1
    assume(out_h > 1 and (out_h - 1) * stride - pad_top < extent)
    row_bytes = st.integers(1, 9)
    read_first = at(st.sampled_from([0, 0, 1, 2, 3, 5, 12]))
    return RowWindows(
        *(extent, out_h, stride, pad_top, reach, at(row_bytes), at(row_bytes), read_first)
    )


@given(_windows(), st.integers(1, 12))
def test_at_the_distance_that_is_computed_nothing_is_lost(windows: RowWindows, rows: int) -> None:
    check_strips("op", windows, _FAR, _FAR - windows.down(rows), rows)
    check_strips("op", windows, _FAR, _FAR + windows.up(rows), -rows)


@given(_windows(), st.integers(1, 12))
def test_one_byte_nearer_a_strip_writes_on_what_it_reads(windows: RowWindows, rows: int) -> None:
    strips = windows.strips(rows)
    if len(strips) > 1 or windows.out_h > windows.read_first:  # else all is read, then written
        with pytest.raises(PlanError, match="writes on input row"):
            check_strips("op", windows, _FAR, _FAR - windows.down(rows) + 1, rows)
        with pytest.raises(PlanError, match="writes on input row"):
            check_strips("op", windows, _FAR, _FAR + windows.up(rows) - 1, -rows)
    else:
        check_strips("op", windows, _FAR, _FAR, rows)


def test_what_reads_first_needs_but_the_rows_that_are_read_again() -> None:
    """A window of three rows of 8 bytes, 20 of them: one is read again for the next piece."""
    windows = RowWindows(20, 20, 1, 1, 3, 8, 8)
    assert (windows.down(20), windows.up(20)) == (160, 160)
    pieces = dataclasses.replace(windows, read_first=6)
    assert [pieces.down(rows) for rows in (20, 6, 5)] == [8, 8, 8]
    assert [pieces.up(rows) for rows in (20, 7, 6, 5)] == [160, 64, 8, 8]
    assert pieces.heights()[0] == 20 and windows.heights()[0] == 10


@pytest.mark.parametrize(
    ("out_h", "heights"), [(1, []), (2, [1]), (3, [2, 1]), (7, [4, 3, 2, 1]), (12, [6, 4, 3, 2, 1])]
)
def test_strips_are_as_high_as_their_number_makes_them(out_h: int, heights: list[int]) -> None:
    assert RowWindows(12, out_h, 1, 0, 1, 1, 1).heights() == heights


PARAMS = {
    "batches": 1, "in_h": 9, "in_w": 5, "in_c": 8, "out_h": 7, "out_w": 3, "out_c": 12,
    "filter_c": 8, "kernel_h": 3, "kernel_w": 3, "stride_h": 1, "stride_w": 1, "dilation_h": 1,
    "dilation_w": 1, "pad_top": 0, "pad_left": 0,
}  # fmt: skip


def call(function: str = "nn::ConvS8", **changes: int) -> Call:
    fields = tuple((name, Text(str(value))) for name, value in {**PARAMS, **changes}.items())
    arguments = (("params", Struct("nn::ConvParams", fields)), ("input", Text("x")))
    return Call("nn/conv.h", function, fails=False, arguments=arguments)


@pytest.mark.parametrize(
    ("kernel_h", "dilation_h", "reach"), [(1, 1, 1), (3, 1, 3), (1, 4, 1), (2, 3, 4), (3, 2, 5)]
)
def test_windows_of_a_call_are_its_parameters(kernel_h: int, dilation_h: int, reach: int) -> None:
    one = call(kernel_h=kernel_h, dilation_h=dilation_h, stride_h=2, out_h=4, pad_top=1)
    assert row_windows([one]) == RowWindows(
        in_h=9, out_h=4, stride=2, pad_top=1, reach=reach, in_row_bytes=40, out_row_bytes=36
    )


def test_what_cannot_go_by_strips() -> None:
    possible = [
        call(),
        call("nn::DepthwiseConvS8", filter_c=1),
        call("nn::MaxPoolS8", filter_c=1),
        call(out_h=10, pad_top=1),  # the last window has one row of the input
    ]
    assert all(row_windows([one]) for one in possible)
    assert row_windows([]) is None and row_windows([call(), call()]) is None
    assert row_windows([call("nn::AddS8")]) is None
    assert row_windows([call(batches=2)]) is None
    assert row_windows([call(filter_c=4)]) is None  # groups
    assert row_windows([call(out_h=10)]) is None  # the last window has none


def test_channels_that_are_finished_in_blocks() -> None:
    depthwise = call("nn::DepthwiseConvS8", filter_c=1)
    assert channel_blocks(depthwise) == 12 and ready_once(depthwise)
    assert strips_function(depthwise) == "nn::DepthwiseConvBlockStripsS8"
    fast = call("nn::DepthwiseConvFastS8", filter_c=1)
    assert channel_blocks(fast) == 12 and ready_once(fast)
    assert strips_function(fast) == "nn::DepthwiseConvFastBlockStripsS8"
    by_rows = call("nn::DepthwiseConvFastS8", filter_c=1, out_c=10)
    assert channel_blocks(by_rows) is None
    assert strips_function(by_rows) == "nn::DepthwiseConvStripsS8"
    for other in (
        call("nn::DepthwiseConvS8", filter_c=1, out_c=10),
        call("nn::DepthwiseConvS8", filter_c=2),
        call("nn::MaxPoolS8", filter_c=1),
    ):
        assert channel_blocks(other) is None and not ready_once(other)
        assert strips_function(other) == other.function.replace("S8", "StripsS8")
        assert scratch_bytes(other, "dsp") is None
    assert ready_once(call()) and channel_blocks(call(filter_c=1)) is None
    shape = ConvShape(**{one.name: PARAMS[one.name] for one in dataclasses.fields(ConvShape)})
    assert scratch_bytes(call(), "dsp") == conv_strips_scratch(shape, "dsp")
    made = by_strips(call(), "-4")
    assert (made.function, made.arguments[-1]) == ("nn::ConvStripsS8", ("rows", Text("-4")))


@pytest.mark.parametrize(
    ("output_at", "input_at", "rows"),
    [
        (0, 128, None),  # side by side: all rows at once
        (128, 0, None),
        (0, 127, 4),
        (127, 0, -4),
        (0, 64, 4),  # four rows before: each strip is read before it is written on
        (0, 63, -4),
    ],
)
def test_strips_go_where_the_places_ask_for_it(
    output_at: int, input_at: int, rows: int | None
) -> None:
    windows = RowWindows(
        in_h=8, out_h=8, stride=1, pad_top=0, reach=1, in_row_bytes=16, out_row_bytes=16
    )
    one = StripOp(5, windows, 0, 1, 128, 128, None, ready_once=False, more_scratch=0)
    buffers = [
        PlannedTensor(index, "", offset, 128, 0, 9)
        for index, offset in enumerate((output_at, input_at))
    ]
    assert directions({one: 4}, buffers) == ({} if rows is None else {5: rows})


def convolve(
    b: ModelBuilder,
    rng: np.random.Generator,
    source: int,
    made: int,
    channels: int,
    *,
    depthwise: bool,
    kernel: int = 1,
) -> None:
    """A convolution that keeps the shape; kernel: of one that is not depthwise."""
    extents = [1, 3, 3, channels] if depthwise else [channels, kernel, kernel, channels]
    filter_ = b.constant(
        draw.weights(rng, extents), scale=[0.01] * channels, axis=3 if depthwise else 0
    )
    bias = b.constant(np.zeros(channels, np.int32), scale=[0.0005] * channels)
    common = {"padding": SAME, "strideH": 1, "strideW": 1}
    common |= {"dilationHFactor": 1, "dilationWFactor": 1}
    options = (
        schema.DepthwiseConv2DOptionsT(depthMultiplier=1, **common)
        if depthwise
        else schema.Conv2DOptionsT(**common)
    )
    name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    b.op(name, [source, filter_, bias], [made], options, version=2)


def _separable(height: int, channels: int, blocks: int = 2) -> bytes:
    """Depthwise 3x3 and pointwise convolutions in turn, all of one shape."""
    rng = np.random.default_rng(3)
    b = ModelBuilder()
    shape = [1, height, height, channels]
    tensors = [b.tensor(shape, scale=0.05, zero_point=-3) for _ in range(2 * blocks + 1)]
    for i in range(2 * blocks):
        convolve(b, rng, tensors[i], tensors[i + 1], channels, depthwise=i % 2 == 0)
    return b.build(tensors[:1], tensors[-1:])


@pytest.mark.parametrize("isa", ISAS)
def test_a_chain_needs_little_more_than_one_image(isa: str) -> None:
    model = Model.parse(_separable(height=32, channels=16))
    plan = plan_aot(model, isa)
    image = 32 * 32 * 16
    assert plan.strips is not None and plan.strips.cost <= STRIP_COST
    assert plan.arena_bytes < 1.4 * image
    free = plan_aot(model, isa, 0.0)  # with what costs nothing
    free_bytes = free.arena_bytes + (free.strips.saved_bytes if free.strips else 0)
    assert plan.arena_bytes + plan.strips.saved_bytes == free_bytes
    assert set(plan.strips.rows) == {0, 1, 2, 3}
    assert {rows < 0 for rows in plan.strips.rows.values()} == {True, False}


def test_what_costs_too_much_is_left() -> None:
    model = Model.parse(_separable(height=12, channels=16))
    plans = [plan_aot(model, "scalar", cost) for cost in (0.0, 0.001, 0.01, math.inf)]
    assert plans[0].strips is None
    arenas = [plan.arena_bytes for plan in plans]
    assert arenas == sorted(arenas, reverse=True) and arenas[0] > arenas[-1]
    for plan, cost in zip(plans[1:], (0.001, 0.01, math.inf), strict=True):
        assert plan.strips is None or plan.strips.cost <= cost


def test_strips_that_save_nothing_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    # A height that no other test has: plans are remembered by their model.
    model = Model.parse(_separable(height=13, channels=16))
    whole = plan_aot(model, "scalar", 0.0)
    assert whole.strips is None
    monkeypatch.setattr(
        layout, "_lowest_by_rows", lambda *_: ((*whole.tensors, *whole.scratch), {})
    )
    assert plan_aot(model, "scalar", math.inf) == whole


def test_generated_code_says_the_rows_on_each_isa() -> None:
    text = generate_aot(_separable(height=32, channels=16), "net")["net_model.cc"].decode()
    assert text.count("nn::DepthwiseConvFastBlockStripsS8(") == 2
    for isa in ISAS:
        plan = plan_aot(Model.parse(_separable(height=32, channels=16)), isa)
        assert plan.strips is not None
        for op, rows in plan.strips.rows.items():
            assert f"constexpr int32_t kOp{op}Rows = {rows};" in text


def test_an_isa_without_strips_has_the_call_in_one_piece() -> None:
    content = _separable(height=32, channels=16)
    model, isas = Model.parse(content), ("scalar", "mve")  # with the same calls
    costs = [10 ** (-step / 4) for step in range(4, 24)]
    differ = (
        cost
        for cost in costs
        if len({plan_aot(model, isa, cost).strips is None for isa in isas}) == 2
    )
    text = generate_aot(content, "net", isas, strip_cost=next(differ))["net_model.cc"].decode()
    whole = r"  if constexpr \(kOp(\d)Rows == 0\) \{\n  nn::\w+S8\([^;]*;\n  \}\n"
    strips = r"  if constexpr \(kOp\1Rows != 0\) \{\n  nn::\w+StripsS8\([^;]*kOp\1Rows\);\n  \}\n"
    assert re.search(whole + strips, text)


def test_plan_says_what_strips_gain_and_cost() -> None:
    plan = plan_aot(Model.parse(_separable(height=32, channels=16)), "dsp")
    assert plan.strips is not None
    said = arena_picture.sizes(plan, "dsp")
    assert f"{plan.strips.saved_bytes:>8,} B less, some rows at a time in ops 0, 1, 2, 3" in said
    assert f"for about {100 * plan.strips.cost:.1f} % more instructions" in said
