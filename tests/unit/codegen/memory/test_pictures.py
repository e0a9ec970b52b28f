"""The pictures of a plan made by hand, as somebody approved them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from codegen.memory import arena_picture
from codegen.memory.engine_facts import INTERPRETER_FACTS
from codegen.memory.planner import SCRATCH, ArenaPlan, PlannedTensor, StripPlan
from codegen.model.tflite import Model
from tests import approved
from verification.cases.model_builder import ModelBuilder

HERE = Path(__file__).parent / "pictures"
# Of the ops 0 and 1: 16 B of the engine's own, two images, of which the second one lies partly on
# where the first one was, scores that the application reads, and scratch of op 1.
PLAN = ArenaPlan(
    arena_bytes=1216,
    activation_bytes=1200,
    lower_bound_bytes=1000,
    persistent_bytes=16,
    tensors=(
        PlannedTensor(0, "image", 16, 400, 0, 1),
        PlannedTensor(1, "features <of it>", 416, 600, 0, 2),
        PlannedTensor(2, "scores\x07", 16, 12, 1, 4),
    ),
    scratch=(PlannedTensor(SCRATCH, "op 1", 1016, 200, 1, 2),),
)


def model() -> Model:
    b = ModelBuilder()
    image = b.tensor([1, 20, 20, 1], scale=0.5, zero_point=0)
    features = b.tensor([1, 600], scale=0.5, zero_point=0)
    scores = b.tensor([12], scale=0.5, zero_point=0)
    b.op("RELU", [image], [features])
    b.op("RELU", [features], [scores])
    return Model.parse(b.build([image], [scores]))


def test_pictures() -> None:
    made = model()
    approved.check(HERE / "plan.svg", arena_picture.svg_picture(made, PLAN))
    text = (
        arena_picture.table(made, PLAN)
        + arena_picture.ascii_picture(made, PLAN)
        + arena_picture.sizes(PLAN, "scalar")
    )
    approved.check(HERE / "plan.txt", text)


def test_a_plan_by_strips_says_what_they_save_and_cost() -> None:
    strips = StripPlan({1: 2}, {(2, 5): -4}, 300, 0.021)
    assert (
        "strips             300 B less, some rows at a time in op 1; ops 2 to 4 in turns,\n"
        "                        for about 2.1 % more instructions\n"
    ) in arena_picture.sizes(replace(PLAN, strips=strips), "dsp")
    several = replace(strips, rows={0: 1, 1: -2}, streams={})
    assert "in ops 0, 1,\n" in arena_picture.sizes(replace(PLAN, strips=several), "dsp")


def test_overhead_is_a_share_of_the_lower_bound() -> None:
    for bound, said in ((1, "2 B, 200.0 %"), (2, "1 B, 50.0 %"), (3, "0 B, 0.0 %")):
        assert f"{said} over the lower bound" in arena_picture.sizes(
            ArenaPlan(3, 3, bound, 0), "scalar"
        )


def test_a_program_grows_with_each_kind_of_op() -> None:
    b = ModelBuilder()
    tensors = [b.tensor([4], scale=0.5, zero_point=0) for _ in range(4)]
    for name, ends in zip(("RELU", "RELU", "ABS"), pairwise(tensors), strict=True):
        b.op(name, ends[:1], ends[1:])
    made = Model.parse(b.build(tensors[:1], tensors[-1:]))
    facts = replace(INTERPRETER_FACTS, program_bytes=5000, op_bytes=300)
    assert facts.program_flash_bytes(made) == 5600
    assert INTERPRETER_FACTS.model_bytes(made, "dsp") == made.size


def test_an_arena_of_nothing_is_drawn() -> None:
    empty = ArenaPlan(0, 0, 0, 0)
    assert "0 B, 0.0 % over the lower bound" in arena_picture.sizes(empty, "scalar")
    picture = arena_picture.ascii_picture(model(), empty).splitlines()
    assert picture[0] == "       0 " + "." * 12 and len(picture) == 2
    assert arena_picture.svg_picture(model(), empty).count("<rect") == 5


def test_many_buffers_go_round_the_letters() -> None:
    many = tuple(PlannedTensor(0, "x", 0, 16, 0, 1) for _ in range(63))
    marks = [mark for mark, _ in arena_picture._marked(replace(PLAN, tensors=many, scratch=()))]
    assert "".join(marks[:2] + marks[60:]) == "ab89a"


def test_a_cell_shows_the_youngest_of_the_largest() -> None:
    def cell(low: int, high: int, first: int = 0, last: int = 4) -> str:
        return arena_picture._cell(PLAN, low, high, first, last)

    assert [cell(0, 15), cell(15, 16), cell(16, 416, 0, 1), cell(16, 416, 1, 2)] == [*"##ac"]
    assert cell(300, 500) == "a" and cell(340, 500) == "b" and cell(332, 500) == "b"
    assert cell(1000, 1032, 1, 2) == "~" and cell(1000, 1033, 1, 2) == "~"
    assert cell(1000, 1031, 1, 2) == "b"
    assert cell(1216, 1300) == "." and cell(1216 - 1, 1300) == "~"
    assert cell(416, 417, 2, 3) == "." and cell(28, 29, 1, 4) == "." and cell(27, 29, 1, 4) == "c"


def test_small_arenas_are_drawn_to_their_own_scale() -> None:
    one_byte = ArenaPlan(1, 0, 0, persistent_bytes=1)
    assert 'height="360.0" fill="#bbb"' in arena_picture.svg_picture(model(), one_byte)
    for nbytes, rows in [(15, 1), (16, 1), (64, 4), (384, 24), (9999, 24)]:
        picture = arena_picture.ascii_picture(model(), ArenaPlan(nbytes, nbytes, 0, 0))
        assert len(picture.splitlines()) == rows + 1


@pytest.mark.parametrize(
    ("nbytes", "ticks"),
    [(1, [0, 1]), (6, [*range(7)]), (7, [0, 2, 4, 6]), (6000, [*range(0, 6001, 1000)]),
     (6001, [0, 2000, 4000, 6000]), (12001, [0, 5000, 10000])],
)  # fmt: skip
def test_ticks_are_round_numbers_of_bytes(nbytes: int, ticks: list[int]) -> None:
    drawn = arena_picture._bytes_axis(nbytes, 1.0, 0.0)[3:]
    assert [int(re.findall(r">([\d,]+)<", one)[0].replace(",", "")) for one in drawn] == ticks


def test_names_are_cut() -> None:
    assert arena_picture._printable("x" * 81) == "x" * 80
