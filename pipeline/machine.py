"""What mcuforge needs on this machine: checks, each with what to do if something is missing."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen import tools
from codegen.files.places import IN_CHECKOUT, PROGRAM, PROJECT

MIN_PYTHON = (3, 10)
MIN_QEMU = (5, 0)  # the first with the machine mps2-an386 and mps2-an500
MIN_CROSS_GCC = (10, 0)

_REINSTALL = (
    "remove .venv, run ./invokew"
    if IN_CHECKOUT
    else "install mcuforge with pip into an empty environment"
)
_INSTALL = "run ./invokew, or: " if IN_CHECKOUT else ""


@dataclass(frozen=True)
class Finding:
    """One check's result. needed: nothing works without it; else only a part of the work."""

    name: str
    fine: bool
    detail: str
    remedy: str = ""
    needed: bool = True


def examine() -> list[Finding]:
    """All checks, in the order in which they are worth mending."""
    return [finding for check in _CHECKS for finding in check()]


def report(findings: list[Finding]) -> bool:
    """Prints the findings; True if all that is needed is there."""
    for finding in findings:
        mark = "ok  " if finding.fine else "MISS" if finding.needed else "note"
        print(f"{mark}  {finding.name}: {finding.detail}")
        if not finding.fine:
            print(f"      {finding.remedy}")
    missing = [finding.name for finding in findings if finding.needed and not finding.fine]
    print(f"missing: {', '.join(missing)}" if missing else "all that is needed is here")
    return not missing


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        "python",
        sys.version_info >= MIN_PYTHON,
        version,
        f"install Python 3.10 or later, {_REINSTALL}",
    )


def _packages() -> Iterator[Finding]:
    wrong = []
    for name, (fits, said) in _wanted().items():
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if not fits(installed):
            wrong.append(f"{name} is {installed}, {said}")
    yield Finding(
        "python packages",
        not wrong,
        "; ".join(wrong)
        or ("as requirements.lock pins them" if IN_CHECKOUT else "as mcuforge needs them"),
        _REINSTALL,
    )


def _wanted() -> dict[str, tuple[Callable[[str], bool], str]]:
    """{package: (does a version fit, which do)}: by the lock, or by the installed package."""
    if IN_CHECKOUT:
        pins = _pins(PROGRAM / "requirements.lock")
        return {
            name: (versions.__contains__, f"pinned is {' or '.join(sorted(versions))}")
            for name, versions in pins.items()
        }
    from packaging.requirements import Requirement

    needed = map(Requirement, importlib.metadata.requires("mcuforge") or [])
    return {
        one.name: (one.specifier.contains, f"needed is {one.specifier}")
        for one in needed
        if one.marker is None or one.marker.evaluate({"extra": ""})
    }


def _pins(lock: Path) -> dict[str, set[str]]:
    """{package: versions} of the lock's lines that hold on this Python and system."""
    from packaging.markers import Marker

    pins: dict[str, set[str]] = {}
    for line in lock.read_text().splitlines():
        match = re.match(r"([A-Za-z0-9_.-]+)==([^\s;\\]+)\s*(?:;\s*([^\\]+))?", line)
        if match and (match[3] is None or Marker(match[3].strip()).evaluate()):
            pins.setdefault(match[1], set()).add(match[2])
    return pins


def _program(name: str, minimum: tuple[int, int], package: str) -> Iterator[Finding]:
    remedy = f"{_INSTALL}apt-get install {package}"
    path = shutil.which(name)
    if path is None:
        yield Finding(name, False, "not on PATH", remedy)
        return
    try:
        output = subprocess.run(
            [path, "--version"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        yield Finding(name, False, f"does not run: {error}", f"reinstall it: {remedy}")
        return
    match = re.search(r"(\d+)\.(\d+)(\.\d+)?", output)
    version = tuple(int(part) for part in match.groups()[:2]) if match else (0, 0)
    shown = match[0] if match else "?"
    wanted = ".".join(map(str, minimum))
    yield Finding(
        name, version >= minimum, f"{shown} ({path})", f"needs {wanted} or later; {remedy}"
    )


def _machines() -> Iterator[Finding]:
    from codegen.boards.facts import list_boards

    qemu = shutil.which("qemu-system-arm")
    if qemu is None:
        return

    wanted = {b.emulator.machine for b in list_boards() if b.emulator and b.emulator.machine}
    output = subprocess.run([qemu, "-M", "help"], capture_output=True, text=True).stdout
    known = {line.split()[0] for line in output.splitlines() if line.split()}
    lacking = sorted(wanted - known)
    yield Finding(
        "QEMU machines",
        not lacking,
        f"lacks {', '.join(lacking)}" if lacking else ", ".join(sorted(wanted)),
        "needs a newer QEMU",
    )


def _programs() -> Iterator[Finding]:
    yield from _program("qemu-system-arm", MIN_QEMU, "qemu-system-arm")
    yield from _machines()
    yield from _program("arm-none-eabi-g++", MIN_CROSS_GCC, "gcc-arm-none-eabi")
    yield from _program("g++", (9, 0), "g++")


def _programs_of_one_verb() -> Iterator[Finding]:
    for name, source in tools.SOURCES.items():
        if source.serves:
            path = shutil.which(name)
            detail = f"{path or 'not on PATH'}, for {source.serves}"
            yield Finding(name, path is not None, detail, str(source), needed=False)


def _cross_libraries() -> Iterator[Finding]:
    compiler = shutil.which("arm-none-eabi-g++")
    if compiler is None:
        return
    packages = {
        "libc_nano.a": "libnewlib-arm-none-eabi",
        "libstdc++_nano.a": "libstdc++-arm-none-eabi-newlib",
    }
    for library, package in packages.items():
        place = subprocess.run(
            [compiler, f"-print-file-name={library}"], capture_output=True, text=True
        ).stdout.strip()
        found = Path(place).is_absolute()
        yield Finding(
            f"arm {library}",
            found,
            place if found else "not found",
            f"{_INSTALL}apt-get install {package}",
        )


def _platformio() -> Iterator[Finding]:
    from codegen.image import pio_core

    complete = pio_core.is_complete()
    yield Finding(
        "PlatformIO's tool-scons",
        complete or not IN_CHECKOUT,
        pio_core.TOOL_VERSION if complete else "not in place; a build lays it there",
        "run ./invokew; it takes it from the SCons package, without any download",
    )


def _folder() -> Iterator[Finding]:
    writable = os.access(PROJECT, os.W_OK)
    yield Finding(
        "project folder",
        writable,
        "writable" if writable else "not writable",
        f"give yourself the right to write in {PROJECT}",
    )
    free_gb = shutil.disk_usage(PROJECT).free / 1e9
    yield Finding("disk space", free_gb > 0.5, f"{free_gb:.0f} GB free", "free at least 0.5 GB")


def _ports() -> Iterator[Finding]:
    """Serial ports are only needed for a real board."""
    from serial.tools import list_ports

    ports = [port for port in list_ports.comports() if port.vid is not None]
    if not ports:
        yield Finding(
            "serial ports",
            True,
            "no board on USB; only emulated boards can be used",
        )
    for port in ports:
        usable = os.access(port.device, os.R_OK | os.W_OK)
        yield Finding(
            f"serial port {port.device}",
            usable,
            port.description if usable else f"{port.description}: no permission",
            "join the group that owns it (`ls -l` shows it, often dialout): "
            "sudo usermod -aG dialout $USER, then log in anew",
            needed=False,
        )


_CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _programs,
    _programs_of_one_verb,
    _cross_libraries,
    _platformio,
    _folder,
    _ports,
)
