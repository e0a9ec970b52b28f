"""The benchmark without QEMU: what it reads, compares and concludes."""

import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.boards.facts import FlashTiming, load_board
from codegen.compile import compiler_flags, cpp_build
from codegen.compile.cpp_build import machine_flags
from codegen.cycles.weigh import Cycles
from codegen.engines import AOT
from codegen.errors import CodegenError
from codegen.files import shared_models
from codegen.files.markdown import marks
from codegen.files.shared_models import find_models
from verification.bench import cycles_page, measure, performance_page, report
from verification.bench.cycles import ModelCycles
from verification.bench.measure import CYCLES, MEASURES, Row
from verification.cases.model_builder import ModelBuilder, schema, small_cnn
from verification.errors import CheckFailedError, VerificationError

PRINTED = """op CONV_2D  00000040
op SOFTMAX  00000010
op CONV_2D  00000044
op SOFTMAX  00000010
"""
# calibration, init, arena, stack, two inferences; two outputs of two bytes
RESULTS = struct.pack("<6I4B", 0xC3500, 0x1000, 512, 256, 0x52, 0x56, 1, 0xFF, 2, 0xFE)

WEIGHED = {
    (cpu, model)
    for cpu in ("cortex-m3", "cortex-m4")
    for model in (
        *("mlperf_ad01_int8", "mlperf_kws_int8", "mlperf_resnet_int8", "mlperf_vww_int8"),
        *("mnist_dscnn_int8", "mnist_idx_int8", "mnist_small_folded_int8"),
    )
}

ROW = Row(
    board="mps2_an386",
    model="m",
    instructions=50,
    flash_bytes=30,
    arena_bytes=2000,
    stack_bytes=90,
    init_instructions=20,
    ran_on="mps2_an386",
    cpu="cortex-m4",
    op_count=4,
    arena_lower_bound_bytes=1500,
    mismatches=0,
    ratios=dict.fromkeys(MEASURES, 0.2),
)


def test_output_is_converted_from_ticks_to_instructions() -> None:
    measured = measure.parse_output(PRINTED, RESULTS, 2, "m on b")
    # 1,000,000 instructions took 0xc3500 = 800,000 ticks: 1.25 an instruction's worth each
    assert measured.instructions == round((0x52 + 0x56) / 2 * 1.25)
    assert measured.init_instructions == 0x1000 * 1.25
    assert (measured.arena_bytes, measured.stack_bytes) == (512, 256)
    assert measured.outputs == b"\x01\xff\x02\xfe"
    assert [(op.index, op.name, op.instructions) for op in measured.profile] == [
        (0, "CONV_2D", round(0x42 * 1.25)),
        (1, "SOFTMAX", 0x10 * 1.25),
    ]


@pytest.mark.parametrize("results", [b"", RESULTS[:24], RESULTS[:-1]])
def test_an_image_that_fails_is_an_error_with_its_last_words(results: bytes) -> None:
    with pytest.raises(CheckFailedError, match="m on b did not come to its end; it said: fault"):
        measure.parse_output("fault\n", results, 2, "m on b")


def test_baseline_has_every_core_of_the_goals_and_only_the_peer() -> None:
    baseline = measure.load_baseline()
    assert {cpu for _, cpu in baseline} == set(report._SPEED_GOALS["instructions"])
    for (model, cpu), record in baseline.items():
        # of the largest model nobody noted more
        names = ["instructions"] if model == "mlperf_vww_int8" else [*MEASURES, "macs"]
        names += CYCLES if (cpu, model) in WEIGHED else ()
        assert all(record[name] > 0 for name in (*names, "model_bytes"))
    # "mnist_small_int8" on Cortex-M4 with CMSIS-NN; the reference kernels take 4,866,285
    assert baseline["mnist_small_int8", "cortex-m4"]["instructions"] == 1208966


def test_json_has_each_measure_and_its_ratio() -> None:
    row = ROW.as_json()
    measured = [*MEASURES, *(f"ratio_{name}" for name in MEASURES)]
    assert list(row) == ["board", "model", *measured, "engine", "constant_bytes"]
    assert row["ratio_instructions"] == 0.2
    without = replace(ROW, ratios={}).as_json()
    assert without["ratio_flash_bytes"] is None


