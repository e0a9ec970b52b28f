"""The verbs: `invoke --list`, `invoke --help VERB`.

Thin: each takes its options, asks stages.py for what has to be there first, and calls one
function of one room. Errors become one line and an exit code here and nowhere else: 0 fine,
1 a check failed, 2 bad input, 3 something is missing on this machine.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from invoke import Collection, Context, Exit, ParseError, Program, task

if TYPE_CHECKING:
    from codegen.boards.facts import Board

ROOT = Path(__file__).resolve().parent
INTERRUPTED = 130  # 128 + SIGINT, as a shell says it
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # in a temporary folder, a tool's file, ...
_Number = TypeVar("_Number", int, float)

_COMMON = {
    "board": "board id, see `invoke boards`",
    "recipe": "network and training, one of training/recipes",
    "model": "a .tflite, .keras, .h5 or SavedModel of your own, in place of training",
    "tflm_lib": "folder or PlatformIO library with upstream TFLM, in place of our own runtime",
    "data": "images: auto, keras, fashion, sample, a folder with the four MNIST files, or one "
    "with a folder of PNG or JPEG files for each class",
    "seed": "of the training's random numbers",
    "optimizer": "one of the recipe's (docs/models.md), by default its first",
}
_PORT = {
    "port": "serial port or URL of a real board; without it an emulated board is booted",
    "baud": "baud rate, if not the board's own",
}


@contextlib.contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turns a room's error into one line on stderr and its exit code."""
    try:
        yield
    except KeyboardInterrupt:
        raise Exit("interrupted", code=INTERRUPTED) from None
    except BrokenPipeError:
        # whoever read our output has gone; nothing more can be said, at exit neither
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Exit(code=1) from None
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        where = f" {error.filename}" if error.filename else ""
        raise Exit(
            f"error: cannot write{where}: {error.strerror}; free space, then run it again", code=2
        ) from None
    except Exception as error:
        exit_code = getattr(error, "exit_code", None)
        if not isinstance(exit_code, int):
            raise
        raise Exit(f"error: {error}", code=exit_code) from None


def verb(help: dict[str, str] | None = None, **options: Any) -> Callable[[Any], Any]:
    """A task with the common options' help and errors of one line."""

    def wrap(body: Callable[..., None]) -> Any:
        numbers = _number_options(body)

        @functools.wraps(body)
        def guarded(*args: Any, **kwargs: Any) -> None:
            with _one_line_errors():
                for name, kind in numbers.items():
                    if kwargs.get(name) is not None:
                        kwargs[name] = _as(name, kwargs[name], kind)
                body(*args, **kwargs)

        guarded.__signature__ = _as_text(body, numbers)  # type: ignore[attr-defined]
        names = body.__code__.co_varnames[: body.__code__.co_argcount]
        known = {name: text for name, text in (_COMMON | _PORT).items() if name in names}
        return task(help=known | (help or {}), **options)(guarded)

    return wrap


def _number_options(body: Callable[..., None]) -> dict[str, type[int] | type[float]]:
    """The options that are numbers, by their annotations."""
    kinds: dict[Any, type[int] | type[float]] = {}
    for kind in (int, float):
        kinds |= {kind: kind, kind | None: kind}
    hints = get_type_hints(body)
    return {name: kinds[hint] for name, hint in hints.items() if hint in kinds}


def _as_text(body: Callable[..., None], numbers: Iterable[str]) -> inspect.Signature:
    """What Invoke is shown of a verb: numbers as text, which it would turn into a traceback if
    they were none."""
    signature = inspect.signature(body)
    shown = [
        one.replace(default=str(one.default))
        if one.name in numbers and one.default is not None
        else one
        for one in signature.parameters.values()
    ]
    return signature.replace(parameters=shown)


_parse_tasks = Program.parse_tasks


def _parse_tasks_or_exit_2(program: Program) -> None:
    """An option or verb that does not exist is bad input too; Invoke would exit with 1. So is an
    option that has lost its value, such as an empty variable of a script."""
    try:
        _parse_tasks(program)
    except ParseError as error:
        raise Exit(f"error: {error}", code=2) from None
    for context in program.tasks:
        for flag, argument in context.flags.items():
            # Invoke takes an option that may be repeated without a value for none at all.
            if argument.kind is list and flag in program.argv and not all(argument.value or [""]):
                raise Exit(f"error: {flag} needs a value", code=2)


