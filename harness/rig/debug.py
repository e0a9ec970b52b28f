"""`invoke debug`: gdb on the emulator, on a gdb server, or on the firmware's own process."""

from __future__ import annotations

import contextlib
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from codegen import tools
from codegen.boards.facts import Board, load_board
from codegen.files.places import PROGRAM
from harness.errors import HarnessError
from harness.rig.emulator import open_emulator, require_emulator
from harness.rig.expected import Expected

GDB = "gdb-multiarch"


class DebugError(HarnessError):
    """gdb ended with an error."""

    exit_code = 1


def gdb_command(elf: Path, remote: str | None, load: bool = False) -> list[str]:
    """gdb with the ELF's symbols, stopped at main; remote: host:port, None for a process.

    load: writes the image first, for a probe whose board may hold another one.
    """
    steps = ["set pagination off"]
    if remote is not None:
        steps.append(f"target extended-remote {remote}")
    if load:
        # OpenOCD, pyOCD and J-Link understand it; to others it is an unknown command, no failure
        steps += ["load", "monitor reset halt"]
    steps += ["tbreak main", "continue" if remote is not None else "run"]
    # Generated sources are recorded as generated/<name>, below the model's build folder.
    arguments = [GDB, "-q", str(elf), "-d", str(elf.parents[1])]
    for step in steps:
        arguments += ["-ex", step]
    return arguments


def server_commands(board: Board) -> dict[str, list[str]]:
    """{protocol: gdb server to start} for the probes that the board's data knows."""
    facts = board.upload
    servers: dict[str, list[str]] = {}
    for protocol in board.upload_protocols:
        if protocol == "openocd" and protocol in facts:
            servers[protocol] = ["openocd"]
            for name in facts[protocol].split():
                servers[protocol] += ["-f", name]
        elif protocol == "pyocd" and protocol in facts:
            servers[protocol] = ["pyocd", "gdbserver", "--target", facts[protocol]]
            servers[protocol] += ["--port", "3333"]
        elif protocol == "jlink" and protocol in facts:
            servers[protocol] = ["JLinkGDBServer", "-device", facts[protocol], "-if", "SWD"]
            servers[protocol] += ["-port", "3333"]
        elif protocol == "stlink":
            servers[protocol] = ["st-util", "--listen_port", "3333"]
    return servers


def how_to_debug(board: Board) -> str:
    """What to do for a board on a probe, in one line."""
    servers = [shlex.join(command) for command in server_commands(board).values()]
    if not servers:
        return (
            f"debug {board.id}: it has no emulator, and {board.path.name} names no probe; start a "
            "gdb server and give its address with --remote host:port"
        )
    return (
        f"debug {board.id}: it has no emulator; start its probe's gdb server in another terminal "
        f"({' or '.join(servers)}), then: `invoke debug --board {board.id} --remote localhost:3333`"
    )


def require_address(remote: str | None) -> None:
    """Raises HarnessError for what is no host:port of a gdb server; None is no matter."""
    host, _, port = (remote or "localhost:1").rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= 65535:
        raise HarnessError(f"--remote {remote}: not an address; give host:port, as localhost:3333")


def require(
    board: Board, remote: str | None = None, serve: bool = False, gdb_port: int = 0
) -> None:
    """Refuses what `run` could not do, before anything is built for it. Raises HarnessError or
    CodegenError."""
    if not 0 <= gdb_port <= 65535:
        raise HarnessError(f"--gdb-port {gdb_port}: choose 1 to 65535, or 0 for any that is free")
    require_address(remote)
    if remote is not None and serve:
        raise HarnessError("--serve starts the emulator; leave --remote out")
    if not serve:
        tools.find(GDB, "debug")
    if remote is None and board.emulator is None:
        raise HarnessError(how_to_debug(board))
    if remote is None:
        require_emulator(board)
        if serve and board.emulator and board.emulator.kind == "process":
            raise HarnessError(f"{board.id} is a process of this machine; it has no --serve")


def run(
    board_id: str,
    build_dir: Path,
    *,
    remote: str | None = None,
    serve: bool = False,
    gdb_port: int = 0,
) -> None:
    """Opens gdb with the board's ELF until the user leaves it.

    remote: host:port of a gdb server for a real board. Without it an emulator is started, paused.
    serve: starts the emulator alone, without gdb. An editor connects to gdb_port (0: any free one).
    Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    require(board, remote, serve, gdb_port)
    elf = Expected.load(board, build_dir).elf.resolve()
    if remote is not None:
        _interactive(gdb_command(elf, remote, load=True))
        return
    if board.emulator and board.emulator.kind == "process":
        _interactive(gdb_command(elf, None))
        return
    with open_emulator(board, elf, gdb_port=gdb_port) as emulator:
        print(
            f"{board.id} waits for gdb at {emulator.gdb_remote}; its serial line is {emulator.url} "
            f"(`invoke monitor --board {board.id} --port {emulator.url}`)",
            flush=True,
        )
        if not serve:
            _interactive(gdb_command(elf, emulator.gdb_remote))
            return
        with contextlib.suppress(KeyboardInterrupt):
            emulator.wait()
            emulator.check_alive()


def _interactive(command: list[str]) -> None:
    """Runs gdb on our terminal. Ctrl-C is gdb's there, to stop the firmware."""
    with _ignored_interrupt():
        # Sources are recorded relative to the repository, see -ffile-prefix-map in the builder.
        result = subprocess.run(command, cwd=PROGRAM, check=False)
    if result.returncode != 0:
        raise DebugError(
            f"{command[0]} ended with code {result.returncode}; its messages are above"
        )


@contextlib.contextmanager
def _ignored_interrupt() -> Iterator[None]:
    def nothing(number: int, frame: FrameType | None) -> None:
        """A handler and not SIG_IGN, which gdb would inherit."""

    previous = signal.signal(signal.SIGINT, nothing)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
