"""The build id: 16 hex digits that say from which sources and with which tools an image was built.

No time and no path go in: the same commit gives the same id in every folder on every machine that
has the same compiler.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

BUILD_ID_DIGITS = 16


def build_id(roots: Mapping[str, Path], facts: Iterable[str]) -> str:
    """Hash of the facts and of all files below the roots.

    roots: name -> folder or file; files count by the root's name and their place below it. An
        absent root has no files.
    facts: flags, compiler version and the like, one text each, free of paths.
    """
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(f"fact {fact}\0".encode())
    for name, root in sorted(roots.items()):
        for path in _source_files(root):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"file {name}/{path.relative_to(root).as_posix()}\0{content}\0".encode())
    return digest.hexdigest()[:BUILD_ID_DIGITS]


def _source_files(root: Path) -> list[Path]:
    """All files below root (or root itself), sorted; Python's caches are left out."""
    candidates = [root] if root.is_file() else sorted(root.rglob("*"))
    return [path for path in candidates if path.is_file() and "__pycache__" not in path.parts]
