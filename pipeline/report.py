"""`invoke report`: all that is known of a model and its boards in one HTML file, for a reader who
was not there. Each section says the command that repeats it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegen.aot.facts import engine_facts
from codegen.cost.op_rows import shape_text
from codegen.files import artifacts
from codegen.files.manifest import atomic_write
from codegen.files.places import COMMAND
from codegen.files.templates import fill
from codegen.files.version import program_commit, program_version
from codegen.image.breakdown import Breakdown, read_breakdown
from codegen.image.firmware_build import image_dir
from codegen.image.treemap import treemap
from codegen.memory.arena_picture import svg_picture
from codegen.model.op_work import op_work
from codegen.model.tflite import Model
from codegen.samples.facts import DataInfo
from harness.run.op_profile import OpProfile
from harness.run.recorded import latest_results
from pipeline import report_samples
from pipeline.choice import Choice
from pipeline.stage import shown
from training.int8 import layer_errors

_TEMPLATE = Path(__file__).with_name("templates") / "report.html.jinja"
_ROOMS_SHOWN = 14
_OF_NUMBERS = {"darkest": "least", "lightest": "largest"}  # the file has the words of images
_PREDICTED = {"cycles_0ws": "cycles, 0 wait states", "cycles_flash": "cycles, with flash"}
_BODY = re.compile(r"<body>\s*(<h1>.*?</h1>)?(.*)</body>", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """kind: table (header, rows; a number in a row is a share, drawn as a bar), pictures (rows of
    label and URL), svg, html (ours, as it is), or text. words: a table's columns besides the first
    that hold words, no numbers."""

    kind: str
    content: str = ""
    header: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    words: Sequence[int] = ()


@dataclass(frozen=True)
class Section:
    title: str
    blocks: list[Block]
    note: str = ""
    command: str = ""


@dataclass(frozen=True)
class Measured:
    """What was measured for the report. layers: what int8 costs each op, a row each. evaluation: a
    text, where evaluate.html does not judge the task. budget: lines, [] without one. cycles: a line
    of what is predicted, "" of a core without a table."""

    profile: OpProfile
    layers: Sequence[Sequence[str]] = ()
    evaluation: str = ""
    budget: list[str] = field(default_factory=list)
    cycles: str = ""


def write(choice: Choice, measured: Measured, path: Path) -> int:
    """Writes the page; its bytes. What is made of the folder's own files is read here.

    Raises CodegenError.
    """
    model = Model.read(choice.build_dir / artifacts.INT8_MODEL)
    size = read_breakdown(image_dir(choice.board, choice.build_dir), choice.board_id)
    sections = [
        section
        for section in (
            _data(choice, model),
            _training(choice),
            _evaluation(choice, measured),
            _quantization(choice, measured),
            _memory(choice, model),
            _flash(choice, size, measured),
            _costs(choice, model, measured),
            _boards(choice),
            _hashes(choice, model),
        )
        if section is not None
    ]
    commit = program_commit()
    page = fill(
        _TEMPLATE,
        {
            "title": f"{choice.name} on {choice.board_id}",
            "subtitle": f"{choice.board.name}, {choice.board.core}, {choice.board.isa} kernels; "
            f"mcuforge {program_version()}{f', commit {commit[:12]}' if commit else ''}",
            "cards": list(_cards(choice, model, size, measured.profile)),
            "sections": sections,
        },
        html=True,
    ).encode()
    atomic_write(path, page)
    return len(page)


def _command(verb: str, choice: Choice, board: bool = False) -> str:
    words = [COMMAND, *verb.split()]
    words += ["--model", shown(choice.model)] if choice.model else ["--recipe", choice.recipe]
    words += ["--data", shown(Path(choice.data))] if choice.data != "auto" else []
    return shlex.join([*words, *(["--board", choice.board_id] if board else [])])


def _cards(
    choice: Choice, model: Model, size: Breakdown, profile: OpProfile
) -> Iterator[tuple[str, str]]:
    metrics = _json(choice.build_dir / artifacts.METRICS)
    for who, one in metrics.get("measures", {}).items():
        name, value = next(iter(one.items()))
        if isinstance(value, (int, float)):
            shown = f"{value:.2%}" if name == "accuracy" else f"{value:.4g}"
            yield f"{name}, {who}", shown
    yield f"{profile.unit} an inference", f"{profile.total:,}"
    yield "flash", f"{size.flash_bytes:,} B"
    yield "RAM with stack", f"{size.ram_bytes:,} B"
    yield "model", f"{len(model.data):,} B"
    yield "MACs", f"{sum(op_work(model, op).macs for op in model.ops):,}"


def _data(choice: Choice, model: Model) -> Section | None:
    if not (choice.build_dir / artifacts.DATA_INFO).is_file():
        return None
    info = DataInfo.load(choice.build_dir)
    rows = [
        ("source", info.source),
        ("samples", f"{info.train_count:,} to train, {info.test_count:,} to test"),
        ("a sample", f"{info.dtype} {shape_text(info.shape)}, {info.kind}"),
        ("task", info.task),
        *((Path(name).name, digest) for name, digest in list(info.sha256.items())[:4]),
    ]
    blocks = [Block("table", header=("", ""), rows=rows, words=(1,))]
    statistics = _json(choice.build_dir / artifacts.STATISTICS)
    splits = [name for name in ("train", "test") if isinstance(statistics.get(name), dict)]
    if splits:
        names = [
            name
            for name, value in statistics[splits[0]].items()
            if isinstance(value, (int, float, str))
        ]
        table = [
            (
                name if info.kind == "image" else _OF_NUMBERS.get(name, name),
                *(_short(statistics[split].get(name, "")) for split in splits),
            )
            for name in names
        ]
        classes = statistics[splits[0]].get("classes", {})
        table += [
            (f"class {name}", *(str(statistics[s].get("classes", {}).get(name, 0)) for s in splits))
            for name in classes
        ]
        blocks.append(Block("table", header=("", *splits), rows=table))
    if info.kind == "table":
        header, first = report_samples.rows(choice.build_dir)
        blocks.append(Block("table", header=header, rows=first))
    else:
        blocks.append(Block("pictures", rows=report_samples.drawn(choice.build_dir, model)))
    return Section("Data", blocks, command=_command("data", choice))


def _training(choice: Choice) -> Section | None:
    path = choice.build_dir / artifacts.HISTORY_PLOT
    if choice.model is not None or not path.is_file():
        return None
    duration = _json(choice.build_dir / artifacts.DURATION)
    note = ", ".join(
        f"{name.replace('_', ' ')} {_short(value)}" for name, value in duration.items()
    )
    return Section("Training", [Block("svg", _inline(path.read_text()))], note,
                   _command("train", choice))  # fmt: skip


def _evaluation(choice: Choice, measured: Measured) -> Section | None:
    page = choice.build_dir / artifacts.REPORT_HTML
    command = _command("evaluate", choice)
    if measured.evaluation:
        return Section("Evaluation", [Block("text", measured.evaluation)], command=command)
    found = _BODY.search(page.read_text()) if page.is_file() else None
    if found is None:
        return None
    body = re.sub(r"(</?)h2>", r"\1h3>", found[2])
    return Section("Evaluation", [Block("html", body)], command=command)


def _quantization(choice: Choice, measured: Measured) -> Section | None:
    if not measured.layers:
        return None
    note = (
        "Signal to noise of each op's output: of its own rounding, and with all that came before; "
        "ops of less than 20 dB are marked."
    )
    blocks = [Block("table", header=layer_errors.HEADER, rows=measured.layers, words=(1,))]
    command = _command("quantize --layers", choice)
    return Section("What int8 costs, op by op", blocks, note, command)


def _memory(choice: Choice, model: Model) -> Section:
    plan = engine_facts(choice.engine).plan(model, choice.board.isa)
    note = f"Arena: {plan.arena_bytes:,} B. Each tensor over the ops in which it is alive."
    path = shown(choice.build_dir / artifacts.INT8_MODEL)
    return Section(
        "Memory over time", [Block("svg", _inline(svg_picture(model, plan)))], note,
        shlex.join([COMMAND, "plan", "--model", path, "--board", choice.board_id]),
    )  # fmt: skip


def _flash(choice: Choice, size: Breakdown, measured: Measured) -> Section:
    rows = [
        (room, f"{flash:,}", f"{ram:,}", flash / max(1, size.flash_bytes))
        for room, (flash, ram) in sorted(
            size.rooms().items(), key=lambda item: item[1], reverse=True
        )[:_ROOMS_SHOWN]
    ]
    return Section(
        "Flash and RAM",
        [
            Block("table", header=("room", "flash B", "RAM B", "of flash"), rows=rows),
            Block("svg", _inline(treemap(size))),
        ],
        "; ".join(measured.budget),
        _command("size", choice, board=True),
    )


def _costs(choice: Choice, model: Model, measured: Measured) -> Section:
    profile = measured.profile
    rows = []
    for op, cost in zip(model.ops, profile.ops, strict=True):
        work = op_work(model, op)
        rows.append(
            (
                f"{op.index} {op.label}",
                shape_text(work.output_shape),
                shape_text(work.filter_shape),
                f"{work.macs:,}",
                f"{cost:,}",
                f"{cost / work.macs:.2f}" if work.macs else "-",
                *(f"{column[op.index]:,}" for column in profile.predicted.values()),
                cost / max(1, profile.total),
            )
        )
    header = ("op", "output", "filter", "MACs", profile.unit, "a MAC",
              *(_PREDICTED[name] for name in profile.predicted), "share")  # fmt: skip
    note = f"{profile.total:,} {profile.unit} an inference. {measured.cycles}"
    verb = "profile --cycles" if measured.cycles else "profile"
    command = _command(verb, choice, board=True)
    return Section("Cost of each op", [Block("table", header=header, rows=rows)], note, command)


def _boards(choice: Choice) -> Section | None:
    results = latest_results(choice.build_dir)
    if not results:
        return None
    rows = []
    for run, one in results:
        instructions = one.get("instructions_per_inference")
        accuracy = one.get("accuracy")
        rows.append(
            (
                one["board"],
                one["isa"],
                f"{one['answered']:,} of {one['sent']:,}",
                f"{one['mismatches']:,}",
                "-" if accuracy is None else f"{accuracy:.2%}",
                "-" if instructions is None else f"{instructions:,}",
                f"{one['inference_us'].get('median', 0):,.0f}",
                f"{one['flash_bytes']:,}",
                f"{one['ram_bytes']:,}",
                "passed" if one["passed"] else "FAILED",
                run,
            )
        )
    header = ("board", "kernels", "answered", "bit mismatches", "accuracy", "instructions",
              "µs, median", "flash B", "RAM B", "hil", "run")  # fmt: skip
    return Section(
        "Boards side by side", [Block("table", header=header, rows=rows, words=(1, 9, 10))],
        "The last hil of this model on each board; every answer is compared with the oracle's, bit "
        "for bit.", _command("hil", choice) + " --board all",
    )  # fmt: skip


def _hashes(choice: Choice, model: Model) -> Section:
    manifest = _json(choice.build_dir / artifacts.MANIFEST)
    rows = [(artifacts.INT8_MODEL, model.sha256)]
    for name, stage in manifest.get("stages", {}).items():
        for output, digest in stage.get("outputs", {}).items():
            if isinstance(digest, str) and output != artifacts.INT8_MODEL:
                rows.append((f"{name}: {output}", digest))
    return Section(
        "Hashes", [Block("table", header=("file", "sha256"), rows=rows[:40], words=(1,))]
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _short(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(
        value, int) else str(value)  # fmt: skip


def _inline(svg: str) -> str:
    """An SVG file's element, without what only a file has."""
    return svg[svg.index("<svg") :]