Program.parse_tasks = _parse_tasks_or_exit_2  # type: ignore[assignment]


def _choice(c: Context, options: dict[str, Any]) -> Any:
    """The checked stages.Choice of a command line, with invoke.yaml's defaults."""
    from pipeline import stages

    defaults = c.config.mcuforge

    def value(name: str) -> Any:
        given = options.get(name)
        return defaults[name] if given is None else given

    model = value("model")
    choice = stages.Choice(
        board_id=value("board"),
        recipe=value("recipe"),
        data=value("data"),
        model=Path(model) if model else None,
        seed=_as("seed", value("seed"), int),
        optimizer=value("optimizer"),
        resume=bool(options.get("resume")),
        calibration=_as("calibration", value("calibration"), int),
        preset=value("preset"),
        sanitize=bool(options.get("sanitize")),
        tflm_lib=value("tflm_lib"),
        self_test=bool(options.get("self_test") or defaults["self_test"]),
        force=frozenset((options.get("force") or "").split()),
        verbose=bool(options.get("verbose")),
    )
    stages.check(choice)
    return choice


# ---------------------------------------------------------------- stages

_FORCE = {"force": "run it although nothing has changed"}


@verb(help={**_FORCE, "resume": "go on with a training that was interrupted"})
def train(
    c: Context,
    recipe: str | None = None,
    data: str | None = None,
    seed: int | None = None,
    optimizer: str | None = None,
    resume: bool = False,
    force: bool = False,
) -> None:
    """Train the float model of a recipe."""
    from pipeline import stages

    options = {
        "recipe": recipe,
        "data": data,
        "seed": seed,
        "optimizer": optimizer,
        "resume": resume,
        "force": "train" if force else "",
    }
    stages.train(_choice(c, options))


@verb(help={"seeds": "whole numbers separated by commas; 1,2,3 by default"})
def seeds(
    c: Context,
    recipe: str | None = None,
    data: str | None = None,
    optimizer: str | None = None,
    seeds: str = "1,2,3",
) -> None:
    """Train a recipe once for each seed; show each one's accuracy, mean and spread."""
    from pipeline import stages

    options = {"recipe": recipe, "data": data, "optimizer": optimizer}
    print(stages.seeds(_choice(c, options), [_as("seeds", one, int) for one in seeds.split(",")]))


@verb(
    help={
        **_FORCE,
        "calibration": "training digits that the ranges are taken from",
        "mode": "int8, or to compare: another of the converter's (docs/models.md), or `all`",
        "preset": "of the converter's optimizations: default, size, latency or sparsity",
        "layers": "show each op's quantization error",
    }
)
def quantize(
    c: Context,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    seed: int | None = None,
    optimizer: str | None = None,
    calibration: int | None = None,
    mode: str = "int8",
    preset: str | None = None,
    layers: bool = False,
    force: bool = False,
) -> None:
    """Make the int8 .tflite and measure it on the test digits; compare other quantizations."""
    from pipeline import stages

    options = {
        "recipe": recipe,
        "data": data,
        "model": model,
        "seed": seed,
        "optimizer": optimizer,
        "calibration": calibration,
        "preset": preset,
        "force": "quantize evaluate" if force else "",
    }
    choice = _choice(c, options)
    if mode == "int8":
        stages.evaluate(choice)
    else:
        print(stages.compare_modes(choice, mode))
    if layers:
        print(stages.layer_errors(choice))


@verb(
    help={
        **_FORCE,
        "method": "qat, prune, prune-channels, cluster, pcqat (prune, cluster and qat), or `all`",
        "sparsity": "share of weights, or of channels, that goes; 0.5 by default",
        "schedule": "how pruning gets there: polynomial (default) or constant",
        "clusters": "distinct weights a layer keeps; 16 by default",
        "epochs": "of fine-tuning, for each step of the method; 4 by default",
    }
)
def compress(
    c: Context,
    method: str,
    recipe: str | None = None,
    data: str | None = None,
    sparsity: float | None = None,
    schedule: str | None = None,
    clusters: int | None = None,
    epochs: int | None = None,
    seed: int | None = None,
    force: bool = False,
) -> None:
    """Make the trained model smaller by fine-tuning; compare size and accuracy before and after."""
    from pipeline import stages

    given = {
        "sparsity": sparsity,
        "schedule": schedule,
        "clusters": clusters,
        "epochs": epochs,
    }
    options = {"recipe": recipe, "data": data, "seed": seed, "force": "compress" if force else ""}
    print(stages.compress(_choice(c, options), method, given))


