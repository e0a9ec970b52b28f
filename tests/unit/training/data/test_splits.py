"""What is held out: how much of each class, whole groups, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.data import splits
from training.data.samples import DataSet, Rows, Samples
from training.data.splits import grouped_split, hold_out, stratified_split
from training.errors import DataError


def samples(count: int, targets: Any = None, groups: Any = None, same: bool = False) -> Samples:
    """Each sample is its number, or 7."""
    values = np.full((count, 1), 7, np.int32) if same else np.arange(count, dtype=np.int32)[:, None]
    return Samples(
        Rows.all_of(values),
        None if targets is None else np.asarray(targets),
        None if groups is None else np.asarray(groups),
    )


def data_set(kind: str, train: Samples, labels: tuple[str, ...] = ("a", "b")) -> DataSet:
    return DataSet("own", Path("here"), {}, kind, train, None, "classify", labels)


def numbers(one: Samples | None) -> list[int]:
    assert one is not None
    return [int(row) for row in one.values[slice(None)][:, 0]]


def test_a_split_that_is_given_stays() -> None:
    given = data_set("table", samples(4))
    given = type(given)(**{**vars(given), "test": samples(2)})
    assert hold_out(given) is given


def test_images_are_split_by_class() -> None:
    made = hold_out(data_set("image", samples(30, [0] * 20 + [1] * 10)))
    test = numbers(made.test)
    assert sorted([*numbers(made.train), *test]) == list(range(30))
    assert sum(one < 20 for one in test) == 4 and sum(one >= 20 for one in test) == 2
    assert test != sorted(test)  # the first few are of all classes


def test_images_without_classes_and_other_kinds_keep_groups_together() -> None:
    groups = [f"g{number // 3}" for number in range(30)]
    for kind, labels in (("table", ("a", "b")), ("image", ()), ("tensor", ())):
        targets = [number % 2 for number in range(30)]
        made = hold_out(data_set(kind, samples(30, targets, groups), labels))
        test = {one // 3 for one in numbers(made.test)}
        assert len(test) == 2 and not test & {one // 3 for one in numbers(made.train)}
        assert len(numbers(made.test)) == 6


def test_windows_of_a_recording_stay_in_their_order() -> None:
    groups = [f"g{number // 3}" for number in range(30)]
    made = hold_out(data_set("signal", samples(30, [0] * 15 + [1] * 15, groups)))
    test = numbers(made.test)
    assert len(test) == 6
    for start in (0, 3):
        first = test[start]
        assert first % 3 == 0 and test[start : start + 3] == [first, first + 1, first + 2]


def test_equal_samples_go_to_one_side() -> None:
    with pytest.raises(DataError, match=r"^here: class a has 1 different sample or recording, too"):
        hold_out(data_set("table", samples(10, [0] * 5 + [1] * 5, same=True)))
    with pytest.raises(DataError, match=r"^here: there are 1 different sample or recording, too"):
        hold_out(data_set("table", samples(10, same=True), ()))


def test_a_class_keeps_at_least_one_image() -> None:
    kept, held = stratified_split(np.array([0, 0, 1, 1, 1, 1, 1]), 0.2, 1)
    assert sorted(held)[0] < 2 and len(held) == 2 and len(kept) == 5
    with pytest.raises(DataError, match=r"^class 1 has 1 images, 1 of them are to be held out"):
        stratified_split(np.array([0, 0, 1]), 0.2, 1)
    with pytest.raises(DataError, match=r"^class 0 has 2 images, 2 of them"):
        stratified_split(np.array([0, 0, 1, 1, 1]), 0.9, 1)
    assert not np.array_equal(stratified_split(np.zeros(50), 0.2, 1)[0], np.arange(40))


def test_groups_of_each_class_are_shared_out() -> None:
    groups = np.array([f"g{number}" for number in range(20)])
    classes = np.array([0] * 10 + [1] * 10)
    kept, held = grouped_split(groups, classes, ("a", "b"), 0.2, 1)
    assert sorted([*kept, *held]) == list(range(20))
    assert sum(held < 10) == sum(held >= 10) == 2
    _, least = grouped_split(groups, classes, ("a", "b"), 0.01, 1)
    assert len(least) == 2  # at least one of each
    _, whole = grouped_split(groups, None, (), 0.25, 1)
    assert len(whole) == 5


def test_a_group_with_several_classes_is_one_of_all_groups() -> None:
    """Speakers that say each word."""
    groups = np.repeat([f"s{number}" for number in range(10)], 2)
    classes = np.tile([0, 1], 10)
    kept, held = grouped_split(groups, classes, ("a", "b"), 0.2, 1)
    assert len(held) == 4 and not set(groups[kept]) & set(groups[held])
    assert not np.array_equal(kept, np.sort(kept))


@pytest.mark.parametrize(
    ("groups", "classes", "said"),
    [
        (["a", "a", "b", "c"], [0, 0, 1, 1], "^class x has 1 different sample or recording, too f"),
        (["a", "b"], [0, 1], "^class x has 1 different sample or recording"),
        (["a", "a"], None, "^there are 1 different sample or recording"),
        (["a", "b", "c"], [0, 1, 1], "^class x has 1 different sample or"),
    ],
)
def test_a_class_in_one_part_alone_is_refused(
    groups: list[str], classes: list[int] | None, said: str
) -> None:
    found = None if classes is None else np.array(classes)
    with pytest.raises(DataError, match=said):
        grouped_split(np.array(groups), found, ("x", "y"), 0.2, 1)
    with pytest.raises(DataError, match=r"^class x has 2 different samples or recordings, too few"):
        grouped_split(np.array(["a", "b", "c", "d"]), np.array([0, 0, 1, 1]), ("x", "y"), 0.9, 1)


def test_splits_by_file() -> None:
    groups = ["b", "b", "a", "a", "c", "c"]
    all_of = samples(6, groups=groups)
    assert splits.by_file(all_of, None) == (all_of, None)
    is_test = np.array([True, True, True, True, False, False])
    train, test = splits.by_file(all_of, is_test)
    assert numbers(train) == [4, 5] and sorted(numbers(test)) == [0, 1, 2, 3]
    _, test = splits.by_file(all_of, is_test, by_group=True)
    assert numbers(test) in ([0, 1, 2, 3], [2, 3, 0, 1])


def test_another_order_than_the_folders() -> None:
    many = samples(40, groups=[f"g{number // 2:02}" for number in range(40)])
    for by_group in (False, True):
        order = numbers(splits.mixed(many, by_group))
        assert sorted(order) == list(range(40)) and order != list(range(40))
        pairs = all(order[at] + 1 == order[at + 1] for at in range(0, 40, 2))
        assert pairs == by_group
        assert order == numbers(splits.mixed(many, by_group))
    alone = numbers(splits.mixed(samples(40), True))
    assert alone == numbers(splits.mixed(many, False))
