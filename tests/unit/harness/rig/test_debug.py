"""What gdb is told, and the editor's files that have to do the same. No gdb runs."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.boards.facts import Board, load_board
from codegen.errors import MissingToolError
from codegen.files.places import PROGRAM
from harness.errors import HarnessError
from harness.rig import debug

ELF = Path("build/tiny/x/firmware.elf")
PROBED = replace(
    load_board("mps2_an386"),
    id="disco",
    emulator=None,
    upload_protocols=("openocd", "stlink", "jlink", "pyocd", "dfu"),
    upload={
        "openocd": "interface/stlink.cfg target/stm32f1x.cfg",
        "jlink": "STM32F100RB",
        "pyocd": "stm32f100rb",
        "dfu": "0483:df11",
    },
)


def steps(command: list[str]) -> list[str]:
    return [command[i + 1] for i, text in enumerate(command) if text == "-ex"]


def test_gdb_on_the_emulator_stops_at_main() -> None:
    command = debug.gdb_command(ELF, "127.0.0.1:3333")
    assert command[:5] == ["gdb-multiarch", "-q", str(ELF), "-d", str(ELF.parent.parent)]
    assert steps(command)[1:] == [
        "target extended-remote 127.0.0.1:3333",
        "tbreak main",
        "continue",
    ]


def test_gdb_on_a_probe_writes_the_image_first() -> None:
    assert steps(debug.gdb_command(ELF, "localhost:3333", load=True))[1:] == [
        "target extended-remote localhost:3333",
        "load",
        "monitor reset halt",
        "tbreak main",
        "continue",
    ]


def test_gdb_on_a_process() -> None:
    assert steps(debug.gdb_command(ELF, None))[1:] == ["tbreak main", "run"]


def test_a_board_on_a_probe_says_which_server_to_start() -> None:
    text = debug.how_to_debug(PROBED)
    for server in (
        "openocd -f interface/stlink.cfg -f target/stm32f1x.cfg",
        "st-util --listen_port 3333",
        "JLinkGDBServer -device STM32F100RB -if SWD -port 3333",
        "pyocd gdbserver --target stm32f100rb --port 3333",
    ):
        assert server in text
    assert "invoke debug --board disco --remote localhost:3333" in text
    assert "\n" not in text
    assert "--remote host:port" in debug.how_to_debug(replace(PROBED, upload_protocols=("dfu",)))


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debug.Expected, "load", lambda *_: type("Expected", (), {"elf": ELF}))


@pytest.mark.usefixtures("image")
def test_bad_requests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="--gdb-port 70000"):
        debug.run("mps2_an386", tmp_path, gdb_port=70000)
    with pytest.raises(HarnessError, match="has no --serve"):
        debug.run("host", tmp_path, serve=True)
    with pytest.raises(HarnessError, match="leave --remote out"):
        debug.run("mps2_an386", tmp_path, serve=True, remote="localhost:3333")
    monkeypatch.setattr(debug, "load_board", lambda _: PROBED)
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/gdb")
    with pytest.raises(HarnessError, match="start its probe's gdb server"):
        debug.run("disco", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MissingToolError, match="apt-get install gdb-multiarch"):
        debug.run("disco", tmp_path)


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize("port", [0, 65535])
def test_the_ends_of_what_is_allowed(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/it")
    debug.require(load_board("mps2_an386"), gdb_port=port)
    debug.require(PROBED, remote="localhost:65535")
    for remote in ("localhost:65536", "localhost:0", "localhost", ":3333", "localhost:x"):
        with pytest.raises(HarnessError, match=f"--remote {remote}: not an address"):
            debug.require_address(remote)
    with pytest.raises(HarnessError, match="--gdb-port -1"):
        debug.require(PROBED, gdb_port=-1)


def test_who_serves_needs_no_gdb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == debug.GDB else f"/bin/{name}")
    debug.require(load_board("mps2_an386"), serve=True)
    with pytest.raises(MissingToolError, match="gdb-multiarch"):
        debug.require(load_board("mps2_an386"))


class FakeEmulator:
    gdb_remote, url = "127.0.0.1:5", "socket://127.0.0.1:6"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def wait(self) -> None:
        self.asked.append("wait")

    def check_alive(self) -> None:
        self.asked.append("alive?")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would be run; every program is there."""
    commands: list[list[str]] = []

    def note(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        return subprocess.CompletedProcess(command, 3 if "fails" in str(command) else 0)

    monkeypatch.setattr(debug.subprocess, "run", note)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    return commands


@pytest.mark.usefixtures("image")
def test_gdb_is_opened_on_what_there_is(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    emulator, asked = FakeEmulator(), []

    @contextlib.contextmanager
    def opened(board: Board, elf: Path, gdb_port: int) -> Iterator[FakeEmulator]:
        asked.append(gdb_port)
        yield emulator

    monkeypatch.setattr(debug, "open_emulator", opened)
    elf = ELF.resolve()
    debug.run("mps2_an386", tmp_path, remote="localhost:3333")
    debug.run("host", tmp_path)
    debug.run("mps2_an386", tmp_path, gdb_port=4)
    assert started == [
        debug.gdb_command(elf, "localhost:3333", load=True),
        debug.gdb_command(elf, None),
        debug.gdb_command(elf, emulator.gdb_remote),
    ]
    assert emulator.asked == []
    debug.run("mps2_an386", tmp_path, serve=True)
    assert len(started) == 3
    assert emulator.asked == ["wait", "alive?"]
    assert asked == [4, 0]


def test_an_error_of_gdb_is_one(started: list[list[str]]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(debug.DebugError, match="gdb ended with code 3") as error:
        debug._interactive(["gdb", "fails"])
    assert error.value.exit_code == 1
    assert signal.getsignal(signal.SIGINT) is before


def editor_file(name: str) -> Any:
    """VS Code's JSON has comments."""
    text = (PROGRAM / ".vscode" / name).read_text()
    return json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))


def test_the_editor_does_what_the_verb_does() -> None:
    tasks = {task["label"]: task for task in editor_file("tasks.json")["tasks"]}
    emulated, probed = editor_file("launch.json")["configurations"]
    stub = tasks[emulated["preLaunchTask"]]
    port = re.search(r"--serve --gdb-port (\d+)", stub["command"])
    assert port is not None
    assert emulated["miDebuggerServerAddress"] == f"127.0.0.1:{port.group(1)}"
    assert stub["problemMatcher"]["background"]["endsPattern"] == "waits for gdb at"
    for configuration, load in ((emulated, False), (probed, True)):
        remote = configuration["miDebuggerServerAddress"]
        wanted = steps(debug.gdb_command(ELF, remote, load=load))[2:-1]
        given = [entry["text"] for entry in configuration["postRemoteConnectCommands"]]
        assert given == wanted
        assert configuration["miDebuggerPath"] == debug.GDB
        assert configuration["stopAtConnect"]
