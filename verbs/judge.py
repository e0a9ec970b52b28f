"""Verbs that show data and judge models: data, evaluate, report, predict, view, bless, runs."""

from __future__ import annotations

import sys

from invoke import Context, Exit

from verbs.choice import choice
from verbs.options import BOARD, IMAGE, LINE, MADE, WORKERS, Option, output, path
from verbs.shell import run_shown
from verbs.verb import Given, verb


@verb(*MADE)
def data(c: Context, given: Given) -> None:
    """Read the data and show what is in the splits: counts, values, classes, leakage, skew."""
    from pipeline import stages

    print(stages.data_statistics(choice(c, given)))


@verb(
    BOARD.but("show only this board's last hil run; by default every board's"),
    *MADE,
    Option(
        "robustness",
        "also measure accuracy under shift, noise, blur and contrast",
        kind=bool,
        default=False,
    ),
    WORKERS.but("with --robustness, who measures it, as of golden"),
)
def evaluate(c: Context, given: Given) -> None:
    """Judge float, int8 and recorded boards side by side: evaluate.json, evaluate.html.

    Writes `evaluate.json` and a page, `evaluate.html`.
    """
    from codegen.errors import CodegenError
    from harness.run import recorded
    from pipeline import stages

    chosen = choice(c, given)
    if given.workers and not given.robustness:
        raise CodegenError("evaluate: --workers goes with --robustness; leave it out")
    stages.require_data(chosen, "evaluate")
    stages.evaluate(chosen)
    scores = recorded.latest_scores(chosen.build_dir, given.board)
    print(stages.evaluation(chosen, scores, given.robustness, given.workers))


@verb(
    *IMAGE,
    Option("out", "HTML file to write, by default report.html in the build folder", kind=output),
    Option("pdf", "also print it to this PDF file, by chromium", kind=output),
    *LINE,
)
def report(c: Context, given: Given) -> None:
    """Write all that is known of a model and its boards to one HTML file, and as PDF.

    Data, training, evaluation, what int8 costs op by op, memory over time, flash, cost of each op,
    boards side by side, hashes, each with the command that repeats it.
    """
    from codegen import tools
    from codegen.files.artifacts import REPORT_PAGE
    from pipeline import beforehand, report_stage, stages
    from pipeline.stage import shown

    chosen = choice(c, given)
    beforehand.require_device(chosen, given.port, baud=given.baud)
    if given.pdf:
        tools.find(report_stage.PRINTER, "report --pdf")
    if stages.has_data(chosen):
        stages.evaluate(chosen)
    else:
        stages.quantize(chosen)
    stages.build(chosen)
    page = given.out or chosen.build_dir / REPORT_PAGE
    size = report_stage.make(chosen, page, given.port, given.baud)
    print(f"report: {shown(page)}, {size:,} B")
    if given.pdf:
        report_stage.print_pdf(page, given.pdf)
        print(f"report: {shown(given.pdf)}")


_IMAGE = "a photo, scan or drawing of one digit, or an image, WAV, CSV or .npy like those of --data"


@verb(
    Option("image", _IMAGE, kind=path, choices=_IMAGE, short="i"),
    BOARD.but("ask this board too; emulated unless --port is given"),
    *MADE,
    Option("png", "file to write what the network sees to", kind=output),
    *LINE,
)
def predict(c: Context, given: Given) -> None:
    """Show what the network sees of a file, and what float, int8 and a board answer."""
    from codegen.errors import CodegenError
    from pipeline import beforehand, stages
    from training.data import drawing
    from training.judge import predict as room

    chosen = choice(c, given)
    stages.require_data(chosen, "predict")
    asks_board = given.board is not None or given.port is not None
    if asks_board:
        beforehand.require_device(chosen, given.port, given.baud)
    if given.image.is_dir():
        raise CodegenError(f"{given.image}: is a folder; give one file of it; choose {_IMAGE}")
    if not given.image.is_file():
        raise CodegenError(f"{given.image}: no such file")
    stages.data(chosen)
    # what is no sample is refused before anything is trained
    samples = room.prepared(chosen.build_dir, given.image)
    if given.png and samples.info.kind != "image":
        raise CodegenError(f"--png {given.png}: the data are {samples.info}, no images")
    stages.quantize(chosen)
    stages.familiarity(chosen)
    prediction = room.predict(chosen.build_dir, given.image)
    if samples.info.kind == "image":
        pixels = samples.values[0]
        if pixels.ndim == 2:
            print(drawing.as_text(pixels))
        if given.png:
            room.write_picture(given.png, pixels)
    print(room.table(prediction))
    if not asks_board:
        return
    from harness.run import one_input

    stages.build(chosen)
    wrong = one_input.mismatches(
        *(chosen.board_id, chosen.build_dir, prediction.samples), port=given.port, baud=given.baud
    )
    if wrong:
        raise Exit(
            f"error: {chosen.board_id} answers otherwise: {samples.info.noun} {wrong[0]}; "
            "`invoke diff` names the op",
            code=1,
        )
    print(f"predict: {chosen.board_id} answers as int8, bit for bit")


@verb(
    Option("stage", "train, frozen or tflite", choices="train, frozen or tflite"),
    *MADE,
    Option(
        "tensorboard",
        "start TensorBoard on the graph; Ctrl-C ends it",
        kind=bool,
        default=False,
    ),
)
def view(c: Context, given: Given) -> None:
    """List the graph of a stage and write it for TensorBoard and Netron."""
    from pipeline import stages

    folder = stages.graph(choice(c, given), given.stage)
    if given.tensorboard:
        command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder)]
        run_shown(command, "TensorBoard")


@verb(
    *IMAGE,
    Option(
        "margin",
        "percentage points of int8 accuracy that may be lost; 0.1 by default",
        kind=float,
        least=0,
    ),
    Option(
        "recall_margin",
        "percentage points of any class's recall that may be lost; 1 by default",
        kind=float,
        least=0,
    ),
)
def bless(c: Context, given: Given) -> None:
    """Make the model the one that is deployed, if it is no worse than that one and fits.

    `flash --blessed` deploys it. The decision stands in `build/blessed.jsonl`.
    """
    from pipeline import stages

    chosen = choice(c, given)
    stages.require_data(chosen, "bless")
    for line in stages.bless(chosen, given.margin, given.recall_margin):
        print(line)


@verb(
    Option("compare", "two runs, by the beginnings of their ids: what differs, 1a2b3c4d,5e6f7a8b")
)
def runs(c: Context, given: Given) -> None:
    """List every evaluated model that MLflow recorded, or compare two."""
    from codegen.files.places import BUILD
    from training.judge import lineage

    print(lineage.comparison(BUILD, given.compare) if given.compare else lineage.table(BUILD))
