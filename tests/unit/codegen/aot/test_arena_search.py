"""The search for a lower arena: sound, repeatable, and better than the order of size alone."""

from __future__ import annotations

import random
from typing import Any
from unittest.mock import Mock

import pytest

from codegen.aot import arena_search, layout
from codegen.aot.arena_search import Apart, Buffer, height_of, search
from codegen.aot.generate import plan_aot
from codegen.memory.planner import SCRATCH, PlannedTensor, plan_model
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder, schema


def _random_buffers(seed: int) -> list[Buffer]:
    draw = random.Random(seed)
    buffers = []
    for _ in range(24):
        first = draw.randrange(20)
        buffers.append(Buffer(16 * draw.randint(1, 40), first, first + draw.randint(1, 6)))
    return buffers


def _bound(buffers: list[Buffer]) -> int:
    return max(sum(b.nbytes for b in buffers if b.first <= t < b.last) for t in range(30))


def _overlap(buffers: list[Buffer], offsets: list[int]) -> list[tuple[int, int]]:
    return [
        (i, j)
        for i, a in enumerate(buffers)
        for j, b in enumerate(buffers[:i])
        if a.first < b.last and b.first < a.last
        if offsets[i] < offsets[j] + b.nbytes and offsets[j] < offsets[i] + a.nbytes
    ]


def test_no_two_that_live_together_overlap_and_the_bound_is_reached() -> None:
    reached = 0
    for seed in range(20):
        buffers = _random_buffers(seed)
        offsets = search(buffers, _bound(buffers))
        assert _overlap(buffers, offsets) == []
        assert offsets == search(buffers, _bound(buffers))
        reached += height_of(buffers, offsets) == _bound(buffers)
    assert reached == 20


def test_an_output_may_lie_on_its_input_and_the_rest_of_that_is_free() -> None:
    wide = Buffer(64, 0, 1)
    narrow = Buffer(16, 0, 2, shares=frozenset({0}))
    after = Buffer(48, 1, 2)
    offsets = search([wide, narrow, after], 64)
    assert height_of([wide, narrow, after], offsets) == 64
    assert offsets[0] == offsets[1]
    assert _overlap([wide, narrow, after], offsets) == [(1, 0)]


def test_nothing_has_no_height() -> None:
    assert search([], 0) == [] and height_of([], []) == 0
    assert search([Buffer(16, 0, 1)], 8) == [0]


@pytest.mark.parametrize("is_at_the_output", [True, False])
@pytest.mark.parametrize(
    ("apart", "offsets", "height"),
    [
        (Apart(32, 500, 16), [32, 0], 96),  # the output before the input, which goes down
        (Apart(500, 16, 16), [0, 16], 80),
        (Apart(500, 40, 16), [0, 64], 128),  # no whole step: side by side
        (Apart(500, 40, 8), [0, 40], 104),
        (Apart(16, 16, 16), [0, 16], 80),
        (Apart(500, 500, 16), [0, 64], 128),
    ],
)
def test_an_output_may_lie_partly_on_its_input(
    apart: Apart, offsets: list[int], height: int, is_at_the_output: bool
) -> None:
    """As far from it as it has to be, whichever of the two says so."""
    turned = Apart(apart.behind, apart.before, apart.step)
    given = Buffer(64, 0, 1, apart={} if is_at_the_output else {1: turned})
    made = Buffer(64, 0, 2, apart={0: apart} if is_at_the_output else {})
    found = search([given, made], 0)
    assert height_of([given, made], found) == height
    assert abs(found[1] - found[0]) == abs(offsets[1] - offsets[0])


@pytest.mark.parametrize(
    ("shared", "apart", "places", "allowed"),
    [
        (False, None, {48, 128}, {*range(40, 49), *range(128, 137)}),
        (True, None, {48, 64, 128}, {*range(40, 49), 64, *range(128, 137)}),
        (
            False,
            Apart(before=8, behind=24, step=8),
            {48, 56, 88, 128},
            {*range(40, 49), 56, 88, 96, 104, 112, 120, *range(128, 137)},
        ),
    ],
)
def test_what_a_buffer_leaves_to_another(
    shared: bool, apart: Apart | None, places: set[int], allowed: set[int]
) -> None:
    """One of 64 B at 64, to one of 16 B: next to it, on it, or partly on it."""
    taken = arena_search._Taken(64, before=48, behind=128, shared=shared, apart=apart)
    assert taken.places() == places
    assert {place for place in range(40, 137) if taken.allows(place)} == allowed


