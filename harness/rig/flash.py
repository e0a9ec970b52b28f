"""`invoke flash`: puts an image on a board with one of its protocols, then asks who answers."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from codegen import tools
from codegen.boards.facts import PROTOCOLS, Board, load_board
from harness.errors import HarnessError, PortError
from harness.rig import link, mass_storage, upload_tools
from harness.rig.debug import require_address
from harness.rig.emulator import Emulator, open_emulator
from harness.rig.expected import Expected
from harness.rig.ports import find_port
from harness.rig.upload_tools import Command
from harness.wire.messages import Info

Run = Callable[[Command], tuple[int, str]]

# Their board loader, or their board itself, has no serial port until our firmware runs.
_BRING_THE_PORT = ("dfu", "uf2", "platformio")
_TOOL_LIMIT_S = 300.0
_PORT_LIMIT_S = 10.0  # a board that starts anew leaves USB and comes back
_POLL_S = 0.2


def protocols(board: Board) -> tuple[str, ...]:
    """The board's protocols, its default first. A QEMU machine always has a gdb stub."""
    in_qemu = board.emulator is not None and board.emulator.kind == "qemu"
    return tuple(dict.fromkeys([*board.upload_protocols, *(["gdb"] if in_qemu else [])]))


def choose(board: Board, protocol: str | None) -> str:
    """The protocol asked for, or the board's default. Raises HarnessError that names them all."""
    own = protocols(board)
    if not own:
        raise HarnessError(f"{board.id} has no upload protocols; add one to {board.path.name}")
    if protocol is None:
        return own[0]
    if protocol not in own:
        known = "an unknown protocol" if protocol not in PROTOCOLS else "not one of its protocols"
        raise HarnessError(f"flash {board.id} with {protocol!r}: {known}: {', '.join(own)}")
    return protocol


def require(
    board: Board,
    protocol: str | None,
    serial: str | None = None,
    port: str | None = None,
    baud: int | None = None,
    remote: str | None = None,
) -> None:
    """Refuses what `flash` could not do, before anything is built for it. Raises HarnessError or
    CodegenError.

    A port that only the flashed firmware brings is left to `flash`.
    """
    protocol = choose(board, protocol)
    require_address(remote)
    if remote is not None and protocol != "gdb":
        raise HarnessError(f"--remote {remote}: is for --protocol gdb, not {protocol}")
    if serial is not None and protocol == "emulator":
        raise HarnessError(f"--serial {serial}: {board.id} is emulated; leave it out")
    if port is not None:
        if protocol not in _BRING_THE_PORT:
            link.require(board, port, baud)
    elif protocol == "emulator" or (protocol == "gdb" and remote is None and board.emulator):
        link.require(board)
    elif not board.usb_ids:
        find_port(board, serial)  # says which wires there are


def run_tool(command: Command) -> tuple[int, str]:
    """Runs the tool; (exit code, all it printed). Raises MissingToolError, FlashError."""
    program = command.arguments[0]
    if program != sys.executable:
        tools.find(program, "flash")
    try:
        result = subprocess.run(
            command.arguments,
            input=command.script or "",
            env=command.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_TOOL_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise upload_tools.FlashError(
            f"{program} did not end within {_TOOL_LIMIT_S:g} s; connect the board again"
        ) from error
    except OSError as error:
        raise upload_tools.FlashError(f"starting {program}: {error.strerror}") from error
    return result.returncode, result.stdout


def upload(
    board: Board,
    image_dir: Path,
    protocol: str,
    serial: str | None = None,
    remote: str | None = None,
    run: Run = run_tool,
) -> None:
    """Writes image_dir's image to the board and has the tool verify it. Raises HarnessError.

    protocol: one of the board's. remote: of gdb, in place of the board's own.
    """
    choose(board, protocol)
    if protocol == "uf2":
        if serial:
            raise HarnessError("uf2: a drive has no --serial; connect one board at a time")
        mass_storage.copy_to_drive(image_dir, upload_tools.fact(board, "uf2"))
        return
    if protocol == "gdb":
        command = upload_tools.gdb(board, image_dir, serial, remote)
    else:
        command = upload_tools.COMMANDS[protocol](board, image_dir, serial)
    exit_code, output = run(command)
    upload_tools.check_result(board, protocol, command, exit_code, output)


def upload_image(
    board: Board,
    image_dir: Path,
    protocol: str | None,
    remote: str | None = None,
    run: Run = run_tool,
) -> None:
    """`pio run -t upload`: what `upload` does, to a real board, and one line on it.

    protocol, remote: PlatformIO's upload_protocol and upload_port (used by gdb).
    Raises HarnessError.
    """
    if protocol in (None, "emulator"):
        raise HarnessError(
            f"upload to {board.id}: it has no protocol for a real board; boot it in its emulator "
            f"with `invoke flash --board {board.id}`"
        )
    protocol = choose(board, protocol)
    upload(board, image_dir, protocol, remote=remote, run=run)
    print(f"{board.id}: uploaded with {protocol}; prove it with `invoke hil --port PORT`")


@contextlib.contextmanager
def loaded_over_gdb(board: Board, image_dir: Path, run: Run = run_tool) -> Iterator[Emulator]:
    """The board's emulator, started with empty memory, loaded over its gdb stub and running."""
    with open_emulator(board, image_dir / "firmware.elf", gdb_port=0, load=False) as emulator:
        upload(board, image_dir, "gdb", remote=emulator.gdb_remote, run=run)
        yield emulator


def flash(
    board_id: str,
    build_dir: Path,
    *,
    protocol: str | None = None,
    serial: str | None = None,
    port: str | None = None,
    baud: int | None = None,
    remote: str | None = None,
    run: Run = run_tool,
) -> Info:
    """Puts the image of build_dir on the board, then compares build id and model with it.

    protocol: one of the board's, its first if None. serial: of the probe or board, where several
    are connected. port: of the board's UART, found by USB id if None. remote: host:port of a gdb
    server. Prints one line. Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    protocol = choose(board, protocol)
    if protocol == "emulator":
        return link.handshake(board_id, build_dir, port=port, baud=baud)  # booting it is all
    image_dir = Expected.load(board, build_dir).elf.parent
    if protocol == "gdb" and remote is None and board.emulator is not None:
        with loaded_over_gdb(board, image_dir, run) as emulator:
            return link.handshake(board_id, build_dir, port=emulator.url, baud=baud)
    require(board, protocol, serial, port, baud, remote)
    upload(board, image_dir, protocol, serial, remote, run)
    port = port or _port_after_reset(board, serial)
    return link.handshake(board_id, build_dir, port=port, baud=baud)


def _port_after_reset(board: Board, serial: str | None) -> str:
    deadline_s = time.monotonic() + _PORT_LIMIT_S
    while time.monotonic() < deadline_s:
        with contextlib.suppress(PortError):
            return find_port(board, serial)
        time.sleep(_POLL_S)
    return find_port(board, serial)
