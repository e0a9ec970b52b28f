"""Runs of ops that take turns: what they keep in memory, and that less would not do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.aot import packing
from codegen.aot.generate import STRIP_COST, generate_aot, plan_aot
from codegen.aot.recording import record
from codegen.aot.rows.stream_check import check_stream
from codegen.aot.rows.stream_ops import OpRun, Stream, op_runs, streams
from codegen.aot.rows.streams import Run, StreamOp, StreamTensor, hold, may_stream, pieces
from codegen.aot.rows.strips import RowWindows
from codegen.boards.facts import ISAS
from codegen.memory import arena_picture
from codegen.memory.planner import PlanError, PlannedTensor, plan_model
from codegen.model.tflite import Model
from tests.unit.codegen.aot.rows.test_strips import convolve
from verification.cases import draw
from verification.cases.chains import residual_chain
from verification.cases.model_builder import SAME, ModelBuilder

SEEDS = range(12)


def windows(rows: int, row_bytes: int, reach: int = 3, stride: int = 1) -> RowWindows:
    out = -(-rows // stride)
    return RowWindows(rows, out, stride, (reach - 1) // 2, reach, row_bytes, row_bytes)


def residual(rows: int = 8) -> Run:
    """Two windows of three rows, then the sum with what came in."""
    whole, some = StreamTensor(rows, 16, True), StreamTensor(rows, 16, False)
    ops = (
        StreamOp(windows(rows, 16), (0,), 1),
        StreamOp(windows(rows, 16), (1,), 2),
        StreamOp(None, (0, 2), 3),
    )
    return Run((whole, some, some, whole), ops)


def test_a_residual_needs_some_rows_beside_one_image() -> None:
    held = hold(residual(), 1, under=0)
    assert held.rows == {1: 3, 2: 1}
    assert held.before == 16 and held.exactly  # a row lower, or exactly there
    assert pieces(residual(), 4) == [[(0, 5), (5, 3)], [(0, 4), (4, 4)], [(0, 4), (4, 4)]]


def test_upside_down_the_padding_is_what_is_below() -> None:
    run = Run(
        (StreamTensor(9, 4, True), StreamTensor(4, 4, True)),
        (StreamOp(RowWindows(9, 4, 2, 0, 2, 4, 4), (0,), 1),),
    )
    (turned,) = run.turned.ops
    assert turned.windows == RowWindows(9, 4, 2, -1, 2, 4, 4)  # the last row is not read
    assert turned.read_first(0) == 1 and turned.read_end(1) == 3


def test_heights_have_their_number_of_pieces() -> None:
    assert residual(8).heights() == [1, 2, 3, 4]
    assert residual(1).heights() == []
    assert len(residual(500).heights()) < 25


def _runs(isa: str) -> Iterator[tuple[OpRun, list[PlannedTensor]]]:
    for seed in SEEDS:
        model = Model.parse(residual_chain(np.random.default_rng(seed)).model)
        recording = packing.packed(model, record(model.data, isa), isa)
        plan = plan_model(model, isa)
        buffers = [*plan.tensors, *plan.scratch]
        for run in op_runs(model, recording, buffers):
            yield run, buffers


def _placed(stream: Stream, buffers: list[PlannedTensor], up: bool) -> list[PlannedTensor]:
    """The run's tensors: the last output as near to its input as it may be, all others apart."""
    run = stream.ops
    at = {n: 0 for n in (run.under, run.output) if n is not None}
    if stream.apart is not None and run.under is not None:
        at[run.output if up else run.under] = max(
            0, stream.apart.behind if up else stream.apart.before
        )
    end = sum(b.nbytes for b in buffers) + 64
    placed = list(buffers)
    for number, one in enumerate(buffers):
        if one.index in run.tensors:
            nbytes = stream.held.get(one.index, one.nbytes)
            placed[number] = replace(one, offset=at.get(number, end), nbytes=nbytes)
            end += one.nbytes + 64
    return placed


@pytest.mark.parametrize("isa", ["scalar", "dsp"])
def test_each_run_finds_its_rows_and_less_would_not_do(isa: str) -> None:
    """The device's own walk, in both directions, by each height; then with a row less between two
    ops, and with the output nearer to its input."""
    checked, nearer = 0, 0
    for run, buffers in _runs(isa):
        for stream in streams(run, buffers, run.run.heights()[:4]):
            for up in (False, True):
                rows = -stream.height if up else stream.height
                placed = _placed(stream, buffers, up)
                check_stream(stream, placed, rows)
                checked += 1
                narrow = stream.apart and (stream.apart.behind if up else stream.apart.before)
                if narrow and narrow >= 32 and not stream.exactly:
                    moved = run.output if up else run.under
                    assert moved is not None
                    near = list(placed)
                    near[moved] = replace(near[moved], offset=near[moved].offset - 32)
                    nearer += _is_refused(stream, near, rows)
            most = max(stream.held, key=lambda index: stream.held[index])
            row = run.run.tensors[run.tensors.index(most)].row_bytes
            less = [
                replace(b, nbytes=b.nbytes - row) if b.index == most else b
                for b in _placed(stream, buffers, up=False)
            ]
            refused = _is_refused(stream, less, stream.height)
            assert refused or _is_refused(stream, less, -stream.height)
    assert checked > 300 and nearer > 20


