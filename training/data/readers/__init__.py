"""In: files of a user's own. Out: a DataSet, by the reader of their format.

Each takes a path and DataOptions and returns a DataSet, whose test split is None unless the files
have one, or raises a DataError.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codegen.files.manifest import sha256_file
from training.data import folders, image_folder
from training.data.options import DataOptions
from training.data.readers import arrays, recordings, table, wav
from training.data.samples import DataSet
from training.errors import DataError

Reader = Callable[[Path, DataOptions], DataSet]

_OF_FILES: dict[str, Reader] = {
    ".npz": arrays.read_npz,
    ".npy": arrays.read_npy,
    ".csv": table.read,
}
_OF_FOLDERS: dict[tuple[str, ...], Reader] = {
    image_folder.SUFFIXES: image_folder.read,
    recordings.SUFFIXES: recordings.read,
    wav.SUFFIXES: wav.read,
}


def takes(path: Path) -> bool:
    """Whether `path` is a file, or a folder with one folder a class."""
    return path.is_file() or bool(folders.class_folders(path))


def takes_images(path: Path) -> bool:
    """Whether they are image files. Raises DataError for files of several kinds."""
    return takes(path) and path.is_dir() and _suffixes(path) == image_folder.SUFFIXES


def read(path: Path, options: DataOptions) -> DataSet:
    """Raises DataError."""
    if path.is_dir():
        return _OF_FOLDERS[_suffixes(path)](path, options)
    return _of_file(path)(path, options)


def fingerprint(path: Path, options: DataOptions) -> dict[str, str]:
    """name -> sha256 of all that `read` would read, and the options."""
    if path.is_dir():
        found = {path.name: folders.digest(path, _suffixes(path))}
    else:
        files = [path, *([Path(options.targets)] if options.targets else [])]
        found = {one.name: sha256_file(one) for one in files if one.is_file()}
    return {**found, **options.given()}


def _of_file(path: Path) -> Reader:
    reader = _OF_FILES.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            f"{path}: a file of data ends in {', '.join(_OF_FILES)}; images, WAV files and "
            "recordings come in one folder a class"
        )
    return reader


def _suffixes(directory: Path) -> tuple[str, ...]:
    """Those of the reader of a folder; of images if there is none, who says what is missing."""
    present = folders.suffixes(directory)
    wanted = [suffixes for suffixes in _OF_FOLDERS if present.intersection(suffixes)]
    if len(wanted) > 1:
        kinds = ", ".join(suffixes[0] for suffixes in wanted)
        raise DataError(f"{directory}: files of several kinds ({kinds}); keep one of them")
    return wanted[0] if wanted else image_folder.SUFFIXES
