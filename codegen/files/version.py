"""Which mcuforge this is: for what is made by it, and kept."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from codegen.files.git import git_commit
from codegen.files.places import IN_CHECKOUT, PROGRAM


def program_version() -> str:
    """As in pyproject.toml, such as "0.1.0"; "unknown" where neither that file nor the installed
    package states one."""
    if IN_CHECKOUT:
        text = (PROGRAM / "pyproject.toml").read_text(encoding="utf-8")
        found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
        return found[1] if found else "unknown"
    try:
        return version("mcuforge")
    except PackageNotFoundError:
        return "unknown"


def program_commit() -> str:
    """Of a checkout, "-dirty" behind it where files differ; "" for an installed program."""
    return git_commit(PROGRAM) if IN_CHECKOUT else ""
