"""Which headers a C++ source is made of, so that a changed one compiles only what it reaches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

_INCLUDE = re.compile(rb'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)
_SUFFIXES = {".h", ".def", ".inc"}


class Headers:
    """Those of some folders, to any depth, as they are when they are first asked for."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._named: dict[str, set[Path]] = {}
        self._contents: dict[Path, bytes] = {}
        self._read_at_ns: dict[Path, int | None] = {}  # the modification time that a file had
        self._of: dict[Path, set[Path]] = {}
        self._reached: dict[Path, set[Path]] = {}
        for folder in folders:
            for path in folder.rglob("*"):
                if path.suffix in _SUFFIXES:
                    self._named.setdefault(path.name, set()).add(path)

    def digest(self, source: Path) -> str:
        """Of what `source` is made of. Which folders that lies in changes nothing."""
        parts = sorted((path.name.encode(), self._content(path)) for path in self.reached(source))
        return hashlib.sha256(b"\0".join(part for pair in parts for part in pair)).hexdigest()

    def mention(self, source: Path, macro: str) -> bool:
        """Whether the macro's name stands in `source` or in what it includes."""
        return any(
            macro.encode() in self._content(path) for path in (source, *self.reached(source))
        )

    def are_as_read(self, source: Path) -> bool:
        """Whether `source` and what it includes are what they were when they were read."""
        files = (source, *self.reached(source))
        return all(_written_ns(path) == self._read_at_ns[path] for path in files)

    def reached(self, source: Path) -> set[Path]:
        """What `source` includes, and what that includes. Where several headers' paths end with the
        name, all of them: that compiles too often, never too seldom."""
        if source not in self._reached:
            reached: set[Path] = set()
            waiting = [source]
            while waiting:
                new = self._included(waiting.pop()) - reached
                reached |= new
                waiting += new
            self._reached[source] = reached
        return self._reached[source]

    def _included(self, path: Path) -> set[Path]:
        if path not in self._of:
            found: set[Path] = set()
            for name in map(bytes.decode, _INCLUDE.findall(self._content(path))):
                beside = path.parent / name
                found |= {beside} if beside.is_file() else set()
                found |= {one for one in self._named.get(Path(name).name, ()) if one.match(name)}
            self._of[path] = found
        return self._of[path]

    def _content(self, path: Path) -> bytes:
        if path not in self._contents:
            self._read_at_ns[path] = _written_ns(path)
            self._contents[path] = path.read_bytes()
        return self._contents[path]


def _written_ns(path: Path) -> int | None:
    """When it was written last; None: it is gone."""
    return path.stat().st_mtime_ns if path.exists() else None
