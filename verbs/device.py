"""Verbs that ask a device about its model besides hil: diff, stream, profile, pad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, Exit

from verbs.choice import choice
from verbs.options import COUNT, CYCLES, IMAGE, JSON, LINE, LISTEN, TFLM_LIB, Option, path
from verbs.verb import Given, verb

if TYPE_CHECKING:
    from pipeline.choice import Choice
    from verification.bench.cycles import ModelCycles


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
    """Show the board a stream of samples, whose scores it smooths over time; check each frame.

    Every mean and detection is compared with a reference.
    """
    from codegen.model.tflite import Model
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
    if chosen.model_kind == "tflite":
        settings.parameters(Model.read(chosen.model).outputs[0])
    elif chosen.model is None:
        settings.require_probability()  # what a recipe's softmax gives
    beforehand.require_device(chosen, given.port, baud=given.baud)
    beforehand.require_samples(chosen, "count", given.count)
    stages.evaluate(chosen)
    stages.build(chosen)
    report = room.run(chosen.board_id, chosen.build_dir, settings, port=given.port, baud=given.baud)
    if report.mismatches:
        raise Exit(code=1)


@verb(*IMAGE, TFLM_LIB, JSON.but("file to write the table to"), CYCLES, *LINE)
def profile(c: Context, given: Given) -> None:
    """Show what each op of the model costs on the board: MACs, instructions, share."""
    from harness.run import op_profile as room
    from pipeline import beforehand, stages

    chosen = choice(c, given)
    if given.cycles:
        _require_predictable(chosen)
    beforehand.require_device(chosen, given.port, baud=given.baud)
    stages.build(chosen)
    predicted = _predicted(chosen) if given.cycles else None
    room.run(
        chosen.board_id,
        chosen.build_dir,
        port=given.port,
        baud=given.baud,
        json_path=given.json,
        predicted=None if predicted is None else predicted.columns(),
    )
    if predicted is not None:
        print(predicted.summary())


def _require_predictable(chosen: Choice) -> None:
    """Before anything is built. Raises CodegenError."""
    from codegen.errors import CodegenError
    from verification.bench.cycles import require_table

    if chosen.tflm_lib:
        raise CodegenError(
            "profile: --cycles predicts our own runtime, --tflm-lib takes its place; leave one out"
        )
    require_table(chosen.board)


def _predicted(chosen: Choice) -> ModelCycles:
    from codegen.files.artifacts import INT8_MODEL
    from verification.bench import cycles_page

    return cycles_page.predict(chosen.build_dir / INT8_MODEL, chosen.board, chosen.engine)


@verb(
    *IMAGE,
    Option(
        "save",
        "folder that drawings are saved to under their labels, by default `drawings`",
        kind=path,
        default="drawings",
    ),
    Option(
        "static",
        "folder to write index.html to, a page that needs no server: it talks to a board on the "
        "reader's own port by Web Serial",
        kind=path,
    ),
    LISTEN,
    *LINE,
)
def pad(c: Context, given: Given) -> None:
    """Open a page to draw on, whose answers come from the board; Ctrl-C ends it.

    Draw, drop files, record: the answer comes while you draw, bit by bit beside this machine's,
    with its time and what each op costs. docs/pad.md.
    """
    from codegen.errors import CodegenError
    from codegen.files.artifacts import INT8_MODEL
    from codegen.model.tflite import Model
    from codegen.samples.facts import DataInfo
    from harness.pad import alone, server
    from harness.pad.desk import Desk
    from harness.pad.session import Session
    from pipeline import beforehand, samples, stages

    chosen = choice(c, given)
    stages.require_data(chosen, "pad")
    listen = given.listen or server.DEFAULT_LISTEN
    server.require(listen)
    if given.static:
        if given.port or given.listen:
            raise CodegenError("pad: --static has neither --port nor --listen; leave them out")
        beforehand.require_image(chosen)
    else:
        beforehand.require_device(chosen, given.port, baud=given.baud)
    stages.evaluate(chosen)
    build_dir = chosen.build_dir
    if given.static:
        alone.require(Model.read(build_dir / INT8_MODEL), DataInfo.load(build_dir))
    stages.build(chosen)
    if given.static:
        page = given.static / "index.html"
        size = alone.write(chosen.board_id, build_dir, page)
        print(f"pad: {page}, {size:,} B: open it in Chrome or Edge, with the board on a port")
        return
    session = Session(chosen.board_id, build_dir, given.port, given.baud)
    try:
        desk = Desk(session, build_dir, samples.reader(build_dir), given.save)
        server.run(desk, listen)
    finally:
        session.close()
