"""What is said after Ctrl-C is a command that goes on with the very same work."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from invoke import Program

import tasks
from harness.run import hil
from pipeline import beforehand, stage, stages
from pipeline import choice as pipeline_choice
from training.data.options import DataOptions
from verification import fuzz, golden
from verification.cases.model_builder import small_cnn

ROOT = Path(tasks.__file__).parent


def _interrupted(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What was said, on both streams."""
    with pytest.raises(SystemExit) as ended:
        Program().run(["invoke", "--search-root", str(ROOT), *shlex.split(command)])
    assert ended.value.code == 130
    said = capsys.readouterr()
    assert said.err.strip().splitlines()[-1] == "interrupted"
    return said.out + said.err


def _hint(said: str) -> str:
    (found,) = re.findall(r"`invoke (.*?)`", said)
    return str(found)


def test_a_fuzz_run_goes_on_at_the_next_seed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutated = []

    def ctrl_c_in_the_second_batch(pack: Path, seed: int, count: int) -> list[bytes]:
        mutated.append(seed)
        if len(mutated) == 2:
            raise KeyboardInterrupt
        return [b"none"] * count

    monkeypatch.setattr(fuzz, "_mutants", ctrl_c_in_the_second_batch)
    said = _interrupted("fuzz --python --count 2500 --seed 7", capsys)
    assert _hint(said) == "fuzz --count 2250 --seed 257 --python"
    assert "250 of 2,500 are done" in said


def test_a_golden_run_goes_on_after_the_models_that_ran_on_every_board(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: Counter[str] = Counter()

    def ctrl_c_on_the_second_board(board: str, *_: Any) -> list[golden.Failure]:
        ran[board] += 1
        if ran[board] == 2 and board == "cortex-m3":
            raise KeyboardInterrupt
        return [golden.Failure("PAD", 3, board, "", "wrong")] if ran[board] == 1 else []

    monkeypatch.setattr(golden, "_draw", lambda *_: None)
    monkeypatch.setattr(golden, "_run_on", ctrl_c_on_the_second_board)
    said = _interrupted("golden --count 500 --op PAD --board host,cortex-m3", capsys)
    assert "PAD seed 3 on cortex-m3: wrong" in said  # what was found is not lost
    again = "golden --count 400 --seed 101 --board host,cortex-m3 --op PAD"
    assert f"`invoke {again}` runs the rest" in said


def test_hil_is_told_its_own_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tmp_path / "net.tflite"
    model.write_bytes(small_cnn())
    given: list[hil.Settings] = []

    def run(board: str, build_dir: Path, settings: hil.Settings, **_: Any) -> None:
        given.append(settings)
        raise KeyboardInterrupt

    monkeypatch.setattr(hil, "run", run)
    for name in ("data", "evaluate", "build"):
        monkeypatch.setattr(stages, name, lambda *_: None)
    monkeypatch.setattr(beforehand, "require_device", lambda *_, **__: None)
    monkeypatch.setattr(beforehand.DataInfo, "load", lambda _: SimpleNamespace(test_count=50))
    monkeypatch.setattr("harness.run.run_folder.stopped_run", lambda *_: None)
    command = f"hil --model {model} --count 40 --fault 'flip=1e-4,split' --baud auto"
    for _ in range(2):  # and the hint's hint is the hint
        with pytest.raises(SystemExit):
            Program().run(["invoke", "--search-root", str(ROOT), *shlex.split(command)])
        command = given[-1].again.partition("invoke ")[2]
    assert given[0].again == given[1].again
    assert (given[0].resume, given[1].resume) == (False, True)
    wanted = {"count": "40", "fault": "flip=1e-4,split", "baud": "auto", "seed": 1}
    assert wanted.items() <= vars(given[1]).items()
    assert str(model) in shlex.split(command)


def test_a_training_is_told_what_goes_on_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own data and seed, also where it began as a part of another verb."""
    told: list[str] = []

    def note(one: stage.Stage, *_: Any, **__: Any) -> None:
        if one.name == "train":
            told.append(one.arguments["again"])
            raise KeyboardInterrupt

    monkeypatch.setattr(stages, "run", note)
    data = tmp_path / "my data"
    data.mkdir()
    command = f"train --recipe motion --seed 3 --data '{data}' --window 64 --columns x,y"
    for _ in range(2):
        with pytest.raises(SystemExit):
            Program().run(["invoke", "--search-root", str(ROOT), *shlex.split(command)])
        command = told[-1].partition("invoke ")[2]
    assert told[0] == told[1]
    words = shlex.split(command)
    assert words[words.index("--data") + 1] == str(data)
    assert {"--resume", "motion", "3", "64", "x,y"} <= set(words)


def test_what_cannot_go_on_says_no_such_thing() -> None:
    choice = stages.Choice("host", "tiny", "auto", DataOptions(), variant="-adam-2")
    assert stages._train_again(choice) == ""


def test_bless_asks_for_a_run_of_the_very_same_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint is taken as it is, and asks for what bless was asked for."""
    monkeypatch.setattr(stages, "RUNS", tmp_path / "runs")
    model, data = tmp_path / "net.tflite", tmp_path / "my data"
    model.write_bytes(small_cnn())
    data.mkdir()
    command = f"bless --board host --model {model} --data '{data}' --image-size 28x28 --engine aot"
    chosen: list[stages.Choice] = []
    choose = pipeline_choice.check

    def note(choice: stages.Choice) -> None:
        chosen.append(choice)
        choose(choice)

    monkeypatch.setattr(pipeline_choice, "check", note)
    with pytest.raises(SystemExit):
        Program().run(["invoke", "--search-root", str(ROOT), *shlex.split(command)])
    again = _hint(capsys.readouterr().err)
    monkeypatch.setattr(stages, "evaluate", _ctrl_c)
    monkeypatch.setattr(beforehand, "require_device", lambda *_, **__: None)
    monkeypatch.setattr(stages, "data", lambda *_: None)
    monkeypatch.setattr(beforehand.DataInfo, "load", lambda _: SimpleNamespace(test_count=50))
    _interrupted(again, capsys)
    assert chosen[0] == chosen[1]


def _ctrl_c(*_: Any) -> None:
    raise KeyboardInterrupt
