"""What recipes change of their samples, and the front ends that they make of the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from codegen.frontend.audio import AudioFrontEnd
from codegen.frontend.readings import ReadingsFrontEnd
from tests.unit.codegen.samples.data import split
from training.errors import DataError
from training.recipes import anomaly, keyword, motion, standard, vision

WINDOWS = np.random.default_rng(4).normal(0, 1, (60, 40, 3)).astype(np.float32)


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.mark.parametrize("augment", [motion.augment, anomaly.augment, keyword.augment])
def test_the_generator_alone_decides(augment: Callable[..., Any]) -> None:
    before = WINDOWS.copy()
    changed = augment(WINDOWS, generator())
    assert changed.dtype == np.float32
    assert changed.shape == WINDOWS.shape
    assert np.array_equal(changed, augment(WINDOWS, generator()))
    assert not np.array_equal(changed, augment(WINDOWS, np.random.default_rng(6)))
    assert np.array_equal(WINDOWS, before)


def shifts(one: np.ndarray, other: np.ndarray) -> list[tuple[int, int]]:
    """How far `other` is turned from `one`, in rows and columns; one that fits best."""
    return [
        (rows, columns)
        for rows in range(one.shape[0])
        for columns in range(one.shape[1])
        if np.allclose(np.roll(one, (rows, columns), (0, 1)), other, atol=1e-5)
    ]


def test_motions_begin_anywhere_and_keep_their_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motion, "SCALE", 0.0)
    monkeypatch.setattr(motion, "NOISE", 0.0)
    found = [
        shifts(*pair) for pair in zip(WINDOWS, motion.augment(WINDOWS, generator()), strict=True)
    ]
    assert all(len(one) == 1 and one[0][1] == 0 for one in found)
    rows = {one[0][0] for one in found}
    assert min(rows) < 5
    assert max(rows) >= 35


def test_motions_are_stronger_or_weaker_with_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    ones = np.ones((400, 40, 3), np.float32)
    factors = motion.augment(ones, generator()).mean((1, 2))
    assert np.log(factors).mean() == pytest.approx(0, abs=0.03)
    assert np.log(factors).std() == pytest.approx(motion.SCALE, rel=0.1)
    noise = motion.augment(0 * ones, generator())
    assert noise.mean() == pytest.approx(0, abs=0.002)
    assert noise.std() == pytest.approx(motion.NOISE, rel=0.05)


def test_anomalies_are_trained_on_other_levels_with_noise() -> None:
    changed = anomaly.augment(np.full((400, 50), 3, np.float32), generator()) - 3
    levels = changed.mean(1)
    assert levels.mean() == pytest.approx(0, abs=0.02)
    assert levels.std() == pytest.approx(anomaly.LEVEL, rel=0.1)
    assert (changed - levels[:, np.newaxis]).std() == pytest.approx(anomaly.NOISE, rel=0.05)
    together = anomaly.augment(np.zeros((3, 4, 5), np.float32), generator())
    assert together.shape == (3, 4, 5)


def test_words_are_louder_sooner_and_higher(monkeypatch: pytest.MonkeyPatch) -> None:
    features = np.random.default_rng(4).normal(0, 1, (300, 30, 40)).astype(np.float32)
    gains = keyword.augment(0 * features, generator())
    assert np.ptp(gains, axis=(1, 2)).max() == 0  # all of a sample alike
    assert gains.min() == pytest.approx(-keyword.GAIN, abs=0.1)
    assert gains.max() == pytest.approx(keyword.GAIN, abs=0.1)
    monkeypatch.setattr(keyword, "GAIN", 0.0)
    changed = keyword.augment(features, generator())
    seen = set()
    for one, other in zip(features, changed, strict=True):
        seen |= {
            (rows, columns)
            for rows in range(-6, 7)
            for columns in range(-3, 4)
            if np.array_equal(np.roll(one, (rows, columns), (0, 1)), other)
        }
    assert {rows for rows, _ in seen} == set(range(-5, 6))
    assert {columns for _, columns in seen} == {-2, -1, 0, 1, 2}  # a twentieth of 40


@pytest.mark.parametrize(
    ("shape", "width"),
    [
        ((96, 96, 3), 8),
        ((101, 101, 3), 8),  # 30,603 B of image, 51 x 51 x 8 B of output
        ((110, 110, 3), 8),  # 60,500 B of 61,440
        ((111, 111, 3), 4),  # 62,051 B would be too many
        ((111, 110, 3), 8),  # 61,270 B
        ((200, 200, 3), 4),  # none fits; the smallest
    ],
)
def test_how_wide_the_first_layer_is(shape: tuple[int, ...], width: int) -> None:
    assert vision._width(shape) == width


# ---------------------------------------------------------------- front ends


def test_channels_get_mean_0_and_deviation_1() -> None:
    values = np.random.default_rng(1).normal((1, -20, 300), (1, 5, 0.1), (50, 8, 3))
    values = values.astype(np.float32)
    values[:, :, 2] = 7  # says nothing
    front_end = standard.standardized(split(values))
    assert isinstance(front_end, ReadingsFrontEnd)
    assert (front_end.length, front_end.channels, front_end.dtype) == (8, 3, "float32")
    assert not front_end.spectrum
    assert not front_end.log2
    flat = values.reshape(-1, 3).astype(np.float64)
    assert front_end.offset == pytest.approx(flat.mean(0))
    assert front_end.gain == pytest.approx([1 / flat[:, 0].std(), 1 / flat[:, 1].std(), 0])
    table = standard.standardized(split(values[:, 0]))
    assert (table.length, table.channels) == (1, 3)
    with pytest.raises(DataError, match="samples of float64: a board takes readings as "):
        standard.standardized(split(values.astype(np.float64)))


def test_only_signals_that_have_a_spectrum_are_shown_by_it() -> None:
    def made(rows: int, **facts: Any) -> Any:
        return anomaly.front_end(split(np.ones((2, rows, 2), np.float32), **facts))

    assert made(64, kind="signal").spectrum
    assert made(64, kind="signal").log2
    assert not made(7, kind="signal").spectrum
    assert not made(64, kind="table").spectrum
    sound = split(np.ones((2, 8000), np.int16), kind="audio", rate_hz=16000)
    assert isinstance(anomaly.front_end(sound), AudioFrontEnd)
    front_end = motion.front_end(split(np.ones((2, 64, 2), np.float32), kind="signal"))
    assert isinstance(front_end, ReadingsFrontEnd)
    assert not front_end.spectrum


def test_sounds_have_a_frame_each_20_ms() -> None:
    sound = split(np.ones((2, 8000), np.int16), kind="audio", rate_hz=8000.2)
    front_end = keyword.front_end(sound)
    assert (front_end.rate_hz, front_end.samples) == (8000, 8000)
    assert (front_end.window, front_end.stride) == (240, 160)
    assert front_end.high_hz == 4000  # no more than such sounds have
    assert keyword.front_end(replace(sound, info=replace(sound.info, rate_hz=16e3))).high_hz == 7600
