"""What `evaluate` measured, in words: one line, or a table with the groups that a model fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codegen.files.artifacts import METRICS
from codegen.files.text_table import text_table
from codegen.samples.facts import DataInfo
from codegen.samples.measures import MAIN, higher_is_better, shown
from training import artifacts

_WORST = 5  # groups of each column that are shown


def line(build_dir: Path, metrics: Mapping[str, Any]) -> str:
    """Of metrics.json: "40 samples: float accuracy 97.50%, int8 accuracy 95.00%"."""
    info = DataInfo.load(build_dir)
    main = MAIN.get(info.task, "")
    values = [
        f"{who} {name} {shown(name, value)}"
        for who, values_of in metrics["measures"].items()
        for name, value in values_of.items()
        if name == main or main not in values_of
    ]
    return (
        f"{metrics['test_count']} {info.noun}s: {', '.join(values) or 'no targets: not measured'}"
    )


def table(build_dir: Path) -> str:
    """Of the folder's metrics.json: each measure, float beside int8; int8's worst
    classes, recordings and speakers. Raises ArtifactError, CodegenError."""
    metrics = json.loads(artifacts.require(build_dir / METRICS, "evaluate").read_text())
    info = DataInfo.load(build_dir)
    models = metrics["measures"]
    names = list(dict.fromkeys(name for one in models.values() for name in one))
    rows = [
        (name, *(shown(name, one[name]) if name in one else "-" for one in models.values()))
        for name in names
    ]
    lines = [
        f"{metrics['test_count']} {info.noun}s, task {info.task}",
        "",
        *text_table(("", *models), "l" + "r" * len(models), rows),
    ]
    main = MAIN.get(info.task, "")
    for column in dict.fromkeys(one["column"] for one in metrics["slices"]):
        parts = [one for one in metrics["slices"] if one["column"] == column]
        parts.sort(key=lambda one: one["measure"], reverse=not higher_is_better(main))
        worst = [
            (one["value"], str(one["count"]), shown(main, one["measure"])) for one in parts[:_WORST]
        ]
        title = f"worst by {column} of {len(parts)}"
        lines += ["", *text_table((title, "samples", f"int8 {main}"), "lrr", worst)]
    return "\n".join(lines)
