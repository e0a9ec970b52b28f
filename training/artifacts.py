"""Files of a build directory: written whole or not at all, the same bytes for the same content."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from codegen.files.manifest import atomic_file, atomic_write, sha256_file
from training.errors import ArtifactError

__all__ = [
    "atomic_write",
    "keras_bytes",
    "require",
    "sha256_file",
    "write_json",
    "write_npz",
]

# The date of an archive's entries that have none: the first that a zip file can state.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    atomic_write(path, (json.dumps(content, indent=2) + "\n").encode())


class Streamed(Protocol):
    """An array that comes in parts, the first axis cut."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def chunks(self) -> Iterator[np.ndarray]: ...


def write_npz(path: Path, **arrays: np.ndarray | Streamed) -> None:
    """As np.savez writes it, and so that an array need not fit into the memory.

    Uncompressed, because it is read often; no entry has a date, so the bytes repeat.
    """
    with atomic_file(path) as file, zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        for name, array in arrays.items():
            with archive.open(
                zipfile.ZipInfo(f"{name}.npy", _NO_DATE), "w", force_zip64=True
            ) as to:
                if isinstance(array, np.ndarray | np.generic):
                    np.lib.format.write_array(to, np.asarray(array), allow_pickle=False)
                    continue
                head = np.lib.format.header_data_from_array_1_0(np.empty(0, array.dtype))
                head.update(shape=array.shape, fortran_order=False)
                np.lib.format.write_array_header_1_0(to, head)
                for chunk in array.chunks():
                    to.write(np.ascontiguousarray(chunk).tobytes())


def keras_bytes(model: Any) -> bytes:
    """`model` as a .keras file that depends on the model only.

    Keras adds the time of day and the addresses of shared objects; the former is left out, the
    latter are numbered in the order of their appearance.
    """
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch) / "model.keras"
        model.save(saved)
        with zipfile.ZipFile(saved) as archive:
            entries = {name: archive.read(name) for name in sorted(archive.namelist())}
    metadata = json.loads(entries["metadata.json"])
    metadata.pop("date_saved", None)
    entries["metadata.json"] = json.dumps(metadata).encode()
    entries["config.json"] = _numbered(entries["config.json"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), content)
    return buffer.getvalue()


def _numbered(config: bytes) -> bytes:
    seen: dict[bytes, int] = {}
    return re.sub(
        rb'("shared_object_id": )(\d+)',
        lambda found: found[1] + str(seen.setdefault(found[2], len(seen))).encode(),
        config,
    )


def require(path: Path, verb: str) -> Path:
    """`path` if it is there; else an error that names the verb which writes it."""
    if not path.is_file():
        raise ArtifactError(f"{path} is missing; run `invoke {verb}` first")
    return path
