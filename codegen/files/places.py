"""Where the program's own files are, and where the user's are.

In a checkout both are the repository. Installed, the program lies in site-packages, where nothing
is written, and the project is the folder in which the user stands.
"""

from __future__ import annotations

import os
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2]
"""The folder with firmware/, codegen/, docs/ and the other rooms."""


IN_CHECKOUT = (PROGRAM / "tasks.py").is_file()
"""False where the program is installed as the package mcuforge."""

COMMAND = "invoke" if IN_CHECKOUT else "mcuforge"
"""What runs a verb."""

PROJECT_VARIABLE = "MCUFORGE_PROJECT"  # of the environment: another folder than the current one


def _project() -> Path:
    if IN_CHECKOUT:
        return PROGRAM
    return Path(os.environ.get(PROJECT_VARIABLE) or Path.cwd()).resolve()


PROJECT = _project()
"""The folder in which build/, runs/ and PlatformIO's folders are made.

Our modules are found from there by `python -m`: the checkout is one of them, and installed they are
found from everywhere.
"""

BUILD = PROJECT / "build"
RUNS = PROJECT / "runs"
