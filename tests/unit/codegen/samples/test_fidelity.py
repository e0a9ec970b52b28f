"""What is said of an int8 model beside its float one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from codegen.samples import fidelity
from training.int8.edges import Edge
from verification.cases.model_builder import small_cnn


def described(
    monkeypatch: pytest.MonkeyPatch, made: np.ndarray, exact: np.ndarray, name: str = "y"
) -> str:
    asked: list[Any] = []

    def answers(model: Any, inputs: Any, resets: Any) -> list[np.ndarray]:
        asked.append((model.inputs[0].shape, inputs[0].shape, inputs[0].dtype, list(resets)))
        return [made]

    monkeypatch.setattr(fidelity, "answers", answers)
    given = np.zeros((9, 784), np.float32)
    said = fidelity.describe(
        small_cnn(), [given], [exact], [Edge(name, exact.shape[1:], "float32")]
    )
    ((shape, sent, dtype, resets),) = asked
    assert sent == (len(exact), *shape) and dtype == np.int8 and resets == list(range(len(exact)))
    first, line = said.splitlines()
    assert first == (
        f"quantize: int8 beside float, {len(exact)} calibration samples, as the oracle answers:"
    )
    return line


def scores(rows: list[list[int]]) -> np.ndarray:
    """int8 [N, 10] of shares in 1/256."""
    return (np.array([[*row, *[0] * (10 - len(row))] for row in rows]) - 128).astype(np.int8)


def test_shares_have_a_highest(monkeypatch: pytest.MonkeyPatch) -> None:
    made = scores([[250, 6], [100, 156], [10, 246]])
    exact = np.zeros((3, 10))
    exact[:, 0] = [0.97, 0.52, 0.02]
    exact[:, 1] = 1 - exact[:, 0]
    assert described(monkeypatch, made, exact) == (
        "  output 'y' [10] float32: off by at most 0.129 in a span of 0.98, the same highest in 2, "
        "signal to noise 17.9 dB; below 20 dB much is lost: are these samples like the device's? "
        "Judge it by --data with targets before it is deployed"
    )


def test_numbers_have_none_and_little_noise_is_no_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    made = scores([[250], [100]])
    exact = np.zeros((2, 10))
    exact[:, 0] = [250 / 256 + 0.01, 100 / 256]
    assert described(monkeypatch, made, exact, "") == (
        "  output [10] float32: off by at most 0.01 in a span of 0.987, signal to noise 40.1 dB"
    )


def test_nothing_lost_and_nothing_varied(monkeypatch: pytest.MonkeyPatch) -> None:
    made = scores([[128] * 10])
    assert described(monkeypatch, made, np.full((1, 10), 0.5)).endswith(": the same")
    assert described(monkeypatch, made, np.full((1, 10), 0.25)).endswith(
        ": off by at most 0.25 in a span of 0"
    )
