"""What generated code takes of a board, told before it is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.aot.facts import AOT_FACTS, engine_facts
from codegen.aot.generate import count_constants, plan_aot
from codegen.boards.facts import ISAS, load_board
from codegen.cost.preflight import preflight
from codegen.engines import AOT, INTERPRETER
from codegen.memory.arena_picture import show_plan
from codegen.memory.engine_facts import INTERPRETER_FACTS
from codegen.model.tflite import Model
from verification.cases.model_builder import small_cnn

MODEL = Model.parse(small_cnn())


def test_preflight_counts_generated_code_not_the_flatbuffer() -> None:
    board = load_board("microbit")
    lines = "\n".join(preflight(MODEL, board, facts=AOT_FACTS).lines("cnn"))
    arena = plan_aot(MODEL, board.isa).arena_bytes
    assert f"{arena:,} B exactly, 0 B of it the model's variables" in lines
    assert f"{count_constants(MODEL, board.isa):,} B of it the model" in lines
    interpreter = "\n".join(preflight(MODEL, board).lines("cnn"))
    assert f"{MODEL.size:,} B of it the model" in interpreter


@pytest.mark.parametrize("isa", ISAS)
def test_constants_are_the_arrays_alone(isa: str) -> None:
    arrays = sum(t.nbytes for t in MODEL.tensors if t.is_const and t.dtype in ("INT8", "INT32"))
    scales = 4 * sum(len(t.scales) for t in MODEL.tensors if t.is_const and len(t.scales) > 1)
    assert 0 < count_constants(MODEL, isa) <= arrays + scales + 16


def test_the_plan_says_whose_the_persistent_part_is(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(MODEL.data)
    assert "0 B, the model's variables" in show_plan(path, "dsp", facts=engine_facts(AOT))
    assert engine_facts(INTERPRETER) is INTERPRETER_FACTS