@verb(help=_FORCE)
def generate(
    c: Context,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    force: bool = False,
) -> None:
    """Write the C++ sources of the model: array, op resolver, arena size, model info."""
    from pipeline import stages

    options = {"recipe": recipe, "data": data, "model": model, "force": "generate" if force else ""}
    stages.generate(_choice(c, options))


@verb(
    help={
        **_FORCE,
        "sanitize": "with AddressSanitizer and UndefinedBehaviorSanitizer (host only)",
        "self_test": "the image tests itself at each boot and prints the result (docs/testing.md)",
        "verbose": "show PlatformIO's output",
    }
)
def build(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    tflm_lib: str | None = None,
    sanitize: bool = False,
    self_test: bool = False,
    verbose: bool = False,
    force: bool = False,
) -> None:
    """Build the firmware with PlatformIO."""
    from pipeline import stages

    options = {
        "board": board,
        "recipe": recipe,
        "data": data,
        "model": model,
        "tflm_lib": tflm_lib,
        "sanitize": sanitize,
        "self_test": self_test,
        "verbose": verbose,
        "force": "build" if force else "",
    }
    stages.build(_choice(c, options))


@verb(
    help={
        "margin": "percentage points of int8 accuracy that may be lost; 0.1 by default",
        "recall_margin": "percentage points of any class's recall that may be lost; 1 by default",
    }
)
def bless(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    margin: float | None = None,
    recall_margin: float | None = None,
) -> None:
    """Make the model the one that is deployed, if it is no worse than that one and fits."""
    from pipeline import stages

    choice = _choice(c, {"board": board, "recipe": recipe, "data": data, "model": model})
    for line in stages.bless(choice, margin, recall_margin):
        print(line)


@verb(help={"compare": "two runs, by the beginnings of their ids: what differs, 1a2b3c4d,5e6f7a8b"})
def runs(c: Context, compare: str | None = None) -> None:
    """List every evaluated model that MLflow recorded, or compare two."""
    from training.judge import lineage

    store = ROOT / "build"
    print(lineage.comparison(store, compare) if compare else lineage.table(store))


# ---------------------------------------------------------------- the board


@verb(
    help={
        "blessed": "the model that `invoke bless` accepted last",
        "protocol": "one of the board's, see `invoke boards`; by default its first",
        "serial": "serial number of the probe or board, where several are connected",
        "remote": "host:port of a gdb server, for --protocol gdb",
    }
)
def flash(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    tflm_lib: str | None = None,
    protocol: str | None = None,
    serial: str | None = None,
    remote: str | None = None,
    port: str | None = None,
    baud: int | None = None,
    blessed: bool = False,
) -> None:
    """Put the image on the board and compare what answers; an emulated board is booted with it."""
    from codegen.boards.facts import load_board
    from codegen.errors import CodegenError
    from harness.rig import flash as room
    from pipeline import stages

    if blessed:
        if model or recipe:
            raise CodegenError("flash --blessed: names the model itself; leave the other one out")
        model = str(stages.blessed_model())
    choice = _choice(
        c, {"board": board, "recipe": recipe, "data": data, "model": model, "tflm_lib": tflm_lib}
    )
    room.choose(load_board(choice.board_id), protocol)  # refused before anything is built
    stages.build(choice)
    room.flash(
        choice.board_id,
        choice.build_dir,
        protocol=protocol,
        serial=serial,
        remote=remote,
        port=port,
        baud=baud,
    )


