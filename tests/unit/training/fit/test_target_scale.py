"""Targets with mean 0 and deviation 1, and back."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from training.errors import RecipeError
from training.fit.target_scale import TargetScale


def test_each_number_by_itself() -> None:
    targets = np.array([[1.0, 5.0], [3.0, 5.0]], np.float32)
    scale = TargetScale.of(targets)
    assert scale.mean.tolist() == [2.0, 5.0]
    assert scale.deviation.tolist() == [1.0, 1.0]  # what never changes keeps its size
    assert scale.scaled(targets).tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    assert scale.scaled(targets).dtype == np.float32
    wide = TargetScale.of(10 * targets)
    assert wide.deviation.tolist() == [10.0, 1.0]
    assert wide.restored(wide.scaled(10 * targets)).tolist() == (10 * targets).tolist()


def test_what_is_reconstructed_has_one_deviation() -> None:
    examples = np.array([[0.0, 10.0], [2.0, 16.0]], np.float32)
    scale = TargetScale.of_examples(examples)
    assert scale.mean.tolist() == [1.0, 13.0]
    assert np.allclose(scale.deviation, [5**0.5, 5**0.5])
    same = TargetScale.of_examples(np.ones((3, 2), np.float32))
    assert same.deviation.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("size", [1e-3, 1e3])
def test_a_deviation_of_any_size_is_taken_away(size: float) -> None:
    targets = np.array([[-size, 2.0], [size, 2.0]], np.float32)
    assert TargetScale.of(targets).deviation == pytest.approx([size, 1.0])
    everything = TargetScale.of_examples(targets).deviation
    assert everything == pytest.approx([size / 2**0.5] * 2)  # of both columns together


class Dense:
    """As Keras's, as far as a scale looks at it: 2 inputs, 3 outputs."""

    def __init__(self, use_bias: bool = True) -> None:
        self.use_bias = use_bias
        self.weights = [np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 3.0])]

    def get_weights(self) -> list[np.ndarray]:
        return self.weights

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self.weights = weights


class Reshape:
    pass


@pytest.fixture
def keras(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = SimpleNamespace(Dense=Dense, Reshape=Reshape)
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(layers=layers))


@pytest.mark.usefixtures("keras")
@pytest.mark.parametrize("behind", [[], [Reshape()]])
def test_the_last_dense_layer_gives_the_numbers_themselves(behind: list[Any]) -> None:
    scale = TargetScale(np.array([10.0, 20.0, 30.0]), np.array([1.0, 2.0, 4.0]))
    before, last = Dense(), Dense()
    kernel, bias = last.get_weights()
    scale.fold_into(SimpleNamespace(name="m", layers=[before, last, *behind]))
    x = np.array([0.5, -1.0])
    np.testing.assert_allclose(
        x @ last.weights[0] + last.weights[1], scale.restored(x @ kernel + bias)
    )
    assert before.weights[1].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.usefixtures("keras")
@pytest.mark.parametrize("last", [Dense(use_bias=False), SimpleNamespace(use_bias=True)])
def test_another_end_is_refused(last: Any) -> None:
    scale = TargetScale(np.zeros(3), np.ones(3))
    with pytest.raises(RecipeError, match=r"^m: a model that gives numbers ends with Dense"):
        scale.fold_into(SimpleNamespace(name="m", layers=[Dense(), last]))
