"""What a Python source of the program says that it imports, and which files beside it it reads.

Computed with `ast`: nothing is imported. Imports inside of functions count: most heavy ones stand
there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PREFIX = __name__.removesuffix("codegen.files.imports")
"""What stands before a room's name in an import: "mcuforge." where the program is installed as one
package, nothing in a checkout."""


@dataclass(frozen=True)
class Source:
    """What a file's text says: names it may import, and files beside it that it names.

    Names are without PREFIX; of `from a import b` both `a` and `a.b`, of which one is a file.
    """

    imports: frozenset[str]
    data: tuple[Path, ...]


def own_name(name: str) -> str:
    """Without PREFIX."""
    return name.removeprefix(PREFIX)


def module_file(name: str, root: Path) -> Path | None:
    """The file of a dotted name below root; None: it is another package's, or no module."""
    base = root.joinpath(*name.split("."))
    for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def read(path: Path, name: str, _changed_ns: int) -> Source:
    """The source of a module at `path` with that dotted name."""
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
    return Source(imports=frozenset(map(own_name, imports)), data=beside if names_itself else ())


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
