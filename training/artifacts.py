"""Files of a build directory: written whole or not at all, the same bytes for the same content."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from codegen.manifest import atomic_write, sha256_file
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
    """`model` as a .keras file without the time of day, which Keras puts into it twice."""
    with tempfile.TemporaryDirectory() as scratch:
        saved = Path(scratch) / "model.keras"
        model.save(saved)
        buffer = io.BytesIO()
        with zipfile.ZipFile(saved) as source, zipfile.ZipFile(buffer, "w") as target:
            for name in sorted(source.namelist()):
                content = source.read(name)
                if name == "metadata.json":
                    metadata = json.loads(content)
                    metadata.pop("date_saved", None)
                    content = json.dumps(metadata).encode()
                target.writestr(zipfile.ZipInfo(name, _NO_DATE), content)
    return buffer.getvalue()


def require(path: Path, verb: str) -> Path:
    """`path` if it is there; else an error that names the verb which writes it."""
    if not path.is_file():
        raise ArtifactError(f"{path} is missing; run `invoke {verb}` first")
    return path
