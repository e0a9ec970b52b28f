"""Statistics of splits small enough to count, and splits that are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data import statistics
from training.errors import DataError

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
