"""Campaigns: the same answers from one process, from a local cluster and from connected workers,
also where one of these is killed."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from codegen.files.places import PROGRAM
from tests.search.conftest import Cluster

pytestmark = pytest.mark.timeout(900)  # some compile the runtime first

COUNT = 40


def start(python: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(python), "-m", *arguments],
        cwd=PROGRAM,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def pieces(python: Path, workers: str, what: Path | str) -> subprocess.Popen[str]:
    return start(python, "tests.search.slow_pieces", workers, str(COUNT), str(what))


def verb(python: Path, *words: str) -> tuple[int, str]:
    """Exit code and what was said, but for times."""
    process = start(python, "invoke", *words)
    said, complained = process.communicate()
    complaints = [line for line in complained.splitlines() if line.startswith("error")]
    return process.returncode, re.sub(r"\d+ s$", "", said.strip()) + "".join(complaints)


WANTED = [str((seed, random.Random(seed).random())) for seed in range(COUNT)]


def test_nothing_is_lost_or_twice_where_a_worker_is_killed(
    cluster: Cluster, tmp_path: Path
) -> None:
    workers = [cluster.start_worker() for _ in range(2)]
    campaign = pieces(cluster.python, cluster.address, tmp_path)
    notes = [tmp_path / f"{worker.pid}.done" for worker in workers]
    answers = []
    with campaign:
        for line in campaign.stdout or ():
            answers.append(line.strip())
            if workers[0].poll() is None and all(note.exists() for note in notes):
                workers[0].kill()
                workers[0].wait()
    assert campaign.returncode == 0
    assert answers == WANTED
    done = [set(map(int, note.read_text().split())) for note in notes]
    assert done[0] and done[1] and len(done[0]) < COUNT
    assert done[0] | done[1] == set(range(COUNT))


def test_a_worker_that_comes_later_takes_its_share(cluster: Cluster, tmp_path: Path) -> None:
    cluster.start_worker()
    campaign = pieces(cluster.python, cluster.address, tmp_path)
    late = cluster.start_worker()
    said, _ = campaign.communicate()
    assert said.splitlines() == WANTED
    assert (tmp_path / f"{late.pid}.done").exists()


def test_a_piece_that_ends_every_worker_ends_the_campaign(python: Path) -> None:
    process = pieces(python, "2", "end")
    said, complained = process.communicate()
    assert said.split() == ["0", "1", "2"][: len(said.split())]
    assert process.returncode != 0
    assert "the campaign ended 3 workers at piece" in complained


@pytest.mark.parametrize(
    "words",
    [
        ("golden", "--count", "60", "--op", "SOFTMAX", "--board", "host,cortex-m4"),
        ("fuzz", "--count", "6000"),
        ("fuzz", "--count", "600", "--oracle"),
        ("fuzz", "--count", "150000", "--frames"),
    ],
    ids=" ".join,
)
def test_the_answer_is_the_same_whoever_gives_it(cluster: Cluster, words: tuple[str, ...]) -> None:
    for _ in range(2):
        cluster.start_worker()
    alone = verb(cluster.python, *words)
    assert alone[0] == 0, alone[1]
    assert verb(cluster.python, *words, "--workers", "2") == alone
    assert verb(cluster.python, *words, "--workers", cluster.address) == alone


def test_a_scheduler_without_workers_and_one_that_is_not_there(cluster: Cluster) -> None:
    words = ("golden", "--count", "1")
    time.sleep(2)
    code, said = verb(cluster.python, *words, "--workers", cluster.address)
    assert code == 3 and "the scheduler has no workers; start them" in said
    cluster.processes[0].kill()
    cluster.processes[0].wait()
    code, said = verb(cluster.python, *words, "--workers", cluster.address)
    assert code == 3 and "the scheduler does not answer" in said


def test_a_worker_with_other_sources_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(PROGRAM / "codegen", other / "codegen")
    for room in ("firmware", "tests"):
        (other / room).symlink_to(PROGRAM / room)
    progress = other / "codegen" / "progress.py"
    progress.write_text(f"{progress.read_text()}# another\n")
    cluster.start_worker(other)
    said, complained = pieces(cluster.python, cluster.address, tmp_path).communicate()
    assert not said
    assert "a worker has other sources" in complained
