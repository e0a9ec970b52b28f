"""Metrics against numbers counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.model.tflite import Model, Op, Subgraph, Tensor
from training.errors import DataError
from training.judge import classification

NAMES = ["a", "b", "c"]
#                  hits: a a b; b taken for c, c for b, c for b
TRUE = np.array([0, 0, 1, 1, 2, 2])
PREDICTED = [0, 0, 1, 2, 1, 1]


def answers(confidence: float = 0.8) -> np.ndarray:
    rest = (1 - confidence) / 2
    return np.where(np.eye(3)[PREDICTED] > 0, confidence, rest)


def test_confusion_precision_recall_and_f1() -> None:
    found = classification.assess(TRUE, answers(), NAMES)
    assert found.confusion == [[2, 0, 0], [0, 1, 1], [0, 2, 0]]
    assert found.accuracy == pytest.approx(3 / 6)
    a, b, c = found.classes
    assert (a.precision, a.recall, a.f1, a.support) == (1, 1, 1, 2)
    assert (b.precision, b.recall, b.f1) == pytest.approx((1 / 3, 1 / 2, 2 / 5))
    assert (c.precision, c.recall, c.f1) == (0, 0, 0)
    assert found.macro_precision == pytest.approx((1 + 1 / 3) / 3)
    assert found.macro_recall == pytest.approx((1 + 1 / 2) / 3)
    assert found.macro_f1 == pytest.approx((1 + 2 / 5) / 3)
    assert found.top_confusions == [("c", "b", 2), ("b", "c", 1)]


def test_calibration_is_the_distance_of_confidence_and_accuracy() -> None:
    assert classification.assess(TRUE, answers(0.8), NAMES).ece == pytest.approx(0.8 - 0.5)
    half_sure = answers(0.9)
    half_sure[:3] = answers(0.5)[:3]  # right and not sure; the other three are wrong and sure
    found = classification.assess(TRUE, half_sure, NAMES)
    assert found.ece == pytest.approx(0.5 * (1 - 0.5) + 0.5 * (0.9 - 0))
    assert [(one.count, one.accuracy) for one in found.bins] == [(3, 1.0), (3, 0.0)]


def test_a_class_without_samples_is_in_no_mean() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1])
    found = classification.assess(labels, answers(), NAMES)
    assert found.classes[2].support == 0
    assert found.classes[2].recall is None and found.classes[2].f1 is None
    assert found.macro_recall == pytest.approx((2 / 4 + 1) / 2)


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        (np.array([], int), np.zeros((0, 3)), "0 labels, 0 answers"),
        (TRUE[:2], answers(), "2 labels, 6 answers"),
        (TRUE + 1, answers(), "3 outputs, the data 3 classes with labels up to 3"),
        (TRUE, np.full((6, 2), 0.5), "2 outputs, the data 3 classes"),
        (TRUE, np.where(np.arange(6)[:, None] == 4, np.nan, answers()), "sample 4 is no number"),
    ],
)
def test_numbers_that_do_not_belong_together(
    labels: np.ndarray, probabilities: np.ndarray, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        classification.assess(labels, probabilities, NAMES)


def test_worst_is_the_lowest_probability_of_the_truth_then_the_surest_mistake() -> None:
    labels = np.array([0, 0, 0, 0])
    sure = np.array([[0.9, 0.1, 0], [0, 0.6, 0.4], [0, 1, 0], [0.2, 0.5, 0.3]])
    assert classification.worst(labels, sure, 3).tolist() == [2, 1, 3]


@pytest.mark.parametrize("last", ["SOFTMAX", "FULLY_CONNECTED"])
def test_scores_become_probabilities_once(last: str) -> None:
    output = Tensor(0, "", (1, 2), "INT8", (1 / 256,), (-128,), 0, None, 2, False)
    ops = (Op(0, last, None, 1, (0,), (0,)),)
    model = Model(b"", (Subgraph(0, "", (output,), ops, (0,), (0,)),))
    found = classification.int8_probabilities(model, np.array([[64, -64]], np.int8))
    expected = np.array([[0.75, 0.25]])
    if last != "SOFTMAX":
        expected = np.exp(expected) / np.exp(expected).sum()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
