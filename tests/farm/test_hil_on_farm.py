"""Runs on three places of a farm: the same answers as from one board, whatever happens to a place,
to the coordinator or to the run itself; and afterwards nothing is held."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen.files.places import PROGRAM, RUNS
from tests.farm.conftest import BOARD, PLACES, Farm, wait_until

pytestmark = pytest.mark.timeout(600)  # the first run may train

_HIL = ("hil", "--board", BOARD, "--count", "600")


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answer of boards that are no farm's."""
    path = tmp_path_factory.mktemp("wanted") / "report.json"
    command = [sys.executable, "-m", "invoke", *_HIL, "--json", str(path)]
    subprocess.run(command, cwd=PROGRAM, check=True)
    return judged(path)


def judged(path: Path) -> dict[str, Any]:
    """What a report says of the model, without times and names."""
    report = json.loads(path.read_text())
    names = ("answered", "mismatches", "correct", "confusion", "measures", "model_sha256")
    return {name: report[name] for name in names}


def parts(path: Path) -> dict[str, Any]:
    return {part["name"]: part for part in json.loads(path.read_text())["parts"]}


@contextlib.contextmanager
def in_the_middle(run: subprocess.Popen[str], since: set[Path]) -> Iterator[None]:
    """Once the run that was begun `since` has some answers; meanwhile it stands still."""

    def has_answers() -> bool:
        assert run.poll() is None, run.communicate()
        return any(len(path.read_bytes().splitlines()) >= 30 for path in runs() - since)

    wait_until(has_answers)
    run.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        run.send_signal(signal.SIGCONT)


def runs() -> set[Path]:
    return set(RUNS.glob("*/answers.jsonl"))