def test_a_plan_at_the_bound_is_not_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arena_search.random, "Random", lambda _: Mock(spec=[]))
    buffers = [Buffer(16 * (n + 1), 0, 2) for n in range(4)]
    assert height_of(buffers, search(buffers, 160)) == 160


def test_who_may_share_a_place_may_say_so_on_either_side() -> None:
    for one, other in (({1}, set()), (set(), {0}), ({1}, {0})):
        buffers = [Buffer(64, 0, 1, frozenset(one)), Buffer(64, 0, 2, frozenset(other))]
        assert search(buffers, 0) == [0, 0]
    assert sorted(search([Buffer(64, 0, 1), Buffer(64, 0, 2)], 0)) == [0, 64]
    assert search([Buffer(64, 0, 1), Buffer(64, 1, 2)], 0) == [0, 0]  # one dies before the other
    assert search([Buffer(64, 1, 2), Buffer(64, 0, 1)], 0) == [0, 0]


def test_what_a_float_input_took_is_free_once_it_is_quantized() -> None:
    """The interpreter keeps all of it for the int8 values that lie where it began."""
    b = ModelBuilder()
    real = b.tensor([1, 8, 8, 1], dtype="FLOAT32")
    given = b.tensor([1, 8, 8, 1], scale=0.1)
    wide = b.tensor([1, 8, 24, 1], scale=0.1)
    made = b.tensor([1, 8, 24, 1], scale=0.1)
    b.op("QUANTIZE", [real], [given])
    b.op("CONCATENATION", [given, given, given], [wide], schema.ConcatenationOptionsT(axis=2))
    b.op("RELU", [wide], [made])
    model = Model.parse(b.build([real], [made]))
    assert plan_model(model, "scalar").activation_bytes == 256 + 192
    assert plan_aot(model, "scalar").arena_bytes == 256


@pytest.mark.parametrize(("shared", "height"), [(32, 128), (64, 128), (80, 144)])
def test_scratch_for_a_kernel_that_is_there_anyway_is_given_where_it_costs_no_arena(
    shared: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Op 3 goes by strips; op 7 would go by the same function, all rows at once, with scratch."""
    monkeypatch.setattr(layout, "alike", lambda *_: {7: (5, shared)})
    monkeypatch.setattr(layout, "_lowest", lambda *given: given[3])  # as they are
    buffers = [
        PlannedTensor(0, "", 0, 128, 0, 1),
        PlannedTensor(SCRATCH, "", 64, 0, 3, 4),
        PlannedTensor(SCRATCH, "", 64, 0, 7, 8),
    ]
    strips: Any = {Mock(op=3, more_scratch=16, windows=Mock(out_h=9)): 4}
    nothing: Any = None
    found, whole = layout._lowest_by_rows(nothing, nothing, nothing, buffers, strips, (), 0, "dsp")
    is_dearer = height > 128
    assert whole == ({3: 9} if is_dearer else {3: 9, 7: 5})
    assert [one.nbytes for one in found] == [128, 16, 0 if is_dearer else shared]


@pytest.mark.parametrize(
    ("input_bytes", "input_last", "alive"),
    [
        (32, 1, 64),  # the output takes the place of the input, which dies there
        (32, 2, 32 + 64),  # somebody reads it later
        (16, 1, 16 + 64),  # it is too small
    ],
)
def test_what_is_alive_with_an_output_in_its_inputs_place(
    input_bytes: int, input_last: int, alive: int
) -> None:
    buffers = [
        PlannedTensor(0, "", 0, input_bytes, 0, input_last),
        PlannedTensor(1, "", 0, 32, 0, 2),
        PlannedTensor(SCRATCH, "", 0, 30, 0, 1),
    ]
    model: Any = Mock(ops=[Mock(index=0, inputs=(0,), outputs=(1,))])
    assert layout._alive(Mock(in_place_inputs=[1]), model, buffers) == [alive]
