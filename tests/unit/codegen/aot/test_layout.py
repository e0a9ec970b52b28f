"""Where things lie in the arena of generated code, by hand-made plans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

import pytest

from codegen.aot import layout
from codegen.aot.arena_search import Apart, Buffer
from codegen.aot.layout import Layout, Spot, spot_of
from codegen.aot.recording import Place, Variable
from codegen.aot.rows.strip_ops import StripOp
from codegen.memory.planner import SCRATCH, ArenaPlan, PlanError, PlannedTensor

NOTHING: Any = None


def buffer(index: int, offset: int, nbytes: int, first: int = 0, last: int = 9) -> PlannedTensor:
    return PlannedTensor(index, f"t{index}", offset, nbytes, first, last)


def plan(
    tensors: Sequence[PlannedTensor] = (),
    scratch: Sequence[PlannedTensor] = (),
    in_place_inputs: Sequence[int] = (),
    persistent_bytes: int = 0,
) -> ArenaPlan:
    return ArenaPlan(
        0, 0, 0, persistent_bytes, [], tuple(tensors), tuple(scratch), tuple(in_place_inputs)
    )


def op(index: int, inputs: Sequence[int], outputs: Sequence[int], custom: str = "") -> Mock:
    one = Mock(index=index, inputs=inputs, outputs=outputs, custom_name=custom)
    one.label = "ADD"
    return one


# ---------------------------------------------------------------- what a place stands for

PLAN = plan(
    tensors=[
        buffer(4, 128, 16),  # an input, on which the output lies
        buffer(5, 128, 32),  # the output
        buffer(6, 160, 32),  # another op's
    ],
    scratch=[buffer(SCRATCH, 256, 32, 3), buffer(SCRATCH, 512, 0, 3), buffer(SCRATCH, 288, 16, 2)],
)


@pytest.mark.parametrize(
    ("offset", "written", "spot"),
    [
        (64, False, Spot("variable", 0)),
        (79, True, Spot("variable", 0, 15)),
        (80, True, Spot("variable", 1)),
        (88, True, None),
        (63, True, None),
        (128, True, Spot("tensor", 5)),
        (128, False, Spot("tensor", 4)),
        (143, False, Spot("tensor", 4, 15)),
        (144, False, Spot("tensor", 5, 16)),  # what a loop has there from round to round
        (159, True, Spot("tensor", 5, 31)),
        (127, True, None),
        (160, True, None),
        (256, True, Spot("scratch", 3)),
        (287, False, Spot("scratch", 3, 31)),
        (255, True, None),
        (288, True, None),  # of another op
        (512, True, Spot("scratch", 3)),  # of a kernel that needs none on this ISA
        (513, True, None),
    ],
)
def test_a_place_is_known_by_what_lies_there(offset: int, written: bool, spot: Spot | None) -> None:
    variables = [Variable(64, 16, 0), Variable(80, 8, 0)]
    place = Place(offset, "int8_t", written)
    if spot is None:
        with pytest.raises(PlanError, match=rf"ADD \(op 3\) uses arena byte {offset}, not its own"):
            spot_of(place, op(3, [4], [5]), PLAN, variables)
    else:
        assert spot_of(place, op(3, [4], [5]), PLAN, variables) == spot


def test_the_offset_of_each_kind() -> None:
    tensors = [buffer(4, 64, 16), buffer(5, 96, 16)]
    scratch = [buffer(SCRATCH, 112, 16, 2, 3), buffer(SCRATCH, 128, 16, 3, 4)]
    persistent = {Spot("variable", 0): 16, Spot("persistent", 3): 32}
    made = Layout(plan(tensors, scratch), persistent, {}, {})
    assert [made.offset(Spot("tensor", index)) for index in (4, 5)] == [64, 96]
    assert [made.offset(Spot("scratch", index)) for index in (2, 3, 4)] == [112, 128, 0]
    assert made.offset(Spot("variable", 0)) == 16 and made.offset(Spot("persistent", 3)) == 32


def test_heights_and_more_scratch() -> None:
    buffers = [buffer(4, 64, 20), buffer(SCRATCH, 16, 32, 2), buffer(SCRATCH, 0, 8, 3)]
    assert layout._height(buffers, 7) == 96 and layout._height([], 7) == 7
    grown = layout._grown(buffers, {2: 16, 0: 5})
    assert [one.nbytes for one in grown] == [20, 48, 8]


# ---------------------------------------------------------------- what is alive

ALIVE = [buffer(0, 0, 32, 0, 1), buffer(1, 0, 32, 0, 2), buffer(2, 0, 16, 1, 3)]


@pytest.mark.parametrize(
    ("ops", "in_place", "alive"),
    [
        ([op(0, [0], [1]), op(1, [1], [2])], [0, 0], [64, 48]),
        ([op(0, [0], [1]), op(1, [1], [2])], [1, 1], [32, 32]),
        ([op(0, [7], [1]), op(1, [], [])], [1, 1], [64, 48]),  # a constant; no output
        ([op(0, [0], [7]), op(1, [0], [2])], [1, 1], [64, 48]),  # 7 has no place; 0 is dead
    ],
)
def test_bytes_alive_at_each_op(ops: list[Any], in_place: list[int], alive: list[int]) -> None:
    made = plan(in_place_inputs=in_place)
    assert layout._alive(made, Mock(ops=ops), ALIVE) == alive


# ---------------------------------------------------------------- what moves as one

UNITS = [buffer(0, 0, 32, 0, 1), buffer(1, 0, 48, 0, 2), buffer(SCRATCH, 64, 16, 0, 1)]


def units(
    one: Any, calls: int, last: int = 1, output_at: int = 0, mask: int = 1, **more: Any
) -> list[tuple[Buffer, list[int]]]:
    """Of one op with `calls` calls, its input alive until `last`."""
    buffers = [buffer(0, 0, 32, 0, last), buffer(1, output_at, 48, 0, 2), UNITS[2]]
    recording: Any = Mock(calls=[[object()] * calls])
    model: Any = Mock(ops=[one])
    offsets = [one.offset for one in buffers]
    strips = more.get("strips", {})
    made = plan(in_place_inputs=[mask])
    return layout._units(model, recording, made, buffers, strips, (), offsets)


APART = [
    (Buffer(32, 0, 1), [0]),
    (Buffer(48, 0, 2), [1]),
    (Buffer(16, 0, 1), [2]),
]
SHARED = [APART[0], (Buffer(48, 0, 2, frozenset({0})), [1]), APART[2]]
ONE = [(Buffer(48, 0, 2), [0, 1]), APART[2]]


@pytest.mark.parametrize(
    ("one", "calls", "last", "output_at", "mask", "expected"),
    [
        (op(0, [0], [1]), 1, 1, 0, 0, APART),  # not in place
        (op(0, [0], [1]), 1, 1, 0, 1, SHARED),
        (op(0, [0], [1]), 1, 2, 0, 1, [(Buffer(32, 0, 2), [0]), *APART[1:]]),  # read later
        (op(0, [7], [1]), 1, 1, 0, 1, APART),  # a constant
        (op(0, [0], []), 1, 1, 0, 1, APART),
        (op(0, [0], [7]), 1, 1, 0, 1, APART),
        (op(0, [0], [1]), 0, 1, 0, 1, ONE),  # calls nothing: the output is the input
        (op(0, [0], [1]), 0, 1, 32, 1, APART),  # and lies elsewhere
        (op(0, [0], [1], "Mine"), 0, 1, 0, 1, SHARED),
    ],
)
def test_what_shares_its_place_and_what_moves_as_one(
    one: Any,
    calls: int,
    last: int,
    output_at: int,
    mask: int,
    expected: list[tuple[Buffer, list[int]]],
) -> None:
    assert units(one, calls, last, output_at, mask) == expected


@pytest.mark.parametrize(("last", "has"), [(1, True), (2, False)])
def test_strips_may_lie_partly_on_an_input_that_dies_there(last: int, has: bool) -> None:
    strips: Any = {Mock(op=0, input=0, output=1, apart=lambda rows: Apart(rows, 7, 1)): 5}
    found = units(op(0, [0], [1]), 1, last, mask=0, strips=strips)
    assert [dict(one.apart) for one, _ in found] == [{}, {0: Apart(5, 7, 1)} if has else {}, {}]


# ---------------------------------------------------------------- lower than the interpreter's


def lowest(
    monkeypatch: pytest.MonkeyPatch, own: Sequence[int], found: Sequence[int] | None, strips: Any
) -> list[int]:
    """Offsets of two buffers of 32 B at one op. found: a search's answer; None: it must not be."""

    def search(buffers: Sequence[Buffer], bound: int) -> Sequence[int]:
        assert found is not None and len(buffers) == 2
        assert bound == 64 - sum(one.saved_bytes(0) + one.more_scratch for one in strips)
        return found

    monkeypatch.setattr(layout.arena_search, "search", search)
    buffers = [buffer(n, 96 + offset, 32, 0, 1) for n, offset in enumerate(own)]
    made = plan(buffers, in_place_inputs=[0], persistent_bytes=96)
    model: Any = Mock(ops=[op(0, [0], [1])])
    recording: Any = Mock(calls=[[object()]])
    placed = layout._lowest(model, recording, made, buffers, strips, 1000)
    return [one.offset - 1000 for one in placed]


