"""What targets mean: classes by number, by text or one-hot, numbers, or nothing that is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.data.samples import CLASSES_AT_MOST
from training.data.targets import class_indices, interpret
from training.errors import DataError

HERE = Path("here")


def meaning(*given: Any, task: str = "") -> tuple[str, list[Any], tuple[str, ...]]:
    found = interpret(HERE, tuple(map(np.asarray, given)), task)
    return found.task, [one.tolist() for one in found.targets], found.labels


@pytest.mark.parametrize(
    ("given", "task", "expected"),
    [
        ([[0, 2, 1]], "", ("classify", [[0, 2, 1]], ("0", "1", "2"))),
        ([[0.0, 2.0]], "", ("classify", [[0, 2]], ("0", "1", "2"))),
        ([[[0], [2]]], "", ("classify", [[0, 2]], ("0", "1", "2"))),
        ([[0, 1], [3]], "", ("classify", [[0, 1], [3]], ("0", "1", "2", "3"))),
        ([[1], []], "", ("classify", [[1], []], ("0", "1"))),
        ([[True, False]], "", ("classify", [[1, 0]], ("0", "1"))),
        ([[[0, 1], [1, 0]]], "", ("classify", [[1, 0]], ("0", "1"))),
        ([[[0, 1], [1, 0]]], "classify", ("classify", [[1, 0]], ("0", "1"))),
        ([[[0, 1], [1, 0]]], "regress", ("regress", [[[0, 1], [1, 0]]], ())),
        ([[[1, 1], [1, 0]]], "", ("regress", [[[1, 1], [1, 0]]], ())),
        ([[[0, 2], [1, 0]]], "", ("regress", [[[0, 2], [1, 0]]], ())),
        ([[[0, 0], [1, 0]]], "", ("regress", [[[0, 0], [1, 0]]], ())),
        ([[0.5, 2.0]], "", ("regress", [[[0.5], [2.0]]], ())),
        ([[0, 2]], "regress", ("regress", [[[0], [2]]], ())),
        ([[0, 2]], "reconstruct", ("reconstruct", [[0, 2]], ("0", "1", "2"))),
        ([[0.5, 2.0]], "reconstruct", ("reconstruct", [[[0.5], [2.0]]], ())),
        ([["b", "a", "b"], ["c"]], "", ("classify", [[1, 0, 1], [2]], ("a", "b", "c"))),
        ([["b", "a"]], "reconstruct", ("reconstruct", [[1, 0]], ("a", "b"))),
    ],
)
def test_what_targets_mean(given: list[Any], task: str, expected: Any) -> None:
    assert meaning(*given, task=task) == expected


@pytest.mark.parametrize(
    ("given", "task", "said"),
    [
        ([[]], "", "there is no target; give some samples"),
        ([[], []], "", "there is no target"),
        ([np.array([1 + 2j])], "", "targets of type complex128; give numbers or text"),
        ([[1.0, np.nan]], "", "NaN or infinity among the targets"),
        ([[1.0], [np.inf]], "", "NaN or infinity among the targets"),
        ([[0.5]], "classify", "--task classify needs one class for each sample"),
        ([[[1, 1], [0, 1]]], "classify", "--task classify needs one class"),
        ([[1, -2]], "", "the label at index 1 is -2; classes are numbered from 0"),
        ([[1], [0, -1]], "", "the label at index 1 is -1"),
        ([["a"]], "regress", "--task regress needs numbers; the target 'a' is none"),
        ([np.zeros((2, 2, 2)) + 0.5], "", "targets of rank 3; give one row for each sample"),
        ([[CLASSES_AT_MOST]], "", "4,097 classes, at most 4,096 are possible"),
        ([[str(n) for n in range(4097)]], "", "4,097 classes, at most 4,096"),
    ],
)
def test_what_targets_cannot_be(given: list[Any], task: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        meaning(*given, task=task)


def test_classes_are_kept_in_the_least_type() -> None:
    assert class_indices(np.array([1]), 256).dtype == np.uint8
    assert class_indices(np.array([1]), 257).dtype == np.uint16
    assert meaning([CLASSES_AT_MOST - 1])[2][-1] == "4095"
    found = interpret(HERE, (np.array([255]),), "").targets[0]
    assert found.dtype == np.uint8
    assert interpret(HERE, (np.array([256]),), "").targets[0].dtype == np.uint16
    assert interpret(HERE, (np.array([0.5]),), "").targets[0].dtype == np.float32
