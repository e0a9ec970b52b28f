"""Statistics of splits small enough to count, and splits that are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.data_schema import SKEW_LIMIT, SKEW_SAMPLES
from training.data import statistics
from training.data.statistics import DataStatistics, SplitStatistics
from training.errors import ArtifactError, DataError

RNG = np.random.default_rng(1)
TRAIN = RNG.integers(0, 200, (300, 4, 4), np.uint8), RNG.integers(0, 2, 300)
TEST = RNG.integers(0, 200, (200, 4, 4), np.uint8), np.zeros(200, int)


def test_counts_levels_and_duplicates(tmp_path: Path) -> None:
    images = TRAIN[0].copy()
    images[7] = images[3]
    images[0, 0, 0] = 250
    found = statistics.measure((images, TRAIN[1]), TEST, ["a", "b"])
    assert (found.train.count, found.test.count, found.train.duplicates) == (300, 200, 1)
    assert found.train.mean == pytest.approx(images.mean())
    assert found.train.std == pytest.approx(images.std())
    assert (found.train.darkest, found.train.lightest) == (images.min(), 250)
    assert found.train.classes["b"] == TRAIN[1].sum()
    assert found.leaked == 0 and found.skew < 0.05
    statistics.require_sound(found, "x")
    statistics.write(tmp_path, found)
    assert statistics.load(tmp_path) == found
    text = statistics.table(found)
    rows = {line.split(" ")[0]: line.split()[1:] for line in text.splitlines() if line}
    assert rows["images"] == ["300", "200"] and rows["b"] == [str(found.train.classes["b"]), "0"]
    assert "no test image of class b" in text


def test_leakage_beyond_the_limit_stops() -> None:
    images = TEST[0].copy()
    images[:2] = TRAIN[0][5:7]
    statistics.require_sound(statistics.measure(TRAIN, (images, TEST[1]), ["a", "b"]), "x")
    images[2] = TRAIN[0][9]
    found = statistics.measure(TRAIN, (images, TEST[1]), ["a", "b"])
    with pytest.raises(DataError, match="x: 3 of 200 test images are also training images"):
        statistics.require_sound(found, "x")


def test_an_inverted_split_stops() -> None:
    dark = TRAIN[0] // 4, TRAIN[1]
    found = statistics.measure(dark, (255 - TEST[0] // 4, TEST[1]), ["a", "b"])
    assert found.skew == pytest.approx(1)
    with pytest.raises(DataError, match=r"differ too much \(divergence 1.00 of 1.*inverted"):
        statistics.require_sound(found, "x")


def found(count: int = 200, kind: str = "image", **more: Any) -> DataStatistics:
    split = SplitStatistics(count, 100.0, 5.0, 0.0, 200.0, 3, {"a": count, "b": 0})
    train = replace(split, mean=90.0, classes={"a": 7, "b": 1234})
    return DataStatistics(train, split, **{"leaked": 0, "skew": 0.0, "kind": kind, **more})


@pytest.mark.parametrize(
    ("one", "is_sound"),
    [
        (found(leaked=2), True),
        (found(leaked=3), False),
        (found(skew=SKEW_LIMIT), True),
        (found(skew=SKEW_LIMIT + 1e-6), False),
        (found(count=3, skew=1.0), False),
        (found(count=SKEW_SAMPLES, kind="tensor", skew=1.0), False),
        (found(count=SKEW_SAMPLES - 1, kind="tensor", skew=1.0), True),  # too few to tell
    ],
)
def test_where_the_limits_are(one: DataStatistics, is_sound: bool) -> None:
    if is_sound:
        statistics.require_sound(one, "x")
        return
    with pytest.raises(DataError, match=r"^x: "):
        statistics.require_sound(one, "x")


def test_values_of_any_kind_are_counted() -> None:
    train = np.array([[1.0, 4.0], [3.0, 8.0], [1.0, 4.0]], np.float32)
    test = np.array([[1.0, 4.0], [-2.0, 6.0]], np.float32)
    made = statistics.measure((train, None), (test, None), [], "table")
    assert made.train.mean == pytest.approx(3.5) and made.train.std == pytest.approx(train.std())
    assert (made.test.darkest, made.test.lightest, made.test.count) == (-2.0, 6.0, 2)
    assert (made.train.duplicates, made.leaked, made.kind) == (1, 1, "table")
    assert made.train.classes == {} and made.skew > 0


def test_the_table_of_both_splits() -> None:
    lines = statistics.table(found(leaked=1, skew=0.25)).splitlines()
    rows = {line.split("  ")[0].strip(): line.split() for line in lines if line}
    assert rows["mean"][-2:] == ["90.0", "100.0"] and rows["images"][-2:] == ["200", "200"]
    assert rows["levels"][-6:] == ["0", "to", "200", "0", "to", "200"]
    assert rows["duplicates"][-2:] == ["3", "3"] and rows["b"][-2:] == ["1,234", "0"]
    assert lines[-2] == "data: 1 test images are also training images, skew 0.2500 of 1"
    assert lines[-1] == "data: no test image of class b"
    of_table = statistics.table(replace(found(kind="table"), test=found().train))
    assert "samples" in of_table and "values" in of_table and " 90 " in of_table
    assert "no test" not in of_table


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"train": {}, "test": {}}'])
def test_damaged_statistics_are_said_to_be(content: str, tmp_path: Path) -> None:
    statistics.write(tmp_path, found())
    assert statistics.load(tmp_path) == found()
    (path,) = tmp_path.iterdir()
    path.write_text(content)
    with pytest.raises(ArtifactError, match="damaged"):
        statistics.load(tmp_path)
