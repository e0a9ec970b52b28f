"""Reader of a user's own images: one folder a class, PNG or JPEG of any size."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from training.data import folders
from training.data.options import FITS, DataOptions
from training.data.samples import DataSet, Rows, Samples
from training.data.splits import by_file
from training.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg")
IMAGE_FOLDER = "image-folder"  # the source whose images are nothing but resized
SIZE = 28
GREY, COLOUR = 1, 3
STRETCH, CROP = FITS
# One each to train, to hold out and to test.
IMAGES_PER_CLASS_AT_LEAST = 3
_WHAT = "PNG or JPEG images"
_PROPORTION_TOLERANCE = 0.05  # a stretch by less is not seen


def read(directory: Path, options: DataOptions) -> DataSet:
    """Images uint8 [N, H, W], in colour [N, H, W, 3]; all are stretched to one size."""
    options.refuse_all_but(directory, "a folder of images", "--image-size", "--channels", "--fit")
    size = options.size or (SIZE, SIZE)
    channels = options.channels or GREY
    fit = options.fit or STRETCH
    found = folders.class_files(directory, SUFFIXES, _WHAT, IMAGES_PER_CLASS_AT_LEAST)
    images = np.stack([read_image(path, size, channels, fit) for path in found.each()])
    train, test = by_file(Samples(Rows.all_of(images), found.labels), found.is_test)
    return DataSet(
        source=IMAGE_FOLDER,
        path=directory,
        files={directory.name: digest(directory)},
        kind="image",
        train=train,
        test=test,
        task=options.of_folders(directory),
        labels=found.names,
        unit="level",
        notes=(_how_resized(found.paths, size, channels, fit),),
        fit=fit,
    )


def read_image_folder(directory: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Images uint8 [N, 28, 28], labels uint8 [N] and the classes' names, which are the folders'.

    Each image is made grey and resized to 28x28, its proportions not kept; what is transparent
    becomes white. Raises DataError for fewer than two classes, a class with too few images, an
    unreadable image.
    """
    found = folders.class_files(directory, SUFFIXES, _WHAT, IMAGES_PER_CLASS_AT_LEAST)
    images = np.stack([read_image(path) for path in found.each()])
    return images, found.labels, list(found.names)


def digest(directory: Path) -> str:
    """sha256 over the names and contents of all images that `read` reads."""
    return folders.digest(directory, SUFFIXES)


def read_image(
    path: Path, size: tuple[int, int] = (SIZE, SIZE), channels: int = GREY, fit: str = STRETCH
) -> np.ndarray:
    """A PNG or JPEG as it is trained on: resized to uint8 [*size], or [*size, 3] in colour. fit:
    stretched, or cropped to the proportions of `size`, the middle kept.

    Raises DataError, for an image of more than 89 million pixels before it is decoded.
    """
    height, width = size
    convert = _grey if channels == GREY else _colour
    try:
        with _opened(path) as image:
            flat = convert(ImageOps.exif_transpose(image))
            if fit == CROP:
                return np.asarray(ImageOps.fit(flat, (width, height), Image.Resampling.BOX))
            return np.asarray(flat.resize((width, height), Image.Resampling.BOX), np.uint8)
    except (OSError, ValueError, SyntaxError) as error:
        reason = "no PNG or JPEG inside" if isinstance(error, UnidentifiedImageError) else error
        raise DataError(f"{path}: damaged ({reason}); replace or remove it") from None


def _opened(path: Path) -> Image.Image:
    """Only the header is read here, and it has the size."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(folders.content(path)), formats=("PNG", "JPEG"))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise DataError(
            f"{path}: more than {Image.MAX_IMAGE_PIXELS:,} pixels; make it smaller or remove it"
        ) from None


def _how_resized(paths: list[Path], size: tuple[int, int], channels: int, fit: str) -> str:
    height, width = size
    shapes: Counter[tuple[int, int]] = Counter()
    for path in paths:
        with _opened(path) as image:
            turned = image.getexif().get(0x0112, 1) >= 5  # a quarter: 5 to 8 in Exif
            shapes[image.size[::-1] if turned else image.size] += 1
    changed = sum(
        count
        for (wide, high), count in shapes.items()
        if abs(wide / high / (width / height) - 1) > _PROPORTION_TOLERANCE
    )
    sides = [sorted(side) for side in zip(*shapes, strict=True)]
    smallest, largest = (f"{sides[1][end]}x{sides[0][end]}" for end in (0, -1))
    sizes = smallest if smallest == largest else f"{smallest} to {largest}"
    to = f"{height}x{width} {'grey' if channels == GREY else 'RGB'}"
    if not changed:
        return f"images of {sizes} are resized to {to}"
    if fit == CROP:
        how = "cropped, the middle kept, and resized"
        effect = f"{changed} of {len(paths)} lose an edge; --fit stretch loses nothing"
    else:
        how = "stretched"
        effect = f"nothing is cropped; the proportions of {changed} of {len(paths)} change"
        effect += "; --fit crop keeps them"
    return f"images of {sizes} are {how} to {to}, {effect}"


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits; convert() would cut them off at 255
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return _on_white(image).convert("L")


def _colour(image: Image.Image) -> Image.Image:
    return (_grey(image) if image.mode.startswith("I") else _on_white(image)).convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    colours = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), colours)