@verb(
    help={
        "remote": "host:port of a real board's gdb server; without it the emulator is debugged",
        "serve": "start the emulator's gdb stub only, for an editor",
        "gdb_port": "port of the stub, 0 for any that is free",
    }
)
def debug(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    remote: str | None = None,
    serve: bool = False,
    gdb_port: int = 0,
) -> None:
    """Open gdb on the emulator or a probe, with the image's symbols, stopped at main."""
    from harness.rig import debug as room
    from pipeline import stages

    choice = _choice(c, {"board": board, "recipe": recipe, "data": data, "model": model})
    stages.build(choice)
    room.run(choice.board_id, choice.build_dir, remote=remote, serve=serve, gdb_port=gdb_port)


@verb(
    help={
        "symbols": "how many of the largest symbols to show",
        "json": "file to write all rooms and symbols to",
        "svg": "treemap to write",
        "check": "fail where the image is more than 2 % above its budget in budgets.toml",
        "set_budget": "write what the image takes now into budgets.toml",
    }
)
def size(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    tflm_lib: str | None = None,
    symbols: int = 20,
    json: str | None = None,
    svg: str | None = None,
    check: bool = False,
    set_budget: bool = False,
) -> None:
    """Show where flash and RAM go, by room and by symbol, and hold them to the budget."""
    from codegen.image import size_report
    from codegen.image.firmware_build import image_dir
    from pipeline import stages

    choice = _choice(
        c, {"board": board, "recipe": recipe, "data": data, "model": model, "tflm_lib": tflm_lib}
    )
    stages.build(choice)
    size_report.run(
        image_dir(choice.board, choice.build_dir),
        choice.board_id,
        choice.name,
        symbols=symbols,
        json_path=Path(json) if json else None,
        svg_path=Path(svg) if svg else None,
        check=check,
        write_budget=set_budget,
    )


@verb()
def emulate(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
) -> None:
    """Boot the image in the emulator and say where its serial line is; Ctrl-C ends it."""
    from harness.rig import link
    from pipeline import stages

    choice = _choice(c, {"board": board, "recipe": recipe, "data": data, "model": model})
    stages.build(choice)
    link.emulate(choice.board_id, choice.build_dir)


@verb()
def monitor(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    port: str | None = None,
    baud: int | None = None,
) -> None:
    """Show what comes over the serial line, frames decoded; Ctrl-C ends it."""
    from harness.rig import monitor as room
    from pipeline import stages

    choice = _choice(c, {"board": board, "recipe": recipe, "data": data, "model": model})
    if port is None:
        stages.build(choice)
    room.run(choice.board_id, choice.build_dir, port=port, baud=baud)


@verb(
    help={
        "port": "serial port of the board",
        "listen": "HOST:PORT to listen at; beyond this machine it needs MCUFORGE_TOKEN",
    }
)
def serve(c: Context, port: str, listen: str | None = None) -> None:
    """Let other programs and machines use a board's port (RFC 2217); Ctrl-C ends it."""
    from harness.rig import serve as room

    room.run(port, listen or room.DEFAULT_LISTEN)


@verb(
    help={
        "board": "board id; `all` that run here, or several separated by commas: one table",
        "port": "serial port or URL of a board; given several times, the boards share the digits",
        "baud": "baud rate, if not the board's own; `auto`: the highest that works",
        "count": "how many test digits to send, or `all`",
        "json": "file to write the report to, of several boards the list of reports",
        "trace": "print every frame",
        "fault": "damage on the line, as 'flip=1e-4,drop=1e-4,dup=1e-5,insert=1e-5,split,"
        "stall=50ms,cut=20s'",
        "seed": "of the damage",
        "resume": "go on where the last run of this board stopped",
    },
    iterable=["port"],
)
def hil(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    tflm_lib: str | None = None,
    count: str | None = None,
    json: str | None = None,
    port: Sequence[str] | None = None,
    baud: str | None = None,
    trace: bool = False,
    fault: str = "",
    seed: int = 1,
    resume: bool = False,
) -> None:
    """Send test digits to the board and compare every answer with the oracle, bit for bit."""
    from harness.errors import HarnessError
    from harness.run import hil as room
    from harness.run import matrix
    from pipeline import stages

    options = {"board": board, "recipe": recipe, "data": data, "model": model, "tflm_lib": tflm_lib}
    digits = str(c.config.mcuforge.count if count is None else count)
    json_path = Path(json) if json else None
    if board is not None and matrix.names_several(board):
        if port or baud is not None or trace or fault or resume:
            raise HarnessError(f"--board {board}: several boards take --count and --json only")
        boards = matrix.choose_boards(board)

        def prepare(board_id: str) -> Path:
            choice = _choice(c, {**options, "board": board_id})
            stages.build(choice)
            return choice.build_dir

        stages.evaluate(_choice(c, {**options, "board": boards[0].id}))
        outcomes = matrix.run(boards, prepare, count=digits, json_path=json_path)
        if not all(outcome.passed for outcome in outcomes):
            raise Exit(code=1)
        return
    choice = _choice(c, options)
    stages.evaluate(choice)
    stages.build(choice)
    report = room.run(
        choice.board_id,
        choice.build_dir,
        count=digits,
        ports=port or (),
        baud=baud,
        json_path=json_path,
        trace=trace,
        fault=fault,
        seed=seed,
        resume=resume,
    )
    if not report.passed:
        raise Exit(code=1)


