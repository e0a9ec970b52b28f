"""Which of the program's own files a module's result depends on: its import closure.

Computed from the sources with `ast`: nothing is imported, nothing is listed by hand. In it are

- the module, and all that it imports, directly or through others. Imports inside of functions
  count: most heavy ones stand there;
- the packages around these modules;
- data files beside a module that it names. One that says `__file__` and "templates" reads the
  folder templates/ beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from codegen.files.places import PROGRAM

PREFIX = __name__.removesuffix("pipeline.closure")
"""What stands before a room's name in an import: "mcuforge." where the program is installed as one
package, nothing in a checkout."""


@dataclass(frozen=True)
class _Source:
    """What a file's text says: names it may import, and files beside it that it names."""

    imports: frozenset[str]
    data: tuple[Path, ...]


def closure(
    modules: Iterable[str], without: Collection[str] = (), root: Path = PROGRAM
) -> dict[str, Path]:
    """{place below root: file or folder} of all that the modules depend on.

    modules: dotted names, such as "training.fit.train". without: modules that are left out, and
    what only they import. root: the folder of the rooms.
    """
    left_out = {_own_name(name) for name in without}
    waiting = [_own_name(name) for name in modules]
    for name in waiting:
        if _file(name, root) is None:
            raise ValueError(f"{name} is no module below {root}")
    seen = set(left_out)
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = _file(name, root)
        if path is None:  # another package's, or a name inside of a module
            continue
        source = _read(path, name, path.stat().st_mtime_ns)
        for one in (path, *source.data):
            found[one.relative_to(root).as_posix()] = one
        waiting += [*_around(name), *source.imports]
    return found


def _own_name(name: str) -> str:
    return name.removeprefix(PREFIX)


def _around(name: str) -> Iterator[str]:
    """The packages that a module lies in: importing it runs them first."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))


def _file(name: str, root: Path) -> Path | None:
    base = root.joinpath(*name.split("."))
    for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _read(path: Path, name: str, _changed_ns: int) -> _Source:
    tree = ast.parse(path.read_bytes(), path.name)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports: set[str] = set()
    texts: set[str] = set()
    names_itself = False
    for node in _executed(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, package)
            # What is imported is a module or a name inside of one: only one of them is a file.
            imports.update([origin, *(f"{origin}.{alias.name}" for alias in node.names)])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
        elif isinstance(node, ast.Name) and node.id == "__file__":
            names_itself = True
    data = (path.with_name(text) for text in sorted(texts) if _is_file_name(text))
    beside = tuple(one for one in data if one.suffix != ".py" and one.exists())
    return _Source(imports=frozenset(map(_own_name, imports)), data=beside if names_itself else ())


def _executed(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes but those under `if TYPE_CHECKING:`, which never runs."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def _origin(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])


def _is_file_name(text: str) -> bool:
    return 0 < len(text) < 100 and text.strip("./") == text and not set("/\0\n") & set(text)
