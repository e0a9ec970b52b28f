"""Other programs, with our output."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from invoke import Exit

from codegen.files.places import PROJECT
from verbs.verb import INTERRUPTED


def run_shown(command: Sequence[str], what: str) -> None:
    """Runs a program with our output; a failure becomes exit code 1."""
    print(f"--- {what}", flush=True)
    result = subprocess.run(command, cwd=PROJECT, check=False)
    if result.returncode < 0 or result.returncode == INTERRUPTED:
        raise Exit(code=INTERRUPTED)
    if result.returncode != 0:
        raise Exit(f"error: {what} failed; its messages are above", code=1)
