"""The verifier at its bounds, by plans made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codegen.memory import planner
from codegen.memory.planner import SCRATCH, PlanError, PlannedTensor, verify
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder


def chain(ops: int = 2) -> Model:
    """Tensors of 32 B, one after the other."""
    b = ModelBuilder()
    tensors = [b.tensor([32], scale=0.5, zero_point=0) for _ in range(ops + 1)]
    for number in range(ops):
        b.op("RELU", [tensors[number]], [tensors[number + 1]])
    return Model.parse(b.build([tensors[0]], [tensors[-1]]))


MODEL = chain()
FIRST = PlannedTensor(0, "a", 16, 32, 0, 1)
SECOND = PlannedTensor(1, "b", 48, 32, 0, 2)
THIRD = PlannedTensor(2, "c", 16, 32, 1, 3)
SOUND = [FIRST, SECOND, THIRD]


def check(buffers: list[PlannedTensor], in_place: tuple[int, int] = (0, 0), **more: object) -> None:
    verify(MODEL, buffers, in_place, 16, 80, **more)  # type: ignore[arg-type]


def test_a_plan_that_uses_all_of_the_arena_is_sound() -> None:
    check(SOUND)


@pytest.mark.parametrize("offset", [0, 49, 64])
def test_each_lies_in_the_arena_and_aligned(offset: int) -> None:
    with pytest.raises(PlanError, match=f"^tensor 1 at {offset} is not in the arena's 16 to 80 B"):
        check([FIRST, replace(SECOND, offset=offset), THIRD])


@pytest.mark.parametrize(
    ("buffers", "named"),
    [
        ([FIRST, replace(SECOND, offset=32), THIRD], "tensor 0 and tensor 1"),
        ([replace(FIRST, offset=48), replace(SECOND, offset=32), THIRD], "tensor 0 and tensor 1"),
        ([replace(FIRST, last=2), SECOND, THIRD], "tensor 0 and tensor 2"),
        (
            [FIRST, replace(SECOND, nbytes=16), PlannedTensor(SCRATCH, "s", 48, 16, 1, 2)],
            r"s \(op 1\)",
        ),
    ],
)
def test_what_is_alive_overlaps_nothing(buffers: list[PlannedTensor], named: str) -> None:
    with pytest.raises(PlanError, match=f"{named} .*overlap while both are alive"):
        check(buffers)


def test_an_output_may_lie_on_the_input_that_it_takes_over() -> None:
    taking = [FIRST, SECOND, replace(THIRD, offset=48)]
    check(taking, (0, 1))
    for wrong, in_place in [
        (taking, (0, 0)),  # the op may not
        (taking, (1, 0)),  # another op may
        (taking, (0, 2)),  # it may with another input
        ([FIRST, replace(SECOND, nbytes=16), replace(THIRD, offset=32)], (0, 1)),  # not in place
        ([FIRST, replace(SECOND, last=3), replace(THIRD, offset=48)], (0, 1)),  # it is needed
    ]:
        with pytest.raises(PlanError, match="tensor 1 and tensor 2 overlap"):
            check(wrong, in_place)


def test_pairs_that_are_checked_elsewhere_may_overlap() -> None:
    partly = [FIRST, replace(SECOND, offset=32), replace(THIRD, first=2)]
    check(partly, elsewhere={(1, 0)})
    with pytest.raises(PlanError, match="overlap"):
        check(partly, elsewhere={(0, 1)})


def test_the_lower_bound_is_of_what_is_alive_together() -> None:
    def bound(in_place: tuple[int, int], third: PlannedTensor = THIRD) -> int:
        return planner._lower_bound(MODEL, [FIRST, SECOND, third], in_place)

    assert bound((0, 0)) == 64
    assert bound((1, 0)) == 64  # op 1 still has two
    assert bound((1, 1)) == 32
    assert bound((1, 1), replace(THIRD, nbytes=33)) == 80  # too large for the input's place
    assert bound((1, 2)) == 64


def test_a_tensor_without_a_place_is_an_error() -> None:
    with pytest.raises(PlanError, match=r"^tensor 2 is computed, but the runtime gave it no place"):
        planner._placed(MODEL, [16, 48, None])
    placed = planner._placed(MODEL, [16, 48, 16])
    assert [(one.offset, one.first, one.last) for one in placed] == [
        (16, 0, 1), (48, 0, 2), (16, 1, 3)
    ]  # fmt: skip


@pytest.mark.parametrize(("size", "aligned"), [(0, 0), (1, 16), (16, 16), (17, 32)])
def test_buffers_are_aligned(size: int, aligned: int) -> None:
    assert planner.align(size) == aligned


def test_what_would_be_born_after_the_last_op_is_in_nobodys_place() -> None:
    late = replace(THIRD, first=2, last=3, offset=48)
    with pytest.raises(PlanError, match="tensor 1 and tensor 2 overlap"):
        check([FIRST, replace(SECOND, last=3), late], (1, 1))
