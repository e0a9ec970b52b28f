"""How a training went, as a file and a picture: the same history, the same bytes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.figure import Figure

from training.errors import ArtifactError
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
    for axes in (losses, accuracies):
        assert all(tick == round(tick) for tick in axes.get_xticks())  # there are no half epochs


def test_one_epoch_is_drawn_too(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = drawn(OF_CLASSES[:1], monkeypatch)
    assert figure.get_suptitle() == "x, seed 1"
    assert [curves(axes)["held out"] for axes in figure.axes] == [([1], [2.5]), ([1], [50])]


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


class Summaries:
    """In place of TensorFlow: what is written, by folder, step and name, once it is closed."""

    class OpError(Exception):
        pass

    def __init__(self) -> None:
        self.written: list[tuple[str, int, str, float]] = []
        self.refused = ""
        self.errors = SimpleNamespace(OpError=self.OpError)
        self.summary = self

    def create_file_writer(self, folder: str) -> Any:
        if self.refused:
            raise self.OpError(self.refused)
        self._folder = folder
        self._open: list[tuple[str, int, str, float]] = []
        return self

    @contextmanager
    def as_default(self, step: int) -> Iterator[None]:
        self._step = step
        yield

    def scalar(self, name: str, value: float) -> None:
        self._open.append((self._folder, self._step, name, value))

    def close(self) -> None:
        self.written += self._open


@pytest.fixture
def summaries(monkeypatch: pytest.MonkeyPatch) -> Summaries:
    made = Summaries()
    monkeypatch.setitem(sys.modules, "tensorflow", made)
    return made


def test_the_first_epoch_begins_the_logs_anew(tmp_path: Path, summaries: Summaries) -> None:
    folder = tmp_path / "logs/training"
    history.log_epoch(tmp_path, 1, {"loss": 2.0})  # there was none
    folder.mkdir(parents=True)
    (folder / "old").touch()
    history.log_epoch(tmp_path, 2, {"loss": 1.0, "held_out_loss": 1.5})
    assert (folder / "old").exists()
    history.log_epoch(tmp_path, 1, {"loss": 3.0})
    assert not folder.exists()
    assert summaries.written == [
        (str(folder), 1, "loss", 2.0),
        (str(folder), 2, "loss", 1.0),
        (str(folder), 2, "held_out_loss", 1.5),
        (str(folder), 1, "loss", 3.0),
    ]


def test_a_full_disk_is_named(tmp_path: Path, summaries: Summaries) -> None:
    summaries.refused = "{{function_node __wrapped}} /x/events; /x/events; No space left [Op:Write]"
    with pytest.raises(ArtifactError, match=r"^cannot write .*/logs/training: No space left"):
        history.log_epoch(tmp_path, 1, {"loss": 2.0})