@verb(
    help={
        "digit": "index of the test digit, as hil names it; fixed random values by default",
    }
)
def diff(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    digit: int | None = None,
    port: str | None = None,
    baud: int | None = None,
) -> None:
    """Name the first op whose output on the board is not the oracle's."""
    from harness.run import op_diff as room
    from pipeline import stages

    choice = _choice(c, {"board": board, "recipe": recipe, "data": data, "model": model})
    if digit is not None:
        stages.evaluate(choice)
    stages.build(choice)
    arguments = (choice.board_id, choice.build_dir)
    if room.run(*arguments, digit=digit, port=port, baud=baud) is not None:
        raise Exit(code=1)


@verb(
    help={
        "count": "test digits in the stream",
        "hold": "frames for which each digit is shown",
        "frames": "of which the device takes the mean, 1 to 16",
        "threshold": "least mean of a detection, in the model's own numbers: a probability",
        "refractory": "frames without a detection after each one",
    }
)
def stream(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    count: int = 20,
    hold: int = 8,
    frames: int = 4,
    threshold: float = 0.6,
    refractory: int = 7,
    port: str | None = None,
    baud: int | None = None,
) -> None:
    """Show the board a stream of digits, whose scores it smooths over time; check each frame."""
    from harness.run import stream as room
    from pipeline import stages

    choice = _choice(c, {"board": board, "recipe": recipe, "data": data, "model": model})
    settings = room.Settings(
        count=count,
        hold=hold,
        frames=frames,
        threshold=threshold,
        refractory=refractory,
    )
    stages.evaluate(choice)
    stages.build(choice)
    report = room.run(choice.board_id, choice.build_dir, settings, port=port, baud=baud)
    if report.mismatches:
        raise Exit(code=1)


# ---------------------------------------------------------------- what a model costs


@verb(help={"json": "file to write the table to"})
def profile(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    tflm_lib: str | None = None,
    json: str | None = None,
    port: str | None = None,
    baud: int | None = None,
) -> None:
    """Show what each op of the model costs on the board: MACs, instructions, share."""
    from harness.run import op_profile as room
    from pipeline import stages

    choice = _choice(
        c, {"board": board, "recipe": recipe, "data": data, "model": model, "tflm_lib": tflm_lib}
    )
    stages.build(choice)
    room.run(
        choice.board_id,
        choice.build_dir,
        port=port,
        baud=baud,
        json_path=Path(json) if json else None,
    )


_MODELS = "`all` (../shared/models), or their names or paths, separated by commas"


@verb(
    help={
        "board": "`all` (one of each core that QEMU emulates), or ids separated by commas",
        "model": _MODELS,
        "json": "file to write the list of measurements and ratios to",
        "profile": "show each op: shape, MACs, instructions, share",
        "markdown": "document whose marked part takes the tables, such as docs/performance.md",
    }
)
def bench(
    c: Context,
    board: str = "all",
    model: str = "all",
    json: str | None = None,
    profile: bool = False,
    markdown: str | None = None,
) -> None:
    """Count instructions, flash, arena and stack in QEMU and compare with TFLM + CMSIS-NN."""
    from verification.bench import measure, performance_page, report

    if markdown:
        performance_page.read_marked(Path(markdown))  # before minutes of measuring
    rows = report.run(board, model, Path(json) if json else None, profile)
    if markdown:
        performance_page.update(Path(markdown), rows, measure.find_boards(board))
    if any(row.mismatches for row in rows):
        raise Exit(code=1)


