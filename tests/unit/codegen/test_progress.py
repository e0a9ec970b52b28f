"""Progress: lines off a terminal, bars on one, whatever threads and forks do meanwhile."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from codegen import progress as room
from codegen.progress import each, progress, say

ROOT = Path(room.__file__).parents[1]
_PAUSE_S = 0.1


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LINE_S", _PAUSE_S)
    monkeypatch.setattr(room, "_REFRESH_S", _PAUSE_S / 5)


def test_a_long_step_says_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("golden", 2000, "models") as step:
        step.advance(1200, "on host")
        time.sleep(3 * _PAUSE_S)
    lines = capsys.readouterr().err.splitlines()
    assert set(lines) == {"golden: 1,200 of 2,000 models, on host, 0 s"}
    assert len(lines) >= 2


def test_a_step_that_nobody_can_count(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("quantize"):
        time.sleep(2 * _PAUSE_S)
    assert capsys.readouterr().err.startswith("quantize: 0 s\n")


def test_a_short_step_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("data"):
        pass
    assert list(each("data", [1, 2], 2, "files")) == [1, 2]
    time.sleep(2 * _PAUSE_S)
    assert capsys.readouterr().err == ""


def test_of_steps_in_steps_the_inner_one_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("data"):
        for _ in each("files", range(2), 2, "files"):
            time.sleep(_PAUSE_S)
        capsys.readouterr()
        time.sleep(2 * _PAUSE_S)
    assert set(capsys.readouterr().err.splitlines()) == {"data: 0 s"}


def test_what_a_step_says_itself_is_progress_enough(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("train", 10, "steps"):
        for epoch in range(6):
            time.sleep(_PAUSE_S / 2)
            say(f"epoch {epoch}")
    assert capsys.readouterr().err == "".join(f"epoch {epoch}\n" for epoch in range(6))


def test_many_threads_advance_one_step() -> None:
    with progress("hil", 8000, "digits") as step:

        def work() -> None:
            for _ in range(1000):
                step.advance()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert step.done == 8000


def test_a_forked_process_shows_nothing_and_ends(capfd: pytest.CaptureFixture[str]) -> None:
    with progress("fuzz", 100, "models") as step:
        for _ in range(20):
            child = os.fork()
            if child == 0:
                step.advance()
                with progress("of the child"):
                    pass
                sys.stderr.flush()
                os._exit(7)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert "of the child" not in capfd.readouterr().err


_SCRIPT = """
import time
from codegen.progress import progress
with progress("golden", 100, "models") as step:
    step.advance(30)
    time.sleep(1)
    print("a result")
"""


def _seen_on_a_terminal(results: int | None) -> str:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        stdout=slave if results is None else results,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    try:
        while piece := os.read(master, 4096):
            seen += piece
    except OSError:  # Linux: the other end was closed
        pass
    os.close(master)
    assert process.wait() == 0
    return seen.decode()


def test_a_terminal_gets_a_bar_that_goes_in_the_end() -> None:
    seen = _seen_on_a_terminal(None)
    assert "golden: 30 of 100 models" in seen and "a result" in seen
    assert seen.count("\n") < 10  # drawn over, not scrolled
    assert seen.endswith("\x1b[2K")  # the bar's line is empty again


def test_results_that_are_piped_do_not_go_to_the_terminal(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out:
        seen = _seen_on_a_terminal(out.fileno())
    assert "golden: 30 of 100 models" in seen and "a result" not in seen
    assert (tmp_path / "out").read_text() == "a result\n"
