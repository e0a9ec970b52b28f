"""Templates lay out text only: what is unknown to one is an error; nothing is computed there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def fill(template: Path, values: Mapping[str, Any], *, html: bool = False) -> str:
    """The text that a .jinja file makes of the values.

    html: what is put in is escaped; in C++, assembler and linker scripts, text that a user wrote
    comes in as escaped literals.
    """
    return _environment(template.parent, html).get_template(template.name).render(values)


@cache
def _environment(folder: Path, html: bool) -> Environment:
    """Of one folder's templates, each of which is compiled once: that takes longer than filling."""
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=html,
    )
