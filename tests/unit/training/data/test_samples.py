"""Rows of arrays, and what both splits have to be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.data import samples as room
from training.data.samples import DataSet, Rows, Samples, edge_type, sound, with_normal
from training.errors import DataError


def made(values: Any, targets: Any = None) -> Samples:
    return Samples(Rows.all_of(np.asarray(values)), None if targets is None else np.array(targets))


TRAIN = made(np.zeros((4, 2), np.float32), [0, 1, 0, 1])
TEST = made(np.zeros((2, 2), np.float32), [1, 0])
DATA = DataSet("own", Path("here"), {"f": "0"}, "table", TRAIN, TEST, "classify", ("a", "b"))
BAD = np.array([[0, 0], [0, np.nan], [np.inf, 0]], np.float32)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        *((name, name) for name in ("uint8", "int8", "int16", "int32", "float32", "bool")),
        *((name, "float32") for name in ("float16", "float64")),
        *((name, "int32") for name in ("uint16", "uint32", "int64", "uint64")),
        (">i2", "int16"),
    ],
)
def test_types_become_the_nearest_that_a_model_takes(given: str, kept: str) -> None:
    assert edge_type(np.dtype(given)) == np.dtype(kept)
    for none in ("U3", "complex64", "O"):
        with pytest.raises(DataError, match=r"samples of type .*; give numbers"):
            edge_type(np.dtype(none))


def test_rows_are_taken_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    array = np.arange(20, dtype=np.int64).reshape(10, 2)
    rows = Rows.all_of(array)
    assert rows.shape == (10, 2) and len(rows) == 10 and rows.dtype == np.int32
    some = rows.take(np.array([7, 1, 2]))
    assert some.shape == (3, 2) and some[1:].tolist() == [[2, 3], [4, 5]]
    assert some.take(np.array([0]))[:].tolist() == [[14, 15]]
    for at_a_time, sizes in ((32, [2, 2, 2, 2, 2]), (48, [3, 3, 3, 1]), (8, [1] * 10)):
        monkeypatch.setattr(room, "_CHUNK_BYTES", at_a_time)
        chunks = list(rows.chunks())
        assert [len(one) for one in chunks] == sizes
        assert np.concatenate(chunks).tolist() == array.tolist()
    assert [one.shape for one in Rows.all_of(np.zeros((2, 0))).chunks()] == [(2, 0)]
    with np.errstate(all="raise"):
        assert np.isinf(Rows.all_of(np.array([[1e300]]))[:]).all()


def test_samples_are_taken_with_what_belongs_to_them() -> None:
    whole = Samples(TRAIN.values, TRAIN.targets, np.array(["g", "h", "i", "j"]))
    some = whole.take(np.array([3, 0]))
    assert len(some) == 2 and some.targets is not None and some.groups is not None
    assert some.targets.tolist() == [1, 0] and some.groups.tolist() == ["j", "g"]
    bare = made(np.zeros((4, 2))).take(np.array([1]))
    assert bare.targets is None and bare.groups is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"labels": ("a\x1b", "b")}, r"'a\\x1b': a name with characters that a terminal obeys"),
        ({"columns": ("c\n",)}, r"'c\\n': a name with characters"),
        ({"files": {"f\x07": "0"}}, r"'f\\x07': a name with characters"),
        ({"train": made(np.zeros((0, 2)), [])}, "the train split is empty"),
        ({"test": made(np.zeros((0, 2)), [])}, "the test split is empty"),
        ({"test": made(np.zeros((2, 3)), [0, 1])}, "samples of 2 to train and of 3 to test"),
        (
            {"train": made(np.zeros((4, 0)), [0] * 4), "test": made(np.zeros((2, 0)), [0] * 2)},
            "samples of 0 hold nothing",
        ),
        ({"train": replace(TRAIN, targets=np.zeros(3))}, "4 samples but 3 targets to train"),
        ({"test": replace(TEST, targets=np.zeros(3))}, "2 samples but 3 targets to test"),
        ({"train": made(BAD, [0, 1, 1])}, "sample 1 of the train split has NaN or infinity"),
        ({"test": made(BAD[[0, 0, 2]], [0, 1, 1])}, "sample 2 of the test split has NaN"),
        (
            {"train": replace(TRAIN, targets=BAD[[0, 0, 0, 1]]), "task": "regress"},
            "target 3 of the train split has NaN",
        ),
        (
            {"test": made(np.zeros((2, 2), np.int8), [0, 1])},
            "samples are float32 to train and int8 to test; both splits need one type",
        ),
        ({"train": replace(TRAIN, targets=None)}, "no targets, so nothing to classify"),
        ({"test": replace(TEST, targets=None)}, "no targets, so nothing to classify"),
        ({"train": replace(TRAIN, targets=np.ones(4, int))}, r"one class \(b\) to train; give a"),
        (
            {"labels": ("a", "b", "c"), "test": replace(TEST, targets=np.array([1, 2]))},
            "test sample 1 is of class c, of which there is no training sample",
        ),
    ],
)
def test_what_nobody_can_work_with(changes: dict[str, Any], said: str) -> None:
    assert sound(DATA) is DATA
    with pytest.raises(DataError, match=f"^here: {said}"):
        sound(replace(DATA, **changes))


def test_an_index_counts_over_all_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_CHUNK_BYTES", 16)  # two samples
    values = np.zeros((5, 2), np.float32)
    values[3, 0] = np.nan
    with pytest.raises(DataError, match=r"^here: sample 3 of the train split"):
        sound(replace(DATA, train=made(values, [0, 1, 0, 1, 0])))


def test_other_tasks_ask_for_no_classes() -> None:
    for task in ("none", "regress", "reconstruct"):
        bare = replace(DATA, task=task, train=made(TRAIN.values[:]), test=made(TEST.values[:]))
        assert sound(bare) is bare


def test_one_class_is_normal() -> None:
    assert with_normal(DATA, "") is DATA
    bare = replace(DATA, task="reconstruct", labels=())
    assert with_normal(bare, "") is bare
    first = with_normal(replace(DATA, task="reconstruct"), "")
    second = with_normal(DATA, "b")
    for one, name in ((first, "a"), (second, "b")):
        assert (one.task, one.normal) == ("reconstruct", name)
        assert one.notes[-1].startswith(f"class {name} is normal; a model is trained on it alone")
    with pytest.raises(DataError, match=r"^--normal c: no such class; there are: a, b"):
        with_normal(DATA, "c")
    with pytest.raises(DataError, match=r"^--normal c: no such class; there are: none"):
        with_normal(bare, "c")
    only_b = replace(DATA, train=replace(TRAIN, targets=np.ones(4, int)))
    with pytest.raises(DataError, match=r"^here: no training sample of class a, which is normal"):
        with_normal(only_b, "a")


def test_sizes_in_words() -> None:
    assert room.sizes((3, 4)) == "3x4" and room.sizes(()) == "a single value"
