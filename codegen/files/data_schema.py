"""What the samples and labels of a build folder have to be like: schema.json.

The first samples that a build folder gets say it (`infer`); all that come later, and what a device
is sent, are held to it (`require`), so that a data set that changed unseen, or samples unlike those
of the training, stop the run instead of spoiling it. Deleting the file accepts new data; so does
reading them in another way, which the user has to ask for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError
from codegen.files.artifacts import SCHEMA
from codegen.files.manifest import atomic_write

_LEVEL_MAX = 255  # of uint8, in which values are counted
SKEW_LIMIT = 0.4  # MNIST inverted: 0.49, halved: 0.62; its two splits: 0.00004
SKEW_SAMPLES = 10  # fewer are too few to say that they are not of the same kind
_SKEW_IMAGES_AT_MOST = 2000  # evenly spaced, for classes may follow one another; 60,000 take 0.2 s
_RANGE_TOLERANCE = 32  # grey levels: what one brighter picture may add
_BINS = 8  # of grey levels; a single picture has too few pixels for more
_INK_AT_LEAST = 0.01  # share of the pixels without which there is no ink to compare
_CHUNK = 4096  # images; bincount widens what it is given to 8 B a pixel
_CHUNK_VALUES = 1 << 22
_WITH_CHANNELS = ("signal", "table")  # the last axis; each has a range of its own


class DataSchemaError(CodegenError):
    """Images or labels that are not what schema.json states, or a damaged schema.json."""


@dataclass(frozen=True)
class Schema:
    """source: what it was inferred from. shape: of a sample, [H, W] of a grey image. darkest,
    lightest: grey levels of images, the smallest and the largest value of other kinds. labels: the
    classes' names. levels: how often each of 8 steps of grey, or of a channel's range, occurs in
    the training samples. kind: image, signal, audio, table or tensor. ranges: [low, high] of each
    channel, none for grey levels, which are 0 to 255. reading: the options by which the files were
    read, by their flags.
    """

    source: str
    shape: list[int]
    dtype: str
    darkest: float
    lightest: float
    labels: list[str]
    levels: list[int]
    kind: str = "image"
    ranges: list[list[float]] = field(default_factory=list)
    reading: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        classes = f", {len(self.labels)} classes" if self.labels else ""
        return (
            f"{self.noun}s {_sizes(self.shape)} {self.dtype}, {self.values} {self.darkest:.6g} to "
            f"{self.lightest:.6g}{classes}, as in {self.source}"
        )

    @property
    def noun(self) -> str:
        return noun(self.kind)

    @property
    def values(self) -> str:
        """What a sample is made of, in words."""
        return values(self.kind)

    def skew(self, images: NDArray[Any]) -> float:
        """How far the values are from those of the training samples, 0 to 1."""
        return divergence(np.array(self.levels), count_levels(images, self.ranges))


def noun(kind: str) -> str:
    """What a sample of this kind is called."""
    return "image" if kind == "image" else "sample"


def values(kind: str) -> str:
    """What a sample of this kind is made of."""
    return "grey levels" if kind == "image" else "values"


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
    images: Any,
    labels: NDArray[Any] | None,
    names: Sequence[str] | None = None,
) -> None:
    """Raises DataSchemaError unless images [N, H, W], or other samples, labels [N] and the classes'
    names, if given, are as the folder's schema states, where it has one. what: where they are from,
    for the message. Samples may be any that have `shape` and `dtype` and give an array for a slice;
    labels are None where the targets are no classes.
    """
    schema = load(build_dir)
    if schema is None:
        return
    problem = _other_classes(schema, schema.labels if names is None else names) or _problem(
        schema, images, labels
    )
    if problem:
        path = build_dir / SCHEMA
        raise DataSchemaError(
            f"{what}: {problem}, as {path} states after {schema.source}; correct the data, or "
            f"delete {path} to accept them"
        )


def infer(
    source: str,
    train_images: Any,
    test_images: Any,
    labels: Sequence[str],
    kind: str = "image",
    reading: Mapping[str, str] | None = None,
) -> Schema:
    """The schema of uint8 images [N, H, W], or of samples of another kind; labels: the classes'
    names. reading: the options by which they were read."""
    both = [value_ranges(samples, kind) for samples in (train_images, test_images)]
    low, high = np.minimum(both[0][0], both[1][0]), np.maximum(both[0][1], both[1][1])
    ranges = [] if kind == "image" else np.stack([low, high], axis=1).tolist()
    return Schema(
        source=source,
        shape=list(train_images.shape[1:]),
        dtype=str(train_images.dtype),
        darkest=low.min().item(),
        lightest=high.max().item(),
        labels=list(labels),
        levels=_binned(count_levels(train_images, ranges)).tolist(),
        kind=kind,
        ranges=ranges,
        reading=dict(reading or {}),
    )


def value_ranges(samples: Any, kind: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Smallest and largest value of each channel of a table or signal, of all values of others."""
    parts = [_by_channel(part, kind in _WITH_CHANNELS) for part in chunks(samples)]
    if parts[0].dtype == bool:
        parts = [part.astype(np.uint8) for part in parts]
    return (
        np.min([part.min(axis=0) for part in parts], axis=0),
        np.max([part.max(axis=0) for part in parts], axis=0),
    )


