"""The verb hil: samples to a device, or every model to every board, beside the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from invoke import Context, Exit

from verbs.choice import choice, engine_of
from verbs.options import (
    BAUD,
    BOARD,
    CALIBRATION_DATA,
    COORDINATOR,
    COUNT,
    ENGINE,
    FARM,
    FRONT_END,
    JSON,
    MARKDOWN,
    MODELS,
    PORT,
    RESUME,
    SEED,
    TFLM_LIB,
    TRAINED,
    Option,
)
from verbs.shell import command
from verbs.verb import Given, verb

if TYPE_CHECKING:
    from codegen.boards.facts import Board
    from harness.farm.held import HeldPlaces
    from harness.matrix.run import Source
    from harness.run.hil import Settings
    from harness.run.report import Report
    from pipeline.choice import Choice


@verb(
    BOARD.but("board id; `all` that run here, or several separated by commas: one table"),
    *TRAINED,
    MODELS.but(
        "model of your own, in place of training; `all` of ../shared/models, or several separated "
        "by commas: one table",
        default=None,
        carried=True,
    ),
    FRONT_END,
    CALIBRATION_DATA,
    ENGINE,
    TFLM_LIB,
    COUNT.but("how many test samples to send, or `all`", kind=str),
    JSON.but("file to write the report to, of several boards or models the list of reports"),
    MARKDOWN.but("document whose marked part takes the table of several, as docs/testing.md"),
    PORT.but(
        "serial port or URL of a board; given several times, the boards share the samples",
        kind=list,
    ),
    Option(
        "place",
        "of a labgrid farm, whose board is flashed first; given several times, they share the "
        "samples (docs/farm.md)",
        kind=list,
    ),
    FARM.but("all free places with that board"),
    COORDINATOR,
    BAUD.but("baud rate, if not the board's own; `auto`: the highest that works", kind=str),
    Option("trace", "print every frame", kind=bool, default=False),
    Option(
        "fault",
        "damage on the line, as 'flip=1e-4,drop=1e-4,dup=1e-5,insert=1e-5,split,stall=50ms,"
        "cut=20s'",
        default="",
    ),
    SEED.but("of the damage", default=1),
    RESUME.but("go on where the last run of this board stopped"),
)
def hil(c: Context, given: Given) -> None:
    """Send test samples to the board and compare every answer with the oracle, bit for bit.

    Then asks for the self-test. Without data it sends random inputs. Where bytes differ it names
    the op. Several boards or models give one table.
    """
    from codegen.files.places import RUNS
    from codegen.files.shared_models import find_models
    from harness.matrix.chosen_boards import names_several
    from harness.run import hil as room
    from harness.run.run_folder import stopped_run
    from pipeline import beforehand, stages

    _check_where(given)
    count = c.config.mcuforge.count if given.count is None else given.count
    settings = room.Settings(
        count=count,
        ports=given.port or (),
        baud=given.baud,
        trace=given.trace,
        fault=given.fault,
        seed=given.seed,
        resume=given.resume,
        again=command("hil", given, resume=True),
    )
    settings.check()  # before anything is trained or built
    several = any(map(names_several, filter(None, (given.board, given.model))))
    models: list[Path | None] = [*find_models(given.model)] if given.model else [None]
    if several or given.markdown:
        _hil_on_several(c, given, models, settings)
        return
    chosen = choice(c, given, model=models[0], seed=None, resume=False)
    with _farm(chosen, given) as held:
        if held is None:
            beforehand.require_device(chosen, *settings.ports, baud=settings.own_baud)
        if settings.resume:
            stopped_run(RUNS, chosen.board_id)
        settings = _with_samples_there(chosen, given, settings)
        stages.evaluate(chosen)
        stages.build(chosen)
        if held is not None:
            held.take(chosen.build_dir / chosen.board_id)
            settings = replace(settings, places=held)
        report = room.run(chosen.board_id, chosen.build_dir, settings, json_path=given.json)
    if settings.ports or (settings.places and chosen.board.emulator is None):
        _print_cycles(chosen, report)
    if not report.passed:
        raise Exit(code=1)


def _check_where(given: Given) -> None:
    """Raises HarnessError for ports, places and farm beside each other."""
    from harness.errors import HarnessError

    ways = [flag for flag in ("port", "place", "farm") if getattr(given, flag)]
    if len(ways) > 1:
        raise HarnessError(
            f"hil: --{ways[0]} and --{ways[1]} both say where the boards are; give one of them"
        )
    if given.coordinator and ways not in (["place"], ["farm"]):
        raise HarnessError("hil: --coordinator goes with --place or --farm")


@contextmanager
def _farm(chosen: Choice, given: Given) -> Iterator[HeldPlaces | None]:
    """The places that were asked for: looked for now, taken once the image is there. None where
    the run has no need of a farm."""
    if not (given.farm or given.place):
        yield None
        return
    from harness.farm.held import HeldPlaces
    from harness.farm.session import Session
    from pipeline import beforehand

    beforehand.require_image(chosen)
    with Session(given.coordinator) as session:
        yield HeldPlaces(session, chosen.board, given.place or ())


def _print_cycles(chosen: Choice, report: Report) -> None:
    """Of a real board what its counter said, beside what was predicted: where both are known."""
    from codegen.files.artifacts import INT8_MODEL
    from verification.bench import cycles_page as room

    model, board = chosen.build_dir / INT8_MODEL, chosen.board
    median_us = report.inference_us.get("median")
    if chosen.tflm_lib or median_us is None or not room.is_comparable(board, model):
        return
    measured = round(median_us * board.clock_hz / 1e6)
    print(room.beside(room.predict(model, board, chosen.engine, ops=False), measured))


def _with_samples_there(chosen: Choice, given: Given, settings: Settings) -> Settings:
    """The count that was asked for, checked, or the default where there are so many."""
    from pipeline import beforehand

    if given.count is None:
        return replace(settings, count=beforehand.at_most(chosen, settings.number))
    beforehand.require_samples(chosen, "count", settings.number)
    return settings


def _hil_on_several(
    c: Context, given: Given, models: Sequence[Path | None], settings: Settings
) -> None:
    """models: None stands for the default's, or a recipe's."""
    from codegen.aot.facts import engine_facts
    from codegen.files.git import short_commit
    from codegen.files.markdown import read_marked
    from codegen.files.places import PROGRAM
    from harness.errors import HarnessError
    from harness.matrix import document, outcome
    from harness.matrix import run as room
    from harness.matrix.chosen_boards import choose_boards
    from pipeline import beforehand

    if (
        given.port
        or given.place
        or given.farm
        or given.baud is not None
        or given.trace
        or given.fault
        or given.resume
    ):
        raise HarnessError("hil: several boards or models take --count, --json, --markdown only")
    if given.markdown:
        read_marked(given.markdown, document.VERB)
    boards = choose_boards(given.board or c.config.mcuforge.board)

    def chosen(model: Path | None, board: Board) -> Choice:
        return choice(c, given, board=board.id, model=model, seed=None)

    for board in boards:
        any_model = choice(c, given, board=board.id, model="", calibration_data=None, seed=None)
        beforehand.require_device(any_model)
    sources = _sources(
        models, boards, chosen, lambda one: _with_samples_there(one, given, settings)
    )
    commit = short_commit(PROGRAM)
    facts = engine_facts(engine_of(c, given))
    outcomes = room.run(sources, boards, json_path=given.json, facts=facts)
    if given.markdown:
        document.update(given.markdown, outcomes, commit)
    if not outcome.passed(outcomes):
        raise Exit(code=1)


def _sources(
    models: Sequence[Path | None],
    boards: Sequence[Board],
    chosen: Callable[[Path | None, Board], Choice],
    settings: Callable[[Choice], Settings],
) -> list[Source]:
    """What the matrix is made of. Raises what is wrong with all models, or with the options."""
    from harness.errors import HarnessError
    from harness.matrix.run import REFUSALS, Source
    from pipeline import stages
    from training.errors import TrainingError

    def source(model: Path | None) -> Source:
        def prepare() -> Path:
            first = chosen(model, boards[0])
            try:
                stages.evaluate(first)
            except TrainingError as error:
                raise HarnessError(str(error)) from error
            return first.build_dir

        def build(board: Board) -> None:
            stages.build(chosen(model, board))

        try:
            first = chosen(model, boards[0])
        except REFUSALS as error:
            refusals.append(error)
            assert model is not None
            return Source(model.stem, 1, prepare, build)
        return Source(first.name, settings(first).count, prepare, build)

    refusals: list[Exception] = []
    sources = [source(model) for model in models]
    if len(refusals) == len(sources):
        raise refusals[0]
    names = [one.name for one in sources]
    for name in names:
        if names.count(name) > 1:
            raise HarnessError(
                f"--model: two models would be built in build/{name}; rename one of the files"
            )
    return sources
