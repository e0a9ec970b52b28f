"""Verbs that make a model, and say before what it costs: train, seeds, search, quantize, compress,
plan, preflight."""

from __future__ import annotations

from pathlib import Path

from invoke import Context

from verbs.choice import choice, engine_of
from verbs.options import (
    BOARD,
    CALIBRATION,
    DATA,
    ENGINE,
    EPOCHS,
    FORCE,
    FRONT_END,
    ISA,
    MADE,
    MODEL,
    OPTIMIZER,
    PRESET,
    READING,
    RESUME,
    SEED,
    SVG,
    TRAINED,
    WORKERS,
    Option,
    once_each,
)
from verbs.verb import Given, verb

_A_MODEL = "a .tflite, a .keras file or a SavedModel's folder"


@verb(*TRAINED, SEED, OPTIMIZER, RESUME, FORCE)
def train(c: Context, given: Given) -> None:
    """Train the float model of a recipe."""
    from pipeline import stages

    stages.train(choice(c, given, force="train"))


@verb(
    *TRAINED,
    OPTIMIZER,
    Option("seeds", "whole numbers separated by commas", default="1,2,3"),
    WORKERS,
)
def seeds(c: Context, given: Given) -> None:
    """Train a recipe once for each seed; show each one's accuracy, mean and spread.

    Each one's accuracy, mean and spread, size and training time.
    """
    from pipeline import stages

    chosen = [SEED.value(one) for one in once_each("--seeds", given.seeds)]
    print(stages.seeds(choice(c, given), chosen, given.workers))


@verb(
    BOARD.but("board id that the networks have to fit, see `invoke boards`", carried=False),
    ENGINE,
    DATA,
    *READING,
    Option("flash", "of the board for program and model, such as 16K; by default all it has"),
    Option("ram", "of the board, such as 4K; by default all it has"),
    Option("latency", "of an inference, such as 20ms; by default any"),
    Option("trials", "that end, those of an earlier run counted", kind=int, default=60, least=1),
    EPOCHS.but("of each training", default=3),
    Option(
        "samples", "of the training data for each training; 0: all", kind=int, default=0, least=0
    ),
    Option("study", "name; a study that is there goes on", default="found"),
    Option(
        "storage",
        "URL of a database that has the study, for workers elsewhere; by default a "
        "file in build/search/",
    ),
    SEED,
    WORKERS,
)
def search(c: Context, given: Given) -> None:
    """Look for the most accurate networks within a board's flash, RAM and time; write recipes."""
    from pipeline.search.budget import budget
    from pipeline.search.study import search as run

    chosen = choice(c, given)
    allowed = budget(chosen.board_id, chosen.engine, given.flash, given.ram, given.latency)
    run(
        *(chosen, allowed, given.study, given.trials, given.epochs, given.samples),
        storage=given.storage or "",
        workers=given.workers,
    )


@verb(
    *MADE,
    SEED,
    OPTIMIZER,
    CALIBRATION,
    Option(
        "mode",
        "int8, or to compare: another of the converter's (docs/models.md), or `all`",
        default="int8",
    ),
    PRESET,
    Option("layers", "show each op's quantization error", kind=bool, default=False),
    FORCE,
)
def quantize(c: Context, given: Given) -> None:
    """Make the int8 .tflite and measure it on the test samples; compare other quantizations.

    `metrics.json` has what float and int8 reach, as the data's task asks.
    """
    from pipeline import stages
    from training.int8 import modes

    chosen = choice(c, given, force="quantize evaluate")
    modes.check(given.mode)
    if given.layers:
        stages.require_comparable(chosen)
    if given.mode == "int8":
        stages.evaluate(chosen)
    else:
        print(stages.compare_modes(chosen, given.mode))
    if given.layers:
        print(stages.layer_errors(chosen))


@verb(
    Option(
        "method",
        "qat, prune, prune-channels, cluster, pcqat (prune, cluster and qat), or `all`",
        choices="qat, prune, prune-channels, cluster, pcqat or all",
    ),
    *TRAINED,
    Option("sparsity", "share of weights, or of channels, that goes; 0.5 by default", kind=float),
    Option("schedule", "how pruning gets there: polynomial (default) or constant"),
    Option("clusters", "distinct weights a layer keeps; 16 by default", kind=int),
    EPOCHS.but("of fine-tuning, for each step of the method; 4 by default"),
    SEED,
    FORCE,
)
def compress(c: Context, given: Given) -> None:
    """Make the trained model smaller by fine-tuning; compare size and accuracy before and after.

    Quantization-aware training, pruning, clustering, fewer channels: docs/models.md.
    """
    from pipeline import stages

    asked = {name: getattr(given, name) for name in ("sparsity", "schedule", "clusters", "epochs")}
    print(stages.compress(choice(c, given, force="compress"), given.method, asked))


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
