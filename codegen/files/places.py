"""Where the program's own files are, and where the user's are.

In a checkout both are the repository. Installed, the program lies in site-packages, where nothing
is written, and the project is the folder in which the user stands.
"""

from __future__ import annotations

import os
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2]
"""The folder with firmware/, codegen/, docs/ and the other rooms."""


def _project() -> Path:
    if (PROGRAM / "tasks.py").is_file():
        return PROGRAM
    return Path(os.environ.get("MCUFORGE_PROJECT") or Path.cwd()).resolve()


PROJECT = _project()
"""The folder in which build/, runs/ and PlatformIO's folders are made."""

BUILD = PROJECT / "build"
RUNS = PROJECT / "runs"
