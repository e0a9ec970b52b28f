"""Programs of others: why they failed, where the machine is to blame."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from codegen import tools
from codegen.compile import cpp_build
from codegen.errors import CodegenError
from codegen.image import firmware_build
from training.int8 import contained


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("a.cc:24:1: fatal error: error writing to /tmp/x.s: No space left on device", "/tmp/x.s"),
        ("ld: final link failed: No space left on device", "/var/scratch"),
        ("OSError: [Errno 28] No space left on device: '/t/my file.npz'", "/t/my file.npz"),
        ("scons: *** [x.o] /home/me/.pio/x.o: Disk quota exceeded", "/home/me/.pio/x.o"),
        ("OSError: [Errno 27] File too large", "/var/scratch"),
    ],
)
def test_a_full_disk_is_named(said: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/var/scratch")
    with pytest.raises(CodegenError, match=f"^linking x: cannot write {place}: .*; free space"):
        tools.require_space("linking x", f"In file included\n{said}\ncompilation terminated.")


def test_what_has_another_reason_is_not_called_so() -> None:
    tools.require_space("linking x", "undefined reference to `main'; no space here")


def test_a_compiler_without_room_for_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = tmp_path / "full-g++"
    compiler.write_text(
        "#!/bin/sh\necho 'x.cc:1: error: error writing to /tmp/c.s: No space left on device' >&2\n"
        "exit 1\n"
    )
    compiler.chmod(0o755)
    monkeypatch.setattr(cpp_build.tools, "find", lambda *_: str(compiler))
    monkeypatch.setattr(cpp_build, "_OBJECTS", tmp_path / "objects")
    source = tmp_path / "x.cc"
    source.touch()
    with pytest.raises(CodegenError, match=r"compiling x.cc: cannot write /tmp/c.s") as raised:
        cpp_build.compile_objects([(source, [])])
    assert raised.value.exit_code == 2


def test_a_build_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "platformio.py"
    said = "cc1plus: /p/.pio/x.o: No space left on device"
    program.write_text(f"print('{said}')\nraise SystemExit(1)\n")
    found = {**os.environ, "PYTHONPATH": str(tmp_path)}
    monkeypatch.setattr(firmware_build.pio_core, "environment", lambda _: found)
    board = firmware_build.boards_built_here()[0]
    with pytest.raises(CodegenError, match=r"building host: cannot write /p/.pio/x.o: No space"):
        firmware_build._run_platformio(board, "host", tmp_path / "log", False, {})


def test_a_converter_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contained.sys, "executable", sys.executable)

    class Ended:
        returncode = 1
        stderr = "OSError: [Errno 28] No space left on device"

    monkeypatch.setattr(contained.subprocess, "run", lambda *_, **__: Ended())
    with pytest.raises(CodegenError, match=r"quantize x: cannot write .*No space left"):
        contained.call(test_a_full_disk_is_named, tmp_path, "quantize x")
