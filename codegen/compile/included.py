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
        for folder in folders:
            for path in folder.rglob("*"):
                if path.suffix in _SUFFIXES:
                    self._named.setdefault(path.name, set()).add(path)

    def digest(self, source: Path) -> str:
        """Of what `source` is made of. Which folders that lies in changes nothing."""
        parts = sorted((path.name.encode(), self._content(path)) for path in self.reached(source))
        return hashlib.sha256(b"\0".join(part for pair in parts for part in pair)).hexdigest()

    def reached(self, source: Path) -> set[Path]:
        """What `source` includes, and what that includes. Where several headers have the name, all
        of them: that compiles too often, never too seldom."""
        reached: set[Path] = set()
        waiting = [source]
        while waiting:
            path = waiting.pop()
            for found in _INCLUDE.findall(self._content(path)):
                name = found.decode()
                beside = path.parent / name
                of_name = {beside} if beside.is_file() else set()
                new = (of_name | self._named.get(Path(name).name, set())) - reached
                reached |= new
                waiting += new
        return reached

    def _content(self, path: Path) -> bytes:
        if path not in self._contents:
            self._contents[path] = path.read_bytes()
        return self._contents[path]
