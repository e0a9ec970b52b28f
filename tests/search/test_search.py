"""A whole study of the digits that come with the program: two workers, one of which is killed; and
a recipe that was found trains to the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from codegen.files.artifacts import INT8_MODEL
from codegen.files.places import BUILD, PROGRAM
from tests.search.conftest import Cluster

pytestmark = pytest.mark.timeout(1800)

TRIALS = 10
_WORDS = (
    *("--board", "stm32vldiscovery", "--engine", "aot", "--flash", "32K"),
    *("--data", "sample", "--epochs", "1", "--samples", "600"),
)


def study(python: Path, name: str, *words: str) -> subprocess.Popen[str]:
    command = [str(python), "-m", "invoke", "search", "--study", name, *_WORDS, *words]
    return subprocess.Popen(
        command, cwd=PROGRAM, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def states(name: str) -> list[str]:
    with sqlite3.connect(BUILD / "search" / name / "study.db", timeout=60) as database:
        return [state for (state,) in database.execute("select state from trials order by number")]


@pytest.fixture
def name() -> str:
    return f"test-{time.time_ns()}"


def test_a_study_with_two_workers_of_which_one_is_killed(cluster: Cluster, name: str) -> None:
    workers = [cluster.start_worker() for _ in range(2)]
    with study(
        cluster.python, name, "--trials", str(TRIALS), "--workers", cluster.address
    ) as running:
        while running.poll() is None and not _has_ended_trials(name):
            time.sleep(1)
        workers[0].kill()
        workers[0].wait()
        said, complained = running.communicate()
    assert running.returncode == 0, complained
    found = states(name)
    assert sum(state in ("COMPLETE", "PRUNED") for state in found) >= TRIALS
    assert set(found) <= {"COMPLETE", "PRUNED", "FAIL"} and found.count("FAIL") <= 1
    assert f"search: {len(found)} trials: " in said

    # a recipe that it wrote makes the model that it says
    *_, last = re.findall(r"^search: (\S+\.json): \S+ model\.tflite ([0-9a-f]{16})", said, re.M)
    recipe = PROGRAM / last[0]
    assert json.loads(recipe.read_text())["samples"] == 600
    verb = [str(cluster.python), "-m", "invoke", "quantize"]
    subprocess.run(
        [*verb, "--recipe", str(recipe), "--data", "sample"], cwd=PROGRAM, check=True, text=True
    )
    model = (BUILD / recipe.stem / INT8_MODEL).read_bytes()
    assert hashlib.sha256(model).hexdigest()[:16] == last[1]

    # other budgets are another study
    with study(cluster.python, name, "--trials", "1", "--latency", "1s") as other:
        _, complained = other.communicate()
    assert other.returncode == 2 and "began with latency_s None, not 1.0" in complained


def _has_ended_trials(name: str) -> bool:
    if not (BUILD / "search" / name / "study.db").exists():
        return False
    try:
        return sum(state in ("COMPLETE", "PRUNED") for state in states(name)) >= 2
    except sqlite3.OperationalError:  # its tables are being made
        return False


def test_the_same_seed_and_one_worker_draw_the_same_study(python: Path, name: str) -> None:
    drawn = []
    for number in range(2):
        own = f"{name}-{number}"
        # in two goes the first time: it goes on where it stopped
        for trials in ("2", "4")[number:]:
            with study(python, own, "--trials", trials) as running:
                _, complained = running.communicate()
            assert running.returncode in (0, 2), complained  # 2: nothing fits yet
        with sqlite3.connect(BUILD / "search" / own / "study.db") as database:
            values = database.execute(
                "select trial_id, param_name, param_value from trial_params order by 1, 2"
            )
            drawn.append(values.fetchall())
    assert len(drawn[0]) > 20
    assert drawn[0] == drawn[1]


_DRAW = """
import sys
from pipeline.search import space
from pipeline.search.trial import open_study

storage, at_once = "sqlite:///" + sys.argv[1], int(sys.argv[2])
clients = [open_study(storage, "drawn", 7) for _ in range(at_once)]
for first in range(0, 4, at_once):
    trials = [client.ask() for client in clients]  # open at the same time
    for client, trial in zip(clients, trials):
        print(trial.number, space.draw(trial, 1, 600).as_json().replace(chr(10), ""))
        client.tell(trial, [0.5, 1000, 1000, 1000])
"""


def test_clients_that_ask_at_once_are_given_different_trials(python: Path, tmp_path: Path) -> None:
    """Those that one client is given, one after another: the first ones learn from none."""
    drawn = []
    for at_once in (1, 2):
        command = [str(python), "-c", _DRAW, str(tmp_path / f"{at_once}.db"), str(at_once)]
        done = subprocess.run(command, cwd=PROGRAM, check=True, text=True, capture_output=True)
        drawn.append(done.stdout.splitlines())
    assert drawn[0] == drawn[1]
    assert len({line.partition(" ")[2] for line in drawn[0]}) == 4
