"""What the images and labels of a build folder have to be like: schema.json.

The first images that a build folder gets say it (`infer`); all that come later, and what a device
is sent, are held to it (`require`), so that a data set that changed unseen, or digits unlike those
of the training, stop the run instead of spoiling it. Deleting the file accepts new data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError
from codegen.files.artifacts import SCHEMA
from codegen.files.manifest import atomic_write

PIXEL_MAX = 255
SKEW_LIMIT = 0.4  # MNIST inverted: 0.49, halved: 0.62; its two splits: 0.00004
_SKEW_IMAGES = 10  # fewer are too few to say that they are not of the same kind
_SKEW_IMAGES_AT_MOST = 2000  # evenly spaced, for classes may follow one another; 60,000 take 0.2 s
_RANGE_TOLERANCE = 32  # grey levels: what one brighter picture may add
_BINS = 8  # of grey levels; a single picture has too few pixels for more
_INK_AT_LEAST = 0.01  # share of the pixels without which there is no ink to compare
_CHUNK = 4096  # images; bincount widens what it is given to 8 B a pixel


class DataSchemaError(CodegenError):
    """Images or labels that are not what schema.json states, or a damaged schema.json."""


@dataclass(frozen=True)
class Schema:
    """source: what it was inferred from. shape: of an image, [H, W]. darkest, lightest: grey
    levels. labels: the classes' names. levels: how often each of 8 steps of grey occurs in the
    training images.
    """

    source: str
    shape: list[int]
    dtype: str
    darkest: int
    lightest: int
    labels: list[str]
    levels: list[int]

    def __str__(self) -> str:
        return (
            f"images {_sizes(self.shape)} {self.dtype}, grey levels {self.darkest} to "
            f"{self.lightest}, {len(self.labels)} classes, as in {self.source}"
        )

    def skew(self, images: NDArray[np.uint8]) -> float:
        """How far the grey levels are from those of the training images, 0 to 1."""
        return divergence(np.array(self.levels), count_levels(images))


def load(build_dir: Path) -> Schema | None:
    """The folder's schema, None if it has none yet. Raises DataSchemaError."""
    path = build_dir / SCHEMA
    try:
        return Schema(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise DataSchemaError(
            f"{path}: damaged ({error}); delete it and run `invoke data`"
        ) from None


def write(build_dir: Path, schema: Schema) -> None:
    atomic_write(build_dir / SCHEMA, (json.dumps(asdict(schema)) + "\n").encode())


def require(
    build_dir: Path,
    what: str,
    images: NDArray[Any],
    labels: NDArray[np.uint8],
    names: Sequence[str] | None = None,
) -> None:
    """Raises DataSchemaError unless images [N, H, W], labels [N] and the classes' names, if given,
    are as the folder's schema states, where it has one. what: where they are from, for the message.
    """
    schema = load(build_dir)
    if schema is None:
        return
    problem = _other_classes(schema, names or schema.labels) or _problem(schema, images, labels)
    if problem:
        path = build_dir / SCHEMA
        raise DataSchemaError(
            f"{what}: {problem}, as {path} states after {schema.source}; correct the data, or "
            f"delete {path} to accept them"
        )


def infer(
    source: str,
    train_images: NDArray[np.uint8],
    test_images: NDArray[np.uint8],
    labels: Sequence[str],
) -> Schema:
    """The schema of images uint8 [N, H, W]; labels: the classes' names."""
    return Schema(
        source=source,
        shape=list(train_images.shape[1:]),
        dtype=str(train_images.dtype),
        darkest=int(min(train_images.min(), test_images.min())),
        lightest=int(max(train_images.max(), test_images.max())),
        labels=list(labels),
        levels=_binned(count_levels(train_images)).tolist(),
    )


def count_levels(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How often each grey level stands in uint8 images, int64 [256]."""
    counts = np.zeros(PIXEL_MAX + 1, np.int64)
    for start in range(0, len(images), _CHUNK):
        counts += np.bincount(images[start : start + _CHUNK].ravel(), minlength=PIXEL_MAX + 1)
    return counts


def divergence(known: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """How different two counts of grey levels ([256] or [8]) are: 0 (same) to 1 (disjoint).

    Jensen-Shannon divergence, base 2 (Lin, 1991), of 8 steps of grey; the larger of that of all
    pixels, which shows an inversion, and that of those that are not the known images' most common
    grey, which shows a scaling of the little ink on much ground.
    """
    pair = [_binned(counts).astype(float) for counts in (known, other)]
    ink = [np.delete(counts, int(pair[0].argmax())) for counts in pair]
    inked = [
        part.sum() >= _INK_AT_LEAST * whole.sum() for part, whole in zip(ink, pair, strict=True)
    ]
    of_ink = _jensen_shannon(*ink) if all(inked) else float(any(inked))
    return max(_jensen_shannon(*pair), of_ink)


def _other_classes(schema: Schema, names: Sequence[str]) -> str:
    """What is wrong with the classes, "" if nothing is."""
    if list(names) == schema.labels:
        return ""
    return f"the classes are {', '.join(names)}, not {', '.join(schema.labels)}"


def _problem(schema: Schema, images: NDArray[Any], labels: NDArray[np.uint8]) -> str:
    """What is wrong with the images or labels, "" if nothing is."""
    if list(images.shape[1:]) != schema.shape:
        return f"the images are {_sizes(images.shape[1:])}, not {_sizes(schema.shape)}"
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        bad = ~np.isfinite(images).reshape(len(images), -1).all(axis=1)
        return f"image {int(bad.argmax())} has NaN or infinity among its pixels, not grey levels"
    if str(images.dtype) != schema.dtype:
        return f"the pixels are {images.dtype}, not {schema.dtype}"
    low, high = int(images.min()), int(images.max())
    if low < schema.darkest - _RANGE_TOLERANCE or high > schema.lightest + _RANGE_TOLERANCE:
        return f"the grey levels are {low} to {high}, not {schema.darkest} to {schema.lightest}"
    unknown = np.flatnonzero(labels >= len(schema.labels))
    if len(unknown):
        first = int(unknown[0])
        return f"the label of image {first} is {labels[first]}, not 0 to {len(schema.labels) - 1}"
    skew = schema.skew(images[:: max(1, len(images) // _SKEW_IMAGES_AT_MOST)])
    if len(images) >= _SKEW_IMAGES and skew > SKEW_LIMIT:
        return (
            f"the grey levels are inverted or scaled (divergence {skew:.2f} of 1, limit "
            f"{SKEW_LIMIT}), not those of the training images"
        )
    return ""


def _binned(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    binned: NDArray[np.int64] = counts.reshape(_BINS, -1).sum(axis=1)
    return binned


def _jensen_shannon(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    shares = [counts / counts.sum() for counts in (one, other)]
    middle = (shares[0] + shares[1]) / 2
    return float(
        sum(
            0.5 * (share[share > 0] * np.log2(share[share > 0] / middle[share > 0])).sum()
            for share in shares
        )
    )


def _sizes(shape: Iterable[int]) -> str:
    return "x".join(map(str, shape))
