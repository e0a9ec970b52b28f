"""A run that is cut in the middle in each way goes on: every digit is answered once, and right."""

import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from codegen.boards.facts import load_board
from codegen.files.places import PROGRAM
from harness.rig import link, ports
from harness.rig.emulator import Emulator, open_emulator
from harness.rig.expected import Expected
from harness.rig.serve import Server
from harness.run import comparison, hil
from harness.run.digits import Digits
from harness.run.report import Report

pytestmark = pytest.mark.emulated
COUNT = 40
MANY = 200  # on `host`, where a digit takes 2 ms
SOME = 20
LIMIT_S = 30.0


def test_a_reset_in_the_middle_loses_no_digit(
    build_dir: Path, digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Expected.load(load_board("mps2_an386"), build_dir)
    started: list[Emulator] = []

    def remember(*options: object) -> Emulator:
        started.append(open_emulator(*options))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(link, "open_emulator", remember)
    answered = []
    with link.open_device(expected.board, expected.elf) as device:
        device.info()
        for index, _, mismatches in comparison.check_digits(
            device, digits, range(COUNT), every_format=0
        ):
            assert not mismatches
            answered.append(index)
            if index == COUNT // 2:
                started[0]._qmp.execute("system_reset")  # type: ignore[attr-defined]
        ran = device.stats()["inferences"]
    assert answered == list(range(COUNT))
    assert 0 < ran < COUNT  # the counters began again


def answers(runs: Path) -> list[int]:
    """The digits that the run's folder records."""
    (path,) = runs.glob("*/answers.jsonl")
    text = path.read_text()
    return [json.loads(line)["index"] for line in text[: text.rfind("\n")].splitlines()]


def wait_for_some(runs: Path) -> None:
    """Block until the run has begun to record answers."""
    deadline_s = time.monotonic() + LIMIT_S
    while sum(len(path.read_bytes().splitlines()) for path in runs.glob("*/answers.jsonl")) < SOME:
        assert time.monotonic() < deadline_s
        time.sleep(0.005)


@contextmanager
def served(port: str) -> Iterator[Server]:
    server = Server(port, "127.0.0.1:0", lambda _: None)
    running = threading.Thread(target=server.run)
    running.start()
    try:
        yield server
    finally:
        server.close()
        running.join()


def run_on_host(build_dir: Path, port: str, runs: Path, resume: bool = False) -> Report:
    return hil.run(
        "host",
        build_dir,
        hil.Settings(count=MANY, ports=[port], resume=resume),
        runs=runs,
        console=Console(file=io.StringIO()),
    )


def test_a_served_board_that_is_cut_off_and_comes_back_elsewhere_loses_no_digit(
    build_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is cut as a server that ends; it comes back at another address, which only the
    board's USB ids would tell.
    """
    expected = Expected.load(load_board("host"), build_dir)
    with open_emulator(expected.board, expected.elf) as emulator:
        first = Server(emulator.url, "127.0.0.1:0", lambda _: None)

        def replug() -> None:
            wait_for_some(tmp_path)
            first.close()

        serving, replugging = threading.Thread(target=first.run), threading.Thread(target=replug)
        with served(emulator.url) as second:
            monkeypatch.setattr(ports, "find_port", lambda *_: second.url)
            serving.start()
            replugging.start()
            report = run_on_host(build_dir, first.url, tmp_path)
            replugging.join()
            serving.join()
    assert report.passed
    assert report.reconnects == 1
    assert sorted(answers(tmp_path)) == list(range(MANY))


def test_a_run_whose_harness_was_killed_is_resumed(build_dir: Path, tmp_path: Path) -> None:
    expected = Expected.load(load_board("host"), build_dir)
    code = (
        "import sys; from pathlib import Path; from harness.run import hil\n"
        "build_dir, port, runs = sys.argv[1:]\n"
        f"settings = hil.Settings(count={MANY}, ports=[port])\n"
        "hil.run('host', Path(build_dir), settings, runs=Path(runs))"
    )
    with open_emulator(expected.board, expected.elf) as emulator:
        command = [sys.executable, "-c", code, str(build_dir), emulator.url, str(tmp_path)]
        with subprocess.Popen(command, cwd=PROGRAM, stdout=subprocess.DEVNULL) as harness:
            wait_for_some(tmp_path)
            harness.kill()
        done = len(answers(tmp_path))
        assert SOME <= done < MANY
        report = run_on_host(build_dir, emulator.url, tmp_path, resume=True)
    assert report.passed
    assert report.parts[0].answered == MANY - done
    assert sorted(answers(tmp_path)) == list(range(MANY))
