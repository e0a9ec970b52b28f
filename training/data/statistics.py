"""What is in the two splits, and whether the test split can be trusted: leakage and skew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from codegen.files import markdown
from codegen.files.artifacts import STATISTICS
from codegen.files.data_schema import SKEW_LIMIT, count_levels, divergence
from codegen.model.pixels import PIXEL_MAX
from training import artifacts
from training.errors import ArtifactError, DataError

LEAKAGE_LIMIT = 0.01  # share of test images that may also be training images


@dataclass(frozen=True)
class SplitStatistics:
    """mean, std: of pixels, in grey levels. duplicates: images that stand more than once, but for
    their first time. classes: images of each label.
    """

    count: int
    mean: float
    std: float
    darkest: int
    lightest: int
    duplicates: int
    classes: dict[str, int]


@dataclass(frozen=True)
class DataStatistics:
    """leaked: test images that are also training images. skew: of the splits' grey levels
    (codegen.files.data_schema.divergence).
    """

    train: SplitStatistics
    test: SplitStatistics
    leaked: int
    skew: float


def measure(
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    names: Sequence[str],
) -> DataStatistics:
    """Of images uint8 [N, H, W] and labels [N] of both splits; `names` of the labels."""
    levels = [count_levels(images) for images, _ in (train, test)]
    contents = [[image.tobytes() for image in images] for images, _ in (train, test)]
    known = set(contents[0])
    return DataStatistics(
        train=_split(levels[0], contents[0], train[1], names),
        test=_split(levels[1], contents[1], test[1], names),
        leaked=sum(content in known for content in contents[1]),
        skew=divergence(*levels),
    )


def require_sound(found: DataStatistics, source: str) -> None:
    """Raises DataError where the accuracy on the test split would say nothing."""
    if found.leaked > LEAKAGE_LIMIT * found.test.count:
        raise DataError(
            f"{source}: {found.leaked} of {found.test.count} test images are also training images; "
            f"at most {LEAKAGE_LIMIT:.0%} may be; remove them from one of the two"
        )
    if found.skew > SKEW_LIMIT:
        raise DataError(
            f"{source}: the grey levels of training and test images differ too much (divergence "
            f"{found.skew:.2f} of 1, limit {SKEW_LIMIT}; means {found.train.mean:.0f} and "
            f"{found.test.mean:.0f}): is one of them inverted or scaled?"
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
    """The statistics as Markdown."""
    names = list(found.train.classes)
    header = ("", "images", "mean", "std", "levels", "duplicates", *names)
    rows = [
        (
            title,
            f"{one.count:,}",
            f"{one.mean:.1f}",
            f"{one.std:.1f}",
            f"{one.darkest} to {one.lightest}",
            str(one.duplicates),
            *(f"{count:,}" for count in one.classes.values()),
        )
        for title, one in (("train", found.train), ("test", found.test))
    ]
    lines = [
        *markdown.table(header, "l" + "r" * (5 + len(names)), rows),
        "",
        f"data: {found.leaked} test images are also training images, skew {found.skew:.4f} of 1",
    ]
    empty = [name for name, count in found.test.classes.items() if not count]
    if empty:
        lines.append(f"data: no test image of class {', '.join(empty)}")
    return "\n".join(lines)


def _split(
    counts: np.ndarray, contents: list[bytes], labels: np.ndarray, names: Sequence[str]
) -> SplitStatistics:
    shares = counts / counts.sum()
    levels = np.arange(PIXEL_MAX + 1)
    mean = float(shares @ levels)
    seen = np.flatnonzero(counts)
    of_class = np.bincount(labels, minlength=len(names))
    return SplitStatistics(
        count=len(contents),
        mean=mean,
        std=float(np.sqrt(shares @ (levels - mean) ** 2)),
        darkest=int(seen[0]),
        lightest=int(seen[-1]),
        duplicates=len(contents) - len(set(contents)),
        classes={name: int(count) for name, count in zip(names, of_class, strict=True)},
    )
