"""Verbs about a board and its line: boards, flash, emulate, monitor, serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from invoke import Context

from verbs.choice import choice
from verbs.options import (
    BOARD,
    COORDINATOR,
    FARM,
    IMAGE,
    LINE,
    LISTEN,
    PORT,
    REMOTE,
    TFLM_LIB,
    Option,
)
from verbs.verb import Given, verb

if TYPE_CHECKING:
    from codegen.boards.facts import Board


@verb(
    BOARD.but("one board in full: its name, memory, emulator, upload protocols", carried=False),
    Option(
        "connected",
        "list the USB serial ports and which board each may be",
        kind=bool,
        default=False,
    ),
    FARM.but("list the places of a labgrid farm, and who holds them (docs/farm.md)"),
    COORDINATOR,
)
def boards(c: Context, given: Given) -> None:
    """List the boards, or what there is to know of one."""
    from rich.console import Console
    from rich.table import Table

    from codegen.boards.facts import list_boards, load_board
    from codegen.errors import CodegenError
    from harness.rig import flash as room
    from harness.rig import ports
    from verbs.pages.reference import kib, runs_here

    # never folded: a terminal that is too narrow folds it itself, a pipe gets whole lines
    console = Console(width=200)
    lists = [flag for flag in ("connected", "farm", "board") if getattr(given, flag)]
    if len(lists) > 1:
        raise CodegenError(
            "boards: --connected and --farm list what is there, --board tells of one; choose"
        )
    if given.coordinator and not given.farm:
        raise CodegenError("boards: --coordinator goes with --farm")
    if given.connected:
        ports.print_connected(console)
        return
    if given.farm:
        from harness.farm import listing

        listing.run(given.coordinator, console)
        return
    if given.board:
        for what, value in _facts(load_board(given.board)):
            print(f"{what:<10} {value}")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("board", "core", "isa", "flash", "ram", "runs here", "upload"):
        table.add_column(title, justify="right" if title in ("flash", "ram") else "left")
    for board in list_boards():
        table.add_row(
            *(board.id, board.core, board.isa, kib(board.flash_bytes), kib(board.ram_bytes)),
            *(runs_here(board), room.protocols(board)[0]),
        )
    console.print(table)


def _facts(board: Board) -> Iterator[tuple[str, str]]:
    from harness.rig import flash as room
    from verbs.pages.reference import kib, runs_here

    yield "board", board.id
    yield "name", board.name
    yield "core", f"{board.core}, {board.isa} kernels"
    for region in board.regions:
        yield region.name, f"{kib(region.length)} of {region.kind} at {region.origin:#010x}"
    machine = board.emulator.machine if board.emulator else None
    yield "runs here", runs_here(board) + (f", machine {machine}" if machine else "")
    yield "upload", ", ".join(room.protocols(board))


@verb(
    *IMAGE,
    TFLM_LIB,
    Option("protocol", "one of the board's, see `invoke boards`; by default its first"),
    Option("serial", "serial number of the probe or board, where several are connected"),
    REMOTE.but("host:port of a gdb server, for --protocol gdb"),
    *LINE,
    Option("blessed", "the model that `invoke bless` accepted last", kind=bool, default=False),
)
def flash(c: Context, given: Given) -> None:
    """Put the image on the board and compare what answers; an emulated board is booted with it.

    What answers has to be this build of this model, or the verb fails.
    """
    from codegen.errors import CodegenError
    from harness.rig import flash as room
    from pipeline import beforehand, stages

    if given.blessed:
        if given.model or given.recipe:
            raise CodegenError("flash --blessed: names the model itself; leave the other one out")
        given.model = stages.blessed_model()
    chosen = choice(c, given)
    how = {name: getattr(given, name) for name in ("protocol", "serial", "remote", "port", "baud")}
    beforehand.require_image(chosen)
    room.require(chosen.board, **how)
    stages.build(chosen)
    room.flash(chosen.board_id, chosen.build_dir, **how)


@verb(*IMAGE)
def emulate(c: Context, given: Given) -> None:
    """Boot the image in the emulator and say where its serial line is; Ctrl-C ends it."""
    from harness.rig import link
    from pipeline import beforehand, stages

    chosen = choice(c, given)
    beforehand.require_device(chosen)
    stages.build(chosen)
    link.emulate(chosen.board_id, chosen.build_dir)


@verb(*IMAGE, *LINE)
def monitor(c: Context, given: Given) -> None:
    """Show what comes over the serial line, frames decoded; Ctrl-C ends it."""
    from harness.rig import monitor as room
    from pipeline import beforehand, stages

    chosen = choice(c, given)
    if given.port is None:
        beforehand.require_device(chosen)
        stages.build(chosen)
    room.run(chosen.board_id, chosen.build_dir, port=given.port, baud=given.baud)


@verb(
    PORT.but(
        "serial port of the board",
        choices="a board's serial port; `invoke boards --connected` lists them",
    ),
    LISTEN,
)
def serve(c: Context, given: Given) -> None:
    """Let other programs and machines use a board's port (RFC 2217); Ctrl-C ends it.

    RFC 2217, with a token beyond this machine: docs/testing.md.
    """
    from harness.rig import serve as room

    room.run(given.port, given.listen or room.DEFAULT_LISTEN)