@verb(help={"isa": "scalar, dsp or mve; the board's own by default", "svg": "picture to write"})
def plan(
    c: Context,
    model: str,
    isa: str | None = None,
    board: str | None = None,
    svg: str | None = None,
) -> None:
    """Show where in the arena each tensor of a model lies and when it is alive."""
    from codegen.boards.facts import load_board
    from codegen.memory import arena_picture

    path = Path(model)
    isa = isa or load_board(board or c.config.mcuforge.board).isa
    picture = Path(svg) if svg else ROOT / "build" / path.stem / f"plan-{isa}.svg"
    print(arena_picture.show_plan(path, isa, picture), end="")


@verb(help={"model": "a .tflite, a .keras file or a SavedModel's folder; need not be trained"})
def preflight(c: Context, model: str, board: str | None = None) -> None:
    """Say before any training whether a model fits a board, and what it will cost there."""
    from codegen.boards.facts import load_board
    from codegen.cost import preflight as room
    from codegen.model.tflite import Model

    chosen = load_board(board or c.config.mcuforge.board)
    path = Path(model)
    if room.is_tflite(path):
        parsed = Model.read(path)
    else:
        from training.int8.untrained import convert_untrained

        parsed = Model.parse(convert_untrained(path))
    room.run(parsed, path.name, chosen)


@verb(
    help={
        "count": "random models for each op that takes time",
        "model": _MODELS,
        "core": "cores to measure, separated by commas; all by default",
    }
)
def costs(c: Context, model: str = "all", count: int = 200, core: str | None = None) -> None:
    """Measure every kernel again and fit the cost table that preflight estimates with."""
    from verification.bench import cost_fit as room
    from verification.bench import measure
    from verification.cases.cost import COST_CASES
    from verification.cases.registry import CASES

    cores = core.split(",") if core else room.CORES
    room.refit({**CASES, **COST_CASES}, measure.find_models(model), count, cores=cores)


@verb(
    help={
        "count": "random models in all",
        "seed": "of the first model; the next has the next number",
        "board": "boards or cores such as cortex-m55, separated by commas; host by default",
        "op": "only this op's models",
    }
)
def golden(
    c: Context, count: int = 2000, seed: int = 1, board: str = "host", op: str | None = None
) -> None:
    """Compare random models with the TFLM oracle, byte for byte, on the host and on real cores."""
    from verification.cases.registry import CASES
    from verification.golden import run_golden

    report = run_golden(CASES, count, seed, boards=board.split(","), op=op, say=print)
    for failure in report.failures:
        print(failure)
    if not report.passed:
        raise Exit(code=1)
    print(f"golden: {dict(report.cases)} models, 0 mismatches, {report.seconds:.0f} s")


@verb(
    help={
        "count": "mutated models, or streams, to run",
        "seed": "of the first mutation",
        "frames": "streams of bytes through the frame decoder, in place of models",
    }
)
def fuzz(c: Context, count: int = 200_000, seed: int = 1, frames: bool = False) -> None:
    """Run mutated models through the runtime under ASan and UBSan; finds go to build/fuzz/."""
    if frames:
        from verification.frame_fuzz import run_frame_fuzz

        accepted = run_frame_fuzz(count, seed)
        print(f"fuzz: {count} streams, {accepted} frames accepted, 0 finds")
        return
    from verification.cases.fuzz_bases import base_models
    from verification.fuzz import run_fuzz

    report = run_fuzz(base_models(), count, seed, finds_dir=ROOT / "build" / "fuzz", say=print)
    if not report.passed:
        raise Exit(code=1)
    print(f"fuzz: {report.executions} executions, {report.accepted} models accepted, 0 finds")


# ---------------------------------------------------------------- what a model does


@verb(name="data")
def data_(
    c: Context, recipe: str | None = None, data: str | None = None, model: str | None = None
) -> None:
    """Read the images and show what is in the splits: counts, levels, classes, leakage, skew."""
    from pipeline import stages

    print(stages.data_statistics(_choice(c, {"recipe": recipe, "data": data, "model": model})))


