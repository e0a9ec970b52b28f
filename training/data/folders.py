"""A user's files in one folder a class, or in such folders below `train` and `test`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codegen.progress import each
from training.errors import DataError

SPLITS = ("train", "test")
TEST_LIST = "testing_list.txt"  # Speech Commands: the files of the test split, one a line
CLASSES_AT_MOST = 256  # labels are uint8
_IGNORED = ("__MACOSX", "_background_noise_")  # of zip files; of Speech Commands, no word


@dataclass(frozen=True)
class ClassFiles:
    """paths of all samples' files, labels uint8 [N], names of the classes; is_test bool [N], or
    None where no split is given."""

    paths: list[Path]
    labels: np.ndarray
    names: tuple[str, ...]
    is_test: np.ndarray | None

    def each(self) -> Iterator[Path]:
        """The paths, for who reads them one after the other; shows how far he is."""
        return each("data", self.paths, len(self.paths), "files")


def class_folders(directory: Path) -> list[Path]:
    """The folders in `directory`, hidden ones left out: numbers by value, then names."""
    if not directory.is_dir():
        return []
    folders = [
        path
        for path in directory.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in _IGNORED
    ]
    return sorted(folders, key=lambda path: (_number(path.name), path.name))


def has_splits(directory: Path) -> bool:
    """Whether `directory` has its splits as folders `train` and `test`, with classes in both."""
    return sorted(path.name for path in class_folders(directory)) == sorted(SPLITS) and all(
        class_folders(directory / name) for name in SPLITS
    )


def suffixes(directory: Path) -> set[str]:
    """Of all files of all classes, in small letters."""
    parts = [directory / name for name in SPLITS] if has_splits(directory) else [directory]
    return {
        path.suffix.lower()
        for part in parts
        for folder in class_folders(part)
        for path in folder.iterdir()
        if not path.name.startswith(".")
    }


def class_files(directory: Path, wanted: tuple[str, ...], what: str, at_least: int) -> ClassFiles:
    """The files of each class with one of the suffixes `wanted`.

    what: their names for messages. at_least: files a class, of those that are not given as test.
    Raises DataError for fewer than two classes, a class with too few files, a test class that is
    not trained.
    """
    if not has_splits(directory):
        paths, labels, names = _one_split(directory, wanted, what, at_least)
        return ClassFiles(paths, labels, names, _listed(directory, paths))
    train, train_labels, names = _one_split(directory / "train", wanted, what, 1)
    test, test_labels, test_names = _one_split(directory / "test", wanted, what, 0, least_classes=1)
    unknown = sorted(set(test_names) - set(names))
    if unknown:
        raise DataError(
            f"{directory / 'test' / unknown[0]}: no such class in {directory / 'train'}"
        )
    renumbered = np.array([names.index(name) for name in test_names], np.uint8)[test_labels]
    return ClassFiles(
        train + test,
        np.concatenate([train_labels, renumbered]),
        names,
        np.arange(len(train) + len(test)) >= len(train),
    )


def digest(directory: Path, wanted: tuple[str, ...]) -> str:
    """sha256 over the names and contents of all files with a suffix of `wanted`."""
    total = hashlib.sha256()
    parts = [directory / name for name in SPLITS] if has_splits(directory) else [directory]
    paths = [
        path for part in parts for folder in class_folders(part) for path in _files(folder, wanted)
    ]
    paths += [one for one in [directory / TEST_LIST] if one.is_file()]
    for path in each("data: digest", paths, len(paths), "files"):
        total.update(path.relative_to(directory).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(content(path)).digest())
    return total.hexdigest()


def content(path: Path) -> bytes:
    """Raises DataError, also for a pipe or device, which may never end."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise DataError(f"{path} is a pipe or device; remove it")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from None


def _one_split(
    directory: Path, wanted: tuple[str, ...], what: str, at_least: int, least_classes: int = 2
) -> tuple[list[Path], np.ndarray, tuple[str, ...]]:
    folders = class_folders(directory)
    if not least_classes <= len(folders) <= CLASSES_AT_MOST:
        names = f" ({folders[0].name})" if len(folders) == 1 else ""
        raise DataError(
            f"{directory}: {len(folders)} class{'es' * (len(folders) != 1)}{names}; 2 to "
            f"{CLASSES_AT_MOST} folders with {what} are needed, one a class"
        )
    found = [_files(folder, wanted) for folder in folders]
    for folder, paths in zip(folders, found, strict=True):
        if len(paths) < at_least:
            raise DataError(
                f"{folder}: {len(paths)} {what}; a class needs at least {at_least}: "
                "add some or remove the folder"
            )
    labels = np.repeat(np.arange(len(folders)), [len(paths) for paths in found]).astype(np.uint8)
    return (
        [path for paths in found for path in paths],
        labels,
        tuple(folder.name for folder in folders),
    )


def _files(folder: Path, wanted: tuple[str, ...]) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in wanted and not path.name.startswith(".")
    )


def _listed(directory: Path, paths: list[Path]) -> np.ndarray | None:
    """Which of `paths` the folder's list of test files names, None without a list."""
    listing = directory / TEST_LIST
    if not listing.is_file():
        return None
    names = set(content(listing).decode(errors="replace").split())
    is_test = np.array([path.relative_to(directory).as_posix() in names for path in paths])
    if is_test.all() or not is_test.any():
        raise DataError(
            f"{listing}: names {is_test.sum()} of {len(paths)} files, so one split is empty; "
            "correct or remove it"
        )
    return is_test


def _number(name: str) -> float:
    return int(name) if name.isdecimal() else float("inf")
