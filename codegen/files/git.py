"""Which commit of a repository something was made from."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git_commit(root: Path) -> str:
    """The commit that is checked out, "-dirty" behind it if files differ; "" without git."""
    try:
        result = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return result.stdout.strip()


def short_commit(root: Path) -> str:
    """The same for people: 7 digits, "unknown" without git."""
    commit, dash, dirty = git_commit(root).partition("-")
    return f"{commit[:7]}{dash}{dirty}" or "unknown"
