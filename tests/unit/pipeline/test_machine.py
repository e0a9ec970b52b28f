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
    assert {"QEMU machines", "disk space", "serial ports"} & names >= {
        "QEMU machines",
        "disk space",
    }
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


@pytest.mark.parametrize(
    ("name", "least", "below"),
    [
        ("qemu-system-arm", "5.0.0", "4.9.9"),  # the first with the machines
        ("arm-none-eabi-g++", "10.0.1", "9.99.0"),
        ("g++", "9.0", "8.99"),
    ],
)
def test_the_least_versions(
    name: str, least: str, below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(machine, "_machines", lambda: iter(()))
    program = tmp_path / name
    for version, fine in [(least, True), (below, False)]:
        program.write_text(f"#!/bin/sh\necho 'its name (a build of 2022) {version} and more'\n")
        program.chmod(0o755)
        found = {finding.name: finding for finding in machine._programs()}
        assert len(found) == 3 and not any(one.fine for one in found.values() if one.name != name)
        assert (found[name].fine, found[name].detail) == (fine, f"{version} ({program})")


def test_a_program_that_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "g++"
    for script, detail in [("exit 1", "does not run: "), ("echo no number", "? (")]:
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        (found,) = machine._program("g++", (9, 0), "g++")
        assert not found.fine and found.detail.startswith(detail)
        assert found.remedy.endswith("apt-get install g++")


def test_a_qemu_that_lacks_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    qemu = tmp_path / "qemu-system-arm"
    known = [finding.detail for finding in _with_machines(qemu, "")]
    lacking = known[0].removeprefix("lacks ").split(", ")
    assert "mps2-an386" in lacking and lacking == sorted(lacking)
    (found,) = _with_machines(qemu, "\n".join(f"{name}  a board" for name in lacking[1:]))
    assert (found.fine, found.detail) == (False, f"lacks {lacking[0]}")
    (found,) = _with_machines(qemu, "\n".join(f"{name}  a board" for name in lacking))
    assert (found.fine, found.detail) == (True, ", ".join(lacking))


def _with_machines(qemu: Path, said: str) -> list[machine.Finding]:
    qemu.write_text(f"#!/bin/sh\ncat <<'END'\nSupported machines are:\n\n{said}\nEND\n")
    qemu.write_text(qemu.read_text().replace("cat", "/bin/cat"))
    qemu.chmod(0o755)
    return list(machine._machines())


def test_the_folder_has_to_be_writable_and_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    for gb, fine in [(0.49, False), (0.51, True)]:
        free = SimpleNamespace(free=gb * 1e9)
        monkeypatch.setattr(machine.shutil, "disk_usage", lambda _, free=free: free)
        _, space = machine._folder()
        assert (space.fine, space.detail) == (fine, f"{gb:.0f} GB free")
    monkeypatch.setattr(machine.os, "access", lambda _, mode: mode != os.W_OK)
    folder, _ = machine._folder()
    assert (folder.fine, folder.detail) == (False, "not writable")


def test_compilers_need_their_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert list(machine._cross_libraries()) == []
    compiler = tmp_path / "arm-none-eabi-g++"
    compiler.write_text(
        '#!/bin/sh\ncase "$1" in *=libc_nano.a) echo /lib/libc_nano.a;; *) echo "${1#*=}";; esac\n'
    )
    compiler.chmod(0o755)
    c, cpp = machine._cross_libraries()
    assert (c.fine, c.detail) == (True, "/lib/libc_nano.a")
    assert (cpp.fine, cpp.detail) == (False, "not found")
    assert cpp.remedy.endswith("apt-get install libstdc++-arm-none-eabi-newlib")


def test_what_a_report_says(capsys: pytest.CaptureFixture[str]) -> None:
    findings = [
        machine.Finding("a", True, "there"),
        machine.Finding("b", False, "not there", "get b"),
        machine.Finding("c", False, "not there", "get c", needed=False),
    ]
    assert not machine.report(findings)
    assert capsys.readouterr().out.splitlines() == [
        *("ok    a: there", "MISS  b: not there", "      get b"),
        *("note  c: not there", "      get c", "missing: b"),
    ]
    assert machine.report([findings[0], findings[2]])
    assert capsys.readouterr().out.splitlines()[-1] == "all that is needed is here"


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
