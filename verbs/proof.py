"""Verbs that prove and measure the kernels without a wire: golden, fuzz, mutate, bench, costs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from invoke import Context, Exit

from codegen.engines import INTERPRETER
from verbs.choice import engine_of
from verbs.options import (
    BOARD,
    COUNT,
    CYCLES,
    ENGINE,
    JSON,
    MARKDOWN,
    MODELS,
    SEED,
    WORKERS,
    Option,
    once_each,
)
from verbs.shell import command
from verbs.verb import Given, verb


@contextlib.contextmanager
def _goes_on(name: str, given: Given) -> Iterator[None]:
    """Says after Ctrl-C how the rest of the seeds is run."""
    from verification.stopped import StoppedError

    try:
        yield
    except StoppedError as stopped:
        rest = given.count - stopped.done
        again = command(name, given, count=rest, seed=given.seed + stopped.done)
        print(f"{name}: {stopped.done:,} of {given.count:,} are done; `{again}` runs the rest")
        raise


@verb(
    COUNT.but("random models in all, 2000 by default; with --model, inputs, 10 a model"),
    SEED.but("of the first model; the next has the next number", default=1),
    BOARD.but(
        "boards or cores such as cortex-m55, separated by commas; host by default",
        default="host",
        carried=False,
    ),
    Option("op", "only this op's models"),
    MODELS.but(
        "your own in place of random ones: `all` (../shared/models), or their names or paths, "
        "separated by commas",
        default=None,
    ),
    ENGINE,
    WORKERS,
)
def golden(c: Context, given: Given) -> None:
    """Compare random models with the TFLM oracle, byte for byte, on the host and on real cores."""
    from codegen.errors import CodegenError
    from codegen.files.shared_models import find_models, those_that
    from verification.cases.registry import CASES
    from verification.golden import Generators, model_generators, read_runnable, run_golden

    if given.model and given.op:
        raise CodegenError("golden: --op draws models, --model names them; choose one")
    cases: Generators = CASES
    if given.model:
        paths = find_models(given.model)
        if given.model == "all":
            paths = those_that(read_runnable, paths, "golden", print)
        cases = model_generators(paths)
    given.count = given.count or (10 * len(cases) if given.model else 2000)

    boards = once_each("--board", given.board)
    with _goes_on("golden", given):
        report = run_golden(
            cases,
            given.count,
            given.seed,
            boards=boards,
            op=given.op,
            say=print,
            engine=given.engine or INTERPRETER,
            workers=given.workers,
        )
    if not report.passed:
        raise Exit(code=1)
    counts = ", ".join(f"{count:,} on {target}" for target, count in report.cases.items())
    print(f"golden: models: {counts}; 0 mismatches, {report.seconds:.0f} s")


@verb(
    COUNT.but("mutated models, or streams, to run", default=200_000),
    SEED.but("of the first mutation", default=1),
    Option(
        "frames",
        "streams of bytes through the frame decoder, in place of models",
        kind=bool,
        default=False,
    ),
    Option(
        "python",
        "the models through preflight, plan, generate and size, in place of the runtime",
        kind=bool,
        default=False,
    ),
    Option(
        "oracle",
        "the models through the runtime and TFLM, whose bytes must be the same",
        kind=bool,
        default=False,
    ),
    WORKERS,
)
def fuzz(c: Context, given: Given) -> None:
    """Run mutated models through the runtime under ASan and UBSan; finds go to build/fuzz/."""
    from codegen.errors import CodegenError

    if given.frames + given.python + given.oracle > 1:
        raise CodegenError("fuzz: choose one of --frames, --python and --oracle")
    if given.frames:
        from verification.frame_fuzz import run_frame_fuzz

        accepted = run_frame_fuzz(given.count, given.seed, given.workers)
        print(f"fuzz: {given.count} streams, {accepted} frames accepted, 0 finds")
        return
    from codegen.files.places import BUILD
    from verification.fuzz_bases import base_models

    if given.python:
        from verification.python_fuzz import run_python_fuzz as run
    elif given.oracle:
        from verification.differential import run_differential as run
    else:
        from verification.fuzz import run_fuzz as run
    with _goes_on("fuzz", given):
        report = run(
            *(base_models(), given.count, given.seed),
            finds_dir=BUILD / "fuzz",
            say=print,
            workers=given.workers,
        )
    for words, number in report.others.most_common():
        print(f"fuzz: {number:,} {words}")
    if not report.passed:
        raise Exit(code=1)
    print(f"fuzz: {report.executions} executions, {report.accepted} models accepted, 0 finds")


@verb(
    Option(
        "room",
        "a folder of Python, of firmware/lib, or src, such as codegen/memory or lib/nn",
        choices="a folder such as codegen/memory or lib/nn",
    ),
    COUNT.but("faults to try", default=20),
    SEED.but("of the draw", default=1),
    WORKERS,
)
def mutate(c: Context, given: Given) -> None:
    """Make small faults in a room, one at a time, and see whether its tests notice."""
    from verification.mutation.run import run_mutation

    report = run_mutation(given.room, given.count, given.seed, say=print, workers=given.workers)
    print(report)
    if not report.passed:
        raise Exit(code=1)


@verb(
    BOARD.but(
        "`all` (one of each core that QEMU emulates), or ids separated by commas",
        default="all",
        carried=False,
    ),
    MODELS,
    JSON.but("file to write the list of measurements and ratios to"),
    ENGINE,
    Option("profile", "show each op: shape, MACs, instructions, share", kind=bool, default=False),
    CYCLES,
    Option(
        "property",
        "look for cliffs in place of measuring models: random shapes and quantizations beside "
        "their neighbours",
        kind=bool,
        default=False,
    ),
    COUNT.but("with --property, shapes of each family", default=None),
    SEED.but("with --property, of the first shape; the next has the next number", default=None),
    MARKDOWN.but("document whose marked part takes the tables, such as docs/performance.md"),
    WORKERS,
)
def bench(c: Context, given: Given) -> None:
    """Count instructions, flash, arena and stack in QEMU and compare with TFLM + CMSIS-NN."""
    from codegen.errors import CodegenError
    from codegen.files.markdown import read_marked
    from verification.bench import measure, performance_page, report

    if given.property:
        _property(given)
        return
    if given.count is not None or given.seed is not None:
        raise CodegenError("bench: --count and --seed go with --property; leave them out")
    engine = given.engine or INTERPRETER
    if given.markdown:
        read_marked(given.markdown, performance_page.part(engine))  # before minutes of measuring
    once_each("--board", given.board)
    rows = report.run(
        *(given.board, given.model, given.json, given.profile),
        engine=engine,
        cycles=given.cycles,
        workers=given.workers,
    )
    if given.markdown:
        boards = measure.find_boards(given.board)
        performance_page.update(given.markdown, rows, boards, engine)
    if any(row.mismatches for row in rows):
        raise Exit(code=1)


def _property(given: Given) -> None:
    from codegen.errors import CodegenError
    from verification.bench import property_run as room

    others = (given.cycles, given.profile, given.markdown, given.engine, given.workers)
    if any(others) or given.model != "all":
        raise CodegenError("bench: --property takes --board, --count, --seed and --json only")
    boards = None if given.board == "all" else given.board
    once_each("--board", given.board)
    count = 8 if given.count is None else given.count
    seed = 1 if given.seed is None else given.seed
    steps = room.run(boards, count, seed, given.json)
    if any(step.is_cliff for step in steps):
        raise Exit(code=1)


@verb(
    BOARD.but("ids separated by commas; QEMU need not know them", carried=False),
    MODELS,
    ENGINE,
    JSON.but("file to write the list of cycles to, by op and by function"),
)
def cycles(c: Context, given: Given) -> None:
    """Predict the cycles of an inference: by op, by function, and what they are lost to.

    By op and function, with and without the board's flash: docs/cycles.md.
    """
    from verification.bench import cycles_page as room

    board = given.board or c.config.mcuforge.board
    once_each("--board", board)
    room.run(board, given.model, given.json, engine_of(c, given))


@verb(
    MODELS,
    COUNT.but("random models for each op that takes time", default=200),
    Option("core", "cores to measure, separated by commas; all by default"),
    Option(
        "classes",
        "pattern of the classes of ops to fit ('*/int16'), all by default; the others stay as they "
        "are in the table",
        default="*",
    ),
)
def costs(c: Context, given: Given) -> None:
    """Measure every kernel again and fit the cost table that preflight estimates with."""
    from codegen.files.shared_models import find_models, those_that
    from verification.bench import cost_fit as room
    from verification.bench.cost_cases import COST_CASES
    from verification.cases.registry import CASES

    cores = once_each("--core", given.core) if given.core else room.CORES
    room.check_request(cores, given.count)
    cases = {**CASES, **COST_CASES}
    paths = find_models(given.model)
    if given.model == "all":
        paths = those_that(room.read_runnable, paths, "costs", print)
    room.refit(cases, paths, given.count, cores=cores, classes=given.classes)
