"""What a recipe reaches with several seeds, for one training says little about the next.

With 10,000 test digits, of which 99.4 % are known, an accuracy has a standard error of 0.08
percentage points whatever the seed.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.boards.facts import ISAS
from codegen.files import markdown
from codegen.files.artifacts import DURATION, HISTORY, INT8_MODEL, METRICS
from codegen.memory import planner
from training import artifacts


@dataclass(frozen=True)
class Training:
    """`percent`: accuracies by what was measured, held out after the last epoch. `cost`: what an
    inference and a device need; the same for every seed, but for a few bytes of model.tflite."""

    percent: Mapping[str, float]
    seconds: float
    processor_seconds: float
    cost: str


def read_training(build_dir: Path) -> Training:
    """The evaluated training in build_dir; plans the model's arena for every ISA.

    Raises ArtifactError.
    """
    metrics = _json(build_dir / METRICS, "quantize")
    duration = _json(build_dir / DURATION, "train --force")
    held_out = _json(build_dir / HISTORY, "train --force")["epochs"][-1]["held_out_accuracy"]
    arenas = [f"{planner.plan(build_dir / INT8_MODEL, isa).arena_bytes:,}" for isa in ISAS]
    return Training(
        percent={
            "float": 100 * metrics["float_accuracy"],
            "int8": 100 * metrics["int8_accuracy"],
            "held out": 100 * held_out,
        },
        seconds=duration["seconds"],
        processor_seconds=duration["processor_seconds"],
        cost=(
            f"{metrics['weight_bytes']:,} B of weights, {metrics['activation_bytes']:,} B of "
            f"activations, {metrics['macs']:,} MACs, arena {', '.join(arenas)} B "
            f"({', '.join(ISAS)}), model {metrics['model_bytes']:,} B"
        ),
    )


def table(title: str, trainings: Mapping[int, Training]) -> str:
    """Markdown: a row a seed; mean and sample standard deviation; the first one's cost."""
    kinds = list(next(iter(trainings.values())).percent)
    rows = [
        (
            str(seed),
            *(f"{one.percent[kind]:.2f} %" for kind in kinds),
            f"{one.seconds:.0f}",
            f"{one.processor_seconds:.0f}",
        )
        for seed, one in trainings.items()
    ]
    if len(trainings) > 1:
        columns = [[one.percent[kind] for one in trainings.values()] for kind in kinds]
        means = [f"{statistics.mean(c):.2f} ± {statistics.stdev(c):.2f} %" for c in columns]
        rows.append(("mean", *means, "", ""))
    header = ("seed", *kinds, "seconds", "processor seconds")
    lines = markdown.table(header, "r" * len(header), rows)
    return "\n".join([f"{title}: {next(iter(trainings.values())).cost}", "", *lines])


def _json(path: Path, verb: str) -> dict[str, Any]:
    return json.loads(artifacts.require(path, verb).read_text())
