"""The model card: what the model is, what it was made of, what it takes, and how to repeat it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.boards.facts import ISAS
from codegen.cost.estimate import CYCLE_TABLE, cost_table, estimate
from codegen.engines import AOT
from codegen.export.request import Request
from codegen.files import markdown
from codegen.files.artifacts import METRICS, MODEL_INPUTS, TEST_SPLIT, TRAIN_SPLIT
from codegen.files.manifest import Manifest
from codegen.frontend import host, parameters
from codegen.memory.planner import ArenaPlan
from codegen.model.op_work import op_work
from codegen.model.tflite import Model

_ISA_CORES = {
    "scalar": "Cortex-M0, M0+, M3, any other",
    "dsp": "Cortex-M4, M7, M33",
    "mve": "Cortex-M55, M85",
}
_NOT_MEASURED = "not measured"
_NONE = "-"
_DATA_STAGE = "data"
_DATA = (TRAIN_SPLIT, TEST_SPLIT, MODEL_INPUTS)


@dataclass(frozen=True)
class Measured:
    """What a benchmark counted on one core: instructions of one inference and of the set-up, bytes
    of code, of constants and of stack; and the cycles that it predicts of an inference at 0 wait
    states, None where it claims none."""

    cpu: str
    instructions: int
    init_instructions: int
    code_bytes: int
    constant_bytes: int
    stack_bytes: int
    cycles: int | None


def text(
    request: Request,
    model: Model,
    plans: Mapping[str, ArenaPlan],
    build_dir: Path,
    version: str,
    commit: str,
    command: str,
    measured: Sequence[Measured] = (),
) -> str:
    """plans: by instruction set. command: what repeats this export. measured: by core; without it
    the card says that nobody measured."""
    lines = [
        f"# Model card: {request.name}",
        "",
        *_facts(request, model, build_dir, version, commit, command),
        "",
        "## Answers",
        "",
        *_metrics(build_dir),
        "",
        "Every output byte of the runtime in this folder is compared with the TFLM interpreter's; the self-test here repeats that for a few inputs.",  # noqa: E501
        "",
        "## Memory",
        "",
        *_memory(request, model, plans),
        *_front_end(build_dir, request),
        "",
        "## Time",
        "",
        *(_measured(measured) if measured else _estimated(model)),
        "",
        "## Ops",
        "",
        *_ops(model),
    ]
    return "\n".join(lines) + "\n"


def _facts(
    request: Request, model: Model, build_dir: Path, version: str, commit: str, command: str
) -> list[str]:
    manifest = Manifest.load(build_dir)
    data = manifest.outputs(_DATA_STAGE)
    given = manifest.inputs("import").get("model")
    made_of = ", ".join(f"{name} sha256 `{data[name]}`" for name in _DATA if name in data)
    facts = [
        ("model", f"`.tflite` of {model.size:,} B, sha256 `{model.sha256}`"),
        ("data", made_of or "none is known of"),
        *([("made elsewhere as", f"a model with sha256 `{given}`")] if given else []),
        *_training(manifest),
        ("engine", request.engine),
        ("made by", f"mcuforge {version}" + (f", commit {commit}" if commit else "")),
        ("repeated by", f"`{command}`"),
    ]
    return markdown.table(("what", ""), "ll", facts)


def _training(manifest: Manifest) -> list[tuple[str, str]]:
    facts = manifest.facts("train")
    if not facts:
        return []
    tools = ", ".join(f"{k} {v}" for k, v in sorted(facts.get("tools", {}).items()))
    recipe = manifest.inputs("train").get("recipe", "?")
    return [("training", f"recipe {recipe}, seed {facts.get('seed', '?')}, {tools}")]


def _metrics(build_dir: Path) -> list[str]:
    try:
        found = json.loads((build_dir / METRICS).read_bytes())
        measures = {kind: dict(found["measures"][kind]) for kind in found["measures"]}
    except (OSError, ValueError, KeyError, TypeError):
        return [f"Accuracy: {_NOT_MEASURED}, there were no labelled data."]
    names = sorted({name for values in measures.values() for name in values})
    table = [(name, *(_number(values.get(name)) for values in measures.values())) for name in names]
    return [
        f"On {found.get('test_count')} test samples, by {found.get('oracle')}:",
        "",
        *markdown.table(("measure", *measures), "l" + "r" * len(measures), table),
    ]


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, (int, float)) else _NOT_MEASURED


def _memory(request: Request, model: Model, plans: Mapping[str, ArenaPlan]) -> list[str]:
    table = [
        (
            isa,
            _ISA_CORES[isa],
            f"{plans[isa].arena_bytes:,}",
            f"{plans[isa].activation_bytes:,}",
            f"{plans[isa].lower_bound_bytes:,}",
        )
        for isa in ISAS
        if isa in request.isas
    ]
    header = ("kernels", "cores", "arena B", "of it tensors B", "lower bound B")
    return [
        *markdown.table(header, "llrrr", table),
        "",
        f"Flash: {_constants(request, model)}; code: by core below where it was measured.",
    ]


def _front_end(build_dir: Path, request: Request) -> list[str]:
    found = parameters.load(build_dir) if request.has_runtime else None
    if found is None:
        return []
    return ["", f"Front end ({found.kind}): {host.memory_bytes(found):,} B of static RAM besides."]


def _constants(request: Request, model: Model) -> str:
    if request.engine == AOT:
        return f"{model.weight_bytes:,} B of weights, and what the engine made of them"
    return f"{model.size:,} B of constants (the `.tflite` itself)"


def _measured(measured: Sequence[Measured]) -> list[str]:
    table = [
        (
            one.cpu,
            f"{one.instructions:,}",
            f"{one.init_instructions:,}",
            f"{one.code_bytes:,}",
            f"{one.constant_bytes:,}",
            f"{one.stack_bytes:,}",
            _NONE if one.cycles is None else f"{one.cycles:,}",
        )
        for one in sorted(measured, key=lambda one: one.cpu)
    ]
    header = ("core", "instructions", "of set-up", "code B", "constants B", "stack B", "cycles")
    return [
        "Counted in QEMU by `invoke bench`, with GCC and link-time optimisation: instructions of "
        "one inference and of setting up, bytes of an image without an application. Cycles of an "
        f"inference are predicted, without wait states of flash; {_NONE}: none are claimed.",
        "",
        *markdown.table(header, "lrrrrrr", table),
    ]


def _estimated(model: Model) -> list[str]:
    table = []
    for cpu in cost_table():
        costs, cycles = estimate(model, cpu), estimate(model, cpu, cost_table(CYCLE_TABLE))
        if costs is not None:
            claimed = _NONE if cycles is None else f"{sum(cycles):,}"
            table.append((cpu, f"{sum(costs):,}", claimed, _NOT_MEASURED))
    header = ("core", "instructions, estimated", "cycles, estimated", "code B")
    return [
        "Instructions of one inference by the interpreter, and its cycles without wait states of "
        f"flash ({_NONE}: none are claimed), from tables that were fitted to measurements of "
        "kernels (`invoke preflight`); `--measure` counts and predicts them in QEMU.",
        "",
        *markdown.table(header, "lrrr", sorted(table)),
    ]


def _ops(model: Model) -> list[str]:
    table = []
    for op in model.ops:
        work = op_work(model, op)
        table.append(
            (
                str(op.index),
                op.label,
                _shape(work.input_shape),
                _shape(work.output_shape),
                _shape(work.filter_shape),
                f"{work.macs:,}",
            )
        )
    header = ("op", "name", "input", "output", "filter", "MACs")
    return markdown.table(header, "rllllr", table)


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "-"
