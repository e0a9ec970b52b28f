"""Readers of NumPy files: .npz as Keras writes its data sets, .npy with its targets beside it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from codegen.files.manifest import sha256_file
from codegen.samples.split import map_npz
from training.data.options import DataOptions
from training.data.samples import DataSet, Rows, Samples, edge_type, sizes
from training.data.targets import interpret
from training.errors import DataError, first_line

_SPLITS = ("x_train", "x_test")
_NAMES = "x_train, y_train, x_test, y_test, or x and y"
DAMAGED = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error)


def read_npz(path: Path, options: DataOptions) -> DataSet:
    """Arrays x_train, y_train, x_test, y_test, or x and y; the targets may be missing."""
    options.refuse_all_but(path, "a .npz, whose arrays have names")
    try:
        arrays = map_npz(path)
    except DAMAGED as error:
        raise _unreadable(path, ".npz", error) from None
    names = [name for name in _SPLITS if name in arrays] or ["x"]
    if "x_train" not in arrays and "x" not in arrays:
        held = ", ".join(sorted(arrays)) or "nothing"
        raise DataError(f"{path}: holds {held}; the arrays have to be called {_NAMES}")
    if "x_train" not in arrays:
        names = ["x"]
    targets = [arrays[y] for name in names if (y := name.replace("x", "y", 1)) in arrays]
    if len(targets) not in (0, len(names)):
        raise DataError(f"{path}: targets for one split only; name the arrays {_NAMES}")
    files = {path.name: sha256_file(path)}
    return _of_arrays(path, files, [arrays[name] for name in names], targets, options)


def read_npy(path: Path, options: DataOptions) -> DataSet:
    """Samples [N, ...], memory-mapped, and where --targets names them their targets."""
    options.refuse_all_but(path, "a .npy", "--targets")
    targets = [_load(Path(options.targets))] if options.targets else []
    files = {one.name: sha256_file(one) for one in (path, Path(options.targets)) if one.is_file()}
    return _of_arrays(path, files, [_load(path)], targets, options)


def _load(path: Path) -> np.ndarray:
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
        if isinstance(array, np.ndarray):
            return array
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except DAMAGED as error:
        raise _unreadable(path, ".npy", error) from None
    raise DataError(f"{path}: no .npy file but a .npz; give it that name")


def _unreadable(path: Path, kind: str, error: Exception) -> DataError:
    reason = first_line(error)
    return DataError(f"{path}: no {kind} file that can be read ({reason}); save it again")


def _of_arrays(
    path: Path,
    files: dict[str, str],
    values: list[np.ndarray],
    targets: list[np.ndarray],
    options: DataOptions,
) -> DataSet:
    for array in values:
        if array.ndim < 2:
            raise DataError(
                f"{path}: samples of shape {sizes(array.shape)}; the first axis counts them, so at "
                "least two are needed: give x[:, None] if each is one value"
            )
        if 0 in array.shape[1:]:
            raise DataError(f"{path}: samples of shape {sizes(array.shape[1:])} hold no value")
        try:
            edge_type(array.dtype)
        except DataError as error:
            raise DataError(f"{path}: {error}") from None
    for array, wanted in zip(values, targets, strict=bool(targets)):
        if wanted.ndim < 1 or len(array) != len(wanted):
            count = len(wanted) if wanted.ndim else 1
            raise DataError(f"{path}: {len(array)} samples but {count} targets; give one for each")
    if options.task in ("classify", "regress") and not targets:
        what = "--targets" if path.suffix.lower() == ".npy" else "y or y_train"
        raise DataError(f"{path}: --task {options.task} needs targets; give {what}")
    kind = _kind(path, values[0])
    if targets and options.task != "none":
        meaning = interpret(path, tuple(np.asarray(one) for one in targets), options.task)
        labels, task = meaning.labels, meaning.task
        found: Sequence[np.ndarray | None] = meaning.targets
    else:
        labels, task = (), options.task or "none"
        found = [None] * len(values)
    splits = [
        Samples(Rows.all_of(_image(array, kind)), one)
        for array, one in zip(values, found, strict=True)
    ]
    return DataSet(
        source=path.suffix.lower().lstrip("."),
        path=path,
        files=files,
        kind=kind,
        train=splits[0],
        test=splits[1] if len(splits) > 1 else None,
        task=task,
        labels=labels,
        unit="level" if kind == "image" else "",
        notes=_as_other_type(values[0]),
    )


def _kind(path: Path, array: np.ndarray) -> str:
    shape = array.shape[1:]
    if array.dtype == np.uint8 and len(shape) == 3 and shape[0] in (1, 3) and shape[2] > 3:
        raise DataError(
            f"{path}: samples of {sizes(shape)} look like images with their channels first; a "
            "model takes them last: np.moveaxis(x, 1, -1)"
        )
    if array.dtype == np.uint8 and (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))):
        return "image"
    return "table" if len(shape) == 1 else "tensor"


def _image(array: np.ndarray, kind: str) -> np.ndarray:
    """Grey images have no axis of channels, as MNIST's have none."""
    return array[..., 0] if kind == "image" and array.shape[3:] == (1,) else array


def _as_other_type(array: np.ndarray) -> tuple[str, ...]:
    kept = Rows.all_of(array).dtype
    return () if kept == array.dtype else (f"{array.dtype} samples are kept as {kept}",)