def count_levels(images: Any, ranges: Sequence[Sequence[float]] = ()) -> NDArray[np.int64]:
    """How often each grey level stands in uint8 images, int64 [256].

    With ranges [low, high], one for all values or one a channel, the levels are 256 steps of those;
    what is outside counts as the nearest.
    """
    counts = np.zeros(_LEVEL_MAX + 1, np.int64)
    for part in chunks(images):
        if ranges:
            low, high = np.array(ranges, np.float64).T
            scale = _LEVEL_MAX / np.where(high > low, high - low, 1)
            scaled = (_by_channel(part, len(ranges) > 1).astype(np.float64) - low) * scale
            part = np.clip(np.rint(scaled), 0, _LEVEL_MAX).astype(np.uint8)
        counts += np.bincount(part.ravel(), minlength=_LEVEL_MAX + 1)
    return counts


def chunks(samples: Any) -> Iterator[NDArray[Any]]:
    """All samples in order, some thousand at a time, fewer if they are large."""
    step = max(1, min(_CHUNK, _CHUNK_VALUES // max(1, math.prod(samples.shape[1:]))))
    for start in range(0, len(samples), step):
        yield samples[start : start + step]


def _by_channel(part: NDArray[Any], has_channels: bool) -> NDArray[Any]:
    """[values, channels]."""
    return part.reshape(-1, part.shape[-1] if has_channels else 1)


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
    found = f"classes are {', '.join(names)}" if names else "data have no classes"
    return f"the {found}, not {', '.join(schema.labels) or 'none'}"


def _problem(schema: Schema, images: Any, labels: NDArray[Any] | None) -> str:
    """What is wrong with the samples or labels, "" if nothing is."""
    if list(images.shape[1:]) != schema.shape:
        return f"the {schema.noun}s are {_sizes(images.shape[1:])}, not {_sizes(schema.shape)}"
    if images.dtype.kind == "f":
        bad = _first_not_finite(images)
        if bad >= 0:
            which = "pixels, not grey levels" if schema.kind == "image" else "values"
            return f"{schema.noun} {bad} has NaN or infinity among its {which}"
    if str(images.dtype) != schema.dtype:
        what = "pixels" if schema.kind == "image" else "values"
        return f"the {what} are {images.dtype}, not {schema.dtype}"
    outside = _outside(schema, images)
    if outside:
        return outside
    unknown: Any = [] if labels is None else np.flatnonzero(labels >= len(schema.labels))
    if labels is not None and len(unknown):
        first = int(unknown[0])
        return (
            f"the label of {schema.noun} {first} is {labels[first]}, "
            f"not 0 to {len(schema.labels) - 1}"
        )
    step = max(
        1, len(images) // _SKEW_IMAGES_AT_MOST, math.ceil(math.prod(images.shape) / _CHUNK_VALUES)
    )
    skew = schema.skew(images[::step])
    if len(images) >= SKEW_SAMPLES and skew > SKEW_LIMIT:
        return (
            f"the {schema.values} are inverted or scaled (divergence {skew:.2f} of 1, limit "
            f"{SKEW_LIMIT}), not those of the training {schema.noun}s"
        )
    return ""


def _first_not_finite(samples: Any) -> int:
    """Index of the first sample with NaN or infinity, -1 if there is none."""
    start = 0
    for part in chunks(samples):
        bad = ~np.isfinite(part).reshape(len(part), -1).all(axis=1)
        if bad.any():
            return start + int(bad.argmax())
        start += len(part)
    return -1


def _outside(schema: Schema, images: Any) -> str:
    """Which values are further outside of the schema's range than one more sample may bring."""
    low, high = value_ranges(images, schema.kind)
    known = np.array(schema.ranges or [[schema.darkest, schema.lightest]], np.float64)
    share = _RANGE_TOLERANCE / _LEVEL_MAX
    width = known[:, 1] - known[:, 0]
    slack = _RANGE_TOLERANCE if schema.kind == "image" else share * width
    bad = np.flatnonzero((low < known[:, 0] - slack) | (high > known[:, 1] + slack))
    if not len(bad):
        return ""
    which = f"of channel {bad[0]} " if len(known) > 1 else ""
    return (
        f"the {schema.values} {which}are {low[bad[0]]:.6g} to {high[bad[0]]:.6g}, "
        f"not {known[bad[0], 0]:.6g} to {known[bad[0], 1]:.6g}"
    )


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
