"""What a run keeps: a folder, answers at once, why it ended; and which one is resumed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.run import run_folder as room
from harness.run.run_folder import Answer, Mismatch, RunFolder, stopped_run

FACTS = {"model_sha256": "ab", "digits": 3}


@pytest.fixture
def create(tmp_path: Path) -> Iterator[Callable[[str], RunFolder]]:
    """Makes folders in tmp_path/runs, which are closed in the end."""
    with ExitStack() as stack:
        yield lambda board: stack.enter_context(RunFolder.create(tmp_path / "runs", board, FACTS))


@pytest.fixture(autouse=True)
def one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.time, "strftime", lambda _: "20261129-120000")


def test_runs_of_one_second_have_folders_of_their_own(
    create: Callable[[str], RunFolder], tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    made = [create("host").path.name for _ in range(3)]
    stem = "20261129-120000-host"
    assert made == [stem, f"{stem}.002", f"{stem}.003"]
    assert json.loads((runs / stem / "run.json").read_text()) == FACTS
    for number in range(4, 1000):
        (runs / f"{stem}.{number:03}").mkdir()
    with pytest.raises(HarnessError, match="host: a thousand of that name are there"):
        create("host")


def test_where_none_can_be_made_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HarnessError, match=r"^run folder .*20261129-120000-host: "):
        RunFolder.create(tmp_path / "file", "host", FACTS)


def test_each_devices_lines_have_a_file(tmp_path: Path) -> None:
    with RunFolder.create(tmp_path / "runs", "host", FACTS) as folder:
        folder.console(0)("hello")
        folder.console(1)("other")
        print("frame", file=folder.trace(1))
    assert (folder.path / "console.log").read_text() == "hello\n"
    assert (folder.path / "console-2.log").read_text() == "other\n"
    assert (folder.path / "trace-2.log").read_text() == "frame\n"
    assert not folder.result.exists()


def test_an_answer_is_recorded_once_and_at_once(create: Callable[[str], RunFolder]) -> None:
    wrong = Mismatch(2, (1.0, 2.0), (1.0, 3.0), "raw", 1, 4)
    assert str(wrong) == "2 (raw): device [1.0, 2.0], oracle [1.0, 3.0]"
    folder = create("host")
    answer = Answer(2, None, 7, (wrong,))
    folder.add(answer)
    assert room.read_answers(folder.path / "answers.jsonl") == {2: answer}
    with pytest.raises(AssertionError, match="digit 2 was answered twice"):
        folder.add(answer)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HarnessError("it broke"), "it broke"),
        (KeyboardInterrupt(), "Ctrl-C"),
        (KeyError(), "KeyError()"),
    ],
)
def test_why_it_ended_early_is_written(error: BaseException, reason: str, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "runs", "host", FACTS)
    with pytest.raises(type(error)), folder:
        folder.add(Answer(0, 1, 7, ()))
        raise error
    assert json.loads(folder.result.read_text()) == {"failure": reason, "answered": 1}


def test_the_last_run_of_the_board_is_resumed_unless_it_ended(
    create: Callable[[str], RunFolder], tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    with pytest.raises(
        HarnessError, match=r"^--resume: no run of host is in .*; leave --resume out"
    ):
        stopped_run(runs, "host")
    first, second = create("host"), create("host")
    (runs / "20261129-120001-host").mkdir()  # nothing of it was written
    create("microbit")
    assert stopped_run(runs, "host") == second.path
    second.result.write_text('{"failure": "x"}')
    assert stopped_run(runs, "host") == second.path
    second.result.write_text("{}")
    with pytest.raises(HarnessError, match=f"^--resume: {second.path.name} has ended"):
        stopped_run(runs, "host")
    second.result.unlink()
    second.add(Answer(1, 1, 7, ()))
    with (second.path / "answers.jsonl").open("a") as file:
        file.write('{"index": 2')  # it was killed
    with RunFolder.resume(runs, "host", FACTS) as resumed:
        assert (resumed.path, resumed.answers) == (second.path, {1: Answer(1, 1, 7, ())})
        resumed.add(Answer(2, 1, 7, ()))
    assert list(room.read_answers(second.path / "answers.jsonl")) == [1, 2]
    with pytest.raises(HarnessError, match="tested digits 3, now it is 4; leave --resume out"):
        RunFolder.resume(runs, "host", {**FACTS, "digits": 4})
    assert first.path.name < second.path.name
