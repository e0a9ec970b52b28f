"""The record of a build folder: what each stage took, what it wrote, with which tools.

build/<name>/manifest.json:

    {"format": 1,
     "stages": {"train": {"inputs": {"recipe": "tiny", "data": "<sha256>", ...},
                          "outputs": {"float.keras": "<sha256>"},
                          "facts": {"seed": 1, "tools": {"tensorflow": "2.21.0"}}}}}

A stage is fresh when its inputs equal the recorded ones and every output is there with the
recorded sha256; it may then be skipped. Keys are sorted and there is no time in the file, so that
the same build gives the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from codegen.errors import CodegenError, ManifestError
from codegen.files.artifacts import MANIFEST

_FORMAT = 1
_CHUNK_BYTES = 1 << 20


def sha256_file(path: Path) -> str:
    """Hex sha256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def sha256_files(paths: Iterable[Path]) -> str:
    """One hex digest over names and contents of files, in whatever order they are given.

    Of each path only the last two parts are hashed, so that the same sources in another folder
    have the same digest, while a.py moved from one package to another has not.
    """
    entries = sorted(("/".join(path.parts[-2:]), sha256_file(path)) for path in paths)
    digest = hashlib.sha256()
    for name, content in entries:
        digest.update(f"{name}\0{content}\n".encode())
    return digest.hexdigest()


def atomic_write(path: Path, data: bytes) -> bool:
    """Writes data to path through a temporary file beside it; True if the contents changed.

    An existing file with the same bytes is left alone, time stamp included. A reader sees the old
    contents or the new, never a part; a failure leaves the old file and no temporary one.
    """
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        pass  # absent or unreadable: it has to be written
    with atomic_file(path) as file:
        file.write(data)
    return True


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write in parts, which takes the place of `path` when all of them are in it; for
    what is too large for the memory."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            Path(temporary).chmod(0o666 & ~umask())  # mkstemp makes private files
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CodegenError(
            f"cannot write {path}: {error.strerror}; free space or fix the permissions, "
            "then run it again"
        ) from error


def umask() -> int:
    """What the user's shell keeps others from doing with new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


class Manifest:
    """manifest.json of one build folder; `record` writes it at once and atomically."""

    def __init__(self, build_dir: Path, stages: dict[str, dict[str, Any]]) -> None:
        self.build_dir = build_dir
        self._stages = stages

    @classmethod
    def load(cls, build_dir: Path) -> Manifest:
        """Reads build_dir/manifest.json; an absent file is an empty manifest.

        Raises ManifestError if the file is damaged or of another format.
        """
        path = build_dir / MANIFEST
        try:
            text = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return cls(build_dir, {})
        except OSError as error:
            raise ManifestError(f"cannot read {path}: {error.strerror}") from error
        try:
            stages = _checked_stages(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise ManifestError(
                f"{path} is not a manifest of format {_FORMAT} ({error}); delete it, "
                "and the stages run again"
            ) from error
        return cls(build_dir, stages)

    def is_fresh(self, stage: str, inputs: Mapping[str, str]) -> bool:
        """True if the stage ran with these inputs and its outputs are still as it left them."""
        entry = self._stages.get(stage)
        return entry is not None and entry["inputs"] == dict(inputs) and not self.changed(stage)

    def record(
        self, stage: str, inputs: Mapping[str, str], outputs: Iterable[Path], **facts: Any
    ) -> None:
        """Notes that the stage made these files (all inside build_dir) from these inputs.

        facts: further JSON values to keep, such as seed=1, tools={"tensorflow": "2.21.0"}.
        Other processes' records of other stages, made since `load`, are kept.
        """
        root = self.build_dir.resolve()
        entry = {
            "inputs": dict(inputs),
            "outputs": {
                path.resolve().relative_to(root).as_posix(): sha256_file(path) for path in outputs
            },
            "facts": facts,
        }
        self._stages = {**Manifest.load(self.build_dir)._stages, stage: entry}
        document = {"format": _FORMAT, "stages": self._stages}
        text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        atomic_write(self.build_dir / MANIFEST, text.encode())

    def inputs(self, stage: str) -> dict[str, str]:
        """The inputs recorded for a stage; empty if it never ran."""
        return dict(self._stages.get(stage, {}).get("inputs", {}))

    def outputs(self, stage: str) -> dict[str, str]:
        """{file relative to build_dir: sha256} of a stage; empty if it never ran."""
        return dict(self._stages.get(stage, {}).get("outputs", {}))

    def changed(self, stage: str) -> list[str]:
        """The recorded outputs of a stage that are not there as it left them."""
        outputs = self.outputs(stage)
        return [name for name, sha256 in outputs.items() if not self._has(name, sha256)]

    def facts(self, stage: str) -> dict[str, Any]:
        """The further facts recorded for a stage; empty if it never ran."""
        return dict(self._stages.get(stage, {}).get("facts", {}))

    def _has(self, name: str, sha256: str) -> bool:
        try:
            return sha256_file(self.build_dir / name) == sha256
        except OSError:
            return False


def _checked_stages(document: Any) -> dict[str, dict[str, Any]]:
    """The stages of a parsed manifest; ValueError if it has not the shape stated above."""
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise ValueError("unknown format")
    stages = document.get("stages")
    if not isinstance(stages, dict):
        raise ValueError("no stages")
    for name, entry in stages.items():
        if not isinstance(entry, dict) or set(entry) != {"inputs", "outputs", "facts"}:
            raise ValueError(f"stage {name!r} has wrong keys")
        for key in ("inputs", "outputs"):
            table = entry[key]
            if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
                raise ValueError(f"{key} of stage {name!r} is not a table of strings")
        if not isinstance(entry["facts"], dict):
            raise ValueError(f"facts of stage {name!r} is not a table")
    return stages