def _is_refused(stream: Stream, buffers: list[PlannedTensor], rows: int) -> bool:
    try:
        check_stream(stream, buffers, rows)
    except PlanError as error:
        assert f"ops {stream.ops.first} to {stream.ops.end - 1} by pieces" in str(error)
        return True
    return False


def _residual_net(height: int = 32, channels: int = 16) -> bytes:
    rng = np.random.default_rng(3)
    b = ModelBuilder()
    shape = [1, height, height, channels]
    first, inner, after, last = (b.tensor(shape, scale=0.05, zero_point=-3) for _ in range(4))
    convolve(b, rng, first, inner, channels, depthwise=False, kernel=3)
    convolve(b, rng, inner, after, channels, depthwise=False, kernel=3)
    b.op("ADD", [first, after], [last], schema.AddOptionsT())
    return b.build([first], [last])


def test_a_constant_operand_does_not_go_by_rows() -> None:
    """A piece has no part of it. Nor do weights that are computed."""
    rng = np.random.default_rng(3)
    b = ModelBuilder()
    shape = [1, 32, 8, 4]
    first, inner, after, last = (b.tensor(shape, scale=0.05, zero_point=-3) for _ in range(4))
    weights = b.tensor([1, 3, 3, 4], scale=0.05, zero_point=0)
    offsets = b.constant(draw.int8_values(rng, shape), scale=0.05, zero_point=-3)
    common = {"strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    windows = schema.DepthwiseConv2DOptionsT(padding=SAME, depthMultiplier=1, **common)
    b.op("DEPTHWISE_CONV_2D", [first, weights, -1], [inner], windows, version=2)
    b.op("ADD", [inner, offsets], [after], schema.AddOptionsT())
    b.op("ADD", [after, first], [last], schema.AddOptionsT())
    model = Model.parse(b.build([first, weights], [last]))
    recording = record(model.data, "scalar")
    assert all(len(calls) == 1 for calls in recording.calls)
    assert may_stream(recording.calls[2], 2, 32 * 8 * 4)
    assert list(op_runs(model, recording, plan_model(model, "scalar").tensors)) == []


@pytest.mark.parametrize("isa", ISAS)
def test_a_residual_block_needs_little_more_than_one_image(isa: str) -> None:
    model = Model.parse(_residual_net())
    plan = plan_aot(model, isa)
    assert plan.strips is not None and plan.strips.cost <= STRIP_COST
    assert set(plan.strips.streams) == {(0, 3)}
    assert plan.arena_bytes < 1.6 * 32 * 32 * 16 < 3 * 32 * 32 * 16 <= plan.lower_bound_bytes
    assert "ops 0 to 2 in turns" in arena_picture.sizes(plan, isa)


def test_a_run_is_one_call_whatever_the_isa() -> None:
    text = generate_aot(_residual_net(), "net")["net_model.cc"].decode()
    assert text.count("nn::RunRowStream(") == 1
    words = " ".join(text.split())
    assert "nn::ConvFastS8( piece.params, kOp0Scales, piece.inputs[0]" in words
    assert "nn::AddS8( kOp2Params, piece.shape(), piece.inputs[0], piece.inputs[1]" in words
    assert text.count("nn::AddS8(") == 1  # on no ISA in one piece


def test_where_only_some_isas_take_turns_both_are_there() -> None:
    content = _residual_net(height=12)
    for cost in (0.001, 0.005, 0.01, 0.02, 0.05, 0.1):
        by_isa = [
            set(plan.strips.streams) if plan.strips else set()
            for plan in (plan_aot(Model.parse(content), isa, cost) for isa in ("scalar", "dsp"))
        ]
        if by_isa[0] != by_isa[1]:
            break
    else:
        pytest.fail("no price at which they differ")
    text = generate_aot(content, "net", ["scalar", "dsp"], strip_cost=cost)["net_model.cc"]
    (span,) = by_isa[0] ^ by_isa[1]
    rows = f"kOps{span[0]}To{span[1] - 1}Rows"
    assert f"if constexpr ({rows} != 0) {{" in text.decode()
    assert f"{rows} == 0) {{" in text.decode()


def test_who_watches_hears_of_each_op() -> None:
    text = generate_aot(_residual_net(), "net", after_op="heard")["net_model.cc"].decode()
    assert [f"heard({op});" in text for op in range(4)] == [True, True, True, False]


def test_a_run_has_something_that_only_its_ops_know() -> None:
    found = [run for run, _ in _runs("scalar")]
    assert found
    assert all(any(not tensor.whole for tensor in run.run.tensors) for run in found)
