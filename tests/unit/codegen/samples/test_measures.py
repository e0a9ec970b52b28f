"""Measures by task, beside what their definitions say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import CodegenError
from codegen.frontend.readings import ReadingsFrontEnd
from codegen.samples.measures import (
    higher_is_better,
    measure,
    output_of,
    predicted_classes,
    roc_auc,
    shown,
)
from tests.unit.codegen.samples.data import split

RNG = np.random.default_rng(6)
LABELS = ["a", "b", "c"]


def test_classes() -> None:
    scores = np.eye(3)[[0, 1, 1, 2, 0]]
    data = split(np.zeros((5, 1)), [0, 1, 2, 2, 1], task="classify", labels=LABELS)
    found = measure(data, None, [scores])
    assert found.values == {"accuracy": 0.6}
    assert found.confusion == [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    assert found.main == ("accuracy", 0.6)


def test_the_first_of_equal_scores_is_chosen() -> None:
    data = split(np.zeros((2, 1)), [0, 1], task="classify", labels=LABELS)
    assert measure(data, None, [np.ones((2, 3))]).values["accuracy"] == 0.5


def test_top_3_of_many_classes() -> None:
    labels = [str(n) for n in range(8)]
    scores = np.tile(np.arange(8.0), (4, 1))  # 7, 6, 5 are the best
    data = split(np.zeros((4, 1)), [7, 6, 5, 4], task="classify", labels=labels)
    assert measure(data, None, [scores]).values == {"accuracy": 0.25, "top-3": 0.75}


def test_one_sigmoid_tells_two_classes_apart() -> None:
    data = split(np.zeros((4, 1)), [0, 1, 1, 0], task="classify", labels=["off", "on"])
    found = measure(data, None, [np.array([[0.1], [0.9], [0.4], [0.5]])])
    assert (found.values["accuracy"], found.confusion) == (0.75, [[2, 0], [1, 1]])


def test_slices_show_the_group_that_fails() -> None:
    targets = np.arange(20) % 2
    groups = np.repeat(["anna", "bert"], 10)
    scores = np.eye(2)[targets]
    scores[10:15] = scores[10:15, ::-1]
    data = split(np.zeros((20, 1)), targets, groups, task="classify", labels=["x", "y"])
    found = measure(data, None, [scores])
    assert [(one.value, one.measure) for one in found.slices if one.column == "group"] == [
        ("anna", 1.0),
        ("bert", 0.5),
    ]
    assert {one.value for one in found.slices if one.column == "class"} == {"x", "y"}


def test_numbers() -> None:
    targets = RNG.normal(size=(50, 2)).astype(np.float32)
    answers = targets + 0.1 * RNG.normal(size=(50, 2))
    error = answers - targets.astype(np.float64)
    found = measure(split(np.zeros((50, 1)), targets, task="regress"), None, [answers]).values
    assert found["MAE"] == pytest.approx(np.abs(error).mean())
    assert found["RMSE"] == pytest.approx(np.sqrt((error**2).mean()))
    spread = ((targets - targets.mean(axis=0)) ** 2).sum()
    assert found["R2"] == pytest.approx(1 - (error**2).sum() / spread)


def test_a_reconstruction_tells_the_normal_from_the_rest() -> None:
    inputs = np.zeros((40, 3))
    answers = np.where(np.arange(40)[:, None] < 20, 0.1, 1.0) * RNG.uniform(0.9, 1.1, (40, 3))
    data = split(
        *(inputs, np.arange(40) // 20),
        task="reconstruct",
        labels=["rest", "run"],
        normal="rest",
    )
    found = measure(data, inputs, [answers])
    assert found.values["AUC"] == 1.0
    assert found.values["found at the threshold"] == 1.0
    normal = np.mean(answers[:20] ** 2, axis=1)
    assert found.values["threshold"] == pytest.approx(np.quantile(normal, 0.95))
    assert [(one.value, one.measure) for one in found.slices] == [("run", 1.0)]


def test_without_labels_the_error_alone_is_known() -> None:
    data = split(np.ones((4, 2)), task="reconstruct")
    assert measure(data, np.ones((4, 2)), [np.zeros((4, 2))]).values == {"mean error": 1.0}


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_auc_is_how_often_a_positive_is_higher(pairs: list[tuple[int, bool]]) -> None:
    scores = np.array([score for score, _ in pairs])
    positive = np.array([which for _, which in pairs])
    if positive.all() or not positive.any():
        return
    wins = [
        float(high > low) + 0.5 * float(high == low)
        for high in scores[positive]
        for low in scores[~positive]
    ]
    assert roc_auc(scores, positive) == pytest.approx(np.mean(wins))


def test_which_output_answers() -> None:
    of_classes = split(np.zeros((1, 6)), task="classify", labels=LABELS)
    assert output_of(of_classes, [6, 3]) == 1
    assert output_of(of_classes, [5]) == 0  # of classes that these data have not
    with pytest.raises(CodegenError, match="gives 2 values, the data have 3 classes"):
        output_of(of_classes, [2])
    with pytest.raises(CodegenError, match="gives 3 values, the data have 6 values of a sample"):
        output_of(split(np.zeros((1, 6)), task="reconstruct"), [3])
    spectrum = ReadingsFrontEnd(8, 1, (0.0,), (1.0,), spectrum=True)
    heard = replace(split(np.zeros((1, 8, 1)), task="reconstruct"), front_end=spectrum)
    assert output_of(heard, [8, 4]) == 1  # features are reconstructed


def test_labels_outside_of_the_outputs_are_refused() -> None:
    data = split(np.zeros((1, 1)), [2], task="classify", labels=["a", "b"])
    with pytest.raises(CodegenError, match="2 outputs, the data have labels up to 2"):
        measure(data, None, [np.zeros((1, 2))])


def test_shares_are_shown_in_per_cent() -> None:
    assert (shown("accuracy", 0.5), shown("top-3", 1), shown("RMSE", 0.12345)) == (
        "50.00%",
        "100.00%",
        "0.1235",
    )


def test_which_measures_are_better_high() -> None:
    better = [higher_is_better(name) for name in ("accuracy", "AUC", "top-3", "RMSE", "MAE")]
    assert better == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("task", "labels", "sizes", "index"),
    [
        ("none", [], [4, 5], 0),
        ("regress", [], [4, 5], 0),
        ("classify", ["a", "b"], [5, 1], 1),  # a sigmoid
        ("classify", ["a", "b"], [5, 2], 1),
        ("classify", LABELS, [1, 3], 1),
        ("classify", LABELS, [2, 4, 5], 1),  # classes of which these data have no sample
        ("reconstruct", [], [3, 6], 1),
    ],
)
def test_the_output_of_each_task(
    task: str, labels: list[str], sizes: list[int], index: int
) -> None:
    assert output_of(split(np.zeros((1, 6)), task=task, labels=labels), sizes) == index


def test_a_single_output_is_two_classes_only_where_there_are_two() -> None:
    answer = np.array([[0.5], [0.51]])
    assert predicted_classes(answer, 2).tolist() == [0, 1]
    assert predicted_classes(answer, 3).tolist() == [0, 0]
    assert predicted_classes(np.array([[0.1, 0.9]]), 2).tolist() == [1]


@pytest.mark.parametrize(("classes", "has_top"), [(6, False), (7, True)])
def test_top_3_says_something_of_seven_classes_and_more(classes: int, has_top: bool) -> None:
    data = split(np.zeros((1, 1)), [0], task="classify", labels=[str(n) for n in range(classes)])
    assert ("top-3" in measure(data, None, [np.eye(classes)[:1]]).values) == has_top


def test_numbers_without_spread_have_no_r2() -> None:
    data = split(np.zeros((3, 1)), np.ones((3, 1), np.float32), task="regress")
    found = measure(data, None, [np.zeros((3, 1))])
    assert found.values == {"MAE": 1.0, "RMSE": 1.0} and found.main == ("RMSE", 1.0)
    with pytest.raises(CodegenError, match="gives 2 values, the data have 1 targets a sample"):
        measure(data, None, [np.zeros((3, 2))])


def test_slices_of_numbers_are_their_root_mean_squares() -> None:
    groups = np.array(["a"] * 5 + ["b"] * 4)  # four samples say nothing
    data = split(np.zeros((9, 1)), np.zeros((9, 1), np.float32), groups, task="regress")
    found = measure(data, None, [np.array([[3.0]] * 5 + [[9.0]] * 4)])
    assert [(one.column, one.value, one.count, one.measure) for one in found.slices] == [
        ("group", "a", 5, 3.0)
    ]


@pytest.mark.parametrize(("groups", "has_slices"), [(64, True), (65, False)])
def test_a_column_of_many_values_has_no_slices(groups: int, has_slices: bool) -> None:
    names = np.repeat([str(n) for n in range(groups)], 5)
    targets = np.zeros((len(names), 1), np.float32)
    data = split(np.zeros((len(names), 1)), targets, names, task="regress")
    assert bool(measure(data, None, [targets]).slices) == has_slices


@pytest.mark.parametrize("classes", [[0, 0], [1, 1]])
def test_one_kind_alone_has_no_curve(classes: list[int]) -> None:
    data = split(
        np.ones((2, 2)), classes, task="reconstruct", labels=["rest", "run"], normal="rest"
    )
    found = measure(data, np.ones((2, 2)), [np.zeros((2, 2))])
    assert found.values == {"mean error": 1.0} and found.main is None


def test_each_other_class_is_compared_with_the_normal() -> None:
    inputs = np.zeros((4, 1))
    answers = np.sqrt(np.array([[1.0], [3.0], [2.0], [4.0]]))
    data = split(
        inputs, [0, 0, 1, 2], task="reconstruct", labels=["rest", "run", "fall", "never"],
        normal="rest",
    )  # fmt: skip
    found = measure(data, inputs, [answers])
    assert [(one.value, one.count, one.measure) for one in found.slices] == [
        ("run", 1, 0.5), ("fall", 1, 1.0)
    ]  # fmt: skip
    assert found.values["AUC"] == 0.75
    assert found.values["mean error of normal samples"] == pytest.approx(2)
    assert found.values["mean error of others"] == pytest.approx(3)
    assert found.values["found at the threshold"] == 0.5


def test_without_targets_nothing_is_measured() -> None:
    for task in ("classify", "regress", "none"):
        found = measure(split(np.zeros((2, 3)), task=task, labels=LABELS), None, [np.zeros((2, 3))])
        assert (found.task, found.count, found.values, found.main) == (task, 2, {}, None)
