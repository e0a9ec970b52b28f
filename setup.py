"""Lays the rooms out as one package, `mcuforge`. All else about the package is in pyproject.toml.

    codegen/model/tflite.py  -->  mcuforge/codegen/model/tflite.py

In the checkout the rooms are modules of their own; installed they would take names such as
`training` from everybody else. So the wheel has them inside of `mcuforge`, and every import of a
room gets that name before it. The parser says where an import stands.
"""

from __future__ import annotations

import ast
import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.editable_wheel import editable_wheel

ROOT = Path(__file__).resolve().parent
PACKAGE = "mcuforge"
ROOMS = ("codegen", "firmware", "harness", "pipeline", "training", "verbs", "verification")
# Beside the rooms: what they read at run time.
FILES = ("LICENSE", "docs/baseline_tflm_cmsis_nn.json", "invoke.yaml", "platformio.ini")


class Rooms(build_py):
    """Takes the place of setuptools' own search for modules."""

    def run(self) -> None:
        package = Path(self.build_lib) / PACKAGE
        for source in _sources():
            target = package / source
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix == ".py":
                target.write_bytes(inside_package((ROOT / source).read_bytes(), str(source)))
            else:
                shutil.copyfile(ROOT / source, target)
        (package / "__init__.py").write_text(
            '"""Small int8 networks, from data to a Cortex-M board, checked bit for bit."""\n'
        )

    def get_source_files(self) -> list[str]:
        """For a source distribution."""
        return [str(source) for source in _sources()]


class NotEditable(editable_wheel):
    """An editable install would miss the package: there is no folder `mcuforge` to point at."""

    def run(self) -> None:
        raise SystemExit("error: mcuforge has no editable install; in the checkout use ./invokew")


def _sources() -> Iterator[Path]:
    """Relative to ROOT."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            source = path.relative_to(ROOT)
            # generated: left there by builds before 2026-11-28
            if path.is_file() and not {"__pycache__", "generated"} & set(source.parts):
                yield source
    yield from map(Path, FILES)


def inside_package(source: bytes, name: str) -> bytes:
    """Python with `mcuforge.` before each room that it imports. name: for the error.

    Its messages name the verbs as they are called there: `mcuforge build` for `invoke build`.

    Raises ValueError for `import room.module`: what it binds, `room`, is not there afterwards.
    """
    lines = source.splitlines(keepends=True)
    changes: list[tuple[int, int, bytes, bytes]] = []  # line, column in bytes, old, new
    for node in ast.walk(ast.parse(source, name)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and _is_room(node.module):
            column = node.col_offset + len("from ")
            changes.append((node.lineno, column, b"", f"{PACKAGE}.".encode()))
        if isinstance(node, ast.Import):
            for alias in filter(lambda one: _is_room(one.name), node.names):
                if len(node.names) > 1 or ("." in alias.name and not alias.asname):
                    raise ValueError(f"{name}:{node.lineno}: write `from ... import ...` instead")
                old = alias.name if alias.asname else f"import {alias.name}"
                new = f"{PACKAGE}.{old}" if alias.asname else f"from {PACKAGE} {old}"
                column = alias.col_offset if alias.asname else node.col_offset
                changes.append((node.lineno, column, old.encode(), new.encode()))
    for number, column, before, after in sorted(changes, reverse=True):
        line = lines[number - 1]
        lines[number - 1] = line[:column] + after + line[column + len(before) :]
    # Python has no use for a backtick outside of texts and comments: those name our verbs.
    return b"".join(lines).replace(b"`invoke ", f"`{PACKAGE} ".encode())


def _is_room(module: str | None) -> bool:
    return module is not None and module.partition(".")[0] in ROOMS


if __name__ == "__main__":
    # setuptools would use build/, which holds the stages' results here, and put into the wheel
    # what an earlier version left there.
    scratch = tempfile.mkdtemp(prefix="mcuforge-wheel-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    setup(
        cmdclass={"build_py": Rooms, "editable_wheel": NotEditable},
        options={"build": {"build_base": scratch}, "egg_info": {"egg_base": scratch}},
    )
