"""The folder of an export: what is in it by a record of hashes, and how it is replaced whole.

mcuforge-export.json states the sha256 of each file that mcuforge wrote. A file that has another one
was changed by hand, and is named instead of overwritten. Files that the record does not name are
the user's own, and stay.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codegen.errors import ExportError
from codegen.export.request import Request
from codegen.files.manifest import sha256_file, umask

RECORD = "mcuforge-export.json"
_FORMAT = 1
_NAMED = 3  # files changed by hand that a message names


@dataclass(frozen=True)
class _Record:
    """files: hashes of what mcuforge wrote there, by path."""

    name: str
    target: str
    files: Mapping[str, list[str]]


def check(request: Request) -> None:
    """Raises ExportError where the folder cannot be written, or holds what would be lost."""
    folder = request.folder
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"-o {folder}: is a file; name a folder")
    there = folder
    while not there.exists():
        there = there.parent
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise ExportError(
            f"-o {folder}: cannot write in {there}: {error.strerror}; choose another folder"
        ) from None
    if folder.is_dir() and any(folder.iterdir()):
        _check_record(request)


def _check_record(request: Request) -> None:
    folder = request.folder
    if not (folder / RECORD).exists():
        raise ExportError(
            f"-o {folder}: is not empty, and holds no export of mcuforge's; name a new folder"
        )
    record = _read(folder)
    if (record.name, record.target) != (request.name, request.target):
        raise ExportError(
            f"-o {folder}: holds {record.name} for {record.target}, not {request.name} for "
            f"{request.target}; name another folder"
        )
    changed = _changed(folder, record.files)
    if changed and not request.force:
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        raise ExportError(
            f"-o {folder}: changed by hand: {', '.join(changed[:_NAMED])}{more}; --force "
            "overwrites them, another folder keeps them"
        )


def write(request: Request, files: Mapping[str, bytes]) -> None:
    """Makes the folder hold these files {path in it: content} and its record; files of an earlier
    export that are none of them go.

    All is written beside the folder first: a full disk leaves it as it was. Raises ExportError.
    """
    folder = request.folder
    old = _read(folder).files if (folder / RECORD).exists() else {}
    for name in files.keys() - old.keys() if not request.force else ():
        if (folder / name).exists():
            raise ExportError(
                f"-o {folder}: {name} is there, and not mcuforge's; --force overwrites it, "
                "another folder keeps it"
            )
    new = {name: [hashlib.sha256(data).hexdigest()] for name, data in files.items()}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            staged.chmod(0o777 & ~umask())  # mkdtemp makes private folders
            for name, data in files.items():
                (staged / name).parent.mkdir(parents=True, exist_ok=True)
                (staged / name).write_bytes(data)
            (staged / RECORD).write_bytes(_record(request, new))
            if not folder.exists() or not any(folder.iterdir()):
                staged.replace(folder)
                return
            # While files are being replaced, the old ones and the new ones are mcuforge's.
            either = {k: [*old.get(k, []), *new.get(k, [])] for k in sorted({*old, *new})}
            _replace(staged, folder, RECORD, _record(request, either))
            for name, data in files.items():
                if not _holds(folder / name, data):  # else its build would begin anew
                    _replace(staged, folder, name)
            for name in old.keys() - new.keys():
                (folder / name).unlink(missing_ok=True)
                _remove_if_empty((folder / name).parent, folder)
            _replace(staged, folder, RECORD, _record(request, new))
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise ExportError(
            f"cannot write {error.filename or folder}: {error.strerror}; free space or fix the "
            "permissions, then run it again"
        ) from None


def _replace(staged: Path, folder: Path, name: str, content: bytes | None = None) -> None:
    if content is not None:
        (staged / name).write_bytes(content)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (staged / name).replace(folder / name)


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _remove_if_empty(path: Path, folder: Path) -> None:
    while path != folder and path.is_dir() and not any(path.iterdir()):
        path.rmdir()
        path = path.parent


def _record(request: Request, files: Mapping[str, list[str]]) -> bytes:
    document = {
        "format": _FORMAT,
        "name": request.name,
        "target": request.target,
        "files": dict(sorted(files.items())),
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _read(folder: Path) -> _Record:
    path = folder / RECORD
    try:
        found = json.loads(path.read_bytes())
        files = {str(name): [str(one) for one in hashes] for name, hashes in found["files"].items()}
        if found["format"] != _FORMAT or not all(map(_is_inside, files)):
            raise ValueError("another format")
        return _Record(str(found["name"]), str(found["target"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ExportError(f"cannot read {path}: {error}; name a new folder") from None


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _changed(folder: Path, files: Mapping[str, list[str]]) -> list[str]:
    """Files that are there, but not as they were written."""
    return [
        name
        for name, hashes in files.items()
        if (folder / name).is_file() and sha256_file(folder / name) not in hashes
    ]
