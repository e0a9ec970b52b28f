"""Corruptions do what their name and level say, and the same at each call."""

from __future__ import annotations

import numpy as np
import pytest

from training.judge import corruptions

IMAGES = np.zeros((8, 28, 28), np.uint8)
IMAGES[:, 10:18, 12:16] = 200


def test_shift_moves_by_whole_pixels_in_all_directions() -> None:
    moved = corruptions.shift(IMAGES, 3)
    assert (moved.sum(axis=(1, 2)) == IMAGES[0].sum()).all()
    places = {tuple(np.argwhere(image)[0] - (10, 12)) for image in moved}
    assert places == {(3, 0), (-3, 0), (0, 3), (0, -3)}


def test_what_is_shifted_out_is_gone() -> None:
    assert not corruptions.shift(IMAGES, 28).any()


def test_noise_has_its_sigma() -> None:
    grey = np.full((20, 28, 28), 128, np.uint8)
    changed = corruptions.noise(grey, 16).astype(float) - 128
    assert changed.std() == pytest.approx(16, rel=0.02)
    assert abs(changed.mean()) < 0.5


def test_blur_spreads_a_point_by_its_sigma_and_loses_nothing() -> None:
    point = np.zeros((1, 29, 29), np.uint8)
    point[0, 14, 14] = 255
    block = np.kron(point[:, 12:17, 12:17], np.ones((1, 8, 8), np.uint8))
    blurred = corruptions.blur(block, 2).astype(float)
    assert blurred.sum() == pytest.approx(block.sum(), rel=0.01)
    offsets = np.arange(40) - 19.5
    spread = (blurred[0].sum(axis=0) * offsets**2).sum() / blurred.sum()
    before = (block[0].sum(axis=0) * offsets**2).sum() / block.sum()
    assert spread - before == pytest.approx(2**2, rel=0.1)


def test_contrast_keeps_the_mean_and_scales_the_spread() -> None:
    changed = corruptions.contrast(IMAGES, 0.5)
    assert changed.mean() == pytest.approx(IMAGES.mean(), abs=0.5)
    assert changed.std() == pytest.approx(IMAGES.std() / 2, rel=0.02)


@pytest.mark.parametrize("kind", corruptions.CORRUPTIONS, ids=lambda kind: str(kind.name))
def test_every_level_changes_pixels_the_same_way_twice(kind: corruptions.Corruption) -> None:
    for level in kind.levels:
        once, again = kind.apply(IMAGES, level), kind.apply(IMAGES, level)
        assert once.dtype == np.uint8 and once.shape == IMAGES.shape
        assert (once != IMAGES).any()
        np.testing.assert_array_equal(once, again)
