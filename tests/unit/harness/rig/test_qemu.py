"""QEMU's command line and its machine protocol, with a socket in QEMU's place."""

from __future__ import annotations

import itertools
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.boards.facts import Emulator, load_board
from harness.errors import EmulatorError, HarnessError
from harness.rig import emulator as room
from harness.rig.emulator import _QemuEmulator, open_emulator
from harness.rig.qmp import Qmp


def _facts() -> Emulator:
    facts = load_board("mps2_an386").emulator
    assert facts is not None
    return facts


FACTS = _facts()


def options(command: list[str], name: str) -> list[str]:
    return [value for option, value in itertools.pairwise(command) if option == name]


def command_of(
    facts: Emulator, folder: Path, gdb_port: int | None = None, load: bool = True
) -> list[str]:
    emulator = _QemuEmulator(folder / "it.elf", facts, gdb_port, load)
    emulator.stop()  # and its folder
    return emulator._command(folder / "qmp")


@pytest.mark.parametrize("serial_index", [0, 1, 2])
def test_the_uart_is_the_one_of_the_boards_facts(serial_index: int, tmp_path: Path) -> None:
    facts = replace(FACTS, serial_index=serial_index)
    command = command_of(facts, tmp_path)
    assert options(command, "-serial") == ["null"] * serial_index + ["chardev:uart"]
    assert options(command, "-machine") == [FACTS.machine]
    assert options(command, "-kernel") == [str(tmp_path / "it.elf")]
    assert "-S" in command
    assert options(command, "-gdb") == []
    qmp, uart = options(command, "-chardev")
    assert f"path={tmp_path / 'qmp'}," in qmp
    assert "mux=on" in qmp
    assert uart.endswith("server=on,wait=off,nodelay=on,mux=on")
    assert options(command, "-mon") == ["chardev=qmp,mode=control"]


def test_what_else_is_asked_of_qemu(tmp_path: Path) -> None:
    def command(gdb_port: int | None = None, load: bool = True, **facts: Any) -> list[str]:
        return command_of(replace(FACTS, **facts), tmp_path, gdb_port, load)

    assert options(command(gdb_port=0), "-gdb") == ["tcp:127.0.0.1:0"]
    assert options(command(load=False), "-kernel") == []
    assert options(command(icount_shift=7), "-icount") == ["shift=7,sleep=on"]
    assert options(command(icount_shift=0), "-icount") == ["shift=0,sleep=on"]
    assert options(command(icount_shift=None), "-icount") == []


# ---------------------------------------------------------------- QMP

CHARDEVS = [
    {"label": "qmp", "filename": "unix:/x"},
    {"label": "uart-base", "filename": "disconnected:tcp:127.0.0.1:4321,server=on"},
    {"label": "gdb", "filename": "tcp:127.0.0.1:999"},
]
ANSWERS = {
    "qmp_capabilities": {"return": {}},
    "query-status": {"return": {"status": "prelaunch"}},
    "query-chardev": {"return": CHARDEVS},
    "cont": {"return": {}},
}


@contextmanager
def answering(path: Path, answers: dict[str, Any]) -> Iterator[list[str]]:
    """A QEMU that listens at `path`; what it was asked. It ends at a question without an answer."""
    asked: list[str] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            with suppress(OSError):
                client, _ = listening.accept()
                with client, client.makefile("rb") as lines:
                    client.sendall(b'{"QMP": {}}\n')
                    for line in lines:
                        asked.append(json.loads(line)["execute"])
                        if asked[-1] not in answers:
                            return
                        client.sendall(b'{"event": "RESUME"}\n')
                        client.sendall(json.dumps(answers[asked[-1]]).encode() + b"\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield asked
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_command_is_answered_past_events(tmp_path: Path) -> None:
    with answering(tmp_path / "qmp", ANSWERS) as asked:
        qmp = Qmp(tmp_path / "qmp")
        assert qmp.execute("query-status") == {"status": "prelaunch"}
        with pytest.raises(EmulatorError, match="QEMU closed its control socket"):
            qmp.execute("quit")
        qmp.close()
    assert asked == ["qmp_capabilities", "query-status", "quit"]


def test_a_command_that_is_refused_or_not_answered(tmp_path: Path) -> None:
    answers = {**ANSWERS, "cont": {"error": {"desc": "no"}}}
    with answering(tmp_path / "qmp", answers):
        qmp = Qmp(tmp_path / "qmp")
        with pytest.raises(EmulatorError, match=r"QEMU refused cont: .*'no'"):
            qmp.execute("cont")
        qmp.close()
        with pytest.raises((EmulatorError, ValueError)):
            qmp.execute("cont")
    with pytest.raises(OSError):
        Qmp(tmp_path / "absent")


def test_a_qemu_that_hangs_is_given_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "qmp"))
        silent.listen()
        with pytest.raises(EmulatorError, match="QEMU did not answer a connection: timed out"):
            Qmp(tmp_path / "qmp", timeout_s=0.05)


