"""Any picture of one dark or light digit as MNIST would have it: 28x28, light ink, centred by mass.

The end is MNIST's own recipe: the digit is scaled into a 20x20 box, keeping its proportions, and
placed with its centre of mass at the centre of 28x28 (LeCun et al., Gradient-Based Learning Applied
to Document Recognition, 1998, section III.A). What comes before is for photos, scans and drawings:
grey, polarity, background, specks, thin pens.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from codegen.model.pixels import PIXEL_MAX
from training.errors import DataError

BOX_SHARE = 20 / 28
MIN_CONTRAST = 24  # grey levels between ground and ink, of 255
_NOTHING_SEEN = (
    f"nothing is seen: object and ground differ by less than {MIN_CONTRAST} of 255 grey levels; "
    "take a picture with more contrast"
)
_GARMENT_EDGE = 0.05  # of the grey levels: what differs less from the ground is trimmed ...
_INK_EDGE = 0.1  # ... and of ink on black
_WORK_SIDE = 400  # pixels; more tells nothing about 20x20
_GROUND_SIDE = 64  # the ground is estimated on so coarse a picture ...
_GROUND_REACH = 15  # ... as what is left by lines thinner than this
_MIN_PART = 0.1  # parts with less than this share of the largest part's ink are specks
_STROKE_SHARE = 0.1  # MNIST's lines are about 2 pixels wide in the box of 20
_GLYPH_SIDE = 160  # of the cropped digit while lines are made thicker


def read_grey(path: Path) -> np.ndarray:
    """A picture as grey levels uint8 [H, W], turned as its camera says, on white if transparent.

    Raises DataError if it is not there, no image, damaged, or of more than 89 million pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                image: Image.Image = ImageOps.exif_transpose(file)
                if image.mode.startswith(("I", "F")):  # 16 bits and more
                    return _levels(np.asarray(image, np.float64))
                if "A" in image.getbands() or "transparency" in image.info:
                    over = image.convert("RGBA")
                    image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
                return np.asarray(image.convert("L"))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except UnidentifiedImageError:
        raise DataError(
            f"{path}: no image; give a PNG, JPEG or another that Pillow reads"
        ) from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise DataError(
            f"{path}: more than {Image.MAX_IMAGE_PIXELS:,} pixels; give a smaller picture"
        ) from None
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow's decoders raise
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path}: cannot be read ({reason}); save the picture again") from None


