"""What stands in invoke.yaml and in INVOKE_MCUFORGE_*, looked at before Invoke reads it.

Invoke ends with a traceback on a file that is no YAML or a number that is none, and passes over a
name that it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from invoke import Exit

from codegen.files.printable import printable
from verbs.options import CALIBRATION, COUNT, READING, SEED

FILE = "invoke.yaml"
SECTION = "mcuforge"
ENVIRONMENT = "INVOKE_MCUFORGE_"

_READING = tuple(one.name for one in READING)
_TEXTS = (
    *("board", "recipe", "data", "model", "tflm_lib", "engine", "optimizer", "preset"),
    *_READING,
)
_NUMBERS = (SEED.name, CALIBRATION.name, COUNT.name, "window", "stride", "channels")
_SWITCH = "self_test"
_NAMES = (*dict.fromkeys((*_TEXTS, *_NUMBERS)), _SWITCH)


def program_defaults(folder: Path) -> dict[str, Any]:
    """The program's own settings, all there; what reads data has none. Raises Exit."""
    path = folder / FILE
    found = _section(path)
    missing = [name for name in _NAMES if name not in found and name not in _READING]
    if missing:
        raise _refused(f"{path}: {missing[0]} is missing; the program's own file names it")
    return {**dict.fromkeys(_READING), **found}


def require_sound(folder: Path, environment: Mapping[str, str]) -> None:
    """Raises Exit for settings of the project in `folder` or of the environment that are none."""
    path = folder / FILE
    if path.exists():
        _section(path)
    for variable, text in environment.items():
        if variable.startswith(ENVIRONMENT):
            name = variable.removeprefix(ENVIRONMENT).lower()
            _require_known(variable, name)
            if name == _SWITCH and text not in ("0", "1", ""):
                raise _refused(f"{variable}={text}: give 0 or 1")
            if name in (SEED.name, CALIBRATION.name) and not _is_whole(text):
                raise _refused(f"{variable}={text}: give a whole number")


def require_file(path: Path) -> None:
    """Raises Exit for what --config names and is no file of settings; Invoke passes over one that
    is not there."""
    if path.suffix not in (".yaml", ".yml"):
        raise _refused(f"--config {path}: settings stand in a .yaml file")
    _section(path)


def _section(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text()) or {}
    except (OSError, ValueError, RecursionError) as error:
        raise _refused(f"{path}: cannot be read ({_reason(error)}); correct it") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise _refused(f"{path}: no YAML{where}; correct it") from None
    if not isinstance(content, dict):
        raise _refused(f"{path}: holds no settings; give `{SECTION}:` and lines below it")
    section = content.get(SECTION, {})
    if not isinstance(section, dict):
        raise _refused(f"{path}: {SECTION}: is no list of settings; give lines as `board: host`")
    for name, value in section.items():
        where = f"{path}: {name}"
        _require_known(where, name)
        if name == _SWITCH:
            if not isinstance(value, bool):
                raise _refused(f"{where}: {value}: give true or false")
        elif isinstance(value, bool) or not isinstance(value, (str, int, float, type(None))):
            raise _refused(f"{where}: {value}: give one value")
        elif name not in _NUMBERS and not isinstance(value, (str, type(None))):
            raise _refused(f"{where}: {value}: is a number; a name stands in quotes")
    return section


def _require_known(where: str, name: object) -> None:
    if name not in _NAMES:
        raise _refused(f"{where}: no such setting; there are {', '.join(_NAMES)}")


def _is_whole(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).splitlines()[0]


def _refused(message: str) -> Exit:
    return Exit(f"error: {printable(message)}", code=2)
