"""What a recipe reaches with several seeds, for one training says little about the next.

With 10,000 test digits, of which 99.4 % are known, an accuracy has a standard error of 0.08
percentage points whatever the seed.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.boards.facts import ISAS
from codegen.files.artifacts import DURATION, HISTORY, INT8_MODEL, METRICS
from codegen.files.text_table import text_table
from codegen.frontend import host, parameters
from codegen.memory import planner
from codegen.samples.measures import ACCURACY, MAIN
from training import artifacts

_HELD_OUT = "held_out_accuracy"


@dataclass(frozen=True)
class Training:
    """values: of `measure`, by what was measured; held out at the epoch that was kept, for classes
    only. cost: what an inference and a device need; the same for every seed, but for a few bytes of
    model.tflite."""

    measure: str
    values: Mapping[str, float]
    seconds: float
    processor_seconds: float
    cost: str


def read_training(build_dir: Path) -> Training:
    """The evaluated training in build_dir; plans the model's arena for every ISA.

    Raises ArtifactError, CodegenError.
    """
    metrics = _json(build_dir / METRICS, "quantize")
    duration = _json(build_dir / DURATION, "train --force")
    history = _json(build_dir / HISTORY, "train --force")
    kept = history["epochs"][history["kept"] - 1]
    measures = metrics["measures"]
    main = MAIN[metrics["task"]]
    if main not in measures["int8"]:  # data that do not say what is normal
        main = next(iter(measures["int8"]))
    values = {who: one[main] for who, one in measures.items()}
    return Training(
        measure=main,
        values={**values, **({"held out": kept[_HELD_OUT]} if _HELD_OUT in kept else {})},
        seconds=duration["seconds"],
        processor_seconds=duration["processor_seconds"],
        cost=_cost(build_dir, metrics),
    )


def table(title: str, trainings: Mapping[int, Training]) -> str:
    """A row a seed; mean and sample standard deviation; the first one's cost."""
    first = next(iter(trainings.values()))
    rows = [
        (
            str(seed),
            *(_shown(one.measure, [one.values[kind]]) for kind in first.values),
            f"{one.seconds:.0f}",
            f"{one.processor_seconds:.0f}",
        )
        for seed, one in trainings.items()
    ]
    if len(trainings) > 1:
        columns = [[one.values[kind] for one in trainings.values()] for kind in first.values]
        rows.append(("mean", *(_shown(first.measure, one) for one in columns), "", ""))
    header = ("seed", *first.values, "seconds", "processor seconds")
    lines = text_table(header, "r" * len(header), rows)
    return "\n".join([f"{title}, {first.measure}: {first.cost}", "", *lines])


def _shown(measure: str, values: Sequence[float]) -> str:
    """A value, or the mean and spread of several."""
    factor, digits, unit = (100, ".2f", " %") if measure == ACCURACY else (1, ".4g", "")
    text = f"{factor * statistics.mean(values):{digits}}"
    if len(values) > 1:
        text += f" ± {factor * statistics.stdev(values):{digits}}"
    return text + unit


def _cost(build_dir: Path, metrics: Mapping[str, Any]) -> str:
    arenas = [f"{planner.plan(build_dir / INT8_MODEL, isa).arena_bytes:,}" for isa in ISAS]
    front_end = parameters.load(build_dir)
    memory = "" if front_end is None else f", front end {host.memory_bytes(front_end):,} B"
    return (
        f"{metrics['weight_bytes']:,} B of weights, {metrics['activation_bytes']:,} B of "
        f"activations, {metrics['macs']:,} MACs, arena {', '.join(arenas)} B "
        f"({', '.join(ISAS)}){memory}, model {metrics['model_bytes']:,} B"
    )


def _json(path: Path, verb: str) -> dict[str, Any]:
    return json.loads(artifacts.require(path, verb).read_text())
