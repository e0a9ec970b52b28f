"""What every reader returns: samples as the user has them, and the facts about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.printable import is_printable
from training.errors import DataError

KINDS = ("image", "signal", "audio", "table", "tensor")
CLASSES_AT_MOST = 4096
_CHUNK_BYTES = 1 << 24
# What a model takes at its edges; other types are turned into the nearest of these.
_EDGE_TYPES = ("uint8", "int8", "int16", "int32", "float32", "bool")


@dataclass(frozen=True)
class Rows:
    """Some rows of an array in some order and type, fetched when asked for: the array may be a
    memory-mapped file that is larger than the memory."""

    array: np.ndarray
    indices: np.ndarray
    dtype: np.dtype[Any]

    @staticmethod
    def all_of(array: np.ndarray) -> Rows:
        """All rows, in a type that a model can take."""
        return Rows(array, np.arange(len(array)), edge_type(array.dtype))

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.indices), *self.array.shape[1:])

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, part: slice) -> np.ndarray:
        # float64 readings that float32 cannot hold become infinity, which `sound` refuses
        with np.errstate(over="ignore"):
            return self.array[self.indices[part]].astype(self.dtype, copy=False)

    def take(self, indices: np.ndarray) -> Rows:
        return Rows(self.array, self.indices[indices], self.dtype)

    def chunks(self) -> Iterator[np.ndarray]:
        """All rows in order, a few megabytes at a time."""
        row_bytes = max(1, int(np.prod(self.shape[1:])) * self.array.dtype.itemsize)
        step = max(1, _CHUNK_BYTES // row_bytes)
        for start in range(0, len(self), step):
            yield self[start : start + step]


def edge_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type in which samples of `dtype` are kept. Raises DataError if they are no numbers."""
    if dtype.name in _EDGE_TYPES:
        return np.dtype(dtype.name)
    if dtype.kind == "f":
        return np.dtype(np.float32)
    if dtype.kind in "iu":
        return np.dtype(np.int32)
    raise DataError(f"samples of type {dtype}; give numbers")


@dataclass(frozen=True)
class Samples:
    """values [N, ...]. targets: classes (integers [N]), numbers (float32 [N, T]) or None. groups:
    text [N], what a sample was cut from or who spoke it; no group is in both splits."""

    values: Rows
    targets: np.ndarray | None = None
    groups: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, indices: np.ndarray) -> Samples:
        return Samples(
            self.values.take(indices),
            None if self.targets is None else self.targets[indices],
            None if self.groups is None else self.groups[indices],
        )


@dataclass(frozen=True)
class DataSet:
    """train, test: the splits; test is None until `splits.hold_out` has made it. kind: one of
    KINDS. labels: the classes' names. task: one of options.TASKS. unit: of the values. rate_hz: of
    a signal, 0 if unknown. columns: names of a table's or signal's channels. files: each file's or
    folder's name and sha256. notes: what was done to the data, for the user. normal: the class
    that a model for `reconstruct` is trained on, "" where nobody says. fit: how images were
    given one shape.
    """

    source: str
    path: Path
    files: Mapping[str, str]
    kind: str
    train: Samples
    test: Samples | None
    task: str
    labels: tuple[str, ...] = ()
    unit: str = ""
    rate_hz: float = 0.0
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    normal: str = ""
    fit: str = ""


def sound(data: DataSet) -> DataSet:
    """`data` if both splits can be worked with. Raises DataError that names the first problem."""
    assert data.test is not None
    for name in (*data.labels, *data.columns, *data.files):
        if not is_printable(name):
            raise DataError(
                f"{data.path}: {name!r}: a name with characters that a terminal obeys; rename it"
            )
    for name, split in (("train", data.train), ("test", data.test)):
        if not len(split):
            raise DataError(f"{data.path}: the {name} split is empty; give it samples")
        if split.values.shape[1:] != data.train.values.shape[1:]:
            shapes = [sizes(one.values.shape[1:]) for one in (data.train, data.test)]
            raise DataError(
                f"{data.path}: samples of {shapes[0]} to train and of {shapes[1]} to test; "
                "both splits need one shape"
            )
        if 0 in split.values.shape:
            raise DataError(f"{data.path}: samples of {sizes(split.values.shape[1:])} hold nothing")
        if split.targets is not None and len(split.targets) != len(split):
            raise DataError(
                f"{data.path}: {len(split)} samples but {len(split.targets)} targets to {name}; "
                "give one for each"
            )
        _require_finite(data.path, name, split)
    if data.train.values.dtype != data.test.values.dtype:
        raise DataError(
            f"{data.path}: samples are {data.train.values.dtype} to train and "
            f"{data.test.values.dtype} to test; both splits need one type"
        )
    if data.task == "classify":
        _require_classes(data)
    return data


def with_normal(data: DataSet, normal: str) -> DataSet:
    """Data of classes as data to reconstruct, one class of them normal, where the user wants that:
    by `normal`, or by the task, when it is the first one. Raises DataError."""
    if not normal and (data.task != "reconstruct" or not data.labels):
        return data
    normal = normal or data.labels[0]
    if normal not in data.labels:
        known = ", ".join(data.labels) or "none"
        raise DataError(f"--normal {normal}: no such class; there are: {known}")
    assert data.train.targets is not None
    if not (data.train.targets == data.labels.index(normal)).any():
        raise DataError(f"{data.path}: no training sample of class {normal}, which is normal")
    note = f"class {normal} is normal; a model is trained on it alone, --normal names another one"
    return replace(data, task="reconstruct", normal=normal, notes=(*data.notes, note))


def _require_finite(path: Path, name: str, split: Samples) -> None:
    arrays = [("sample", chunk) for chunk in split.values.chunks() if chunk.dtype.kind == "f"]
    if split.targets is not None and split.targets.dtype.kind == "f":
        arrays.append(("target", split.targets))
    start = 0
    for what, values in arrays:
        bad = ~np.isfinite(values).reshape(len(values), -1).all(axis=1)
        if bad.any():
            index = int(bad.argmax()) + (start if what == "sample" else 0)
            raise DataError(
                f"{path}: {what} {index} of the {name} split has NaN or infinity; "
                "remove it or fill it in"
            )
        start += len(values)


def _require_classes(data: DataSet) -> None:
    assert data.test is not None
    if data.train.targets is None or data.test.targets is None:
        raise DataError(f"{data.path}: no targets, so nothing to classify; give --task none")
    known = np.unique(data.train.targets)
    if len(known) < 2:
        raise DataError(
            f"{data.path}: one class ({data.labels[int(known[0])]}) to train; "
            "give a second one, or --task reconstruct"
        )
    unknown = np.flatnonzero(~np.isin(data.test.targets, known))
    if len(unknown):
        name = data.labels[int(data.test.targets[unknown[0]])]
        raise DataError(
            f"{data.path}: test sample {unknown[0]} is of class {name}, of which there is no "
            "training sample; add some or remove it"
        )


def sizes(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "a single value"