def test_a_plan_that_no_search_can_better_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lowest(monkeypatch, [0, 32], None, {}) == [0, 32]


def test_only_a_lower_plan_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lowest(monkeypatch, [0, 64], [32, 0], {}) == [32, 0]
    assert lowest(monkeypatch, [0, 64], [64, 0], {}) == [0, 64]  # as high
    assert lowest(monkeypatch, [0, 64], [80, 0], {}) == [0, 64]


def test_what_strips_save_lowers_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Mock(op=0, input=0, output=1, saved_bytes=lambda _: 24, more_scratch=8)
    one.apart = lambda _: Apart(8, 8, 1)
    assert lowest(monkeypatch, [0, 32], [16, 0], {one: 0}) == [16, 0]


def test_how_far_apart_strips_have_to_be() -> None:
    """Whole channels and whole alignments further than the windows ask."""
    windows: Any = Mock(down=lambda rows: 10 + rows, up=lambda rows: 30 + rows)

    def one(blocks: int | None, more: int = 0) -> StripOp:
        return StripOp(0, windows, 1, 0, 128, 96, blocks, ready_once=False, more_scratch=more)

    assert one(None).apart(4) == Apart(16, 48, 16)
    assert one(12).apart(4) == Apart(48, 48, 48)
    assert one(12).apart(19) == Apart(48, 96, 48)
    assert one(None).saved_bytes(4) == 128 + 96 - max(128 + 16, 96)
    assert one(None, 32).saved_bytes(4) == 128 + 96 - 144 - 32
    assert one(None, 96).saved_bytes(4) == 0  # and never less
    windows.up = lambda _: -40  # the other way no distance is needed
    assert one(None).saved_bytes(4) == 128 + 96 - 128
    windows.down = lambda _: -200
    assert one(None).saved_bytes(4) == 96
