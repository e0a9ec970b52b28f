"""What a float model is shown of a split, and how training images are changed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.samples.facts import DataInfo
from codegen.samples.split import Split
from training.data import examples
from training.data.augment import Augmentation, warp
from training.data.examples import Examples, trainable
from training.errors import DataError


def made(task: str = "classify", targets: Any = None, **info: Any) -> Examples:
    """Six grey images of 2x2, each of its number."""
    facts = DataInfo("own", "here", 6, 6, {}, ["a", "b"], shape=[2, 2], task=task)
    values = np.repeat(np.arange(6, dtype=np.uint8), 4).reshape(6, 2, 2) * np.uint8(51)
    return Examples(Split(replace(facts, **info), values, targets))


def test_pixels_are_real_numbers_within_their_range() -> None:
    one = made()
    assert len(one) == 6 and one.shape == (2, 2, 1) and one.info.task == "classify"
    assert one.real().shape == (6, 2, 2, 1) and one.real().dtype == np.float32
    assert one.real([5, 1])[:, 0, 0, 0].tolist() == pytest.approx([1.0, 0.2])
    wide = Examples(one.split, (-1.0, 1.0))
    assert wide.real(slice(0, 6, 5))[:, 0, 0, 0].tolist() == pytest.approx([-1.0, 1.0])
    assert wide.take(np.array([5])).pixels == (-1.0, 1.0)
    assert one.pixels_of([2])[0, :, :, 0].tolist() == [[102, 102], [102, 102]]
    assert one.take(np.array([2, 0])).pixels_of(slice(None))[:, 0, 0, 0].tolist() == [102, 0]


def test_targets_and_outputs_are_the_tasks() -> None:
    classes = made(targets=np.array([0, 1, 0, 1, 0, 1], np.uint8))
    assert classes.targets([1, 0]).tolist() == [1, 0] and classes.targets().dtype == np.int32
    assert classes.output_count == 2
    numbers = made("regress", np.arange(18, dtype=np.float32).reshape(6, 3), labels=[])
    assert numbers.targets([1]).tolist() == [[3.0, 4.0, 5.0]] and numbers.output_count == 3
    assert numbers.targets().dtype == np.float32
    again = made("reconstruct", labels=[])
    assert np.array_equal(again.targets([3]), again.real([3])) and again.output_count == 0
    assert made("none").output_count == 0


def test_a_model_is_trained_on_what_is_normal() -> None:
    targets = np.array([0, 1, 0, 1, 1, 1], np.uint8)
    one = made("reconstruct", targets, normal="a")
    assert trainable(one).real()[:, 0, 0, 0].tolist() == pytest.approx([0.0, 0.4])
    plain = made(targets=targets)
    assert trainable(plain) is plain


def test_calibration_takes_so_many_and_the_same_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    split = made().split
    monkeypatch.setattr(examples.split_file, "load", lambda folder, name: split)
    said: list[str] = []
    some = examples.calibrating(Path(), 4, said.append)
    assert len(some) == 4 and len({*some.real()[:, 0, 0, 0].tolist()}) == 4
    assert np.array_equal(some.real(), examples.calibrating(Path(), 4).real())
    assert len(examples.calibrating(Path(), 6, said.append)) == 6 and said == []
    assert len(examples.calibrating(Path(), 7)) == 6
    assert len(examples.calibrating(Path(), 7, said.append)) == 6
    assert said == ["quantize: calibrated with all 6 training samples"]
    assert len(examples.calibrating(Path(), 1)) == 1
    with pytest.raises(DataError, match=r"^--calibration 0: give 1 or more samples"):
        examples.calibrating(Path(), 0)


class Draws:
    """As a generator whose numbers are all `value`, of -1 to 1."""

    def __init__(self, *values: float) -> None:
        self._values = list(values)

    def uniform(self, low: float, high: float, shape: Any) -> np.ndarray:
        assert (low, high) == (-1, 1)
        two = shape if isinstance(shape, tuple) else (1, shape)
        drawn = np.array([[self._values.pop(0)] * two[1] for _ in range(two[0])])
        return drawn if isinstance(shape, tuple) else drawn[0]


# Drawn in this order: angle, scale in x and y, shear, shift in x and y.
PLAIN = [1, 0, 1, 0, 0, 0, 1, 0]


def mapped(how: Augmentation, draws: tuple[float, ...], at: tuple[float, float]) -> list[float]:
    """Where in the input the output's place `at`, (x, y), comes from, 5 high and 9 wide."""
    generator: Any = Draws(*draws)
    (row,) = how.transforms(generator, 1, 5, 9)
    assert row.dtype == np.float32 and row[6:].tolist() == [0, 0]
    return [
        float(row[3 * axis] * at[0] + row[3 * axis + 1] * at[1] + row[3 * axis + 2])
        for axis in (0, 1)
    ]


@pytest.mark.parametrize(
    ("how", "draws", "at", "comes_from"),
    [
        (Augmentation(), (1, 1, 1, 1, 1, 1), (3, 1), (3, 1)),
        (Augmentation(rotation_degrees=90), (1, 0, 0, 0, 0, 0), (4, 2), (4, 2)),  # the centre
        (Augmentation(rotation_degrees=90), (1, 0, 0, 0, 0, 0), (5, 2), (4, 3)),
        (Augmentation(rotation_degrees=90), (-1, 0, 0, 0, 0, 0), (5, 2), (4, 1)),
        (Augmentation(rotation_degrees=180), (0.5, 0, 0, 0, 0, 0), (4, 3), (3, 2)),
        (Augmentation(scale=0.5), (0, 1, 0, 0, 0, 0), (6, 3), (7, 3)),
        (Augmentation(scale=0.5), (0, 0, -1, 0, 0, 0), (6, 4), (6, 3)),
        (Augmentation(shear=0.5), (0, 0, 0, 1, 0, 0), (4, 4), (5, 4)),
        (Augmentation(shift_pixels=2), (0, 0, 0, 0, 1, 0), (4, 2), (6, 2)),
        (Augmentation(shift_pixels=2), (0, 0, 0, 0, 0, -0.5), (4, 2), (4, 1)),
        # rotation times shear times scale
        (Augmentation(90, 0.5, 0.5), (1, 1, 1, 1, 0, 0), (5, 3), (4 - 1.5, 2 + 1.5 + 0.75)),
    ],
)
def test_an_image_is_changed_about_its_centre(
    how: Augmentation,
    draws: tuple[float, ...],
    at: tuple[float, float],
    comes_from: tuple[float, float],
) -> None:
    assert mapped(how, draws, at) == pytest.approx(comes_from, abs=1e-5)


def test_each_image_draws_its_own() -> None:
    rows = Augmentation(10, 0.1, 0.1, 2).transforms(np.random.default_rng(1), 50, 28, 28)
    assert rows.shape == (50, 8) and len(np.unique(rows[:, 2])) == 50


def test_images_keep_their_size_and_are_black_around(monkeypatch: pytest.MonkeyPatch) -> None:
    tensorflow = SimpleNamespace(
        raw_ops=SimpleNamespace(ImageProjectiveTransformV3=lambda **given: given)
    )
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)
    images, rows = np.zeros((7, 5, 9, 1), np.uint8), np.zeros((7, 8), np.float32)
    asked = warp(images, rows)
    assert asked.pop("images") is images and asked.pop("transforms") is rows
    assert asked == {
        "output_shape": (5, 9), "interpolation": "BILINEAR", "fill_mode": "CONSTANT",
        "fill_value": 0.0,
    }  # fmt: skip
