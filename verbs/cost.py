"""Verbs that say what a model costs before it is built: plan, preflight."""

from __future__ import annotations

from pathlib import Path

from invoke import Context

from verbs.choice import choice, engine_of
from verbs.options import BOARD, ENGINE, FRONT_END, ISA, MODEL, SVG, TRAINED
from verbs.verb import Given, verb

_A_MODEL = "a .tflite, a .keras file or a SavedModel's folder"


@verb(
    MODEL.but("a .tflite", choices="a .tflite"),
    ISA,
    BOARD,
    ENGINE,
    SVG,
)
def plan(c: Context, given: Given) -> None:
    """Show where in the arena each tensor of a model lies and when it is alive."""
    from codegen.aot.facts import engine_facts
    from codegen.boards.facts import load_board
    from codegen.errors import CodegenError
    from codegen.files.places import BUILD
    from codegen.memory import arena_picture

    model: Path = given.model
    board = load_board(given.board or c.config.mcuforge.board)
    if given.isa and given.board and given.isa != board.isa:
        raise CodegenError(
            f"plan: --isa {given.isa}, but {board.id} is {board.isa}; leave one of them out"
        )
    isa = given.isa or board.isa
    picture = given.svg or BUILD / model.stem / f"plan-{isa}.svg"
    facts = engine_facts(engine_of(c, given))
    print(arena_picture.show_plan(model, isa, picture, facts), end="")


@verb(
    *TRAINED,
    MODEL.but(f"{_A_MODEL}, in place of a recipe; need not be trained"),
    FRONT_END,
    BOARD,
    ENGINE,
)
def preflight(c: Context, given: Given) -> None:
    """Say before any training whether a model fits a board, and what it will cost there."""
    from codegen.aot.facts import engine_facts
    from codegen.boards.facts import load_board
    from codegen.cost import preflight as room
    from codegen.frontend import parameters
    from codegen.model.tflite import Model

    board = load_board(given.board or c.config.mcuforge.board)
    path: Path | None = given.model
    front_end = parameters.read(given.front_end) if given.front_end else None
    if path is None or given.recipe:
        from pipeline import stages

        chosen = choice(c, given)
        model, name = Model.parse(stages.untrained(chosen)), chosen.name
        front_end = parameters.load(chosen.build_dir)
    elif room.is_tflite(path):
        from training.int8.user_model import leaned

        Model.read(path)  # refuses what none is
        model, name = Model.parse(leaned(path.read_bytes())), path.name
    else:
        from training.int8.untrained import convert_untrained

        model, name = Model.parse(convert_untrained(path)), path.name
    facts = engine_facts(engine_of(c, given))
    room.run(model, name, board, front_end, facts=facts)
