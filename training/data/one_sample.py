"""One file of a user's as samples like those of the data: a picture, sound, recording or array."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from codegen.samples.facts import DataInfo
from training.data.drawing import as_digit, as_garment, read_grey
from training.data.image_folder import COLOUR, GREY, IMAGE_FOLDER, STRETCH, read_image
from training.data.readers import csv_file
from training.data.readers.wav import read_wav
from training.data.sources import FASHION
from training.errors import DataError, first_line

_ARRAY = ".npy"
_WINDOWS_AT_MOST = 1000


def read(info: DataInfo, path: Path) -> np.ndarray:
    """Samples [N, *info.shape] of info.dtype: several where the file is longer than one.

    A picture is made as the training images were: digits as MNIST's, articles as Fashion-MNIST's,
    those of a folder as the folder's. A .npy has the samples themselves. Raises DataError.
    """
    if path.suffix.lower() == _ARRAY:
        return _array(info, path)
    if info.kind == "image":
        return _picture(info, path)[np.newaxis]
    if info.kind == "audio":
        pcm, _, _ = read_wav(path)
        return _windows(info, np.pad(pcm, (0, max(0, info.shape[0] - len(pcm)))))
    if info.kind in ("signal", "table"):
        table = csv_file.read(path)
        names = info.columns or table.names
        values = table.numbers([table.index(name, "the data's column") for name in names])
        return values if info.kind == "table" else _windows(info, values, path)
    raise DataError(f"{path}: the data are {info}; give a {_ARRAY} with such samples")


def _picture(info: DataInfo, path: Path) -> np.ndarray:
    height, width = info.shape[:2]
    colour = info.input_shape[2] != 1
    known = info.noun == "digit" or info.source == FASHION
    if info.source == IMAGE_FOLDER or colour or not known:
        return read_image(path, (height, width), COLOUR if colour else GREY, info.fit or STRETCH)
    made = as_garment if info.source == FASHION else as_digit
    return made(read_grey(path), (height, width))


def _windows(info: DataInfo, values: np.ndarray, path: Path | None = None) -> np.ndarray:
    """One after the other; what is left at the end is in none."""
    length = info.shape[0]
    if len(values) < length:
        raise DataError(f"{path}: {len(values)} rows, a sample has {length}; give a longer file")
    starts = range(0, len(values) - length + 1, length)[:_WINDOWS_AT_MOST]
    return np.stack([values[start : start + length] for start in starts])


def _array(info: DataInfo, path: Path) -> np.ndarray:
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path}: no .npy file that can be read ({first_line(error)})") from None
    if list(values.shape) == info.shape:
        values = values[np.newaxis]
    fits = np.can_cast(values.dtype, info.dtype, "same_kind")
    if list(values.shape[1:]) != info.shape or not fits:
        raise DataError(
            f"{path}: {values.dtype} of {list(values.shape)}, the data are {info}; give one such "
            "sample, or several"
        )
    found = values[:_WINDOWS_AT_MOST].astype(info.dtype)
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        raise DataError(f"{path}: NaN or infinity in it; fill it in")
    return found
