"""The benchmark's image in QEMU: exact outputs, repeatable counts, a profile that adds up."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.boards.facts import load_board
from codegen.compile.cpp_build import (
    RegionOverflowError,
    compile_objects,
    link_image,
    machine_flags,
)
from codegen.cost.estimate import estimate
from codegen.engines import AOT, ENGINES
from codegen.memory.planner import plan_model
from codegen.model.tflite import Model
from verification.bench import measure, report
from verification.bench.cost_cases import COST_CASES
from verification.cases import wide
from verification.cases.model_builder import VALID, ModelBuilder, schema, small_cnn

pytestmark = pytest.mark.emulated
BOARD = "mps2_an386"


@pytest.fixture(scope="module")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "cnn.tflite"
    path.write_bytes(small_cnn())
    return path


def test_a_model_is_measured_exactly_and_repeatably(model_path: Path) -> None:
    board = load_board(BOARD)
    (first,), (again,) = (measure.bench([board], [model_path]) for _ in range(2))
    assert first == again
    assert first.mismatches == 0
    assert (
        first.arena_bytes == plan_model(measure.read_subject(model_path).model, "dsp").arena_bytes
    )
    assert 0 < first.stack_bytes < board.stack_bytes
    assert first.instructions > 1000
    assert first.ratios == {}  # the baseline has no such model


def test_wrong_outputs_are_counted(model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = measure.read_subject(model_path)
    wrong = [values.copy() for values in subject.expected]
    wrong[0][1].flat[0] ^= 1
    monkeypatch.setattr(
        measure,
        "read_subject",
        lambda _: replace(subject, expected=wrong),
    )
    (row,) = measure.bench([load_board(BOARD)], [model_path])
    assert row.mismatches == 1


def test_the_profile_has_every_op_and_adds_up(model_path: Path) -> None:
    board = load_board(BOARD)
    (plain,) = measure.bench([board], [model_path])
    (row,) = measure.bench([board], [model_path], profile=True)
    model = measure.read_subject(model_path).model
    assert [cost.name for cost in row.profile] == [op.name for op in model.ops]
    # 200: what calling the profiler and printing a line cost, an op
    total = sum(cost.instructions for cost in row.profile)
    assert plain.instructions - 200 * len(model.ops) < total < plain.instructions + 200
    lines = report.profile_lines(row, model)
    assert len(lines) == 1 + len(model.ops)


def _with_dead_channels(dead: int) -> bytes:
    """A convolution of 64 channels; `dead` of them have a tiny scale, so that one bias decides."""
    rng = np.random.default_rng(1)
    scales = [0.005] * 64
    biases = rng.integers(-2000, 2000, 64, dtype=np.int32)
    for channel in rng.permutation(64)[:dead]:
        scales[channel] = 1e-10
        biases[channel] = rng.choice([-(1 << 30), 1 << 30])
    b = ModelBuilder()
    x = b.tensor([1, 8, 8, 16], scale=0.02, zero_point=3)
    weights = rng.integers(-127, 128, (64, 3, 3, 16), dtype=np.int8)
    y = b.tensor([1, 6, 6, 64], scale=0.2, zero_point=-5)
    operands = [
        *(x, b.constant(weights, scale=scales, axis=0)),
        b.constant(biases, scale=[0.02 * scale for scale in scales]),
    ]
    options = schema.Conv2DOptionsT(padding=VALID, strideW=1, strideH=1)
    b.op("CONV_2D", operands, [y], options, version=3)
    return b.build([x], [y])


@pytest.mark.parametrize("board", ["microbit", "mps2_an386", "mps3_an547"])
def test_dead_channels_are_no_cliff(tmp_path: Path, board: str) -> None:
    paths = [tmp_path / f"dead{dead}.tflite" for dead in (0, 1, 48)]
    for path, dead in zip(paths, (0, 1, 48), strict=True):
        path.write_bytes(_with_dead_channels(dead))
    rows = measure.bench([load_board(board)], paths)
    assert [row.mismatches for row in rows] == [0, 0, 0]
    none, one, most = (row.instructions for row in rows)
    assert one < 1.1 * none and most < 1.1 * none


def test_an_image_too_large_for_the_board_names_the_region(tmp_path: Path) -> None:
    script = tmp_path / "tiny.ld"
    script.write_text(
        "MEMORY { rom (rx) : ORIGIN = 0, LENGTH = 16 }\n"
        "SECTIONS { .text : { KEEP(*(.text)) } > rom }"
    )
    source = tmp_path / "big.s"
    source.write_text(".text\n.space 100\n")
    board = load_board(BOARD)
    objects = compile_objects([(source, machine_flags(board))])
    with pytest.raises(RegionOverflowError, match="rom is too small"):
        link_image("big.elf", objects, machine_flags(board), script, ["-nostdlib"])


def test_inputs_are_the_same_in_every_run(model_path: Path) -> None:
    np.testing.assert_array_equal(
        measure.read_subject(model_path).inputs, measure.read_subject(model_path).inputs
    )


@pytest.fixture(scope="module", params=["microbit", "mps2_an385", "mps2_an386", "mps3_an547"])
def row(request: pytest.FixtureRequest, model_path: Path) -> measure.Row:
    (row,) = measure.bench([load_board(request.param)], [model_path])
    return row


def test_preflights_estimate_is_near_what_is_measured(row: measure.Row, model_path: Path) -> None:
    costs = estimate(measure.read_subject(model_path).model, row.cpu)
    assert costs is not None
    assert sum(costs) == pytest.approx(row.instructions, rel=0.1), (
        "codegen/cost/instruction_table.json is stale: run `invoke costs`"
    )


@pytest.fixture(scope="module")
def wide_paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One model an op of 16x8, none of which the table was fitted to."""
    folder = tmp_path_factory.mktemp("wide")
    cases = {**wide.CASES, **COST_CASES}
    paths = []
    for op in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "UNIDIRECTIONAL_SEQUENCE_LSTM"):
        paths.append(folder / f"{op}.tflite")
        paths[-1].write_bytes(cases[f"{op}_16X8"](np.random.default_rng(9000)).model)
    return paths


