"""Which ops may go by strips and which do, by hand-made offers."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from codegen.aot.rows import choice, strip_ops
from codegen.aot.rows.choice import choose
from codegen.aot.rows.strip_check import check_strips
from codegen.aot.rows.strips import RowWindows
from codegen.memory.planner import SCRATCH, PlanError, PlannedTensor
from tests.unit.codegen.aot.rows.test_strips import call

NOTHING: Any = None
CORES = {"one": ("slow", "fast")}


def op(index: int, saved: dict[int, int], more: dict[int, tuple[int, int]]) -> Mock:
    """saved: bytes, by the strips' height. more: instructions on each core."""
    windows = Mock(heights=lambda: sorted(saved, reverse=True))
    return Mock(op=index, windows=windows, saved_bytes=saved.get, more=more)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is chosen of ops for a price, of a model of 1000 and 500 instructions."""

    def of(ops: list[Any], alive: list[int], most_more: float, counted: bool = True) -> Any:
        totals = {"slow": [600, 400], "fast": [500]} if counted else {}
        by_op = {one.op: one for one in ops}
        monkeypatch.setattr(choice, "CORES", CORES)
        monkeypatch.setattr(choice, "estimate", lambda _, cpu: totals.get(cpu))
        monkeypatch.setattr(
            choice,
            "estimate_strips",
            lambda _, index, height, __, cpu: by_op[index].more[height][CORES["one"].index(cpu)],
        )
        made = choose(Mock(ops=range(len(alive))), ops, (), (), alive, "one", most_more)
        assert made.streams == ()
        return made.strips, made.cost

    return of


FIRST = op(0, {4: 16, 2: 48, 1: 0}, {4: (10, 1), 2: (30, 40), 1: (0, 0)})


@pytest.mark.parametrize(
    ("most_more", "heights", "cost"),
    [
        (0.009, {}, 0.0),
        (0.01, {0: 4}, 0.01),
        (0.079, {0: 4}, 0.01),
        (0.08, {0: 2}, 0.08),  # the core where it costs most
    ],
)
def test_the_lowest_arena_for_the_price(
    most_more: float, heights: dict[int, int], cost: float, chosen: Any
) -> None:
    assert chosen([FIRST], [128], most_more) == (heights, cost)


def test_an_op_that_is_high_anyway_bounds_the_others(chosen: Any) -> None:
    assert chosen([FIRST], [128, 112], 1.0) == ({0: 4}, 0.01)  # lower saves nothing
    assert chosen([FIRST], [128, 128], 1.0) == ({}, 0.0)
    second = op(1, {3: 48}, {3: (10, 5)})
    assert chosen([FIRST, second], [128, 112], 0.07) == ({0: 4}, 0.01)
    assert chosen([FIRST, second], [128, 128], 1.0) == (
        {0: 2, 1: 3},
        pytest.approx(0.09),
    )


def test_a_model_whose_instructions_nobody_knows(chosen: Any) -> None:
    assert chosen([FIRST], [128], 0.5, counted=False) == ({}, 0.0)
    assert chosen([FIRST], [128], 10, counted=False) == ({0: 4}, 10.0)
    assert chosen([], [], 1.0) == ({}, 0.0)


def test_of_two_offers_the_cheaper_then_the_lower_is_taken(chosen: Any) -> None:
    one = op(0, {4: 48, 3: 48, 2: 64}, {4: (20, 3), 3: (20, 3), 2: (20, 2)})
    assert chosen([one], [128, 80], 1.0) == ({0: 2}, 0.02)


# ---------------------------------------------------------------- which may


BUFFERS = [
    PlannedTensor(7, "", 0, 360, 0, 1),  # the input
    PlannedTensor(SCRATCH, "", 0, 40, 0, 1),
    PlannedTensor(SCRATCH, "", 0, 100, 1, 2),  # another op's
    PlannedTensor(8, "", 0, 250, 0, 2),  # the output
]


def found(buffers: list[PlannedTensor], calls: list[Any], inputs: tuple[int, ...] = (7, 3)) -> Any:
    model: Any = Mock(ops=[Mock(index=0, inputs=inputs, outputs=(8,))])
    recording: Any = Mock(calls=[calls])
    return strip_ops.strip_ops(model, recording, buffers, "dsp")


def test_an_op_whose_input_dies_there_may_go_by_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strip_ops, "scratch_bytes", lambda *_: 70)
    (one,) = found(BUFFERS, [call()]).values()
    assert (one.op, one.input, one.output, one.in_bytes, one.out_bytes) == (0, 0, 3, 368, 256)
    assert (one.blocks, one.ready_once, one.more_scratch) == (None, True, 80 - 48)
    monkeypatch.setattr(strip_ops, "scratch_bytes", lambda *_: None)
    (one,) = found(BUFFERS, [call()]).values()
    assert one.more_scratch == 0


@pytest.mark.parametrize(
    ("input_last", "output_first", "inputs", "calls"),
    [
        (2, 0, (7, 3), [call()]),  # somebody reads it later
        (1, -1, (7, 3), [call()]),
        (1, 0, (3, 7), [call()]),  # a constant
        (1, 0, (7, 3), [call("nn::AddS8")]),
    ],
)
def test_others_may_not(
    input_last: int, output_first: int, inputs: tuple[int, ...], calls: list[Any]
) -> None:
    given = PlannedTensor(7, "", 0, 360, 0, input_last)
    made = PlannedTensor(8, "", 0, 250, output_first, 2)
    assert found([given, *BUFFERS[1:3], made], calls, inputs) == {}
    assert found([given, *BUFFERS[1:3]], calls, inputs) == {}  # an output without a place


def test_what_is_called_as_the_chosen_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one strip: the same kernel, which is not among the chosen."""
    monkeypatch.setattr(strip_ops, "scratch_bytes", lambda *_: 70)
    calls = [[call()], [call(out_h=5)], [call("nn::MaxPoolS8", filter_c=1)], [], [call(), call()]]
    model: Any = Mock(ops=[Mock(index=index) for index in range(len(calls))])
    recording: Any = Mock(calls=calls)
    assert strip_ops.alike(model, recording, BUFFERS, [0], "dsp") == {1: (5, 80 - 112)}


# ---------------------------------------------------------------- whether they are sound


@pytest.mark.parametrize(
    ("out_offset", "blocks", "is_sound"),
    [(4, 12, True), (16, 12, True), (5, 12, False), (0, 12, False), (5, None, True)],
)
def test_a_channel_lies_on_itself_alone(
    out_offset: int, blocks: int | None, is_sound: bool
) -> None:
    windows = RowWindows(2, 2, 1, 0, 1, 4, 4)
    if is_sound:
        check_strips("op", windows, 40, out_offset, 1, blocks)
    else:
        with pytest.raises(PlanError, match="op: a channel is written on another one"):
            check_strips("op", windows, 40, out_offset, 1, blocks)
