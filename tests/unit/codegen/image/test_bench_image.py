"""The benchmark's image: what is compiled, with which flags, for which machine's memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.boards.facts import load_board
from codegen.compile.cpp_build import CppBuildError
from codegen.engines import AOT, INTERPRETER
from codegen.image import bench_image
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model

BOARD = load_board("mps2_an386")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, list[str]]]:
    """(file, flags) of what would be compiled."""
    found: list[tuple[str, list[str]]] = []

    def compile_objects(work: Iterable[Any], *_: object) -> list[Path]:
        named = [(Path(source).name, list(flags)) for source, flags in work]
        found.extend(named)
        return [Path(name) for name, _ in named]

    monkeypatch.setattr(bench_image, "_BUILD", tmp_path)
    monkeypatch.setattr(bench_image.cpp_build, "compile_objects", compile_objects)
    monkeypatch.setattr(bench_image.cpp_build, "link_image", lambda name, *_: tmp_path / name)
    monkeypatch.setattr(bench_image, "_section_bytes", lambda *_: 5000)
    monkeypatch.setattr(bench_image, "generate_aot", lambda *_: {"model.cc": b"aot"})
    monkeypatch.setattr(bench_image, "count_constants", lambda *_: 300)
    return found


def build(model: Model, **options: Any) -> bench_image.BenchImage:
    inputs = np.zeros((2, 28, 28, 1), np.int8)
    return bench_image.build_bench_image(
        model, options.pop("board", BOARD), 4096, inputs, load_supported_ops(), **options
    )


@pytest.mark.parametrize("engine", [INTERPRETER, AOT])
@pytest.mark.parametrize("profile", [False, True])
def test_its_flags_say_what_it_measures(
    cnn: Model, compiled: list[tuple[str, list[str]]], tmp_path: Path, engine: str, profile: bool
) -> None:
    image = build(cnn, engine=engine, profile=profile)
    own = dict(compiled)[bench_image.SOURCE.name]
    assert ("-DMCUFORGE_BENCH_PROFILE=1" in own) == profile
    assert ("-DMCUFORGE_BENCH_AOT=1" in own) == (engine == AOT)
    (folder,) = tmp_path.iterdir()
    ending = f"{'-aot' * (engine == AOT)}{'-profile' * profile}"
    assert folder.name.startswith(f"{BOARD.id}-") and folder.name.endswith(ending)
    assert (folder / "model.tflite").read_bytes() == cnn.data
    assert (folder / "inputs.bin").read_bytes() == bytes(2 * 28 * 28)
    assert (folder / "model.cc").exists() == (engine == AOT)
    constants = 300 if engine == AOT else cnn.size
    assert image.constant_bytes == constants
    assert image.flash_bytes == (4700 if engine == AOT else 5000)
    assert (image.machine, image.stack_bytes) == (BOARD.emulator.machine, BOARD.stack_bytes)  # type: ignore[union-attr]
    assert ("binarize.cc" in dict(compiled)) == bool(cnn.custom_names)


def test_nothing_is_profiled_unless_asked(
    cnn: Model, compiled: list[tuple[str, list[str]]]
) -> None:
    build(cnn)
    assert not any("MCUFORGE_BENCH" in flag for flag in dict(compiled)[bench_image.SOURCE.name])


def test_it_runs_in_qemu_only(cnn: Model, compiled: list[tuple[str, list[str]]]) -> None:
    for board in (load_board("host"), load_board("pico")):
        with pytest.raises(CppBuildError, match=f"{board.id} is no QEMU machine"):
            build(cnn, board=board)
    other = load_board("mps2_an500")
    image = build(cnn, board=load_board("disco_f407vg"), host_board=other)
    assert other.emulator is not None and image.machine == other.emulator.machine
    assert image.icount_shift == other.emulator.icount_shift == 5
