"""Which of the program's own files a module's result depends on: its import closure.

Computed from the sources (codegen/files/imports.py): nothing is listed by hand. In it are

- the module, and all that it imports, directly or through others. Imports inside of functions
  count: most heavy ones stand there;
- the packages around these modules;
- data files beside a module that it names. One that says `__file__` and "templates" reads the
  folder templates/ beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from codegen.files.imports import module_file, own_name, read
from codegen.files.places import PROGRAM


def closure(
    modules: Iterable[str], without: Collection[str] = (), root: Path = PROGRAM
) -> dict[str, Path]:
    """{place below root: file or folder} of all that the modules depend on.

    modules: dotted names, such as "training.fit.train". without: modules that are left out, and
    what only they import. root: the folder of the rooms.
    """
    left_out = {own_name(name) for name in without}
    waiting = [own_name(name) for name in modules]
    for name in waiting:
        if module_file(name, root) is None:
            raise ValueError(f"{name} is no module below {root}")
    seen = set(left_out)
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = module_file(name, root)
        if path is None:  # another package's, or a name inside of a module
            continue
        source = read(path, name, path.stat().st_mtime_ns)
        for one in (path, *source.data):
            found[one.relative_to(root).as_posix()] = one
        waiting += [*_around(name), *source.imports]
    return found


def _around(name: str) -> Iterator[str]:
    """The packages that a module lies in: importing it runs them first."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))
