"""Verbs that say what a model costs before it is built: plan, preflight."""

from __future__ import annotations

from pathlib import Path

from invoke import Context

from verbs.options import BOARD, MODEL, SVG, Option
from verbs.verb import Given, verb

_A_MODEL = "a .tflite, a .keras file or a SavedModel's folder"


@verb(
    MODEL.but("a .tflite", choices="a .tflite"),
    Option("isa", "scalar, dsp or mve; the board's own by default"),
    BOARD,
    SVG,
)
def plan(c: Context, given: Given) -> None:
    """Show where in the arena each tensor of a model lies and when it is alive."""
    from codegen.boards.facts import load_board
    from codegen.files.places import BUILD
    from codegen.memory import arena_picture

    model: Path = given.model
    isa = given.isa or load_board(given.board or c.config.mcuforge.board).isa
    picture = given.svg or BUILD / model.stem / f"plan-{isa}.svg"
    print(arena_picture.show_plan(model, isa, picture), end="")


@verb(MODEL.but(f"{_A_MODEL}; need not be trained", choices=_A_MODEL), BOARD)
def preflight(c: Context, given: Given) -> None:
    """Say before any training whether a model fits a board, and what it will cost there."""
    from codegen.boards.facts import load_board
    from codegen.cost import preflight as room
    from codegen.model.tflite import Model

    chosen = load_board(given.board or c.config.mcuforge.board)
    model: Path = given.model
    if room.is_tflite(model):
        parsed = Model.read(model)
    else:
        from training.int8.untrained import convert_untrained

        parsed = Model.parse(convert_untrained(model))
    room.run(parsed, model.name, chosen)
