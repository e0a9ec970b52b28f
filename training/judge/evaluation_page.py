"""evaluate.html: one file with tables and pictures, readable without anything else."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from codegen.files.templates import fill
from training.judge.classification import Assessment
from training.judge.report import Report

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_COLUMNS = 8  # of images in the picture of the worst ones


def page(name: str, facts: Mapping[str, Any], report: Report, worst: np.ndarray | None) -> str:
    """The HTML text; `worst`: the pixels of report.worst, uint8 [N, H, W] or [N, H, W, 3], as
    evaluated; None where the samples are no images."""
    pictures = {} if worst is None else {"worst": _worst(report, worst)}
    if report.robustness:
        pictures["robustness"] = _robustness(report)
    values = {
        "name": name,
        "facts": facts,
        "report": report,
        "pictures": {title: _embedded(figure) for title, figure in pictures.items()},
        "confusions": {
            who: _embedded(_confusion(one, facts["labels"])) for who, one in report.models.items()
        },
        "reliability": {who: _embedded(_reliability(one)) for who, one in report.models.items()},
    }
    return fill(_TEMPLATES / "evaluate.html.jinja", values, html=True)


def _embedded(figure: Figure) -> str:
    """A figure as a data: URL of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=90, bbox_inches="tight")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _confusion(assessment: Assessment, labels: list[str]) -> Figure:
    counts = np.array(assessment.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(5.2, 5.2))
    axes = figure.subplots()
    # The few wrong ones have to be seen beside the many right ones.
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=90 if max(map(len, labels)) > 2 else 0)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for row, column in zip(*np.nonzero(counts), strict=True):
        axes.text(
            column,
            row,
            str(counts[row, column]),
            ha="center",
            va="center",
            fontsize=7,
            color="white" if shares[row, column] > 0.3 else "black",
        )
    return figure


def _reliability(assessment: Assessment) -> Figure:
    figure = Figure(figsize=(3.4, 3.4))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    axes.plot(
        [one.confidence for one in assessment.bins],
        [one.accuracy for one in assessment.bins],
        marker="o",
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("confidence")
    axes.set_ylabel("accuracy")
    return figure


def _worst(report: Report, images: np.ndarray) -> Figure:
    rows = -(-len(images) // _COLUMNS)
    figure = Figure(figsize=(1.2 * _COLUMNS, 1.5 * rows))
    grid = figure.subplots(rows, _COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, digit, pixels in zip(grid.flat, report.worst, images, strict=False):
        axes.imshow(pixels, cmap="gray_r", vmin=0, vmax=255)
        axes.set_title(f"#{digit.index}: {digit.label} as {digit.predicted}", fontsize=7)
    return figure


def _robustness(report: Report) -> Figure:
    kinds = list(dict.fromkeys(row.corruption for row in report.robustness if row.unit))
    untouched = report.robustness[0]
    figure = Figure(figsize=(2.6 * len(kinds), 2.6))
    plots = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for axes, kind in zip(plots, kinds, strict=True):
        rows = [row for row in report.robustness if row.corruption == kind]
        for who in untouched.accuracy:
            axes.plot(
                [row.level for row in rows], [row.accuracy[who] for row in rows], "o-", label=who
            )
        axes.axhline(untouched.accuracy["int8"], color="grey", linewidth=0.8)
        axes.set_title(f"{kind} ({rows[0].unit})", fontsize=8)
        axes.legend(fontsize=7)
    return figure
