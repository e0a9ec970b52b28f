"""Verbs that ask a device and compare its answers with the oracle: hil, diff, stream, profile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from invoke import Context, Exit

from verbs.choice import choice
from verbs.options import (
    BAUD,
    BOARD,
    COUNT,
    IMAGE,
    JSON,
    LINE,
    MADE,
    PORT,
    RESUME,
    SEED,
    TFLM_LIB,
    Option,
)
from verbs.verb import Given, verb

if TYPE_CHECKING:
    from harness.run.hil import Settings
    from pipeline.choice import Choice


@verb(
    BOARD.but("board id; `all` that run here, or several separated by commas: one table"),
    *MADE,
    TFLM_LIB,
    COUNT.but("how many test samples to send, or `all`", kind=str),
    JSON.but("file to write the report to, of several boards the list of reports"),
    PORT.but(
        "serial port or URL of a board; given several times, the boards share the samples",
        kind=list,
    ),
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
    """Send test samples to the board and compare every answer with the oracle, bit for bit."""
    from harness.run import hil as room
    from harness.run import matrix
    from pipeline import beforehand, stages

    count = c.config.mcuforge.count if given.count is None else given.count
    settings = room.Settings(
        count=count,
        ports=given.port or (),
        baud=given.baud,
        trace=given.trace,
        fault=given.fault,
        seed=given.seed,
        resume=given.resume,
    )
    settings.check()  # before anything is trained or built
    if given.board is not None and matrix.names_several(given.board):
        _hil_on_several(c, given, settings)
        return
    chosen = choice(c, given, seed=None, resume=False)
    beforehand.require_device(chosen, *settings.ports, baud=settings.own_baud)
    settings = _with_samples_there(chosen, given, settings)
    stages.evaluate(chosen)
    stages.build(chosen)
    report = room.run(chosen.board_id, chosen.build_dir, settings, json_path=given.json)
    if not report.passed:
        raise Exit(code=1)


def _with_samples_there(chosen: Choice, given: Given, settings: Settings) -> Settings:
    """The count that was asked for, checked, or the default where there are so many."""
    from pipeline import beforehand

    if given.count is None:
        return replace(settings, count=beforehand.at_most(chosen, settings.number))
    beforehand.require_samples(chosen, "count", settings.number)
    return settings


def _hil_on_several(c: Context, given: Given, settings: Settings) -> None:
    from harness.errors import HarnessError
    from harness.run import matrix
    from pipeline import beforehand, stages

    if given.port or given.baud is not None or given.trace or given.fault or given.resume:
        raise HarnessError(f"--board {given.board}: several boards take --count and --json only")
    boards = matrix.choose_boards(given.board)

    def chosen(board_id: str) -> Choice:
        return choice(c, given, board=board_id, seed=None)

    def prepare(board_id: str) -> Path:
        one = chosen(board_id)
        stages.build(one)
        return one.build_dir

    for board in boards:
        beforehand.require_device(chosen(board.id))
    first = chosen(boards[0].id)
    count = _with_samples_there(first, given, settings).count
    stages.evaluate(first)
    outcomes = matrix.run(boards, prepare, count=count, json_path=given.json)
    if not all(outcome.passed for outcome in outcomes):
        raise Exit(code=1)


@verb(
    *IMAGE,
    Option(
        "digit",
        "index of the test sample, as hil names it; fixed random values by default",
        kind=int,
        least=0,
    ),
    *LINE,
)
def diff(c: Context, given: Given) -> None:
    """Name the first op whose output on the board is not the oracle's."""
    from harness.run import op_diff as room
    from pipeline import beforehand, stages

    chosen = choice(c, given)
    beforehand.require_device(chosen, given.port, baud=given.baud)
    if given.digit is not None:
        stages.require_data(chosen, "diff --digit")
        beforehand.require_samples(chosen, "digit", given.digit, first=0)
        stages.evaluate(chosen)
    stages.build(chosen)
    arguments = (chosen.board_id, chosen.build_dir)
    found = room.run(*arguments, digit=given.digit, port=given.port, baud=given.baud)
    if found is not None:
        raise Exit(code=1)


@verb(
    *IMAGE,
    COUNT.but("test samples in the stream", default=20),
    Option("hold", "frames for which each sample is shown", kind=int, default=8),
    Option("frames", "of which the device takes the mean, 1 to 16", kind=int, default=4),
    Option(
        "threshold",
        "least mean of a detection, in the model's own numbers: a probability",
        kind=float,
        default=0.6,
    ),
    Option("refractory", "frames without a detection after each one", kind=int, default=7),
    *LINE,
)
def stream(c: Context, given: Given) -> None:
    """Show the board a stream of samples, whose scores it smooths over time; check each frame."""
    from harness.run import stream as room
    from pipeline import beforehand, stages

    chosen = choice(c, given)
    settings = room.Settings(
        count=given.count,
        hold=given.hold,
        frames=given.frames,
        threshold=given.threshold,
        refractory=given.refractory,
    )
    settings.check()
    stages.require_data(chosen, "stream")
    beforehand.require_device(chosen, given.port, baud=given.baud)
    beforehand.require_samples(chosen, "count", given.count)
    stages.evaluate(chosen)
    stages.build(chosen)
    report = room.run(chosen.board_id, chosen.build_dir, settings, port=given.port, baud=given.baud)
    if report.mismatches:
        raise Exit(code=1)


@verb(*IMAGE, TFLM_LIB, JSON.but("file to write the table to"), *LINE)
def profile(c: Context, given: Given) -> None:
    """Show what each op of the model costs on the board: MACs, instructions, share."""
    from harness.run import op_profile as room
    from pipeline import beforehand, stages

    chosen = choice(c, given)
    beforehand.require_device(chosen, given.port, baud=given.baud)
    stages.build(chosen)
    room.run(
        chosen.board_id,
        chosen.build_dir,
        port=given.port,
        baud=given.baud,
        json_path=given.json,
    )
