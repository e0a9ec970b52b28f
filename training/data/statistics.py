"""What is in the two splits, and whether the test split can be trusted: leakage and skew."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.files import data_schema
from codegen.files.artifacts import STATISTICS
from codegen.files.data_schema import (
    SKEW_LIMIT,
    SKEW_SAMPLES,
    count_levels,
    divergence,
    value_ranges,
)
from codegen.files.text_table import text_table
from codegen.model.pixels import PIXEL_MAX
from training import artifacts
from training.errors import ArtifactError, DataError

LEAKAGE_LIMIT = 0.01  # share of test images that may also be training images


@dataclass(frozen=True)
class SplitStatistics:
    """mean, std, darkest, lightest: of grey levels, or of the samples' values. duplicates: samples
    that stand more than once, but for their first time. classes: samples of each label.
    """

    count: int
    mean: float
    std: float
    darkest: float
    lightest: float
    duplicates: int
    classes: dict[str, int]


@dataclass(frozen=True)
class DataStatistics:
    """leaked: test samples that are also training samples. skew: of the splits' grey levels or
    values (codegen.files.data_schema.divergence). kind: of the data.
    """

    train: SplitStatistics
    test: SplitStatistics
    leaked: int
    skew: float
    kind: str = "image"


def measure(
    train: tuple[Any, NDArray[Any] | None],
    test: tuple[Any, NDArray[Any] | None],
    names: Sequence[str],
    kind: str = "image",
) -> DataStatistics:
    """Of samples (uint8 images [N, H, W], or others as data_schema takes them) and labels [N], None
    if they have none, of both splits; `names` of the labels."""
    ranges: list[list[float]] = []
    if kind != "image":
        known = np.array([value_ranges(samples, kind) for samples, _ in (train, test)])
        low, high = known[:, 0].min(axis=0), known[:, 1].max(axis=0)
        ranges = np.stack([low, high], axis=1).tolist()
    levels = [count_levels(samples, ranges) for samples, _ in (train, test)]
    contents = [_contents(samples) for samples, _ in (train, test)]
    seen = set(contents[0])
    splits = [
        _split(samples, labels, counts, content, names, kind)
        for (samples, labels), counts, content in zip((train, test), levels, contents, strict=True)
    ]
    return DataStatistics(
        train=splits[0],
        test=splits[1],
        leaked=sum(content in seen for content in contents[1]),
        skew=divergence(*levels),
        kind=kind,
    )


def require_sound(found: DataStatistics, source: str) -> None:
    """Raises DataError where the accuracy on the test split would say nothing."""
    noun = data_schema.noun(found.kind)
    if found.leaked > LEAKAGE_LIMIT * found.test.count:
        raise DataError(
            f"{source}: {found.leaked} of {found.test.count} test {noun}s are also training "
            f"{noun}s; at most {LEAKAGE_LIMIT:.0%} may be; remove them from one of the two"
        )
    enough = found.kind == "image" or min(found.train.count, found.test.count) >= SKEW_SAMPLES
    if enough and found.skew > SKEW_LIMIT:
        raise DataError(
            f"{source}: the {data_schema.values(found.kind)} of training and test {noun}s differ "
            f"too much (divergence {found.skew:.2f} of 1, limit {SKEW_LIMIT}; means "
            f"{found.train.mean:.4g} and {found.test.mean:.4g}): is one of them inverted or scaled?"
        )


def write(build_dir: Path, found: DataStatistics) -> None:
    artifacts.write_json(build_dir / STATISTICS, asdict(found))


def load(build_dir: Path) -> DataStatistics:
    """What `write` wrote. Raises ArtifactError."""
    path = artifacts.require(build_dir / STATISTICS, "data")
    try:
        fields = json.loads(path.read_text())
        for name in ("train", "test"):
            fields[name] = SplitStatistics(**fields[name])
        return DataStatistics(**fields)
    except (ValueError, TypeError, KeyError) as error:
        raise ArtifactError(f"{path}: damaged ({error}); delete it and run `invoke data`") from None


def table(found: DataStatistics) -> str:
    """The statistics, a column a split and a line a class."""
    noun = data_schema.noun(found.kind)
    values = "levels" if found.kind == "image" else "values"
    titles = ("", f"{noun}s", "mean", "std", values, "duplicates", *found.train.classes)
    columns = [
        (
            title,
            f"{one.count:,}",
            _shown(one.mean, found.kind),
            _shown(one.std, found.kind),
            f"{one.darkest:.6g} to {one.lightest:.6g}",
            str(one.duplicates),
            *(f"{count:,}" for count in one.classes.values()),
        )
        for title, one in (("train", found.train), ("test", found.test))
    ]
    header, *rows = zip(titles, *columns, strict=True)
    lines = [
        *text_table(header, "lrr", rows),
        "",
        f"data: {found.leaked} test {noun}s are also training {noun}s, skew {found.skew:.4f} of 1",
    ]
    empty = [name for name, count in found.test.classes.items() if not count]
    if empty:
        lines.append(f"data: no test {noun} of class {', '.join(empty)}")
    return "\n".join(lines)


def _shown(number: float, kind: str) -> str:
    return f"{number:.1f}" if kind == "image" else f"{number:.4g}"


def _contents(samples: Any) -> list[bytes]:
    """A digest of each sample, for samples may be many and large."""
    return [
        hashlib.blake2b(np.ascontiguousarray(sample).data, digest_size=16).digest()
        for part in data_schema.chunks(samples)
        for sample in part
    ]


def _split(
    samples: Any,
    labels: NDArray[Any] | None,
    counts: NDArray[np.int64],
    contents: list[bytes],
    names: Sequence[str],
    kind: str,
) -> SplitStatistics:
    if kind == "image":
        shares = counts / counts.sum()
        levels = np.arange(PIXEL_MAX + 1)
        mean = float(shares @ levels)
        std = float(np.sqrt(shares @ (levels - mean) ** 2))
        seen = np.flatnonzero(counts)
        low, high = seen[0].item(), seen[-1].item()
    else:
        mean, std = _moments(samples)
        low, high = (end.item() for end in value_ranges(samples, "tensor"))  # of all channels
    of_class: Any = [] if labels is None else np.bincount(labels, minlength=len(names))
    return SplitStatistics(
        count=len(contents),
        mean=mean,
        std=std,
        darkest=low,
        lightest=high,
        duplicates=len(contents) - len(set(contents)),
        classes={name: int(n) for name, n in zip(names, of_class, strict=True)},
    )


def _moments(samples: Any) -> tuple[float, float]:
    """Mean and standard deviation of all values; in two passes, for a large mean would swallow the
    squares."""
    count = math.prod(samples.shape)
    mean = sum(float(part.sum(dtype=np.float64)) for part in data_schema.chunks(samples)) / count
    squares = sum(
        float(((part.astype(np.float64) - mean) ** 2).sum()) for part in data_schema.chunks(samples)
    )
    return mean, math.sqrt(squares / count)