def test_json_has_cycles_where_they_were_asked_for() -> None:
    cycles = ModelCycles("mps2_an386", "m", "interpreter", None, Cycles(50, load_use=9.6), {})
    row = replace(ROW, cycles=cycles, ratios={**ROW.ratios, "cycles_0ws": 0.5})
    found = row.as_json(with_cycles=True)
    assert {name: found[name] for name in list(found)[-4:]} == {
        "cycles_0ws": 60,
        "cycles_flash": None,  # the board's flash is not known
        "ratio_cycles_0ws": 0.5,
        "ratio_cycles_flash": None,
    }
    assert "60 0.500           -     -" in report.row_text(row, cycles=True)


def test_a_folder_gives_its_models(tmp_path: Path) -> None:
    for name in ("b.tflite", "a.tflite", "notes.txt"):
        (tmp_path / name).touch()
    both = [tmp_path / "a.tflite", tmp_path / "b.tflite"]
    assert find_models(str(tmp_path)) == both
    with pytest.raises(CodegenError, match=r"b\.tflite stands there twice"):
        find_models(f"{tmp_path},{both[1]}")


def test_without_shared_models_it_says_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shared_models, "SHARED_MODELS", tmp_path / "models")
    with pytest.raises(CodegenError, match=r"docs/measuring\.md says"):
        find_models("all")


def two_inputs() -> bytes:
    b = ModelBuilder()
    x, y = (b.tensor([1, 8], scale=0.02) for _ in range(2))
    out = b.tensor([1, 8], scale=0.04)
    b.op("ADD", [x, y], [out], options=schema.AddOptionsT())
    return b.build([x, y], [out])


def test_predicted_stands_beside_measured() -> None:
    of = ModelCycles("nucleo_f446re", "m", "aot", None, Cycles(50, load_use=10), {})
    said = cycles_page.beside(of, 80)
    assert "80 measured" in said
    assert "60 at 0 wait states" in said
    assert "(predicted / measured 0.750)" in said
    flash = FlashTiming("a manual", 5)
    assert "(predicted / measured 1.250)" in cycles_page.beside(
        replace(of, flash=flash, total=Cycles(50, flash_data=50)), 80
    )


@pytest.mark.parametrize(
    ("board", "model", "comparable"),
    [
        ("nucleo_f446re", small_cnn(), True),
        ("nucleo_h743zi", small_cnn(), False),  # no table of an M7
        ("nano33ble", small_cnn(), False),  # its clock counts microseconds
        ("nucleo_f446re", two_inputs(), True),
    ],
)
def test_real_boards_that_can_be_compared(
    board: str, model: bytes, comparable: bool, tmp_path: Path
) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(model)
    assert cycles_page.is_comparable(load_board(board), path) == comparable


def test_goals_are_missed_one_by_one() -> None:
    assert all(goal.met for goal in report.goals([ROW]))

    def missed(row: Row) -> list[str]:
        return [goal.text.split(":")[0] for goal in report.goals([row]) if not goal.met]

    def with_ratio(name: str, value: float) -> Row:
        return replace(ROW, ratios={**ROW.ratios, name: value})

    assert missed(with_ratio("instructions", 0.61)) == ["cortex-m4"]
    assert missed(with_ratio("instructions", 0.86)) == ["cortex-m4", "cortex-m4"]
    assert missed(with_ratio("flash_bytes", 0.36)) == ["flash B"]
    assert missed(with_ratio("stack_bytes", 1.01)) == ["stack B"]
    assert missed(with_ratio("init_instructions", 0.26)) == ["init instr"]
    # 1,500 + 1,024 + 4 * 48 B are allowed
    assert missed(replace(ROW, arena_bytes=2716)) == []
    assert missed(replace(ROW, arena_bytes=2717)) == ["arena"]


def test_means_are_geometric() -> None:
    assert report.geometric_mean([0.25, 1.0]) == pytest.approx(0.5)


