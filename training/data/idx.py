"""Reader of IDX files, the format of MNIST: big-endian magic and sizes, then bytes in C order.

Magic: two zero bytes, one type code, one rank (yann.lecun.com, "the IDX file format"). MNIST and
its relatives use type 0x08 (uint8) only; every other type is refused by name.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from training.errors import DataError

_UINT8 = 0x08
_TYPE_NAMES = {0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
_GZIP_MAGIC = b"\x1f\x8b"


def parse_idx(content: bytes, name: str) -> np.ndarray:
    """Decode plain (not gzipped) IDX bytes to a read-only uint8 array; `name` is for errors."""
    if len(content) < 4:
        raise DataError(f"{name}: {len(content)} B is too short for an IDX header")
    zeros, type_code, rank = struct.unpack_from(">HBB", content)
    if zeros != 0 or rank == 0:
        raise DataError(f"{name}: not an IDX file (it starts with {content[:4].hex(' ')})")
    if type_code != _UINT8:
        found = _TYPE_NAMES.get(type_code, f"unknown type 0x{type_code:02x}")
        raise DataError(f"{name}: holds {found}; only uint8 (type 0x08) is supported")
    header_bytes = 4 + 4 * rank
    if len(content) < header_bytes:
        raise DataError(
            f"{name}: truncated in its header ({len(content)} B, {rank} sizes need {header_bytes})"
        )
    shape = struct.unpack_from(f">{rank}I", content, 4)
    expected = header_bytes + math.prod(shape)
    if len(content) != expected:
        state = "truncated" if len(content) < expected else "longer than its header says"
        sizes = "x".join(map(str, shape))
        raise DataError(f"{name}: {state}: {len(content)} B, shape {sizes} needs {expected} B")
    return np.frombuffer(content, np.uint8, offset=header_bytes).reshape(shape)


def read_idx(path: Path) -> np.ndarray:
    """Read an IDX file, gzipped or not (told by its content, not its name)."""
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP_MAGIC):
            content = gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: damaged gzip file ({error}); fetch it again") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from None
    return parse_idx(content, str(path))


def read_images(path: Path, height: int = 28, width: int = 28) -> np.ndarray:
    """Images uint8 [N, height, width], N >= 1."""
    images = read_idx(path)
    if images.ndim != 3 or images.shape[1:] != (height, width):
        raise DataError(
            f"{path}: shape {_sizes(images)}, images of Nx{height}x{width} are expected"
        )
    if len(images) == 0:
        raise DataError(f"{path}: holds no image")
    return images


def read_labels(path: Path, class_count: int = 10) -> np.ndarray:
    """Labels uint8 [N], each in [0, class_count)."""
    labels = read_idx(path)
    if labels.ndim != 1:
        raise DataError(f"{path}: shape {_sizes(labels)}, one label an image is expected")
    outside = np.flatnonzero(labels >= class_count)
    if len(outside):
        first = int(outside[0])
        raise DataError(
            f"{path}: label {labels[first]} at index {first} is outside 0..{class_count - 1}"
        )
    return labels


def _sizes(array: np.ndarray) -> str:
    return "x".join(map(str, array.shape))
