"""Pictures of a digit become what MNIST has, whatever they were taken with."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.data.drawing import as_digit, as_text, read_grey
from training.errors import DataError

RNG = np.random.default_rng(1)


def drawn(width: int, height: int, place: tuple[int, int], size: int, line: int) -> np.ndarray:
    """A 4-like figure in black on white, `size` pixels high."""
    image = Image.new("L", (width, height), 255)
    left, top = place
    shape = [(0.1, 0), (0, 0.55), (0.6, 0.55)], [(0.5, 0.2), (0.5, 1)]
    for stroke in shape:
        points = [(left + x * size, top + y * size) for x, y in stroke]
        ImageDraw.Draw(image).line(points, fill=0, width=line, joint="curve")
    return np.asarray(image)


PLAIN = drawn(300, 300, (80, 50), 200, 22)


def shaded(picture: np.ndarray) -> np.ndarray:
    """As a photo: grey paper that is darker on one side, grainy, with the ink not quite black."""
    height, width = picture.shape
    paper = 215 - 70 * np.arange(width) / width - 30 * np.arange(height)[:, None] / height
    grain = RNG.normal(0, 5, picture.shape)
    return np.clip(paper * (0.35 + 0.65 * picture / 255) + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: 255 - picture,
        lambda picture: np.pad(picture, ((0, 400), (300, 0)), constant_values=255),
        lambda picture: np.kron(picture, np.ones((3, 3), np.uint8)),
        lambda picture: (picture // 4 + 130).astype(np.uint8),
        shaded,
    ],
    ids=["inverted", "off centre", "larger", "faint", "photo"],
)
def test_the_same_digit_is_seen(change: Callable[[np.ndarray], np.ndarray]) -> None:
    before, after = as_digit(PLAIN).astype(int), as_digit(change(PLAIN)).astype(int)
    # The centre of mass may fall on the other side of a pixel's edge.
    moved = [np.roll(after, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    assert min(np.abs(before - one).mean() for one in moved) < 5


def test_size_place_and_ground_are_mnists() -> None:
    seen = as_digit(PLAIN).astype(float)
    rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    for axis in (0, 1):
        amounts = seen.sum(axis=1 - axis)
        centre = (amounts * (np.arange(28) + 0.5)).sum() / amounts.sum()
        assert 14 <= centre < 15
    assert seen.max() == 255 and np.median(seen) == 0


def test_an_mnist_digit_stays_nearly_as_it_is() -> None:
    digit = as_digit(PLAIN)
    again = as_digit(digit)
    assert np.abs(digit.astype(int) - again).mean() < 3


def test_a_thin_pen_writes_as_thick_as_mnist() -> None:
    thin = as_digit(drawn(300, 300, (80, 50), 200, 2)).astype(int)
    assert thin.sum() > 0.6 * as_digit(PLAIN).sum()
    assert thin.max() == 255


def test_specks_are_no_part_of_the_digit() -> None:
    specked = PLAIN.copy()
    specked[280:284, 10:14] = 0
    specked[10:13, 290:293] = 0
    np.testing.assert_allclose(as_digit(specked), as_digit(PLAIN), atol=3)


def test_a_bar_that_does_not_touch_is_a_part_of_it() -> None:
    barred = PLAIN.copy()
    barred[20:34, 80:200] = 0
    assert as_digit(barred)[4:7].sum() > 3 * as_digit(PLAIN)[4:7].sum()


def test_other_sizes_keep_the_proportions() -> None:
    assert as_digit(PLAIN, (14, 14)).shape == (14, 14)
    assert as_digit(PLAIN, (32, 40)).any(axis=1).sum() == round(20 / 28 * 32)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_picture_is_refused(level: int) -> None:
    empty = np.full((100, 100), level, np.uint8)
    with pytest.raises(DataError, match="nothing is seen"):
        as_digit(empty)
    grain = np.clip(empty + RNG.normal(0, 2, empty.shape), 0, 255).astype(np.uint8)
    with pytest.raises(DataError, match="nothing is seen"):
        as_digit(grain)


def test_colour_transparency_and_16_bits_are_read(tmp_path: Path) -> None:
    red = np.zeros((8, 8, 4), np.uint8)
    red[2:4, 2:4] = (255, 0, 0, 255)
    Image.fromarray(red).save(tmp_path / "red.png")
    assert read_grey(tmp_path / "red.png")[[0, 3], [0, 3]].tolist() == [255, 76]
    deep = np.full((8, 8), 40000, np.uint16)
    deep[2:4, 2:4] = 300
    Image.fromarray(deep).save(tmp_path / "deep.png")
    assert read_grey(tmp_path / "deep.png")[[0, 3], [0, 3]].tolist() == [255, 0]


def png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PLAIN).save(buffer, "png")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "no image"),
        (b"text", "no image"),
        (png()[: len(png()) // 2], "cannot be read"),
        (png()[:60] + bytes(20) + png()[80:], "cannot be read"),
    ],
    ids=["absent", "empty", "text", "cut off", "damaged"],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "x.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=f"x.png: {message}") as caught:
        read_grey(path)
    assert "\n" not in str(caught.value)


def test_a_picture_of_too_many_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.png").write_bytes(png())
    for limit in (PLAIN.size - 1, 100):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(DataError, match=f"more than {limit:,} pixels"):
            read_grey(tmp_path / "x.png")


def test_text_shows_ink_and_nothing_else() -> None:
    pixels = np.array([[0, 255, 0], [0, 0, 0], [150, 0, 0]], np.uint8)
    assert as_text(pixels) == "  @@\n\n++"
