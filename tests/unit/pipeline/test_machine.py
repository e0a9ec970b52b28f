"""doctor finds what is missing and says what to do about it."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from pipeline import machine


def test_every_check_answers() -> None:
    findings = machine.examine()
    names = {finding.name for finding in findings}
    assert {"python", "python packages", "qemu-system-arm", "g++", "project folder"} <= names
    assert all(finding.fine or finding.remedy for finding in findings)


def test_missing_programs_are_named_with_their_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not machine.report(machine.examine())
    output = capsys.readouterr().out
    assert "MISS  qemu-system-arm: not on PATH" in output
    assert "apt-get install gcc-arm-none-eabi" in output
    assert "missing: qemu-system-arm, arm-none-eabi-g++, g++" in output
    for name in ("gdb-multiarch", "espeak-ng", "npm", "openocd", "JLinkExe"):
        assert f"note  {name}: not on PATH, for " in output


def test_program_that_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "qemu-system-arm"
    program.write_text("#!/bin/sh\necho QEMU emulator version 2.11.1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (finding,) = machine._program("qemu-system-arm", (5, 0), "qemu-system-arm")
    assert not finding.fine
    assert "needs 5.0 or later" in finding.remedy


def test_pins_are_those_of_this_python(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "# comment\n"
        "a==1.0 \\\n    --hash=sha256:00\n"
        "b==1.0 ; python_full_version < '3.0' \\\n    --hash=sha256:00\n"
        "b==2.0 ; python_full_version >= '3.0' \\\n    --hash=sha256:00\n"
    )
    assert machine._pins(lock) == {"a": {"1.0"}, "b": {"2.0"}}


def test_the_lock_has_every_direct_dependency() -> None:
    pins = machine._pins(machine.PROGRAM / "requirements.lock")
    assert {"tensorflow", "platformio", "scons", "tflite-micro", "invoke", "pytest"} <= set(pins)


def test_ports_are_those_of_boards_and_may_be_read_and_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ports = [
        SimpleNamespace(device="/dev/ttyS0", vid=None, description="of the machine"),
        SimpleNamespace(device="/dev/ttyACM0", vid=0x0D28, description="a board"),
    ]
    monkeypatch.setattr(list_ports, "comports", lambda: ports)
    monkeypatch.setattr(machine.os, "access", lambda _, mode: not mode & os.W_OK)
    (found,) = machine._ports()
    assert (found.name, found.fine) == ("serial port /dev/ttyACM0", False)
    assert "dialout" in found.remedy
    monkeypatch.setattr(machine.os, "access", lambda _, mode: mode == os.R_OK | os.W_OK)
    (found,) = machine._ports()
    assert found.fine
    monkeypatch.setattr(list_ports, "comports", lambda: ports[:1])
    (found,) = machine._ports()
    assert found.fine and "only emulated boards" in found.detail


def test_an_installed_package_needs_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    says = ["numpy>=2.1", "pytest-xdist; extra == 'dev'", "tomli; python_version < '3'"]
    monkeypatch.setattr(machine, "IN_CHECKOUT", False)
    monkeypatch.setattr(machine.importlib.metadata, "requires", lambda _: says)
    wanted = machine._wanted()
    assert set(wanted) == {"numpy"}
    fits, words = wanted["numpy"]
    assert fits("2.4") and not fits("1.26") and words == "needed is >=2.1"
    monkeypatch.setattr(machine.importlib.metadata, "requires", lambda _: None)
    assert machine._wanted() == {}
