"""What targets mean: classes, numbers, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from training.data.samples import CLASSES_AT_MOST
from training.errors import DataError


@dataclass(frozen=True)
class Meaning:
    """targets: one array a given one; labels: the classes' names, none where the targets are no
    classes."""

    task: str
    targets: tuple[np.ndarray, ...]
    labels: tuple[str, ...] = ()


def interpret(path: Path, given: tuple[np.ndarray, ...], task: str) -> Meaning:
    """The targets of one or both splits, each [N], [N, T] or one-hot [N, classes].

    task: the user's, "" to tell by the targets: text and whole numbers from 0 on are classes, other
    numbers are to be estimated. A whole number is the index of the model's output, so a number that
    does not occur is a class without samples. Raises DataError.
    """
    arrays = tuple(one[:, 0] if one.ndim == 2 and one.shape[1] == 1 else one for one in given)
    if not any(map(len, arrays)):
        raise DataError(f"{path}: there is no target; give some samples")
    if arrays[0].dtype.kind == "U":
        return _text(path, arrays, task)
    if any(one.dtype.kind not in "iufb" for one in arrays):
        raise DataError(f"{path}: targets of type {arrays[0].dtype}; give numbers or text")
    if any(one.dtype.kind == "f" and not np.isfinite(one).all() for one in arrays):
        raise DataError(f"{path}: NaN or infinity among the targets; remove those samples")
    if all(map(_one_hot, arrays)) and task in ("", "classify"):
        arrays = tuple(one.argmax(axis=1) for one in arrays)
    whole = all(one.ndim == 1 and (one == np.floor(one)).all() for one in arrays)
    task = task or ("classify" if whole else "regress")
    if task == "classify" or (whole and task != "regress"):
        if not whole:
            raise DataError(
                f"{path}: --task classify needs one class for each sample, as a whole number, as "
                "text or one-hot; these targets are other numbers: --task regress"
            )
        return replace(_numbers(path, arrays), task=task)
    if any(one.ndim > 2 for one in arrays):
        raise DataError(f"{path}: targets of rank {arrays[0].ndim}; give one row for each sample")
    return Meaning(task, tuple(one.reshape(len(one), -1).astype(np.float32) for one in arrays))


def class_indices(indices: np.ndarray, count: int) -> np.ndarray:
    """Classes in the type in which a split's file has them."""
    return indices.astype(np.uint8 if count <= 256 else np.uint16)


def _one_hot(array: np.ndarray) -> bool:
    return (
        array.ndim == 2
        and bool(np.isin(array, (0, 1)).all())
        and bool((array.astype(int).sum(axis=1) == 1).all())
    )


def _text(path: Path, arrays: tuple[np.ndarray, ...], task: str) -> Meaning:
    if task == "regress":
        raise DataError(
            f"{path}: --task regress needs numbers; the target {str(arrays[0][0])!r} is none"
        )
    names = np.unique(np.concatenate(arrays))
    _require_few(path, len(names))
    found = tuple(class_indices(np.searchsorted(names, one), len(names)) for one in arrays)
    return Meaning(task or "classify", found, tuple(map(str, names)))


def _numbers(path: Path, arrays: tuple[np.ndarray, ...]) -> Meaning:
    for array in arrays:
        if len(array) and array.min() < 0:
            index = int(array.argmin())
            raise DataError(
                f"{path}: the label at index {index} is {array[index]:g}; classes are numbered "
                "from 0: give --task regress if it is no class"
            )
    count = 1 + int(max(array.max() for array in arrays if len(array)))
    _require_few(path, count)
    found = tuple(class_indices(one, count) for one in arrays)
    return Meaning("classify", found, tuple(map(str, range(count))))


def _require_few(path: Path, count: int) -> None:
    if count > CLASSES_AT_MOST:
        raise DataError(
            f"{path}: {count:,} classes, at most {CLASSES_AT_MOST:,} are possible; are the targets "
            "no classes, give --task regress"
        )
