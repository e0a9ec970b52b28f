"""Samples as PNG files for a page, and a folder of labelled drawings that --data reads."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write

_NAME = re.compile(r"[^\w .+-]|^\.+")


def png(pixels: NDArray[np.uint8], side_most: int = 0) -> bytes:
    """uint8 [H, W] or [H, W, C] with C 1 or 3. side_most: larger ones are made smaller; 0: none."""
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if side_most:
        image.thumbnail((side_most, side_most))
    image.save(buffer, "png")
    return buffer.getvalue()


def save(folder: Path, label: str, content: bytes) -> Path:
    """Writes a drawing to <folder>/<label>/<number>.png. Raises CodegenError."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise CodegenError(f"a drawing for {label!r} that is no picture; send a PNG") from None
    name = _NAME.sub("_", label).strip()
    if not name:
        raise CodegenError(f"label {label!r}: no name for a folder; give letters or digits")
    try:
        (folder / name).mkdir(parents=True, exist_ok=True)
        numbers = [int(path.stem) for path in (folder / name).glob("*.png") if path.stem.isdigit()]
    except OSError as error:
        raise CodegenError(f"cannot write {folder / name}: {error.strerror}") from error
    path = folder / name / f"{max(numbers, default=-1) + 1:04}.png"
    atomic_write(path, content)
    return path
