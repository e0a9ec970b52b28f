"""PlatformIO's own folder, made complete so that no build asks PlatformIO's registry for anything.

PlatformIO Core runs SCons from a package of its own, tool-scons, which it would download. The same
SCons comes from PyPI; this module lays it where PlatformIO looks. invokew runs it as a program
after every installation, and every build calls `prepare`, which costs nothing when all is there.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write
from codegen.files.places import PROGRAM, PROJECT, PROJECT_VARIABLE

CORE_DIR = PROJECT / ".pio-core"
WORKSPACE_DIR = PROJECT / ".pio"
_PREFIX = "PLATFORMIO_"
BUILD_FLAGS = "PLATFORMIO_BUILD_FLAGS"
_KEPT = (BUILD_FLAGS, "PLATFORMIO_UPLOAD_PORT", "PLATFORMIO_UPLOAD_FLAGS")
SCONS_VERSION = "4.11.1"
TOOL_VERSION = "4.41101.0"  # PlatformIO's number for that SCons

_SCONS_PY = """\
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from SCons.Script import main

if __name__ == "__main__":
    main()
"""

# Settings that PlatformIO keeps in appstate.json. An interval of a million days is "never".
_SETTINGS = {
    "check_platformio_interval": 1_000_000,
    "check_prune_system_threshold": 0,
    "disable_udev_rules_check": True,
    "enable_telemetry": False,
}


class PlatformioCoreError(CodegenError):
    """PlatformIO's folder cannot be set up."""

    exit_code = 3


def prepare(core_dir: Path = CORE_DIR) -> bool:
    """Lays tool-scons and the settings into PlatformIO's folder; True if something was missing.

    Raises PlatformioCoreError if SCons is not installed in the version that PlatformIO expects.
    """
    changed = _apply_settings(core_dir / "appstate.json")
    changed |= _drop_links_elsewhere(core_dir / "platforms")
    tool_dir = core_dir / "packages" / "tool-scons"
    if is_complete(core_dir):
        return changed
    # Laid out beside its place and then renamed: an interruption leaves no half of it.
    tool_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=core_dir, prefix=".tool-scons.") as temporary:
        staged = Path(temporary) / "tool-scons"
        shutil.copytree(
            _scons_package(), staged / "SCons", ignore=shutil.ignore_patterns("__pycache__")
        )
        (staged / "scons.py").write_text(_SCONS_PY)
        (staged / "package.json").write_text(_package_json())
        (staged / ".piopm").write_text(_piopm())
        if tool_dir.exists():
            shutil.rmtree(tool_dir)
        staged.rename(tool_dir)
    return True


def environment(further: Mapping[str, str]) -> dict[str, str]:
    """Of a PlatformIO process: it reads platformio.ini and sources of the program, and writes into
    the project.

    Variables with which the user's shell sets up other projects (PLATFORMIO_BUILD_DIR, _SRC_DIR,
    ...) are left out: they would make another image than the one that is looked for. Build flags
    are an experiment that the image's build id knows of, and where to upload is the user's to say.
    further: variables besides.
    """
    own = {
        name: text
        for name, text in os.environ.items()
        if name in _KEPT or not name.startswith(_PREFIX)
    }
    return {
        **own,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own.get('PATH', '')}",
        "PLATFORMIO_CORE_DIR": str(CORE_DIR),
        "PLATFORMIO_WORKSPACE_DIR": str(WORKSPACE_DIR),
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
        PROJECT_VARIABLE: str(PROJECT),
        **further,
    }


def is_complete(core_dir: Path = CORE_DIR) -> bool:
    """True if tool-scons is in place in the version that PlatformIO expects."""
    tool_dir = core_dir / "packages" / "tool-scons"
    try:
        version = json.loads((tool_dir / "package.json").read_text())["version"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(version == TOOL_VERSION) and (tool_dir / ".piopm").is_file()


def _drop_links_elsewhere(platforms_dir: Path) -> bool:
    """Removes links to another project's platform; PlatformIO then makes its own anew.

    It notes where the platform lies by absolute path, so a project that was copied or moved would
    go on building with the sources of the folder that it came from.
    """
    changed = False
    for link in platforms_dir.glob("*.pio-link"):
        try:
            project = Path(json.loads(link.read_text())["cwd"])
        except (OSError, ValueError, KeyError, TypeError):
            project = None
        if project != PROGRAM:
            link.unlink()
            changed = True
    return changed


def _scons_package() -> Path:
    try:
        scons = importlib.metadata.distribution("scons")
    except importlib.metadata.PackageNotFoundError as error:
        raise PlatformioCoreError(
            "SCons is not installed; run ./invokew, it installs it"
        ) from error
    if scons.version != SCONS_VERSION:
        raise PlatformioCoreError(
            f"SCons is {scons.version}, PlatformIO needs {SCONS_VERSION}; "
            "remove .venv and run ./invokew"
        )
    return Path(str(scons.locate_file("SCons")))


def _package_json() -> str:
    return json.dumps(
        {
            "name": "tool-scons",
            "version": TOOL_VERSION,
            "description": f"SCons {SCONS_VERSION}, from its Python package",
        }
    )


def _piopm() -> str:
    """PlatformIO's note of where a package came from; without it the package is not seen."""
    spec = {
        "owner": "platformio",
        "id": 8192,
        "name": "tool-scons",
        "requirements": None,
        "uri": None,
    }
    document = {"type": "tool", "name": "tool-scons", "version": TOOL_VERSION, "spec": spec}
    return json.dumps(document)


def _apply_settings(path: Path) -> bool:
    """Merges _SETTINGS into appstate.json, which PlatformIO also writes to."""
    try:
        state = json.loads(path.read_text())
    except (OSError, ValueError):
        state = {}
    if not isinstance(state, dict):
        state = {}
    settings = state.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    if _SETTINGS.items() <= settings.items():
        return False
    state["settings"] = settings | _SETTINGS
    return atomic_write(path, json.dumps(state).encode())


if __name__ == "__main__":
    prepare()
