"""Files of a build directory: written whole or not at all, the same bytes for the same content."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.manifest import atomic_write, sha256_file
from training.errors import ArtifactError

__all__ = ["atomic_write", "keras_bytes", "require", "sha256_file", "write_json", "write_npz"]

# The date of an archive's entries that have none: the first that a zip file can state.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    atomic_write(path, (json.dumps(content, indent=2) + "\n").encode())


def write_npz(path: Path, **arrays: np.ndarray) -> None:
    """Uncompressed, because it is read often; NumPy dates no entry, so the bytes repeat."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    atomic_write(path, buffer.getvalue())


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
