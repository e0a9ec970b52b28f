"""docs/verbs.md and docs/boards.md: what the code knows of its verbs, options and boards.

`invoke docs --refresh` writes them, and a test holds them to the code.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from invoke import Collection

from codegen.boards.facts import Board, list_boards
from codegen.boards.sources import by_source
from codegen.files.markdown import table
from codegen.files.places import PROGRAM
from harness.rig import flash
from verbs import options
from verbs.options import Option
from verbs.program import namespace
from verbs.verb import Verb

VERBS = PROGRAM / "docs" / "verbs.md"
BOARDS = PROGRAM / "docs" / "boards.md"

_VERBS_HEAD = """\
# Verbs and options

Made from the code by `invoke docs --refresh`; `invoke --help VERB` says the same. A verb first
runs the stages that it needs and that are not up to date.

Files and folders are relative to where you stand, with `../invokew` from a subfolder, too. Of
several verbs in one command line, options marked *carried* hold for those behind the one that is
given them, unless they say otherwise, and each prints what it takes over: `invoke build --board
microbit flash` flashes the micro:bit. `invoke.yaml` has the defaults.

Exit codes: 0 fine, 1 a check failed, 2 bad input, 3 something is missing on this machine.
[What an error says](errors.md) is followed by what to do.
"""

_WORKED_ON = "What is worked on"

_SOURCES_HEAD = """\
## Facts and their sources

Made of the boards' `sources`, in the same files: which document says what is written down there.
`chip` and `uart` stand for all of a board's facts of that name.
"""

_BOARDS_HEAD = """\
# Boards

Made from `firmware/platform/boards/*.json` by `invoke docs --refresh`; what each key means, and
how to add a board, says [porting](porting.md). No physical board was at hand: "in QEMU",
"rp2040js" and "process" pass `invoke hil` so, "built" is compiled and linked, "registry" is built
by a platform that PlatformIO's registry has.
"""


def pages() -> dict[Path, str]:
    """{page: its text} of all that is made from code."""
    return {VERBS: verbs_page(namespace()), BOARDS: boards_page(list_boards())}


def verbs_page(verbs: Collection) -> str:
    """Every verb by its family, which is the module that it stands in; an option of several verbs
    once."""
    shared: dict[str, Option] = {}
    for option in vars(options).values():
        if isinstance(option, Option):
            shared.setdefault(option.name, option)
    families: dict[str, list[Verb]] = {}
    for one in sorted(verbs.tasks.values(), key=lambda verb: str(verb.name)):
        said = inspect.getdoc(inspect.getmodule(one.body)) or ""
        families.setdefault(said.partition("\n")[0], []).append(one)
    lines = [_VERBS_HEAD]
    for said, members in sorted(families.items()):
        lines += [f"## {_family(said)}", ""]
        for verb in members:
            lines += _verb(verb, shared)
    made = {one.name for one in options.MADE}
    lines += [f"## {_WORKED_ON}", "", *_table(shared[name] for name in shared if name in made)]
    lines += ["## Other options of several verbs", ""]
    lines += _table(shared[name] for name in shared if name not in made)
    return "\n".join(lines)


def _family(said: str) -> str:
    """ "Verbs that make a model: train, seeds." as a heading: "Verbs that make a model"."""
    return said.partition(":")[0]


def _verb(verb: Verb, shared: Mapping[str, Option]) -> Iterator[str]:
    yield f"### {verb.name}"
    yield ""
    yield inspect.getdoc(verb.body) or ""
    yield ""
    own = [one for one in verb.options.values() if not _means_as(one, shared.get(one.name))]
    if own:
        yield from _table(own)
    others = [f"`{one.flag}`" for one in verb.options.values() if one not in own]
    made = {f"`{one.flag}`" for one in options.MADE}
    if made - {f"`{one.flag}`" for one in own} <= set(others):
        anchor = _WORKED_ON.lower().replace(" ", "-")
        others = [f"[{_WORKED_ON.lower()}](#{anchor})", *(one for one in others if one not in made)]
    if others:
        yield f"As everywhere: {', '.join(others)}."
        yield ""


def _means_as(option: Option, shared: Option | None) -> bool:
    return shared is not None and (option.help, option.default, option.choices) == (
        *(shared.help, shared.default, shared.choices),
    )


def _table(options: Iterable[Option]) -> list[str]:
    rows = [(_flag(one), _cell(one.help), _limits(one)) for one in options]
    return [*table(("option", "meaning", ""), "lll", rows), ""]


def _flag(option: Option) -> str:
    value = "" if option.kind is bool else f" {option.name.rpartition('_')[2].upper()}"
    return f"`{option.flag}{value}`" + (f", `-{option.short}`" if option.short else "")


def _limits(option: Option) -> str:
    said = []
    if option.choices:
        said.append("has to be given")
    if option.default not in (None, False, ""):
        said.append(f"default {option.default}")
    if option.least is not None:
        said.append(
            f"{option.least} or more" if option.most is None else f"{option.least} to {option.most}"
        )
    if option.carried:
        said.append("carried")
    return ", ".join(said)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def boards_page(boards: Iterable[Board]) -> str:
    """Every board by its core, memory and where it runs, and the source of what is known of it."""
    listed = list(boards)
    header = ("board", "name", "core", "kernels", "flash", "RAM", "clock", "runs here", "upload")
    made = table(header, "llllrrrll", [_board(board) for board in listed])
    sources = table(
        ("board", "facts", "source"), "lll", [row for b in listed for row in _sources(b)]
    )
    return "\n".join([_BOARDS_HEAD, *made, "", _SOURCES_HEAD, *sources, ""])


def _sources(board: Board) -> Iterator[tuple[str, str, str]]:
    found = {source: ", ".join(names) for source, names in by_source(board.sources).items()}
    if board.flash_timing is not None:
        source = board.flash_timing.source
        found[source] = ", ".join(filter(None, (found.get(source), "flash_timing")))
    for source, names in found.items():
        yield f"`{board.id}`", names, source


def _board(board: Board) -> tuple[str, ...]:
    return (
        *(f"`{board.id}`", board.name, board.core, board.isa),
        *(kib(board.flash_bytes), kib(board.ram_bytes), _mhz(board.clock_hz)),
        *(runs_here(board), ", ".join(flash.protocols(board))),
    )


def _mhz(hz: int) -> str:
    return f"{hz / 1e6:g} MHz" if hz else "-"


def runs_here(board: Board) -> str:
    """What runs the board's images on this machine, or that none does."""
    if board.emulator is not None:
        return "in QEMU" if board.emulator.kind == "qemu" else board.emulator.kind
    return {"built": "built", "registry": "registry"}[board.status]


def kib(size: int) -> str:
    """Bytes as whole KB of 1,024; "-" for none."""
    return f"{size // 1024} KB" if size else "-"
