"""The command line that does the same again, or goes on with it."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from codegen.files.places import COMMAND
from verbs.verb import Given


def command(verb: str, given: Given, but: Collection[str] = (), **changes: Any) -> str:
    """What gives `verb` these options. but: names of those that are left out. changes: values that
    go before the given ones."""
    words = [COMMAND, verb]
    for name, value in {**vars(given), **changes}.items():
        if name not in but:
            words += _words(f"--{name.replace('_', '-')}", value)
    return shlex.join(words)


def _words(flag: str, value: Any) -> Iterator[str]:
    if value is True:
        yield flag
    elif isinstance(value, list):
        for one in value:
            yield from (flag, str(one))
    elif value is not None and value is not False and value != "":
        yield from (flag, str(value))


def without_folders(value: Any) -> Any:
    """A path's last name: what a document may say of this machine."""
    return value.name if isinstance(value, Path) else value
