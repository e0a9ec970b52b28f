"""Predicted cycles: loops whose length the manuals' tables give by hand, and a model's image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from codegen.boards.facts import FlashCache, FlashTiming, Region, load_board
from codegen.compile import cpp_build
from codegen.cycles.instruction import Code
from codegen.cycles.weigh import Cycles, Scale, sum_of
from codegen.engines import AOT, INTERPRETER
from codegen.image.bench_image import render
from codegen.memory.planner import plan_model
from verification import semihosting
from verification.bench import measure
from verification.bench.cycles import run_counted
from verification.cases.model_builder import small_cnn
from verification.check_runner import TARGETS

pytestmark = pytest.mark.emulated

LOOPS = Path(__file__).with_name("cycle_loops.S")
BUILD = cpp_build.BUILD / "bench"

# Cycles an iteration at 0 wait states, counting down and branching back included: M0, M0+, and M3
# and M4 together where they do not differ.
_ON_ALL = {
    "alu": (8, 7, 8),  # four of one cycle
    "load": (7, 6, 7),
    "two loads": (8, 7, 7),  # pipelined on M3 and M4
    "load chain": (8, 7, 8),  # whose addresses are what was loaded before: not pipelined
    "computed address": (7, 6, 8),
    "two stores": (8, 7, 6),
    "multiple": (11, 10, 11),
    "multiply": (5, 4, 5),
    "call": (11, 8, 10),
    "push pop": (17, 14, 15),
}
_ON_ARMV7M = {  # M3, M4
    "multiply accumulate": (6, 5),
    "long multiply": (8, 5),
    "double": (7, 7),
    "load store": (7, 7),  # the store, by an index register, behind the load
}
_FAR_CODE_LINES, _FAR_DATA_LINES = 128, 16  # of cycle_loops.S, an iteration
_FAR = {"far code": (1024, 1023, 1024), "far data": (53, 52, 69)}


def _expected(cpu: str) -> dict[str, int]:
    column = {"cortex-m0": 0, "cortex-m0plus": 1}.get(cpu, 2)
    found = {name: values[column] for name, values in _ON_ALL.items()}
    if column == 2:
        found |= {name: values[cpu != "cortex-m3"] for name, values in _ON_ARMV7M.items()}
    return found | {name: values[column] for name, values in _FAR.items()}


@cache
def _image(cpu: str) -> tuple[Path, Region]:
    target = TARGETS[cpu]
    assert target.memory is not None
    flash, ram = (
        Region(kind, kind, *extent)
        for kind, extent in (("flash", target.memory.code), ("ram", target.memory.ram))
    )
    folder = BUILD / f"loops-{cpu}"
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "loops.ld"
    values = {"machine": target.machine, "stack_bytes": 256, "flash": flash, "ram": ram}
    values["largest"] = flash
    script.write_bytes(render("bench.ld", values))
    objects = cpp_build.compile_objects([(LOOPS, target.machine_flags)])
    return cpp_build.link_image("loops.elf", objects, target.machine_flags, script), flash


def _loops(cpu: str, folder: Path, timing: FlashTiming | None = None) -> Mapping[str, Cycles]:
    """An iteration of each loop: what 200 take more than 100, by 100."""
    elf, flash = _image(cpu)
    machine = TARGETS[cpu].machine
    assert machine is not None
    code = Code(elf)
    command = semihosting.qemu_command(machine, elf, "counting cycles", 5)
    _, *spans = run_counted(command, folder, code.addresses_of("mark")[0], flash, timing)
    scale = Scale(code, cpu, timing)
    totals = [sum_of(scale.weigh(span).values()) for span in spans]
    names = list(_expected(cpu))
    assert len(totals) == 2 * len(names)
    found = {}
    for name, short, long in zip(names, totals[::2], totals[1::2], strict=True):
        iteration = sum_of([long], 100)
        iteration.add(short, -1 / 100)
        found[name] = iteration
    return found


@pytest.mark.parametrize(
    "cpu", ["cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m33"]
)
def test_loops_take_what_the_tables_give_by_hand(cpu: str, tmp_path: Path) -> None:
    found = _loops(cpu, tmp_path)
    assert {name: round(one.at_0_wait_states, 3) for name, one in found.items()} == _expected(cpu)
    # nothing is lost on the way: the causes add up, and without wait states flash costs nothing
    assert all(one.with_flash == one.at_0_wait_states for one in found.values())


@pytest.mark.parametrize("has_prefetch", [False, True])
def test_flash_costs_its_wait_states_for_each_line_that_no_cache_has(
    tmp_path: Path, has_prefetch: bool
) -> None:
    timing = FlashTiming("a test", 5, FlashCache(64, 16), FlashCache(8, 8), has_prefetch)
    found = _loops("cortex-m4", tmp_path, timing)
    # prefetch hides all lines but the one that is jumped to; 0.4: what the first iterations find in
    # the caches
    fetches = 1 if has_prefetch else _FAR_CODE_LINES
    assert found["far code"].flash_instruction == pytest.approx(fetches * 5, abs=0.4)
    assert found["far data"].flash_data == pytest.approx(_FAR_DATA_LINES * 5, abs=0.4)
    assert found["far code"].flash_data == pytest.approx(0, abs=0.4)
    assert found["far data"].flash_instruction == pytest.approx(0, abs=0.4)
    near = _expected("cortex-m4")["push pop"]
    assert found["push pop"].with_flash == pytest.approx(near, abs=0.4)


@pytest.mark.parametrize("engine", [INTERPRETER, AOT])
def test_a_models_cycles_are_of_the_instructions_that_bench_counts(
    engine: str, tmp_path: Path
) -> None:
    path = tmp_path / "cnn.tflite"
    path.write_bytes(small_cnn())
    board = load_board("mps2_an386")
    (row,) = measure.bench([board], [path], engine=engine, cycles=True, profile=True)
    (plain,) = measure.bench([board], [path], engine=engine)
    assert row.cycles is not None
    found = row.cycles.total
    assert found.instructions == pytest.approx(plain.instructions, rel=0.01)
    assert len(row.cycles.ops) == row.op_count
    of_ops = sum(op.at_0_wait_states for op in row.cycles.ops)
    assert 0.8 * found.at_0_wait_states < of_ops < 1.05 * found.at_0_wait_states
    of_functions = sum(one.with_flash for one in row.cycles.functions.values())
    assert of_functions == pytest.approx(found.with_flash)
    assert found.with_flash > found.at_0_wait_states > found.instructions


def test_of_what_has_no_table_nothing_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cnn.tflite"
    path.write_bytes(small_cnn())
    board = replace(load_board("mps2_an386"), flash_timing=None)
    (row,) = measure.bench([board], [path], cycles=True)
    assert row.cycles_0ws is not None
    assert row.as_json(with_cycles=True)["cycles_flash"] is None
    monkeypatch.delitem(measure.CORES, board.cpu)
    (row,) = measure.bench([board], [path], cycles=True)
    assert row.as_json(with_cycles=True)["cycles_0ws"] is None


def test_a_board_that_qemu_does_not_know_is_weighed_on_one_of_its_core(tmp_path: Path) -> None:
    path = tmp_path / "cnn.tflite"
    path.write_bytes(small_cnn())
    subject = measure.read_subject(path)
    found = [
        measure.weigh(subject, load_board(board), plan_model(subject.model, "dsp"), INTERPRETER)
        for board in ("nucleo_f411re", "disco_f407vg")
    ]
    assert found[0].total.at_0_wait_states == found[1].total.at_0_wait_states
    assert found[0].total.with_flash < found[1].total.with_flash  # 3 and 5 wait states
