"""The digits that are sent and what the oracle says to them."""

import math
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from codegen.files import data_schema
from codegen.files.artifacts import DATA_INFO, INT8_MODEL, ORACLE_SCORES, TEST_SPLIT
from codegen.files.manifest import sha256_file
from codegen.model.int8_checks import check_plain, takes_pixels
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from codegen.samples.facts import DataInfo
from codegen.samples.split import IMAGES, LABELS
from harness.errors import HarnessError

# What numpy raises for a file that is no .npz, or not a whole one.
_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile)


@dataclass(frozen=True)
class Digits:
    """The first `count` digits of a test split."""

    images: NDArray[np.uint8]  # [count, ...] pixels
    quantized: NDArray[np.int8]  # [count, input_bytes], as the model's input tensor takes them
    labels: NDArray[np.uint8]  # [count]
    oracle_scores: NDArray[np.int8]  # [count, output_bytes]
    oracle: str  # who gave them
    noun: str = "digit"  # what one is called

    def __len__(self) -> int:
        return len(self.images)


def takes_digits(build_dir: Path) -> bool:
    """Whether build_dir holds digits that are inputs of its model. Raises HarnessError or
    CodegenError."""
    if not holds_images(build_dir):
        return False
    (images,) = _load(build_dir / TEST_SPLIT, IMAGES)
    model = Model.read(build_dir / INT8_MODEL)
    # A stateful model's samples are in sequences, each from the first state on.
    return not model.is_stateful and takes_pixels(model, math.prod(images.shape[1:]))


def holds_images(build_dir: Path) -> bool:
    """Whether the test split is of images with a class each, as far as its file can be read."""
    path = build_dir / TEST_SPLIT
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            return IMAGES in arrays
    except FileNotFoundError:
        return False
    except _DAMAGED:
        return True  # _load says so


def load_digits(build_dir: Path, count: int | None) -> Digits:
    """The first `count` digits of build_dir/digits.npz (None: all), with the oracle's scores.

    The scores come from oracle.npz if that belongs to this very model and these very digits, else
    they are computed. Raises HarnessError or CodegenError, also for digits that are not like the
    training images (schema.json).
    """
    path = build_dir / TEST_SPLIT
    images, labels = _load(path, IMAGES, LABELS)
    if images.dtype != np.uint8 or len(images) != len(labels) or not len(images):
        raise HarnessError(f"{path} does not hold uint8 images with one label each")
    if count is not None and not 1 <= count <= len(images):
        raise HarnessError(
            f"--count {count}: {path} holds {len(images)} digits; choose 1 to {len(images)}, or all"
        )
    images, labels = images[:count], labels[:count]
    data_schema.require(build_dir, str(path), images, labels)

    # here, for its interpreter takes a while to import
    from codegen.host.scores import oracle_name, oracle_scores

    model = Model.read(build_dir / INT8_MODEL)
    check_plain(model)
    quantized = quantize_pixels(model, images).reshape(len(images), -1)
    scores = _recorded_scores(build_dir, path, model)
    if scores is None:
        scores = oracle_scores(model, quantized)
    noun = DataInfo.load(build_dir).noun if (build_dir / DATA_INFO).is_file() else "digit"
    return Digits(images, quantized, labels, scores[: len(images)], oracle_name(model), noun)


def _load(path: Path, *names: str) -> list[NDArray[np.uint8]]:
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            return [arrays[name] for name in names]
    except FileNotFoundError:
        raise HarnessError(f"{path} is missing; run `invoke train` first") from None
    except _DAMAGED as error:
        raise HarnessError(f"{path} is damaged ({error}); run `invoke train`") from error


def _recorded_scores(build_dir: Path, digits: Path, model: Model) -> NDArray[np.int8] | None:
    """The scores that evaluation recorded, or None if they belong to something else."""
    try:
        with (build_dir / ORACLE_SCORES).open("rb") as file, np.load(file) as arrays:
            fresh = str(arrays["model_sha256"]) == model.sha256 and str(
                arrays["digits_sha256"]
            ) == sha256_file(digits)
            return np.asarray(arrays["scores"]) if fresh else None
    except _DAMAGED:
        return None
