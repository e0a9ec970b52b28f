"""Preflight: every problem at once, what to change, what it costs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from codegen.boards.facts import Region, load_board
from codegen.cost.preflight import PreflightError, is_tflite, preflight, run
from codegen.memory.planner import plan_model
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder, small_cnn

BOARD = load_board("mps2_an386")


def test_a_model_that_fits_has_its_costs(cnn: Model) -> None:
    found = preflight(cnn, BOARD)
    assert found.passed and found.plan == plan_model(cnn, "dsp")
    assert found.instructions is not None and len(found.instructions) == len(cnn.ops)
    text = "\n".join(found.lines("cnn"))
    assert f"{found.plan.arena_bytes:,} B exactly" in text
    assert f"{sum(found.instructions):,} estimated" in text
    assert "      1,024 B of it for each kind of op; larger kernels take more\n" in text
    assert text.endswith("preflight: cnn fits mps2_an386")


def test_cycles_are_estimated_where_they_are_claimed(cnn: Model) -> None:
    found = preflight(cnn, load_board("mps2_an386"))
    assert found.cycles is not None and found.instructions is not None
    assert len(found.cycles) == len(cnn.ops)
    assert sum(found.instructions) < sum(found.cycles) < 2 * sum(found.instructions)
    assert any("estimated at 0 wait states" in line for line in found.lines("cnn"))
    silent = preflight(cnn, load_board("mps3_an547"))
    assert silent.cycles is None and silent.instructions is not None
    assert not any("wait states" in line for line in silent.lines("cnn"))


def test_each_op_that_is_missing_is_named(cnn: Model) -> None:
    supported = {k: v for k, v in load_supported_ops().items() if k not in ("CONV_2D", "SOFTMAX")}
    found = preflight(cnn, BOARD, supported)
    assert [text.partition(" is not")[0] for text in found.problems] == [
        "op 0 (CONV_2D)",
        "op 4 (SOFTMAX)",
    ]
    assert "converts to supported ops: " in found.problems[0]
    assert found.problems[1] == "op 4 (SOFTMAX) is not supported"  # what to do is said already
    assert found.plan is None and found.instructions is None
    assert "does not fit mps2_an386, 2 problems" in "\n".join(found.lines("cnn"))


def test_a_float_tensor_is_named_with_what_to_do() -> None:
    b = ModelBuilder()
    x = b.tensor([1, 4], "FLOAT32", name="pixels")
    y = b.tensor([1, 4], "FLOAT32", name="scores")
    b.op("SVDF", [x], [y])
    problems = preflight(Model.parse(b.build([x], [y])), BOARD).problems
    assert len(problems) == 1  # the op; a model's input may be float
    assert "op 0 (SVDF)" in problems[0] and "'pixels' is FLOAT32" in problems[0]
    assert "full-integer quantization" in problems[0]


def test_what_the_runtime_refuses_is_said_in_its_words() -> None:
    b = ModelBuilder()
    x = b.tensor([1, 4], scale=0.1)
    y = b.tensor([1, 4], scale=0.1)
    b.op("SOFTMAX", [x], [y])
    (problem,) = preflight(Model.parse(b.build([x], [y])), BOARD).problems
    assert "SOFTMAX (node 0): needs an output scale of 1/256" in problem


def test_a_board_that_is_too_small_is_told_in_bytes(cnn: Model) -> None:
    small = replace(
        BOARD,
        stack_bytes=1024,
        regions=(Region("flash", "flash", 0, 1 << 20), Region("ram", "ram", 1 << 29, 4096)),
    )
    found = preflight(cnn, small)
    (problem,) = found.problems
    arena = plan_model(cnn, "dsp").arena_bytes
    assert problem.startswith(f"arena needs {arena:,} B, mps2_an386 has")
    assert "or a board that takes it: stm32vldiscovery (131,072 B of flash, 8,192 B" in problem
    (ram,) = (line.split()[1] for line in found.lines("cnn") if line.startswith("  RAM "))
    assert int(ram.replace(",", "")) > 4096  # what the report says is what is refused
    assert found.instructions is not None
    assert found.shortage is not None and problem.startswith(str(found.shortage))
    assert preflight(cnn, BOARD).shortage is None


def test_the_verb_ends_with_exit_code_1_after_its_report(cnn: Model) -> None:
    said: list[str] = []
    run(cnn, "cnn", BOARD, say=said.append)
    assert said[-1].endswith("fits mps2_an386")
    bad = Model.parse(small_cnn())
    bad = replace(bad, subgraphs=(replace(bad.main, inputs=bad.main.inputs * 101),))
    with pytest.raises(PreflightError, match="cnn does not fit mps2_an386") as refused:
        run(bad, "cnn", BOARD, say=said.append)
    assert refused.value.exit_code == 1


def test_a_tflite_is_known_by_its_contents(cnn_path: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "model.bin"
    renamed.write_bytes(cnn_path.read_bytes())
    keras = tmp_path / "m.keras"
    keras.write_bytes(b"PK\x03\x04 and more")
    assert is_tflite(cnn_path) and is_tflite(renamed)
    assert not is_tflite(keras) and not is_tflite(tmp_path)


def test_limits_are_said_where_there_are_any(cnn: Model) -> None:
    (flash,) = (line for line in preflight(cnn, BOARD).lines("x") if line.startswith("  flash"))
    assert flash.endswith(f"of {BOARD.flash_bytes:,} B")
    (flash,) = (line for line in preflight(cnn, load_board("host")).lines("x") if "  flash" in line)
    assert flash.endswith("of no limit")
