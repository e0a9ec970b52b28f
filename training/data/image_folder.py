"""Reader of a user's own images: one folder a class, PNG or JPEG of any size."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from training.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg")
SIZE = 28
# One each to train, to hold out and to test.
IMAGES_PER_CLASS_AT_LEAST = 3
CLASSES_AT_MOST = 256  # labels are uint8


def class_folders(directory: Path) -> list[Path]:
    """The folders in `directory`, hidden ones left out: numbers by value, then names."""
    if not directory.is_dir():
        return []
    folders = [
        path for path in directory.iterdir() if path.is_dir() and not path.name.startswith(".")
    ]
    return sorted(folders, key=lambda path: (_number(path.name), path.name))


def _number(name: str) -> float:
    return int(name) if name.isdecimal() else float("inf")


def read_image_folder(directory: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Images uint8 [N, 28, 28], labels uint8 [N] and the classes' names, which are the folders'.

    Each image is made grey and resized to 28x28, its proportions not kept; what is transparent
    becomes white. Raises DataError for fewer than two classes, a class with too few images, an
    unreadable image.
    """
    folders = class_folders(directory)
    if not 2 <= len(folders) <= CLASSES_AT_MOST:
        names = f" ({folders[0].name})" if len(folders) == 1 else ""
        raise DataError(
            f"{directory}: {len(folders)} class{'es' * (len(folders) != 1)}{names}; 2 to "
            f"{CLASSES_AT_MOST} folders with images are needed, one a class"
        )
    paths = [_image_paths(folder) for folder in folders]
    for folder, found in zip(folders, paths, strict=True):
        if len(found) < IMAGES_PER_CLASS_AT_LEAST:
            raise DataError(
                f"{folder}: {len(found)} PNG or JPEG images; a class needs at least "
                f"{IMAGES_PER_CLASS_AT_LEAST}: add some or remove the folder"
            )
    images = np.stack([read_image(path) for found in paths for path in found])
    labels = np.repeat(np.arange(len(folders)), [len(found) for found in paths])
    return images, labels.astype(np.uint8), [folder.name for folder in folders]


def digest(directory: Path) -> str:
    """sha256 over the names and contents of all images that `read_image_folder` reads."""
    total = hashlib.sha256()
    for folder in class_folders(directory):
        for path in _image_paths(folder):
            total.update(path.relative_to(directory).as_posix().encode() + b"\0")
            total.update(hashlib.sha256(_content(path)).digest())
    return total.hexdigest()


def _image_paths(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from None


def read_image(path: Path, size: tuple[int, int] = (SIZE, SIZE)) -> np.ndarray:
    """A PNG or JPEG as it is trained on: grey, resized to uint8 [*size]. Raises DataError."""
    height, width = size
    try:
        with Image.open(io.BytesIO(_content(path)), formats=("PNG", "JPEG")) as image:
            grey = _grey(ImageOps.exif_transpose(image))
            return np.asarray(grey.resize((width, height), Image.Resampling.BOX), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = "no PNG or JPEG inside" if isinstance(error, UnidentifiedImageError) else error
        raise DataError(f"{path}: damaged ({reason}); replace or remove it") from None


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits; convert() would cut them off at 255
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        colours = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), colours)
    return image.convert("L")