def test_three_places_give_one_boards_answer(
    farm: Farm, wanted: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    code, said = farm.verb(*_HIL, "--farm", "--json", str(path))
    assert code == 0, said
    assert judged(path) == wanted
    shares = parts(path)
    assert set(shares) == set(PLACES)
    assert all(share["answered"] > 0 for share in shares.values())
    assert farm.listed().count(" free") == len(PLACES)


def test_a_coordinator_that_starts_anew_in_the_middle(
    farm: Farm, wanted: dict[str, Any], tmp_path: Path
) -> None:
    """Its exporters end with it, and ser2net with its exporter; the next one has another port, at
    which a place that has answered by then is opened again (as the next test has it)."""
    path, before = tmp_path / "report.json", runs()
    with farm.start(*_HIL, "--farm", "--json", str(path)) as run:
        with in_the_middle(run, before):
            farm.restart_coordinator()
            wait_until(lambda: farm.listed().count(":mcuforge-") == len(PLACES))
        said, _ = run.communicate()
    assert run.returncode == 0, said
    assert judged(path) == wanted
    assert farm.listed().count(" free") == len(PLACES)


def test_a_run_on_the_one_place_whose_line_was_cut_by_that_goes_on(
    farm: Farm, wanted: dict[str, Any], tmp_path: Path
) -> None:
    path, before = tmp_path / "report.json", runs()
    with farm.start(*_HIL, "--place", "shelf-1", "--json", str(path)) as run:
        with in_the_middle(run, before):
            farm.restart_coordinator()
        said, _ = run.communicate()
    assert run.returncode == 0, said
    assert judged(path) == wanted
    assert parts(path)["shelf-1"]["reconnects"] == 1
    assert farm.listed().count(" free") == len(PLACES)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_ended_from_outside_holds_nothing(farm: Farm, number: signal.Signals) -> None:
    before = runs()
    with farm.start(*_HIL, "--place", "desk-1", "--place", "shelf-1") as run:
        with in_the_middle(run, before):
            assert farm.listed().count(":mcuforge-") == 2
            run.send_signal(number)
        said, _ = run.communicate()
    assert run.returncode == (130 if number == signal.SIGINT else -number), said
    wait_until(lambda: farm.listed().count(" free") == len(PLACES), 20)


def test_a_place_that_is_taken_away_is_lost(farm: Farm) -> None:
    before = runs()
    with farm.start(*_HIL, "--place", "desk-1") as run:
        with in_the_middle(run, before):
            farm.client("desk-1", "release", "--kick")
        said, _ = run.communicate()
    assert run.returncode == 1
    assert "error: place desk-1 was lost: it was released by somebody else" in said


def keeper_of(run: subprocess.Popen[str]) -> int:
    """The process id of what holds the run's places."""
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    (keeper,) = [
        int(child)
        for child in children
        if b"harness.farm.keeper" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    return keeper


def test_a_place_that_somebody_takes_after_a_restart_is_lost(farm: Farm) -> None:
    before = runs()
    with farm.start(*_HIL, "--place", "desk-1") as run:
        with in_the_middle(run, before):
            keeper = keeper_of(run)
            os.kill(keeper, signal.SIGSTOP)
            farm.restart_coordinator()
            wait_until(lambda: farm.listed().count(" free") == len(PLACES))
            farm.client("desk-1", "acquire")
            os.kill(keeper, signal.SIGCONT)
        said, _ = run.communicate()
    assert run.returncode == 1
    assert re.search("error: place desk-1 was lost: [^ ]+/[^ ]+ has it now", said)
    assert "desk-1   mps2_an386  held by " in farm.listed()  # theirs was left alone
    farm.client("desk-1", "release")


def test_what_holds_the_places_may_not_end_before_the_run(farm: Farm) -> None:
    before = runs()
    with farm.start(*_HIL, "--place", "desk-1") as run:
        with in_the_middle(run, before):
            os.kill(keeper_of(run), signal.SIGKILL)
        said, _ = run.communicate()
    assert run.returncode == 1
    assert "error: place desk-1 was lost: the process that held it has ended" in said
    farm.client("desk-1", "release", "--kick")


def test_what_cannot_be_is_said_at_once(farm: Farm) -> None:
    code, said = farm.verb(*_HIL, "--place", "attic")
    assert (code, said.count("\n")) == (2, 1)
    assert f"there is no place attic at {farm.address}; it has desk-1, desk-2, shelf-1" in said
    code, said = farm.verb("hil", "--board", "microbit", "--place", "desk-1")
    assert (code, said.count("\n")) == (2, 1)
    assert "place desk-1 holds mps2_an386, not microbit" in said
    code, said = farm.verb("hil", "--board", "microbit", "--farm")
    assert (code, said.count("\n")) == (2, 1)
    assert "no place with microbit is free; with that board: none" in said
    farm.client("desk-1", "acquire")
    try:
        code, said = farm.verb(*_HIL, "--place", "desk-1")
        assert (code, said.count("\n")) == (2, 1)
        assert "place desk-1 is held by " in said
        assert "desk-1   mps2_an386  held by " in farm.listed()
    finally:
        farm.client("desk-1", "release")
    farm.address, away = "127.0.0.1:9", farm.address
    code, said = farm.verb("boards", "--farm")
    farm.address = away
    assert (code, said.count("\n")) == (3, 1)
    assert "no labgrid coordinator answers at 127.0.0.1:9" in said


def test_a_place_whose_board_dies_leaves_its_share_to_the_others(
    farm: Farm, wanted: dict[str, Any], tmp_path: Path
) -> None:
    """The last test: nobody brings that board back."""
    path, before = tmp_path / "report.json", runs()
    with farm.start(*_HIL, "--farm", "--json", str(path)) as run:
        with in_the_middle(run, before):
            farm.boards["desk-2"].stop()
        said, _ = run.communicate()
    assert run.returncode == 0, said
    assert judged(path) == wanted
    code, said = farm.verb(*_HIL, "--farm", "--json", str(path))
    assert code == 0, said
    assert "desk-2 is set aside: flash mps2_an386 with gdb: " in said
    assert judged(path) == wanted
    assert set(parts(path)) == {"desk-1", "shelf-1"}
