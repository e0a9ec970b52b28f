"""What is refused before any work, what is cleaned, and whose code makes which stage stale."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.errors import CodegenError
from codegen.files.places import PROGRAM
from codegen.model.tflite import Model
from codegen.samples.facts import DataInfo
from pipeline import choice, stages
from pipeline.stage import Stage
from training.errors import UnfitDataError
from verification.cases.model_builder import small_cnn


@pytest.fixture(autouse=True)
def own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "BUILD", tmp_path / "build")


def test_check_refuses_before_any_work(tmp_path: Path) -> None:
    model = tmp_path / "mine.tflite"
    model.write_bytes(struct.pack("<I4s", 8, b"TFL3"))
    for bad, message in [
        (choice.Choice("nope", "tiny", "auto"), "no board 'nope'"),
        (choice.Choice("host", "nope", "auto"), "unknown recipe 'nope'"),
        (choice.Choice("host", "tiny", "auto", model=tmp_path / "none.tflite"), "none.tflite"),
        (choice.Choice("host", "tiny", "auto", model=tmp_path / "host.tflite"), "another use"),
        (choice.Choice("host", "tiny", "auto", model=tmp_path / "tiny.tflite"), "another use"),
        (choice.Choice("host", "tiny", "auto", model=tmp_path / "-a b.tflite"), "letters"),
        (choice.Choice("host", "tiny", "auto", model=model), "mine.tflite"),
    ]:
        with pytest.raises(Exception, match=message) as caught:
            choice.check(bad)
        assert caught.value.exit_code == 2  # type: ignore[attr-defined]
    assert not (tmp_path / "build").exists()


def test_clean_removes_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "PROJECT", tmp_path)
    monkeypatch.setattr(stages, "BUILD", tmp_path / "build")
    monkeypatch.setattr(stages, "RUNS", tmp_path / "runs")
    for name in ("tiny", "other"):
        (tmp_path / "build" / name).mkdir(parents=True)
    stages.clean(choice.Choice("host", "tiny", "auto"), everything=False)
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["other"]
    stages.clean(choice.Choice("host", "tiny", "auto"), everything=True)
    assert not (tmp_path / "build").exists()


@pytest.fixture
def defined(monkeypatch: pytest.MonkeyPatch) -> dict[str, Stage]:
    """All stages on the way from data to an image of `tiny`, by name; none of them runs."""
    found: dict[str, Stage] = {}
    monkeypatch.setattr(stages, "run", lambda stage, *_, **__: found.update({stage.name: stage}))
    monkeypatch.setattr(Model, "read", lambda path: SimpleNamespace(custom_names=[]))
    chosen = choice.Choice("host", "tiny", "auto")
    for define in (stages.evaluate, stages.build):
        define(chosen)
    return found


def test_a_recipe_completes_how_its_data_are_read_and_a_model_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(stages, "run", lambda stage, *_, **__: found.append(dict(stage.arguments)))
    stages.data(choice.Choice("host", "vision", "auto"))
    stages.data(choice.Choice("host", "anomaly", "motions"))
    stages.data(choice.Choice("host", "vision", "pictures", model=tmp_path / "mine.keras"))
    assert [(one["source"], one["options"].given()) for one in found] == [
        ("pictures", {"--image-size": "96x96", "--channels": "3"}),
        ("motions", {"--task": "reconstruct", "--normal": "walking"}),
        ("pictures", {}),
    ]


def test_data_that_a_recipe_does_not_take_leave_no_schema(tmp_path: Path) -> None:
    """`hil --recipe dense` reads digits; the table that comes then is not to be digits."""
    chosen = choice.Choice("host", "dense", "sample")
    with pytest.raises(UnfitDataError, match="recipe dense takes data of kind table or signal"):
        stages.train(chosen)
    table = tmp_path / "table.csv"
    rows = (f"{i},{i % 7},{'good' if i % 2 else 'bad'}" for i in range(60))
    table.write_text("hours,level,kind\n" + "\n".join(rows))
    stages.data(choice.Choice("host", "dense", str(table)))
    assert DataInfo.load(chosen.build_dir).labels == ["bad", "good"]


@pytest.mark.parametrize(
    ("stage", "file", "stale"),
    [
        # seen wrong before stages were data: train calls stratified_split
        ("train", "training/data/splits.py", True),
        ("train", "codegen/samples/real.py", True),
        ("generate", "codegen/image/treemap.py", False),
        ("train", "training/recipes/tiny.py", True),
        ("train", "training/recipes/blocks.py", True),
        ("train", "training/recipes/pico.py", False),
        ("train", "training/recipes/__init__.py", False),
        ("train", "codegen/model/tflite.py", False),
        ("train", "codegen/emit/generate.py", False),
        ("data", "training/fit/train.py", False),
        ("quantize", "codegen/model/lean.py", True),
        ("quantize", "training/recipes/tiny.py", False),
        ("evaluate", "codegen/host/oracle.py", True),
        ("evaluate", "training/judge/evaluation_page.py", False),
        ("generate", "codegen/memory/planner.py", True),
        ("generate", "codegen/emit/templates", True),
        ("generate", "codegen/image/templates", False),
        ("generate", "firmware/lib", True),
        ("build host", "codegen/compile/compiler_flags.py", True),
        ("build host", "firmware/platform/builder/main.py", True),
        ("build host", "codegen/image/treemap.py", False),
        ("build host", "harness/rig/flash.py", False),
    ],
)
def test_whose_code_makes_which_stage_stale(
    defined: dict[str, Stage], stage: str, file: str, stale: bool
) -> None:
    assert (PROGRAM / file).exists()
    assert (file in defined[stage].files()) == stale


# A module that names files of the program outside of its own folder -> where they are. A stage has
# them in its `data` or `options`, or does not depend on what is read from there.
ELSEWHERE = {
    "codegen/boards/facts.py": "the board's JSON file: an option of build, only checked elsewhere",
    "codegen/boards/port_files.py": "templates in firmware/platform/builder: an option of build",
    "codegen/compile/cpp_build.py": "firmware/lib, for the host's runtime",
    "codegen/files/places.py": "nothing",
    "codegen/image/firmware_build.py": "firmware/ and platformio.ini: options of build",
    "codegen/image/pio_registry.py": "platformio.ini: an option of build",
    "codegen/model/op_table.py": "the tables of ops in firmware/lib",
}


def test_files_that_are_read_elsewhere_are_known(defined: dict[str, Stage]) -> None:
    """A new one turns up here: declare it in the stage's `data`, or say why it does not matter."""
    modules = {name for stage in defined.values() for name in stage.files() if name[-3:] == ".py"}
    reading = {name for name in modules if re.search(r"\bPROGRAM /", (PROGRAM / name).read_text())}
    assert reading <= ELSEWHERE.keys()


def test_data_that_the_model_does_not_take_leave_no_schema_for_others(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(small_cnn())
    shape = Model.read(path).inputs[0].shape[1:]
    rng = np.random.default_rng(1)

    def given(name: str, shape: tuple[int, ...]) -> choice.Choice:
        file = tmp_path / name
        np.savez(file, x=rng.random((20, *shape), np.float32), y=np.arange(20) % 2)
        return choice.Choice("host", "tiny", str(file), model=path)

    for wrong in ((7, 5), (9, 9)):
        with pytest.raises(CodegenError, match="the model's input"):
            stages.evaluate(given("wrong.npz", wrong))
    stages.evaluate(given("right.npz", shape))
