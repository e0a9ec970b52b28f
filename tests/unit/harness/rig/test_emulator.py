"""Emulators that are missing, die or misbehave: no QEMU needed, small scripts stand in for it."""

import os
import shutil
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.errors import MissingToolError
from harness.errors import EmulatorError, HarnessError
from harness.rig.emulator import open_emulator

QEMU_BOARD = load_board("mps2_an386")
PROCESS_BOARD = load_board("host")


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_qemu_missing_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    elf = script(tmp_path / "firmware.elf", "")
    with (
        pytest.raises(MissingToolError, match="apt-get install qemu-system-arm") as error,
        open_emulator(QEMU_BOARD, elf),
    ):
        pass
    assert error.value.exit_code == 3


def test_qemu_that_dies_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "qemu-system-arm", "echo 'qemu: no such machine' >&2; exit 7")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    elf = script(tmp_path / "firmware.elf", "")
    with (
        pytest.raises(EmulatorError, match="QEMU ended with code 7: qemu: no such machine"),
        open_emulator(QEMU_BOARD, elf),
    ):
        pass


def test_process_names_its_terminal_and_is_ended(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    elf = script(tmp_path / "firmware.elf", f"echo $$ > {pid_file}; echo 'PTY /dev/pts/9'; cat")
    with open_emulator(PROCESS_BOARD, elf) as emulator:
        assert emulator.url == "/dev/pts/9"
        emulator.resume()
        emulator.check_alive()
        pid = int(pid_file.read_text())
        assert is_running(pid)
    assert not is_running(pid)


def test_a_process_that_ignores_the_request_is_ended_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.rig.emulator._STOP_LIMIT_S", 0.2)
    elf = script(tmp_path / "firmware.elf", "trap '' TERM; echo 'PTY /x'; while :; do :; done")
    with open_emulator(PROCESS_BOARD, elf) as emulator:
        assert emulator._process is not None
        pid = emulator._process.pid
        time.sleep(0.05)
    assert not is_running(pid)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo 'ASan: overflow' >&2; exit 5", "ended with code 5: ASan: overflow"),
        ("echo hello; sleep 60", r"printed 'hello\\n', expected 'PTY ...'"),
    ],
)
def test_process_that_does_not_come_up_is_quoted(tmp_path: Path, text: str, message: str) -> None:
    elf = script(tmp_path / "firmware.elf", text)
    with pytest.raises(EmulatorError, match=message), open_emulator(PROCESS_BOARD, elf):
        pass


def test_missing_image_and_missing_emulator_are_bad_input(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"firmware\.elf is missing; run `invoke build") as error:
        open_emulator(PROCESS_BOARD, tmp_path / "firmware.elf")
    assert error.value.exit_code == 2
    board = replace(PROCESS_BOARD, emulator=None)
    with pytest.raises(HarnessError, match=r"no emulator; connect the board, .*and give .* --port"):
        open_emulator(board, tmp_path)
