"""What may be mutated, and which tests have to notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codegen.files.places import PROGRAM
from verification.errors import VerificationError

_PYTHON = ("codegen", "harness", "pipeline", "training", "verification", "verbs")
_CPP = {
    "firmware/lib/nn": ("tests/golden", "tests/unit/firmware"),
    "firmware/lib/tflm": ("tests/golden", "tests/unit/codegen/memory", "tests/unit/firmware"),
    "firmware/lib/wire": ("tests/unit/firmware/wire", "tests/unit/harness/wire"),
    "firmware/lib/frontend": ("tests/unit/firmware/frontend", "tests/unit/codegen/frontend"),
}


@dataclass(frozen=True)
class Room:
    """name: a folder of the repository. sources: its files, relative to the repository."""

    name: str
    sources: tuple[Path, ...]

    def tests(self, source: Path) -> list[str]:
        """Folders of tests that concern a source: the nearest first."""
        if source.suffix != ".py":
            return list(next(tests for room, tests in _CPP.items() if self.name.startswith(room)))
        near = [f"tests/unit/{folder}" for folder in source.parents if folder.parts]
        return [folder for folder in near if (PROGRAM / folder).is_dir()]


def find(name: str) -> Room:
    """A folder of Python or of firmware/lib; `lib/nn` will do. Raises VerificationError."""
    name = name.strip("/")
    name = f"firmware/{name}" if name.startswith("lib/") else name
    folder = PROGRAM / name
    patterns: tuple[str, ...] = ()
    if name.startswith(tuple(_CPP)):
        patterns = ("**/*.cc", "**/*.h")
    elif name.split("/")[0] in _PYTHON:
        patterns = ("**/*.py",)
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    if not found:
        raise VerificationError(
            f"mutate: no room {name!r}; there are {', '.join((*_PYTHON, *_CPP))} and their folders"
        )
    return Room(name, tuple(path.relative_to(PROGRAM) for path in found))
