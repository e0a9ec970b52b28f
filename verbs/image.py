"""Verbs that make a firmware image and look into it: generate, build, size, debug."""

from __future__ import annotations

from invoke import Context

from codegen.engines import INTERPRETER
from verbs.choice import choice
from verbs.options import ENGINE, FORCE, IMAGE, JSON, MADE, REMOTE, SVG, TFLM_LIB, VERBOSE, Option
from verbs.verb import Given, verb


@verb(*MADE, ENGINE, FORCE)
def generate(c: Context, given: Given) -> None:
    """Write the C++ sources of the model: array, op resolver, arena size, model info."""
    from pipeline import stages

    stages.generate(choice(c, given, force="generate"))


@verb(
    *IMAGE,
    TFLM_LIB,
    Option(
        "sanitize",
        "with AddressSanitizer and UndefinedBehaviorSanitizer (host only)",
        kind=bool,
        default=False,
    ),
    Option(
        "self_test",
        "the image tests itself at each boot and prints the result (docs/testing.md)",
        kind=bool,
        default=False,
    ),
    VERBOSE,
    FORCE,
)
def build(c: Context, given: Given) -> None:
    """Build the firmware with PlatformIO."""
    from pipeline import beforehand, stages

    chosen = choice(c, given, force="build")
    beforehand.require_image(chosen)
    stages.build(chosen)


@verb(
    *IMAGE,
    TFLM_LIB,
    Option("symbols", "how many of the largest symbols to show", kind=int, default=20, least=0),
    JSON.but("file to write all rooms and symbols to"),
    SVG.but("treemap to write"),
    Option(
        "check",
        "fail where the image is more than 2 % above its budget in budgets.toml",
        kind=bool,
        default=False,
    ),
    Option(
        "set_budget",
        "write what the image takes now into budgets.toml",
        kind=bool,
        default=False,
    ),
)
def size(c: Context, given: Given) -> None:
    """Show where flash and RAM go, by room and by symbol, and hold them to the budget."""
    from codegen.errors import CodegenError
    from codegen.image import size_report
    from codegen.image.firmware_build import image_dir
    from pipeline import beforehand, stages

    if given.check and given.set_budget:
        raise CodegenError("size: --check holds to the budget that --set-budget writes; choose one")
    chosen = choice(c, given)
    beforehand.require_image(chosen)
    stages.build(chosen)
    size_report.run(
        image_dir(chosen.board, chosen.build_dir),
        chosen.board_id,
        chosen.name if chosen.engine == INTERPRETER else f"{chosen.name}-{chosen.engine}",
        symbols=given.symbols,
        json_path=given.json,
        svg_path=given.svg,
        check=given.check,
        write_budget=given.set_budget,
    )


@verb(
    *IMAGE,
    REMOTE.but("host:port of a real board's gdb server; without it the emulator is debugged"),
    Option("serve", "start the emulator's gdb stub only, for an editor", kind=bool, default=False),
    Option("gdb_port", "port of the stub, 0 for any that is free", kind=int, default=0),
)
def debug(c: Context, given: Given) -> None:
    """Open gdb on the emulator or a probe, with the image's symbols, stopped at main.

    `.vscode/` does the same. With --remote it goes to a probe's server.
    """
    from harness.rig import debug as room
    from pipeline import beforehand, stages

    chosen = choice(c, given)
    how = {name: getattr(given, name) for name in ("remote", "serve", "gdb_port")}
    room.require(chosen.board, **how)
    beforehand.require_image(chosen)
    stages.build(chosen)
    room.run(chosen.board_id, chosen.build_dir, **how)
