"""All verbs as one Invoke namespace, and the program `mcuforge` that runs them."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path

from invoke import Collection, Exit, Program

import verbs
from codegen.files.places import IN_CHECKOUT, PROGRAM, PROJECT
from verbs import settings
from verbs.verb import Verb

_OF_THE_CHECKOUT = ("costs", "docs", "lint", "test")
"""Verbs that check the repository itself or write into it."""


_OF_OTHER_PROJECTS = (
    *("CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH"),
    *("GCC_EXEC_PREFIX", "DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES", "GCC_COMPARE_DEBUG"),
)
"""Variables that GCC reads by itself (its manual, "Environment Variables"). With them it would take
another project's headers and libraries, and no build id would tell. CFLAGS and its kin are make's:
nothing here reads them. PlatformIO's own are left out where it is started (pio_core).
"""


class _Mcuforge(Program):
    """Invoke looks for the user's invoke.yaml beside a tasks.py; here it lies in the project."""

    def create_config(self) -> None:
        super().create_config()
        self.config.set_project_location(PROJECT)
        self.config.load_project()


def namespace() -> Collection:
    """The verbs of every module of this room. Installed, those for the checkout are left out.

    What the user's shell tells compilers for other projects is forgotten first. Raises Exit for
    settings that are none.
    """
    for name in _OF_OTHER_PROJECTS:
        os.environ.pop(name, None)
    _leave_out_foreign_packages()
    settings.require_sound(PROJECT, os.environ)
    found = Collection()
    for module in pkgutil.iter_modules(verbs.__path__, f"{verbs.__name__}."):
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, Verb) and (IN_CHECKOUT or one.name not in _OF_THE_CHECKOUT):
                found.add_task(one)
    found.configure({settings.SECTION: settings.program_defaults(PROGRAM)})
    return found


def _leave_out_foreign_packages() -> None:
    """What a ROS or vendor SDK set-up puts before this environment's packages, such as a NumPy of
    its own, is neither ours nor our processes'. A folder that holds the program stays."""
    given = [one for one in os.environ.pop("PYTHONPATH", "").split(os.pathsep) if one]
    own = [one for one in given if PROGRAM.is_relative_to(Path(one).resolve())]
    if own:
        os.environ["PYTHONPATH"] = os.pathsep.join(own)
    foreign = {Path(one).resolve() for one in given if one not in own}
    sys.path[:] = [one for one in sys.path if not one or Path(one).resolve() not in foreign]


def main() -> None:
    """The console script `mcuforge`: the verbs, from the folder of a project."""
    try:
        verbs_found = namespace()
    except Exit as end:  # settings that are none; Invoke's program prints it in a checkout
        print(end.message, file=sys.stderr)
        sys.exit(end.code)
    _Mcuforge(namespace=verbs_found, name="mcuforge", binary="mcuforge", version=_version()).run()


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mcuforge")
    except PackageNotFoundError:
        return f"checkout of {PROGRAM.name}"
