"""How a training went, as a file and a picture: the same history, the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from training.fit import history

OF_CLASSES = [
    {"loss": 2.0, "held_out_loss": 2.5, "held_out_accuracy": 0.5},
    {"loss": 1.0, "held_out_loss": 1.5, "held_out_accuracy": 0.75},
]
OF_NUMBERS = [{"loss": 2.0, "held_out_loss": 2.5}, {"loss": 1.0, "held_out_loss": 1.5}]


def drawn(past: list[dict[str, float]], monkeypatch: pytest.MonkeyPatch) -> Any:
    figures: list[Figure] = []
    savefig = Figure.savefig

    def note(figure: Figure, *args: Any, **options: Any) -> None:
        figures.append(figure)
        savefig(figure, *args, **options)

    monkeypatch.setattr(Figure, "savefig", note)
    history._plot("x, seed 1", past)
    return figures[-1]


def curves(axes: Any) -> dict[str, tuple[list[float], list[float]]]:
    return {
        line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines
    }


def test_losses_and_accuracy_by_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    losses, accuracies = drawn(OF_CLASSES, monkeypatch).axes
    assert curves(losses) == {
        "training, augmented": ([1, 2], [2.0, 1.0]),
        "held out": ([1, 2], [2.5, 1.5]),
    }
    assert curves(accuracies) == {"held out": ([1, 2], [50, 75])}
    assert (losses.get_xlabel(), losses.get_ylabel()) == ("epoch", "loss")
    assert (accuracies.get_xlabel(), accuracies.get_ylabel()) == ("epoch", "accuracy [%]")
    assert all(axes.get_legend() is not None for axes in (losses, accuracies))


def test_numbers_have_no_accuracy(monkeypatch: pytest.MonkeyPatch) -> None:
    (losses,) = drawn(OF_NUMBERS, monkeypatch).axes
    assert curves(losses)["held out"] == ([1, 2], [2.5, 1.5])


def test_the_same_history_gives_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for _ in range(2):
        history.write(tmp_path, "x, seed 1", OF_CLASSES, kept=2)
        made.append((tmp_path / "history.svg").read_bytes())
    assert made[0] == made[1] and made[0].startswith(b"<?xml")
    assert json.loads((tmp_path / "history.json").read_text()) == {"epochs": OF_CLASSES, "kept": 2}


def test_seconds_are_rounded(tmp_path: Path) -> None:
    history.write_duration(tmp_path, 12.345, 6.789)
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text()) == {"seconds": 12.3, "processor_seconds": 6.8}