@pytest.mark.parametrize("board_id", ["microbit", "mps2_an386", "mps3_an547"])
def test_estimates_of_16x8_are_near_what_is_measured(board_id: str, wide_paths: list[Path]) -> None:
    rows = measure.bench([load_board(board_id)], wide_paths)
    for row, path in zip(rows, wide_paths, strict=True):
        costs = estimate(Model.read(path), row.cpu)
        assert costs is not None
        assert sum(costs) == pytest.approx(row.instructions, rel=0.1)
        assert row.mismatches == 0


def test_a_model_of_any_edges_is_measured(tmp_path: Path) -> None:
    """Several inputs and outputs, of several types."""
    b = ModelBuilder()
    real, other = b.tensor([1, 3], "FLOAT32"), b.tensor([1, 3], scale=0.5, zero_point=3)
    quantized, total = (b.tensor([1, 3], scale=scale) for scale in (0.02, 0.6))
    result = b.tensor([1, 3], "FLOAT32")
    b.op("QUANTIZE", [real], [quantized])
    b.op("ADD", [quantized, other], [total], schema.AddOptionsT())
    b.op("DEQUANTIZE", [total], [result])
    path = tmp_path / "edges.tflite"
    path.write_bytes(b.build([real, other], [total, result]))
    for engine in ENGINES:
        (row,) = measure.bench([load_board(BOARD)], [path], engine=engine)
        assert row.mismatches == 0
        assert row.instructions > 100


def test_inputs_may_be_larger_than_the_memory_of_the_program(tmp_path: Path) -> None:
    b = ModelBuilder()
    x, y = b.tensor([1, 200, 200, 3], scale=0.5), b.tensor([1, 3], scale=0.5)
    axes = b.constant(np.array([1, 2], np.int32))
    b.op("MEAN", [x, axes], [y], schema.ReducerOptionsT())
    path = tmp_path / "large.tflite"
    path.write_bytes(b.build([x], [y]))
    board = load_board("mps3_an547")
    assert board.flash_bytes < measure.INPUT_COUNT * 200 * 200 * 3
    (row,) = measure.bench([board], [path])
    assert row.mismatches == 0


def test_the_stack_is_no_deeper_than_the_baselines(row: measure.Row) -> None:
    peer = measure.load_baseline()["mnist_small_folded_int8", row.cpu]  # the same ops
    assert row.stack_bytes <= peer["stack_bytes"]


def test_generated_code_is_measured_beside_the_interpreter(model_path: Path) -> None:
    board = load_board(BOARD)
    (interpreter,) = measure.bench([board], [model_path])
    (aot,) = measure.bench([board], [model_path], profile=True, engine=AOT)
    (plain,) = measure.bench([board], [model_path], engine=AOT)
    model = measure.read_subject(model_path).model
    assert plain.mismatches == aot.mismatches == 0
    assert [cost.name for cost in aot.profile] == [op.name for op in model.ops]
    assert plain.instructions < interpreter.instructions
    assert plain.flash_bytes < interpreter.flash_bytes / 2
    assert plain.constant_bytes < interpreter.constant_bytes == model.size
    assert plain.stack_bytes <= 0.92 * interpreter.stack_bytes
    assert plain.init_instructions < 50
