"""Programs that verbs start: in which order, side by side, and how their ends become ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest
from invoke import Exit

from codegen.files.places import PROGRAM
from tests.longest_first import LONGEST
from verbs import shell, suites
from verbs.verb import Given


class Started:
    """In place of subprocess.Popen: what was started, in order, and how each one ends."""

    def __init__(self, log: list[str], codes: dict[str, int]) -> None:
        self._log = log
        self._codes = codes

    def __call__(self, command: list[str], stdout: IO[bytes] | None, **_: Path) -> Any:
        at = command.index("pytest")
        words = " ".join(command[at + 1 :])
        self._log.append(f"{words}{' aside' if stdout else ''}")
        folder = next(word for word in command if word.startswith("tests/"))
        if stdout:
            stdout.write(b"what it said")
            stdout.flush()

        def wait() -> int:
            self._log.append(f"waited for {folder}")
            return self._codes.get(folder, 0)

        return SimpleNamespace(
            wait=wait, terminate=lambda: self._log.append(f"terminated {folder}")
        )


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    monkeypatch.setattr(suites.subprocess, "Popen", Started(made, {}))
    return made


HEAD = "-n {} --dist loadfile --no-loadscope-reorder -p tests.longest_first "


def run(names: str, log: list[str]) -> bool:
    return suites.run(names.split(), lambda: log.append("images"), ["--x"], "auto")


def test_each_of_the_longest_files_is_there() -> None:
    assert [name for name in LONGEST if not (PROGRAM / name).is_file()] == []


def test_suites_that_need_no_images(log: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run("unit compression", log)
    assert log == [
        HEAD.format("auto") + "tests/unit tests/compression --x",
        "waited for tests/unit",
    ]
    assert capfd.readouterr().out == "--- tests: unit, compression\n"


def test_suites_beside_the_making_of_images(
    log: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("unit golden emulated", log)
    assert log == [
        HEAD.format("0") + "tests/unit --x aside",
        "images",
        HEAD.format("auto") + "tests/golden tests/emulated --x",
        "waited for tests/golden",
        "waited for tests/unit",
    ]
    assert capfd.readouterr().out == (
        "--- tests: unit, beside what follows\n--- tests: golden, emulated\n"
        "--- tests: unit\nwhat it said"
    )


def test_images_alone(log: list[str]) -> None:
    assert run("emulated", log)
    assert log == [
        "images",
        HEAD.format("auto") + "tests/emulated --x",
        "waited for tests/emulated",
    ]


@pytest.mark.parametrize("failed", ["tests/unit", "tests/golden"])
@pytest.mark.parametrize("code", [1, 5, -9])
def test_each_has_to_pass(failed: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(suites.subprocess, "Popen", Started(made, {failed: code}))
    assert not run("unit golden", made)
    assert "waited for tests/unit" in made  # the other is not cut off
    assert run("unit", made) == run("unit compression", made) == (failed != "tests/unit")


def test_without_images_nothing_goes_on(log: list[str]) -> None:
    def fails() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        suites.run(["unit", "emulated"], fails, [], "auto")
    assert log[1:] == ["terminated tests/unit"]
    with pytest.raises(KeyboardInterrupt):
        suites.run(["emulated"], fails, [], "auto")


@pytest.mark.parametrize(
    ("returned", "code", "said"),
    [
        (0, None, ""),
        (1, 1, "error: a tool failed; its messages are above"),
        (2, 1, "error: a tool failed; its messages are above"),
        (130, 130, ""),
        (-2, 130, ""),
        (-15, 130, ""),
    ],
)
def test_how_a_program_ends_is_how_we_end(
    returned: int,
    code: int | None,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    calls = []

    def program(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        calls.append((command, how))
        return subprocess.CompletedProcess(command, returned)

    monkeypatch.setattr(shell.subprocess, "run", program)
    if code is None:
        shell.run_shown(["x", "y"], "a tool")
    else:
        with pytest.raises(Exit) as ended:
            shell.run_shown(["x", "y"], "a tool")
        assert (ended.value.code, ended.value.message or "") == (code, said)
    assert calls == [(["x", "y"], {"cwd": shell.PROJECT, "check": False})]
    assert capfd.readouterr().out == "--- a tool\n"


def test_a_program_that_is_there_is_started_for_real(capfd: pytest.CaptureFixture[str]) -> None:
    shell.run_shown([sys.executable, "-c", "print('hello')"], "python")
    assert capfd.readouterr().out == "--- python\nhello\n"


def test_a_command_that_does_the_same_again() -> None:
    given = Given(
        board="a b",
        tflm_lib=Path("/x/lib"),
        port=["A", "B"],
        force=True,
        zip=False,
        json=None,
        args="",
        count=0,
        seed=1,
    )
    assert shell.command("hil", given) == (
        "invoke hil --board 'a b' --tflm-lib /x/lib --port A --port B --force --count 0 --seed 1"
    )
    assert shell.command("hil", given, but=("force", "port", "board", "seed"), count=5) == (
        "invoke hil --tflm-lib /x/lib --count 5"
    )
    assert shell.without_folders(Path("/x/lib")) == "lib" and shell.without_folders("a/b") == "a/b"
