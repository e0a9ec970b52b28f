"""A farm on this machine: labgrid's coordinator, two exporters, three boards in QEMU behind them.

The boards run as long as the tests do, empty at first. Two have their UART on a socket;
the third one's is a pseudo-terminal, which its exporter serves by ser2net. Each has a gdb server.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import socket
import subprocess
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from codegen.boards.facts import load_board
from codegen.files.places import PROGRAM
from harness.rig.emulator import Emulator, open_emulator
from tests.extras import interpreter

BOARD = "mps2_an386"
PLACES = ("desk-1", "desk-2", "shelf-1")
LIMIT_S = 60.0


def wait_until(is_so: Callable[[], object], limit_s: float = LIMIT_S) -> None:
    deadline_s = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline_s, "it took too long"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def python() -> Path:
    """The path of an interpreter with the extra."""
    return interpreter("farm", "labgrid")


class Terminal:
    """A pseudo-terminal, bytes between it and a board's socket passed on both ways."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("socket://").partition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._passing = threading.Thread(target=self._pass, daemon=True)
        self._passing.start()

    def _pass(self) -> None:
        with contextlib.suppress(OSError):
            board = self._socket.fileno()
            while True:
                ready, _, _ = select.select([self._master, board], [], [])
                if self._master in ready:
                    self._socket.sendall(os.read(self._master, 4096))
                if board in ready:
                    if not (data := self._socket.recv(4096)):
                        return
                    os.write(self._master, data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # which ends the thread
        self._passing.join()
        self._socket.close()
        os.close(self._master)
        os.close(self._slave)


class Farm:
    """The processes; `address` is the coordinator's."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.python = python
        self.folder = folder
        self.address = f"127.0.0.1:{_free_port()}"
        self.boards: dict[str, Emulator] = {}
        self._stack = contextlib.ExitStack()
        self._coordinator: subprocess.Popen[bytes] | None = None
        self._exporters: dict[str, subprocess.Popen[bytes]] = {}
        self._ending = threading.Event()

    def __enter__(self) -> Farm:
        with contextlib.ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *why: object) -> None:
        self._stack.close()

    def _start(self, stack: contextlib.ExitStack) -> None:
        for name in PLACES:
            self.boards[name] = stack.enter_context(board_in_qemu())
        terminal = Terminal(self.boards["shelf-1"].url)
        stack.callback(terminal.close)
        lines = {name: _socket_resource(self.boards[name].url) for name in PLACES[:2]}
        lines["shelf-1"] = {"cls": "RawSerialPort", "port": terminal.path, "speed": 115_200}
        for exporter in ("desk", "shelf"):
            groups = {
                name: {"uart": line, "gdb": _socket_resource(self.boards[name].gdb_remote)}
                for name, line in lines.items()
                if name.startswith(exporter)
            }
            (self.folder / f"{exporter}.yaml").write_text(yaml.dump(groups))
        # As the coordinator writes it after labgrid-client create, add-named-match, set-tags.
        (self.folder / "places.yaml").write_text(yaml.dump({name: _place(name) for name in PLACES}))
        stack.callback(self.stop_coordinator)
        self.start_coordinator()
        stack.callback(self._stop_exporters)
        for exporter in ("desk", "shelf"):
            threading.Thread(target=self._keep_exporting, args=(exporter,), daemon=True).start()
        wait_until(lambda: self.listed().count(" free") == len(PLACES))

    def start_coordinator(self) -> None:
        self._coordinator = self._spawn("coordinator", "-l", self.address)

    def stop_coordinator(self) -> None:
        if self._coordinator is not None:
            self._coordinator.kill()  # what it knew of holders is lost at any rate
            self._coordinator.wait()

    def restart_coordinator(self) -> None:
        """Its exporters end with it, and are started again."""
        self.stop_coordinator()
        self.start_coordinator()
        wait_until(lambda: self.verb("boards", "--farm")[0] == 0)

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [str(self.python), "-m", f"labgrid.remote.{program}", *arguments],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    def _keep_exporting(self, name: str) -> None:
        """As a service manager does: an exporter ends when its coordinator goes."""
        options = ("-c", self.address, "-n", name, "--hostname", "127.0.0.1")
        while not self._ending.is_set():
            exporter = self._spawn("exporter", *options, f"{name}.yaml")
            self._exporters[name] = exporter
            exporter.wait()

    def _stop_exporters(self) -> None:
        self._ending.set()
        for exporter in self._exporters.values():
            exporter.terminate()  # ser2net goes with it
            exporter.wait()

    def client(self, place: str, *words: str) -> str:
        """What labgrid's own client says."""
        command = [str(self.python), "-m", "labgrid.remote.client"]
        command += ["-x", self.address, "-p", place, *words]
        result = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A verb, as from a terminal: what begins the tests may have Ctrl-C ignored."""
        return subprocess.Popen(
            [str(self.python), "-m", "invoke", *words, "--coordinator", self.address],
            cwd=PROGRAM,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def verb(self, *words: str) -> tuple[int, str]:
        """Exit code, and all that was said."""
        process = self.start(*words)
        said, _ = process.communicate()
        return process.returncode, said

    def listed(self) -> str:
        code, said = self.verb("boards", "--farm")
        assert code == 0, said
        return said


def board_in_qemu() -> Emulator:
    """With empty memory; it runs what is loaded through its gdb server."""
    return open_emulator(load_board(BOARD), Path(__file__), gdb_port=0, load=False)


def _socket_resource(address: str) -> dict[str, object]:
    host, _, port = address.removeprefix("socket://").partition(":")
    return {"cls": "NetworkSerialPort", "host": host, "port": int(port), "protocol": "raw"}


def _place(name: str) -> dict[str, object]:
    exporter = name.partition("-")[0]
    matches = [
        {"exporter": exporter, "group": name, "cls": "*", "name": resource, "rename": resource}
        for resource in ("uart", "gdb")
    ]
    return {"tags": {"board": BOARD}, "matches": matches}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def farm(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """Three free places."""
    with Farm(python, tmp_path_factory.mktemp("farm")) as made:
        yield made
