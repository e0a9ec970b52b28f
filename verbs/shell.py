"""Command lines: programs with our output, and what does the same again or goes on with it."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from invoke import Exit

from codegen.files.places import COMMAND, PROJECT
from verbs.verb import INTERRUPTED, Given


def run_shown(command: Sequence[str], what: str) -> None:
    """Runs a program with our output; a failure becomes exit code 1."""
    print(f"--- {what}", flush=True)
    result = subprocess.run(command, cwd=PROJECT, check=False)
    if result.returncode < 0 or result.returncode == INTERRUPTED:
        raise Exit(code=INTERRUPTED)
    if result.returncode != 0:
        raise Exit(f"error: {what} failed; its messages are above", code=1)


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
