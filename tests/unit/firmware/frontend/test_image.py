"""The image front end against its definition (reference_image.py), bit for bit."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from tests.front_end_requests import (
    BYTES_PER_PIXEL,
    GREY8,
    IDENTITY,
    RGB565_BE,
    RGB565_LE,
    RGB888,
    Image,
)
from tests.unit.firmware.frontend import reference_image as reference
from training.data.drawing import _centred
from verification.front_end import HostCases, Kind

RESIZERS = (Kind.IMAGE_AREA, Kind.IMAGE_BILINEAR)


def _run(cases: HostCases, asked: Image) -> np.ndarray:
    reply = np.frombuffer(cases.reply(asked.request()), np.uint8)
    return reply.reshape(*asked.target[::-1], asked.channels)


@st.composite
def images(draw: st.DrawFn) -> Image:
    """Sides from one pixel on, larger and smaller ones, whole and odd ratios."""
    side = st.integers(1, 17)
    form = draw(st.sampled_from(sorted(BYTES_PER_PIXEL)))
    frame = (draw(side), draw(side))
    left, top = (draw(st.integers(0, extent - 1)) for extent in frame)
    crop = (
        *(left, top),
        draw(st.integers(1, frame[0] - left)),
        draw(st.integers(1, frame[1] - top)),
    )
    box = (draw(side), draw(side))
    margin = st.one_of(st.just(0), st.integers(0, 6))
    size = frame[0] * frame[1] * BYTES_PER_PIXEL[form]
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = draw(st.sampled_from([[0, 255], [255], [0], list(range(256))]))
    return Image(
        kind=draw(st.sampled_from(RESIZERS)),
        format=form,
        channels=draw(st.sampled_from([1, 3])),
        negative=draw(st.booleans()),
        frame_size=frame,
        crop=draw(st.sampled_from([crop, None])),
        box=box,
        target=(box[0] + draw(margin), box[1] + draw(margin)),
        piece=draw(st.sampled_from([1, 2, 3, 5, 7, size, size + 1])),
        frame=rng.choice(np.array(values, np.uint8), size),
        table=rng.permutation(IDENTITY),
    )


@settings(max_examples=300, deadline=None)
@given(asked=images())
def test_device_and_definition_agree(cases: HostCases, asked: Image) -> None:
    assert np.array_equal(_run(cases, asked), reference.image(asked))


def _grey(
    kind: Kind, pixels: np.ndarray, box: tuple[int, int], target: tuple[int, int] | None = None
) -> Image:
    height, width = pixels.shape
    return Image(
        kind, GREY8, 1, False, (width, height), (0, 0, width, height), box, target or box,
        1000, pixels.ravel(), IDENTITY,
    )  # fmt: skip


@pytest.mark.parametrize("kind", RESIZERS)
@pytest.mark.parametrize(
    ("frame", "box"),
    [((4096, 2), (2048, 1)), ((2, 4096), (1, 2048)), ((4096, 3), (5, 7)), ((1, 1), (2048, 2))],
)
def test_longest_sides_and_lightest_pixels_do_not_overflow(
    cases: HostCases, kind: Kind, frame: tuple[int, int], box: tuple[int, int]
) -> None:
    asked = _grey(kind, np.full(frame[::-1], 255, np.uint8), box)
    assert (_run(cases, asked) == 255).all()


@pytest.mark.parametrize("kind", RESIZERS)
def test_the_largest_sums_fit_32_bits(kind: Kind) -> None:
    most = 4096 * 4096 if kind == Kind.IMAGE_AREA else 4 * 2048 * 2048
    assert 255 * most + most // 2 < 2**32


@pytest.mark.parametrize("kind", RESIZERS)
def test_the_same_size_is_the_same_image(cases: HostCases, kind: Kind) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (9, 13)).astype(np.uint8)
    assert np.array_equal(_run(cases, _grey(kind, pixels, (13, 9)))[..., 0], pixels)


def test_area_is_pillows_box_filter_to_one_level(cases: HostCases) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (60, 80)).astype(np.uint8)
    ours = _run(cases, _grey(Kind.IMAGE_AREA, pixels, (20, 15)))[..., 0].astype(int)
    pillows = np.asarray(Pillow.fromarray(pixels).resize((20, 15), Pillow.Resampling.BOX))
    assert np.abs(ours - pillows).max() <= 1


def test_grey_is_pillows(cases: HostCases) -> None:
    rgb = np.random.default_rng(3).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    rgb[0, 0] = 0, 52, 184  # exactly between two levels of grey
    asked = Image(
        Kind.IMAGE_AREA, RGB888, 1, False, (40, 40), None, (40, 40), (40, 40), 999,
        rgb.ravel(), IDENTITY,
    )  # fmt: skip
    assert np.array_equal(
        _run(cases, asked)[..., 0], np.asarray(Pillow.fromarray(rgb).convert("L"))
    )


@pytest.mark.parametrize(("form", "pixel"), [(RGB565_LE, b"\x1f\xf8"), (RGB565_BE, b"\xf8\x1f")])
def test_565_has_red_on_top_and_blue_below(cases: HostCases, form: int, pixel: bytes) -> None:
    frame = np.frombuffer(pixel, np.uint8)
    asked = Image(Kind.IMAGE_AREA, form, 3, False, (1, 1), None, (1, 1), (1, 1), 1, frame, IDENTITY)
    assert _run(cases, asked).ravel().tolist() == [255, 0, 255]


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    light=st.sampled_from([1, 255]),
)
@example(seed=0, height=20, width=20, light=255)
def test_centred_as_predict_centres_a_digit(
    cases: HostCases, seed: int, height: int, width: int, light: int
) -> None:
    glyph = np.random.default_rng(seed).integers(0, light, (height, width), endpoint=True)
    glyph = glyph.astype(np.uint8)
    glyph[height // 2, width // 2] = light  # an empty one is nothing to predict
    asked = _grey(Kind.IMAGE_AREA, glyph, (width, height), (28, 28))
    assert np.array_equal(_run(cases, asked)[..., 0], _centred(glyph.astype(float), (28, 28)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": 4},
        {"channels": 2},
        {"frame_size": (0, 4)},
        {"frame_size": (4097, 1)},
        {"crop": (1, 0, 4, 4)},
        {"crop": (0, 1, 4, 4)},
        {"crop": (65535, 0, 2, 2)},
        {"crop": (0, 0, 4, 0)},
        {"box": (0, 1)},
        {"box": (2049, 1), "target": (2049, 1)},
        {"target": (2049, 4)},
        {"target": (3, 4)},
        {"target": (4, 3)},
    ],
)
def test_wrong_parameters_are_seen(cases: HostCases, wrong: dict[str, object]) -> None:
    right = _grey(Kind.IMAGE_AREA, np.zeros((4, 4), np.uint8), (4, 4))
    assert len(cases.reply(right.request())) == 16
    assert cases.reply(dataclasses.replace(right, **wrong).request()) == b""  # type: ignore[arg-type]
