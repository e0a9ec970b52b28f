"""Test samples for a report: what the network sees of them, or rows of a table."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.sight import seen
from codegen.samples.split import Split
from harness.pad import pictures

_SHOWN = 12
_SIDE_MOST = 128  # pixels of a picture
_POINTS_MOST, _LINES_MOST = 128, 8  # of a recording
_ROWS, _COLUMNS = 6, 10  # of a table
_WIDTH, _HEIGHT = 96, 64  # of a recording's picture
_COLOURS = ("#0b6bcb", "#b25e00", "#1a7f37", "#c62828", "#6b4fbb", "#00838f", "#8d6e63", "#5d6167")


def drawn(build_dir: Path, model: Model) -> list[tuple[str, str]]:
    """Label and data URL of test samples, one of each class first. Raises CodegenError."""
    split = split_file.load(build_dir)
    order = list(range(len(split)))
    if split.targets is not None and split.info.task == "classify":
        _, firsts = np.unique(np.asarray(split.targets), return_index=True)
        order = [*map(int, firsts), *order]
    return [
        (_label(split, index), _url(model, split.take(slice(index, index + 1))))
        for index in list(dict.fromkeys(order))[:_SHOWN]
    ]


def rows(build_dir: Path) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """Header and first rows of a table's test samples. Raises CodegenError."""
    split = split_file.load(build_dir)
    values = np.asarray(split.values[:_ROWS]).reshape(min(_ROWS, len(split)), -1)[:, :_COLUMNS]
    names = split.info.columns or [str(number) for number in range(values.shape[1])]
    shown = [
        (_label(split, index), *(f"{float(value):.4g}" for value in row))
        for index, row in enumerate(values)
    ]
    return ("test sample", *names[:_COLUMNS]), shown


def _label(split: Split, index: int) -> str:
    if split.targets is None:
        return f"#{index}"
    target = np.asarray(split.targets)[index]
    if split.info.labels:
        return split.info.labels[int(target)]
    return ", ".join(f"{float(one):.4g}" for one in np.ravel(target))


def _url(model: Model, split: Split) -> str:
    sight = seen(model, split)
    if sight.pixels is not None:
        return _data_url("png", pictures.png(sight.pixels, _SIDE_MOST))
    assert sight.series is not None
    return _data_url("svg+xml", _lines(sight.series).encode())


def _data_url(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _lines(series: NDArray[np.generic]) -> str:
    """An SVG of numbers [length, series], all to one scale."""
    shown = series[:: max(1, -(-len(series) // _POINTS_MOST)), :_LINES_MOST].astype(np.float64)
    least, most = float(shown.min()), float(shown.max())
    across = np.linspace(0, _WIDTH, len(shown))
    up = 1 + (_HEIGHT - 2) * (most - shown) / ((most - least) or 1.0)
    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" points="'
        + " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, one, strict=True))
        + '"/>'
        for colour, one in zip(_COLOURS, up.T, strict=False)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">{lines}</svg>'
