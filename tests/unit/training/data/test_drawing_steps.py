"""Each step from a picture to a digit, on arrays that are small enough to be reckoned by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from training.data import drawing
from training.errors import DataError

RNG = np.random.default_rng(3)


def test_deep_levels_fill_the_range() -> None:
    assert drawing._levels(np.array([[1000.0, 1300.0, 1500.0]])).tolist() == [[0, 153, 255]]
    assert drawing._levels(np.full((2, 2), 7.0)).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("seed", range(4))
def test_otsus_level_leaves_the_least_spread(seed: int) -> None:
    """Held to its definition: the variance within both classes, for each level by itself."""
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.normal(40, 10, 300), rng.normal(150, 25, 80 + 40 * seed)])
    counts, edges = np.histogram(values, 256)
    centres = (edges[:-1] + edges[1:]) / 2
    spread = {}
    for cut in range(1, 256):
        total = 0.0
        for part in (slice(None, cut), slice(cut, None)):
            if counts[part].sum():
                mean = np.average(centres[part], weights=counts[part])
                total += float((counts[part] * (centres[part] - mean) ** 2).sum())
        spread[cut] = total
    found = drawing._otsu(values)
    cut = int(np.argmin(np.abs(edges - found)))
    assert edges[cut] == found and spread[cut] == pytest.approx(min(spread.values()))


def test_otsu_of_one_level_is_none() -> None:
    assert drawing._otsu(np.full(9, 5.0)) == 0.0
    assert 0 < drawing._otsu(np.array([0.0, 0, 0, 9, 9])) < 9


def grid(text: str) -> np.ndarray:
    return np.array([[mark == "#" for mark in row] for row in text.split()])


def test_what_is_marked_grows_by_a_square() -> None:
    mask = grid("..... ..... ..#.. ..... .....")
    assert np.array_equal(drawing._grown(mask, 3), grid("..... .###. .###. .###. ....."))
    assert drawing._grown(mask, 5).all()
    assert not drawing._grown(np.zeros((3, 3), bool), 3).any()


def test_parts_touch_at_corners_too() -> None:
    mask = grid("#..## .#... ..#.. ....# ##..#")
    numbers = drawing._parts(mask)
    assert np.array_equal(numbers > 0, mask)
    parts = [[(0, 0), (1, 1), (2, 2), (3, 4), (4, 4)], [(0, 3), (0, 4)], [(4, 0), (4, 1)]]
    found = [{int(numbers[at]) for at in part} for part in parts]
    assert found[1] == {5} and found[2] == {22}  # the last place of each
    assert found[0] == {13, 25}  # (2, 2) and (3, 4) do not touch
    assert numbers[3, 4] == numbers[4, 4] == 25 and numbers[0, 0] == 13
    whole = drawing._parts(np.ones((3, 4), bool))
    assert (whole == 12).all()


def test_specks_go_and_what_is_beside_the_digit_stays() -> None:
    ink = np.zeros((12, 20))
    ink[2:6, 2:7] = 255  # 20 pixels of ink
    ink[1, 2] = 60  # at its edge: less than half ink, but beside it
    ink[9, 2:4] = 255  # a tenth of that: stays
    ink[9, 10] = 255  # less: a speck
    ink[9, 15] = 120  # less than half ink: no part at all
    cleaned = drawing._without_specks(ink)
    expected = ink.copy()
    expected[9, 10] = expected[9, 15] = 0
    assert np.array_equal(cleaned, expected)


@pytest.mark.parametrize("shape", [(128, 130), (129, 131), (63, 200)])
def test_large_pictures_are_cleaned_in_blocks(shape: tuple[int, int]) -> None:
    """Blocks of `step` pixels; the last row and column may be cut."""
    step = max(shape) // 64
    ink = np.zeros(shape)
    ink[20:60, 20:40] = 255
    ink[-1, -1] = 255  # a speck in the corner
    ink[20 - step, 20 - step] = 100  # in the block beside the part
    ink[20 - 2 * step - 1, 20] = 100  # two blocks from it
    cleaned = drawing._without_specks(ink)
    expected = ink.copy()
    expected[-1, -1] = 0
    expected[20 - 2 * step - 1, 20] = 0
    assert cleaned.shape == shape and np.array_equal(cleaned, expected)


def test_empty_sides_are_cut_off() -> None:
    light = np.zeros((6, 7))
    light[1, 2] = light[4, 5] = 26.4
    light[0, 0] = 25.5  # a tenth, not more
    light[5, 6] = 20
    light[2, 3] = 200.6
    found = np.asarray(drawing._cropped(light, 0.1))
    assert found.shape == (4, 4) and found.dtype == np.uint8
    assert found[0, 0] == found[3, 3] == 26 and found[1, 1] == 201


def line(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.full((height, width), 255, np.uint8))


@pytest.mark.parametrize(
    ("width", "height", "more"),
    # A tenth of the longer side, less what is there: 2 a pixel of edge.
    [
        (1, 100, 4),
        (1, 60, 2),
        (1, 39, 0),
        (1, 40, 1),
        (100, 2, 4),
        (4, 100, 3),
        (8, 100, 1),
        (40, 100, 0),
    ],
)
def test_thin_lines_become_as_thick_as_mnists(width: int, height: int, more: int) -> None:
    glyph = line(width, height)
    found = drawing._thick_enough(glyph)
    pixels = width * height
    inside = max(width - 2, 0) * max(height - 2, 0)
    stroke = 2 * pixels / (pixels - inside)
    assert more == max(0, int(0.1 * max(width, height) - stroke) // 2)
    assert found.size == (width + 2 * more, height + 2 * more)
    assert (np.asarray(found) == 255).all()
    if not more:
        assert found is glyph


def test_half_ink_is_no_line() -> None:
    glyph = np.zeros((100, 9), np.uint8)
    glyph[:, 4], glyph[:, 6:] = 255, 127
    found = np.asarray(drawing._thick_enough(Image.fromarray(glyph)))
    assert found.shape == (108, 17) and (found[:, 4:13] == 255).all()


def test_the_lightest_becomes_full_ink() -> None:
    assert drawing._stretched(np.array([[0.0, 51.0, 102.0]])).tolist() == [[0, 127.5, 255]]
    assert drawing._stretched(np.zeros((1, 2))).tolist() == [[0, 0]]
    assert drawing._stretched(np.array([[-4.0, 300.0]])).tolist() == [[0, 255]]
    assert drawing._stretched(np.array([[0.5]])).tolist() == [[127.5]]  # no more than 255 times


@pytest.mark.parametrize(
    ("amounts", "size", "left"),
    [
        ([1, 1], 8, 3),  # centre 1: 4 - 1
        ([1, 1, 1], 8, 3),  # centre 1.5: 2.5, and up
        ([1, 0, 0, 9], 8, 1),  # centre 3.2
        ([9, 0, 0, 1], 8, 4),  # 3.2, but no further than the edge: 8 - 4
        ([0, 0, 0, 0, 0, 0, 9, 1], 8, 0),  # as long as the picture
        ([1, 1], 9, 4),  # 3.5, and up
    ],
)
def test_the_centre_of_mass_is_in_the_centre(amounts: list[int], size: int, left: int) -> None:
    glyph = 25.0 * np.array([amounts])
    for turned in (False, True):
        one, extents = (glyph.T, (size, 1)) if turned else (glyph, (1, size))
        found = drawing._centred(one, extents)
        found = found.T if turned else found
        expected = np.zeros((1, size), np.uint8)
        expected[0, left : left + len(amounts)] = glyph
        assert found.tolist() == expected.tolist()


def garment(ground: int, article: int) -> np.ndarray:
    picture = np.full((40, 30), ground, np.uint8)
    picture[10:30, 12:18] = article
    picture[0, :3] = 255 - ground  # less than half of the border
    picture[0, :3] = ground
    return picture


@pytest.mark.parametrize(
    ("ground", "article", "light"), [(255, 155, 100), (0, 90, 90), (100, 40, 60)]
)
def test_an_article_is_as_long_as_the_picture(ground: int, article: int, light: int) -> None:
    found = drawing.as_garment(garment(ground, article), (28, 56))
    assert found.shape == (28, 56) and found.dtype == np.uint8
    columns = np.flatnonzero(found.any(axis=0))
    assert found.any(axis=1).all() and len(columns) == round(28 * 6 / 20)
    assert abs((columns[0] + columns[-1] + 1) / 2 - 28) <= 0.5
    assert found.max() == light


def test_an_article_has_to_stand_out() -> None:
    seen = drawing.as_garment(garment(100, 124))
    assert seen.any() and seen.shape == (28, 28)
    with pytest.raises(DataError, match="nothing is seen"):
        drawing.as_garment(garment(100, 123))


def test_what_hardly_differs_from_the_ground_is_trimmed() -> None:
    picture = garment(0, 200)
    picture[5, 15] = 12  # less than a twentieth
    assert np.array_equal(drawing.as_garment(picture), drawing.as_garment(garment(0, 200)))
    picture[5, 15] = 14
    assert not np.array_equal(drawing.as_garment(picture), drawing.as_garment(garment(0, 200)))


@pytest.mark.parametrize("turned", [False, True])
def test_each_side_of_the_border_counts_for_the_ground(turned: bool) -> None:
    picture = np.zeros((9, 9), np.uint8)
    picture[4, 4] = 255
    picture[0] = picture[-1] = 90  # with the corners more than half
    assert drawing.as_garment(picture.T if turned else picture).max() < 170  # else 255


INK = np.zeros((60, 60), np.uint8)
INK[20:40, 25:35] = 200


@pytest.mark.parametrize("ground", [0, 50])
def test_ink_is_full_and_the_ground_is_black(ground: int) -> None:
    for picture in (INK + ground, 255 - (INK + ground)):
        found = drawing._on_black(picture.astype(np.uint8))
        assert found.shape == (60, 60)
        assert found[20:40, 25:35].min() > 240
        assert found[:15].max() == found[45:].max() == found[:, :20].max() == 0


@pytest.mark.parametrize(("level", "is_seen"), [(23, False), (24, True)])
def test_ink_has_to_stand_out(level: int, is_seen: bool) -> None:
    picture = (INK // 200 * level + 100).astype(np.uint8)
    if is_seen:
        assert drawing._on_black(picture).max() == 255
    else:
        with pytest.raises(DataError, match="nothing is seen"):
            drawing._on_black(picture)


def test_large_pictures_are_worked_on_smaller_and_without_grain() -> None:
    large = np.kron(INK, np.ones((20, 20), np.uint8))
    assert drawing._on_black(large).shape == (400, 400)
    grainy = np.kron(INK, np.ones((5, 5), np.uint8)).copy()
    grainy[RNG.random(grainy.shape) < 0.02] = 255  # dust on dark paper does not turn it light
    assert np.median(drawing._on_black(grainy)) == 0


def test_shade_is_ground() -> None:
    shade = np.tile(np.linspace(0, 50, 60), (60, 1))
    found = drawing._on_black(np.clip(INK + shade, 0, 255).astype(np.uint8))
    assert found[20:40, 25:35].min() > 200
    assert found[:15, 20:].max() < 60
