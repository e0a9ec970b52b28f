"""Which test files concern a Python module, by what they import: the nearest first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from codegen.files.imports import module_file, read
from codegen.files.places import PROGRAM

# What needs images, boards or minutes says too little of one fault for what it costs.
_SUITES = ("tests/unit", "tests/golden", "tests/training")
_VERBS = "tests/unit/verbs"  # they start everything there is, so they are for verbs only


def test_files(source: Path, root: Path = PROGRAM) -> list[str]:
    """Test files that notice a fault in `source`, a module relative to `root`.

    Those that import it themselves, and those in the folder that is named as its own is that import
    what imports it. Where some of that folder import it themselves, those of other rooms are not
    asked: what just they notice has no test of its own. Where none imports it, those that are
    nearest by imports; where nothing leads to it, as with what is imported by a name in a table,
    all of that folder.
    """
    folder = f"tests/unit/{source.parent.as_posix()}/"
    package = source.stem == "__init__"
    module = ".".join((source.parent if package else source.with_suffix("")).parts)
    tests = [one for one in _tests(root) if folder.startswith(_VERBS) or _VERBS not in one]
    steps = {test: _steps(test, module, root) for test in tests}
    inside = [test for test in tests if test.startswith(folder)]
    least = min(steps.values(), default=math.inf)
    found = {test for test in tests if steps[test] == least < math.inf}
    if any(steps[test] == 1 for test in inside):
        room = source.parts[0]
        found = {
            test for test in found if test.startswith((f"tests/unit/{room}/", f"tests/{room}/"))
        }
    found |= {test for test in inside if steps[test] < math.inf or least == math.inf}

    def order(test: str) -> tuple[bool, float, bool, int, bool, int, str]:
        suite = next(i for i, name in enumerate(_SUITES) if test.startswith(name))
        named = Path(test).stem == f"test_{source.stem}"
        # Of equals those first that take less: without another process, not of a room in the room.
        starts_others = "subprocess" in _imports(".".join(Path(test).with_suffix("").parts), root)
        depth = test.count("/")
        return not named, steps[test], test not in inside, suite, starts_others, depth, test

    return sorted(found, key=order)


@cache
def _tests(root: Path) -> tuple[str, ...]:
    return tuple(
        path.relative_to(root).as_posix()
        for suite in _SUITES
        for path in sorted(root.glob(f"{suite}/**/test_*.py"))
    )


def _steps(test: str, module: str, root: Path) -> float:
    """How many imports lie between: 1 where the test, or a helper of tests, imports it itself."""
    reached, count = _closed([".".join(Path(test).with_suffix("").parts)], root), 0.0
    seen: set[str] = set()
    while reached:
        count += 1
        imported = {name for one in reached for name in _imports(one, root)}
        if module in imported:
            return count
        seen |= reached
        reached = _closed(imported, root) - seen
    return math.inf


def _closed(names: Iterable[str], root: Path) -> frozenset[str]:
    """With the helpers among tests that they import."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [other for other in _imports(name, root) if other.startswith("tests.")]
    return frozenset(found)


@cache
def _imports(name: str, root: Path) -> frozenset[str]:
    path = module_file(name, root)
    return read(path, name, path.stat().st_mtime_ns).imports if path else frozenset()
