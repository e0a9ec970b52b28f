"""All golden case generators: what the modules of this room offer as CASES."""

from __future__ import annotations

from verification.cases import (
    arithmetic,
    blocks,
    chains,
    core,
    elementwise,
    logic,
    movement,
    real,
    recurrent,
    signal,
    state,
    wide,
)
from verification.cases.case import Generator

_MODULES = (
    arithmetic,
    blocks,
    chains,
    core,
    elementwise,
    logic,
    movement,
    real,
    recurrent,
    signal,
    state,
    wide,
)


def _collect() -> dict[str, Generator]:
    generators: dict[str, Generator] = {}
    for module in _MODULES:
        offered = module.CASES
        twice = generators.keys() & offered.keys()
        if twice:
            raise ValueError(
                f"{module.__name__} offers {', '.join(sorted(twice))}, as another module does"
            )
        generators.update(offered)
    return generators


CASES = _collect()
"""By op name, or by what a generator stresses ("GRAPH")."""