@verb(
    help={
        "board": "show only this board's last hil run; by default every board's",
        "robustness": "also measure accuracy under shift, noise, blur and contrast",
    }
)
def evaluate(
    c: Context,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    robustness: bool = False,
) -> None:
    """Judge float, int8 and recorded boards side by side: evaluate.json, evaluate.html."""
    from harness.run import recorded
    from pipeline import stages

    choice = _choice(c, {"board": board, "recipe": recipe, "data": data, "model": model})
    stages.evaluate(choice)
    print(stages.evaluation(choice, recorded.latest_scores(choice.build_dir, board), robustness))


@verb(
    help={
        "image": "a photo, scan or drawing of one digit, or an image like those of --data",
        "board": "ask this board too; emulated unless --port is given",
        "png": "file to write what the network sees to",
    }
)
def predict(
    c: Context,
    image: str,
    board: str | None = None,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    png: str | None = None,
    port: str | None = None,
    baud: int | None = None,
) -> None:
    """Show what the network sees of a picture, and what float, int8 and a board answer."""
    from pipeline import stages
    from training.data import drawing
    from training.judge import predict as room

    choice = _choice(c, {"board": board, "recipe": recipe, "data": data, "model": model})
    drawing.read_grey(Path(image))  # what is no picture is refused before any work,
    stages.data(choice)
    room.prepared(choice.build_dir, Path(image))  # an empty one before anything is trained
    stages.quantize(choice)
    prediction = room.predict(choice.build_dir, Path(image))
    print(drawing.as_text(prediction.pixels))
    if png:
        room.write_picture(Path(png), prediction.pixels)
    agrees = True
    if board is not None or port is not None:
        from harness.run import one_input

        stages.build(choice)
        answer = one_input.infer(
            choice.board_id, choice.build_dir, prediction.pixels, port=port, baud=baud
        )
        room.with_device(choice.build_dir, prediction, choice.board_id, answer.scores)
        agrees = answer.scores.tolist() == prediction.scores.tolist()
    print(room.table(prediction))
    if not agrees:
        raise Exit(
            f"error: {choice.board_id} answers {answer.scores.tolist()}, the oracle "
            f"{prediction.scores.tolist()}; `invoke diff` names the op",
            code=1,
        )


@verb(
    help={
        "stage": "train, frozen or tflite",
        "tensorboard": "start TensorBoard on the graph; Ctrl-C ends it",
    }
)
def view(
    c: Context,
    stage: str,
    recipe: str | None = None,
    data: str | None = None,
    model: str | None = None,
    tensorboard: bool = False,
) -> None:
    """List the graph of a stage and write it for TensorBoard and Netron."""
    from pipeline import stages

    choice = _choice(c, {"recipe": recipe, "data": data, "model": model})
    folder = stages.graph(choice, stage)
    if tensorboard:
        _run([sys.executable, "-m", "tensorboard.main", "--logdir", str(folder)], "TensorBoard")


# ---------------------------------------------------------------- the project


@verb(
    name="test",
    help={
        "only": "one of unit, golden, training, emulated, hardware (without lint), compression",
        "args": "further arguments for pytest, as one text",
        "port": "serial port of a real board: runs the hardware tests on it",
    },
)
def test_(
    c: Context,
    board: str | None = None,
    data: str | None = None,
    only: str | None = None,
    port: str | None = None,
    args: str = "",
) -> None:
    """Lint, then the tests: unit to emulated, and hardware with --port."""
    import shlex

    from codegen.boards.facts import boards_built_here
    from codegen.errors import CodegenError
    from pipeline import stages
    from tests.suites import ON_REQUEST, SUITES, run

    if only is not None and only not in SUITES + ON_REQUEST:
        known = ", ".join(SUITES + ON_REQUEST)
        raise CodegenError(f"no test suite {only!r}; known: {known}")
    suites = [only] if only else list(SUITES)
    if not only:
        _lint()

    def make_images() -> None:
        """A model and its images, made as `hil` makes them."""
        if suites == ["hardware"] and not port:
            return  # all are skipped, with the reason
        tested = [board or c.config.mcuforge.board]
        if "emulated" in suites:
            tested = [*tested, *(board.id for board in boards_built_here())]
        for board_id in dict.fromkeys(tested):
            choice = _choice(c, {"board": board_id, "data": data})
            stages.evaluate(choice)
            stages.build(choice)

    options = [f"--port={port}"] if port else []
    options += [f"--board={board}"] if board else []
    # A real board is there only once.
    passed = run(suites, make_images, [*options, *shlex.split(args)], "0" if port else "auto")
    if not passed:
        raise Exit("error: tests failed; their messages are above", code=1)