class Machine(_QemuEmulator):
    """Its process is this test's socket."""

    def _spawn(self, command: list[str]) -> Any:
        (qmp, _) = options(command, "-chardev")
        path = Path(qmp.partition("path=")[2].partition(",")[0])
        self._serving = answering(path, {**ANSWERS, **self.answers})
        self.asked = self._serving.__enter__()

    answers: dict[str, Any] = {}  # noqa: RUF012 - of one test

    def check_alive(self, grace_s: float = 0.0) -> None: ...

    def stop(self) -> None:
        super().stop()
        self._serving.__exit__(None, None, None)


@pytest.mark.parametrize("gdb_port", [None, 0])
def test_qemu_tells_its_ports_and_waits_for_us(gdb_port: int | None, tmp_path: Path) -> None:
    with Machine(tmp_path / "it.elf", FACTS, gdb_port) as machine:
        assert machine.url == "socket://127.0.0.1:4321"
        assert machine.gdb_remote == ("" if gdb_port is None else "127.0.0.1:999")
        assert "cont" not in machine.asked
        machine.resume()
        assert machine.asked[-1] == "cont"
    assert machine._qmp is None


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"query-status": {"return": {"status": "running"}}}, "QEMU did not start paused"),
        ({"query-chardev": {"return": CHARDEVS[:1]}}, "did not tell the port of its uart"),
    ],
)
def test_a_qemu_that_is_not_as_it_should_be(
    answers: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machine, "answers", answers)
    with pytest.raises(EmulatorError, match=message), Machine(tmp_path / "it.elf", FACTS):
        pass


# ---------------------------------------------------------------- other emulators


def test_gdb_is_for_machines_of_qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elf = tmp_path / "firmware.elf"
    elf.touch()
    monkeypatch.setattr(room, "require_emulator", lambda _: None)
    for gdb_port, load in ((0, True), (None, False)):
        with pytest.raises(HarnessError, match=r"is a process of this machine; run gdb on .*elf"):
            open_emulator(load_board("host"), elf, gdb_port=gdb_port, load=load)
        with pytest.raises(HarnessError, match="rp2040js has no gdb stub here; give --remote"):
            open_emulator(load_board("pico"), elf, gdb_port=gdb_port, load=load)
    for board, kind in (("host", room._ProcessEmulator), ("pico", room._Rp2040Emulator)):
        emulator = open_emulator(load_board(board), elf)
        emulator.stop()
        assert type(emulator) is kind


@pytest.mark.parametrize(
    ("board", "called"), [("pico", ["rp2040js"]), ("mps2_an386", [room.QEMU]), ("host", [])]
)
def test_what_a_board_needs_to_be_emulated_is_asked_for(
    board: str, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(room.rp2040js, "require", lambda: asked.append("rp2040js"))
    monkeypatch.setattr(room.tools, "find", lambda name, _: asked.append(name))
    room.require_emulator(load_board(board))
    assert asked == called


def test_what_runs_here_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for is_there in (True, False):
        monkeypatch.setattr(room.rp2040js, "is_here", lambda is_there=is_there: is_there)
        assert room.is_here(load_board("pico")) == is_there
        assert room.is_here(load_board("mps2_an386"))
        assert not room.is_here(replace(load_board("host"), emulator=None))


def test_nothing_is_waited_for_longer_than_it_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_START_LIMIT_S", 0.05)
    looked: list[str] = []
    with pytest.raises(EmulatorError, match=r"it did not come within 0\.05 s"):
        room._poll(lambda: None, lambda: looked.append("alive?"), "it did not come")
    assert len(looked) > 1
    assert room._poll(lambda: "came", lambda: None, "") == "came"