def as_digit(grey: np.ndarray, size: tuple[int, int] = (28, 28)) -> np.ndarray:
    """The digit in grey levels uint8 [H, W] as MNIST would have it: uint8 [*size], ink light.

    Raises DataError if ink and ground differ by less than MIN_CONTRAST levels anywhere.
    """
    ink = _on_black(grey)
    ink = _without_specks(ink)
    box = round(BOX_SHARE * min(size))
    glyph = _cropped(ink, _INK_EDGE)
    glyph.thumbnail((_GLYPH_SIDE, _GLYPH_SIDE), Image.Resampling.BOX)
    glyph = _thick_enough(glyph)
    width, height = glyph.size
    scale = box / max(width, height)
    fitted = glyph.resize(
        (max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.LANCZOS
    )
    return _centred(_stretched(np.asarray(fitted, np.float64)), size)


def as_garment(grey: np.ndarray, size: tuple[int, int] = (28, 28)) -> np.ndarray:
    """The article in grey levels uint8 [H, W] as Fashion-MNIST would have it: uint8 [*size].

    On black, trimmed, its longer side as long as the picture, in the middle (Xiao et al.,
    Fashion-MNIST, 2017, section 2). Raises DataError if nothing stands out from the ground.
    """
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ground = float(np.median(border))
    light = np.abs(grey.astype(np.float64) - ground)  # on white: the negative
    if light.max() < MIN_CONTRAST:
        raise DataError(_NOTHING_SEEN)
    article = _cropped(light, _GARMENT_EDGE)
    return np.asarray(ImageOps.pad(article, size[::-1], Image.Resampling.LANCZOS))


def as_text(pixels: np.ndarray) -> str:
    """uint8 [H, W] as lines of text, two characters a pixel, for a light or dark terminal."""
    ramp = np.array(list(" .:-=+*#%@"))
    rows = ramp[pixels.astype(int) * (len(ramp) - 1) // PIXEL_MAX]
    return "\n".join("".join(np.repeat(row, 2)).rstrip() for row in rows)


def _levels(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    levels: np.ndarray = np.rint((values - low) * (PIXEL_MAX / max(high - low, 1e-9)))
    return levels.astype(np.uint8)


def _on_black(grey: np.ndarray) -> np.ndarray:
    """float64 [H, W], 0 where the ground is, 255 for full ink."""
    image = Image.fromarray(grey)
    image.thumbnail((_WORK_SIDE, _WORK_SIDE), Image.Resampling.BOX)
    smooth = np.asarray(image.filter(ImageFilter.MedianFilter(3)) if image.width > 100 else image)
    ground_level = float(np.median(smooth))
    if smooth.max() - ground_level < ground_level - smooth.min():
        image = ImageOps.invert(image)

    coarse = image.copy()
    coarse.thumbnail((_GROUND_SIDE, _GROUND_SIDE), Image.Resampling.BOX)
    ground = coarse.filter(ImageFilter.MinFilter(_GROUND_REACH))
    ground = ground.filter(ImageFilter.MaxFilter(_GROUND_REACH))
    ground = ground.filter(ImageFilter.GaussianBlur(2)).resize(
        image.size, Image.Resampling.BILINEAR
    )
    ink = np.clip(np.asarray(image, np.float64) - np.asarray(ground), 0, None)

    written = ink > _otsu(ink)
    if not written.any() or np.median(ink[written]) < MIN_CONTRAST:
        raise DataError(_NOTHING_SEEN)
    empty = ~_grown(written, 5)
    floor = float(np.percentile(ink[empty], 99)) if empty.any() else 0.0
    full = max(float(np.median(ink[written])), floor + 1)
    ink = (ink - floor) * (PIXEL_MAX / (full - floor))
    return np.clip(ink, 0, PIXEL_MAX)


def _otsu(values: np.ndarray) -> float:
    """The level that parts `values` into two classes with the least spread (Otsu, 1979)."""
    counts, edges = np.histogram(values, 256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = values.size - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return float(edges[1 + int(np.nanargmax(between))]) if np.isfinite(between).any() else 0.0


def _grown(mask: np.ndarray, size: int) -> np.ndarray:
    grown = Image.fromarray(mask.astype(np.uint8) * PIXEL_MAX).filter(ImageFilter.MaxFilter(size))
    return np.asarray(grown) > 0


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """Ink of connected parts that are no specks, and of what is right beside them."""
    step = max(1, max(ink.shape) // _GROUND_SIDE)
    padded = np.pad(ink, [(0, -side % step) for side in ink.shape])
    rows, columns = padded.shape[0] // step, padded.shape[1] // step
    blocks = padded.reshape(rows, step, columns, step)
    parts = _parts(blocks.max(axis=(1, 3)) > PIXEL_MAX / 2)
    ink_of_parts = np.where(parts, blocks.sum(axis=(1, 3)), 0)
    amounts = np.bincount(parts.ravel(), ink_of_parts.ravel())
    kept = (amounts >= _MIN_PART * amounts.max())[parts] & (parts > 0)
    near = np.kron(_grown(kept, 3), np.ones((step, step), bool))[: ink.shape[0], : ink.shape[1]]
    cleaned: np.ndarray = np.where(near, ink, 0)
    return cleaned


def _parts(mask: np.ndarray) -> np.ndarray:
    """Numbers from 1 on for the connected parts of a mask (8 neighbours), 0 elsewhere."""
    numbers = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        padded = np.pad(numbers, 1)
        shifted = [
            padded[y : y + mask.shape[0], x : x + mask.shape[1]] for y in range(3) for x in range(3)
        ]
        spread = np.where(mask, np.max(shifted, axis=0), 0)
        if np.array_equal(spread, numbers):
            return numbers
        numbers = spread


def _cropped(light: np.ndarray, edge: float) -> Image.Image:
    """Without the rows and columns at the sides that are nowhere lighter than `edge`, of 1."""
    seen = light > edge * PIXEL_MAX
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    part = light[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Image.fromarray(np.rint(part).astype(np.uint8))


def _thick_enough(glyph: Image.Image) -> Image.Image:
    """Lines thinner than MNIST's are made as thick; others stay."""
    mask = np.asarray(glyph) > PIXEL_MAX / 2
    eroded = ~_grown(~np.pad(mask, 1), 3)[1:-1, 1:-1]
    edge = int((mask & ~eroded).sum())
    stroke = 2 * int(mask.sum()) / max(edge, 1)  # a line of length n has about 2 n edge pixels
    missing = int(_STROKE_SHARE * max(glyph.size) - stroke) // 2
    if missing < 1:
        return glyph
    wider = Image.new("L", (glyph.width + 2 * missing, glyph.height + 2 * missing))
    wider.paste(glyph, (missing, missing))
    return wider.filter(ImageFilter.MaxFilter(2 * missing + 1))


def _stretched(glyph: np.ndarray) -> np.ndarray:
    return np.clip(glyph * (PIXEL_MAX / max(float(glyph.max()), 1.0)), 0, PIXEL_MAX)


def _centred(glyph: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The glyph on black, its centre of mass in the centre, as whole pixels and the edge allow."""
    canvas = np.zeros(size, np.uint8)
    place = []
    for axis in (0, 1):
        amounts = glyph.sum(axis=1 - axis)
        centre = float((amounts * (np.arange(len(amounts)) + 0.5)).sum() / amounts.sum())
        start = math.ceil(size[axis] / 2 - centre)  # where MNIST's digits are, 0 to 1 pixel on
        place.append(min(max(start, 0), size[axis] - len(amounts)))
    top, left = place
    canvas[top : top + glyph.shape[0], left : left + glyph.shape[1]] = np.rint(glyph)
    return canvas
