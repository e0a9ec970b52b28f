"""The figures of evaluate.html, by what is drawn in them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from training.judge import evaluation_page as room


def assessment(confusion: list[list[int]]) -> Any:
    bins = [
        SimpleNamespace(confidence=0.3, accuracy=0.2),
        SimpleNamespace(confidence=0.9, accuracy=1.0),
    ]
    return SimpleNamespace(confusion=confusion, bins=bins)


def test_confusions_are_shares_of_the_true_class() -> None:
    figure = room._confusion(assessment([[7, 3, 0], [0, 0, 0], [7, 0, 13]]), ["a", "b", "c"])
    (axes,) = figure.axes
    (image,) = axes.images
    shares = np.array([[0.7, 0.3, 0], [0, 0, 0], [0.35, 0, 0.65]])
    np.testing.assert_allclose(np.asarray(image.get_array()), np.sqrt(shares))
    assert image.get_clim() == (0, 1)
    texts = {text.get_position(): (text.get_text(), text.get_color()) for text in axes.texts}
    assert texts == {
        (0, 0): ("7", "white"),
        (1, 0): ("3", "black"),
        (0, 2): ("7", "white"),
        (2, 2): ("13", "white"),
    }
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")


@pytest.mark.parametrize(("label", "turned"), [("ab", 0), ("abc", 90)])
def test_long_names_are_turned(label: str, turned: int) -> None:
    (axes,) = room._confusion(assessment([[1, 0], [0, 1]]), ["a", label]).axes
    assert {one.get_rotation() for one in axes.get_xticklabels()} == {turned}


def test_reliability_lies_beside_the_diagonal() -> None:
    (axes,) = room._reliability(assessment([])).axes
    lines: list[Any] = list(axes.lines)
    diagonal, curve = lines
    assert (list(diagonal.get_xdata()), list(diagonal.get_ydata())) == ([0, 1], [0, 1])
    assert (list(curve.get_xdata()), list(curve.get_ydata())) == ([0.3, 0.9], [0.2, 1.0])
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (0, 1))


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (8, 1), (9, 2)])
def test_the_worst_stand_eight_in_a_row(count: int, rows: int) -> None:
    worst = [SimpleNamespace(index=10 + n, label="a", predicted="b") for n in range(count)]
    images = np.arange(count * 4, dtype=np.uint8).reshape(count, 2, 2)
    figure = room._worst(SimpleNamespace(worst=worst), images)  # type: ignore[arg-type]
    assert len(figure.axes) == 8 * rows and not any(axes.axison for axes in figure.axes)
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in shown] == [f"#{10 + n}: a as b" for n in range(count)]
    last = shown[-1].images[0]
    assert np.asarray(last.get_array()).tolist() == images[-1].tolist()
    assert last.get_clim() == (0, 255)


def test_a_plot_for_each_kind_of_damage() -> None:
    def row(kind: str, unit: str, level: float, float_: float, int8: float) -> Any:
        return SimpleNamespace(
            corruption=kind, unit=unit, level=level, accuracy={"float": float_, "int8": int8}
        )

    report: Any = SimpleNamespace(
        robustness=[
            row("untouched", "", 0, 0.99, 0.98),
            row("noise", "levels", 10, 0.9, 0.8),
            row("noise", "levels", 20, 0.7, 0.6),
            row("turned", "degrees", 5, 0.5, 0.4),
        ]
    )
    noise: Any
    turned: Any
    noise, turned = room._robustness(report).axes
    assert (noise.get_title(), turned.get_title()) == ("noise (levels)", "turned (degrees)")
    lines = [
        (line.get_label(), list(line.get_xdata()), list(line.get_ydata())) for line in noise.lines
    ]
    assert lines[:2] == [("float", [10, 20], [0.9, 0.7]), ("int8", [10, 20], [0.8, 0.6])]
    assert lines[2][2] == [0.98, 0.98]  # where it is untouched
    assert [list(line.get_ydata()) for line in turned.lines[:2]] == [[0.5], [0.4]]


def test_pictures_are_in_the_page() -> None:
    url = room._embedded(room._reliability(assessment([])))
    assert url.startswith("data:image/png;base64,iVBORw0KGgo")
