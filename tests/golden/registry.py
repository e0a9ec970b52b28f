"""All golden case generators: what the modules cases_*.py in this folder offer."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.golden.case import Generator


def _collect() -> dict[str, Generator]:
    generators: dict[str, Generator] = {}
    for path in sorted(Path(__file__).parent.glob("cases_*.py")):
        offered = importlib.import_module(f"tests.golden.{path.stem}").CASES
        twice = generators.keys() & offered.keys()
        if twice:
            raise ValueError(f"{path.name} offers {', '.join(sorted(twice))}, as another file does")
        generators.update(offered)
    return generators


CASES = _collect()
"""By op name, or by what a generator stresses ("GRAPH")."""