def test_unknown_models_and_boards_are_refused() -> None:
    with pytest.raises(CodegenError, match="no model 'absent'"):
        find_models("absent")
    with pytest.raises(VerificationError, match="host does not run there"):
        measure.find_boards("host")


def test_all_boards_are_one_of_each_core_and_the_baselines() -> None:
    boards = measure.find_boards("all")
    assert len({board.cpu for board in boards}) == len(boards)
    assert {"microbit", "mps2_an385", "mps2_an386", "mps2_an500", "mps3_an547"} <= {
        board.id for board in boards
    }


def test_a_folder_that_is_not_there_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="no folder"):
        report.run("mps2_an386", "all", tmp_path / "absent" / "out.json")


def test_kernels_are_compiled_with_the_flags_of_their_library_json(tmp_path: Path) -> None:
    tflm, nn = (cpp_build.library_flags(library) for library in cpp_build.LIBRARIES)
    assert "-Os" in tflm and "-O2" not in tflm
    assert "-O2" in nn and "-fwrapv" in nn and "-Os" not in nn
    (tmp_path / "library.json").write_text(
        json.dumps({"build": {"unflags": ["-Os"], "flags": ["-O3"]}})
    )
    assert cpp_build.library_flags(tmp_path)[-1] == "-O3"
    assert "-Os" not in cpp_build.library_flags(tmp_path)


def test_kernels_of_other_instruction_sets_are_left_out() -> None:
    stems = {path.stem for path, _ in cpp_build.library_sources("dsp")}
    assert "conv_s8__scalar" in stems and "conv_s8__dsp" in stems
    assert not any(stem.endswith(("__mve", "__v6m", "__v7m")) for stem in stems)
    assert not any(path.stem.endswith("__dsp") for path, _ in cpp_build.library_sources("mve"))
    stems = {path.stem for path, _ in cpp_build.library_sources("scalar")}
    assert {"conv_s8__scalar", "conv_s8__v6m", "conv_s8__v7m"} <= stems
    assert not any(stem.endswith(("__dsp", "__mve")) for stem in stems)


def test_machine_flags_come_from_the_board() -> None:
    flags = machine_flags(load_board("mps2_an386"))
    assert flags == [
        *("-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
        "-DMCUFORGE_ISA_DSP=1",
        *compiler_flags.LINK_TIME_OPTIMISATION,
    ]


def test_the_page_has_a_table_a_board(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("\n".join(marks(performance_page.VERB)))
    performance_page.update(document, [ROW], [load_board("mps2_an386")])
    text = document.read_text()
    assert "| m | 50 (0.200) | 30 (0.200) | 2000 (0.200) | 90 (0.200) | 20 (0.200) |" in text
    assert "| geometric mean | (0.200)" in text


def test_generated_code_has_a_part_of_its_own_with_its_constants(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("\n".join([*marks("bench"), *marks("bench --engine aot")]))
    row = replace(ROW, engine=AOT, constant_bytes=700, whole_ratio=0.31)
    performance_page.update(document, [row], [load_board("mps2_an386")], AOT)
    before, _, behind = document.read_text().partition(marks("bench --engine aot")[0])
    assert "| 700 (0.310) |" in behind and "| m |" not in before


def test_of_all_models_those_that_cannot_be_measured_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sound.tflite").write_bytes(small_cnn())
    (tmp_path / "foreign.tflite").write_bytes(b"no model")
    monkeypatch.setattr(shared_models, "SHARED_MODELS", tmp_path)
    measured: list[str] = []

    def bench(_: object, paths: list[Path], *__: object) -> list[Row]:
        measured.extend(path.stem for path in paths)
        return []

    monkeypatch.setattr(report, "bench", bench)
    said: list[str] = []
    report.run("mps2_an386", "all", say=said.append)
    assert measured == ["sound"]
    assert said[0].startswith("bench: foreign is left out: ")
    measured.clear()
    report.run("mps2_an386", "foreign", say=said.append)  # who names a model gets its error
    assert measured == ["foreign"]
