"""Golden vectors for the image: a few inputs and the scores that the oracle gives them.

Test digits where the model takes such; else made-up pixels, of which only the first are not zero,
so that vectors of a large input take no more flash than digits do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError
from codegen.host.oracle_child import answers
from codegen.model.int8_checks import is_plain
from codegen.model.pixels import pack_pixels, quantize_pixels
from codegen.model.tflite import Model
from codegen.samples.split import IMAGES

_COUNT = 3  # the first digits of MNIST take 104 to 211 B each
_MADE_UP_PIXELS = 255  # one run
_SEED = 7


@dataclass(frozen=True)
class GoldenVector:
    """pixels: packed, never empty. scores: int8, one for each output."""

    pixels: bytes
    scores: tuple[int, ...]


def make_golden_vectors(model: Model, digits: Path) -> list[GoldenVector]:
    """None for a model that is not plain: the device's self-test is for samples.

    digits: the .npz of the test split; it need not exist, or have images of the model's size.

    Raises CodegenError if the file is damaged, errors of oracle_child.answers.
    """
    if not is_plain(model):
        return []
    images = _images(digits, model.inputs[0].nbytes)
    quantized = quantize_pixels(model, images).reshape(len(images), *model.inputs[0].shape)
    # each from the start: a model with variables would remember the one before
    scores = answers(model, [quantized], resets=range(len(images)))[0]
    return [
        GoldenVector(pack_pixels(image.tobytes()) or bytes(2), tuple(row.reshape(-1).tolist()))
        for image, row in zip(images, scores, strict=True)
    ]


def _images(digits: Path, pixels_each: int) -> NDArray[np.uint8]:
    """uint8 [_COUNT, pixels_each]"""
    try:
        with digits.open("rb") as file, np.load(file) as arrays:
            if IMAGES in arrays:  # not data of another kind
                images: NDArray[np.uint8] = arrays[IMAGES][:_COUNT]
                if images.dtype == np.uint8 and images.size == _COUNT * pixels_each:
                    return images.reshape(_COUNT, pixels_each)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise CodegenError(f"{digits} is damaged ({error}); run `invoke train`") from error
    made_up = np.zeros((_COUNT, pixels_each), np.uint8)
    count = min(_MADE_UP_PIXELS, pixels_each)
    made_up[:, :count] = np.random.default_rng(_SEED).integers(0, 256, (_COUNT, count), np.uint8)
    return made_up