@verb()
def lint(c: Context) -> None:
    """Check style and types: ruff, mypy, clang-format."""
    _lint()


def _runs_here(board: Board) -> str:
    """The last word on a board in the table of `invoke boards`."""
    if board.emulator is not None:
        return {"qemu": "in QEMU", "process": "as a process"}[board.emulator.kind]
    return {"built": "built only", "registry": "built from PlatformIO's registry"}[board.status]


@verb(help={"connected": "list the USB serial ports and which board each may be"})
def boards(c: Context, connected: bool = False) -> None:
    """List the boards."""
    from rich.console import Console
    from rich.table import Table

    from codegen.boards.facts import list_boards
    from harness.rig import flash as flash_room
    from harness.rig import ports

    if connected:
        ports.print_connected(Console(width=200))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("board", "name", "core", "isa", "flash", "ram", "runs here", "upload"):
        table.add_column(title, justify="right" if title in ("flash", "ram") else "left")
    for board in list_boards():
        table.add_row(
            board.id,
            board.name,
            board.core,
            board.isa,
            _kib(board.flash_bytes),
            _kib(board.ram_bytes),
            _runs_here(board),
            ", ".join(flash_room.protocols(board)),
        )
    # never folded: a terminal that is too narrow folds it itself, a pipe gets whole lines
    Console(width=200).print(table)


@verb()
def doctor(c: Context) -> None:
    """Check this machine for everything that mcuforge needs, and say what to do."""
    from pipeline import machine as room

    if not room.report(room.examine()):
        raise Exit(code=3)


@verb(help={"everything": "all that was ever made, not only this recipe's or model's folder"})
def clean(
    c: Context, recipe: str | None = None, model: str | None = None, everything: bool = False
) -> None:
    """Remove what the stages made."""
    from pipeline import stages

    options = {"recipe": recipe, "model": model}
    stages.clean(_choice(c, options), everything)


def _lint() -> None:
    python_files = ["ruff", "check", "."], ["ruff", "format", "--check", "."]
    cpp = [
        str(path.relative_to(ROOT))
        for folder in ("firmware", "codegen", "tests")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".h", ".cc") and "generated" not in path.parts
    ]
    python = [sys.executable, "-m"]
    # The wheel has the program only, not a module to run.
    clang_format = str(Path(sys.executable).with_name("clang-format"))
    for command in (*python_files, ["mypy"]):
        _run([*python, *command], command[0])
    _run([clang_format, "--dry-run", "-Werror", *cpp], "clang-format")


def _run(command: Sequence[str], what: str) -> None:
    """Runs a program with our output; a failure becomes exit code 1."""
    print(f"--- {what}", flush=True)
    result = subprocess.run(command, cwd=ROOT, check=False)
    if result.returncode < 0 or result.returncode == INTERRUPTED:
        raise Exit(code=INTERRUPTED)
    if result.returncode != 0:
        raise Exit(f"error: {what} failed; its messages are above", code=1)


def _as(option: str, value: object, kind: type[_Number]) -> _Number:
    from codegen.errors import CodegenError

    try:
        return kind(str(value))
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise CodegenError(f"--{option.replace('_', '-')} {value}: give {what}") from None


def _kib(size: int) -> str:
    return f"{size // 1024} KB" if size else "-"


namespace = Collection(
    *(golden, fuzz),
    *(train, seeds, quantize, generate, build, flash, emulate, monitor, serve, hil),
    *(compress, bless, runs, data_, evaluate, predict, view),
    *(diff, stream, profile, debug, size, bench, plan, preflight, costs),
    *(test_, lint, boards, doctor, clean),
)
namespace.configure({"mcuforge": {}})
