"""`invoke new`: a project of a user's own, which depends on mcuforge and checks itself in CI."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from codegen import tools
from codegen.boards.facts import Board
from codegen.errors import CodegenError
from codegen.files.manifest import umask
from codegen.files.places import IN_CHECKOUT, PROGRAM
from codegen.files.templates import fill
from codegen.files.version import program_version

_TEMPLATES = Path(__file__).with_name("templates") / "project"
_FILES = {
    ".devcontainer/devcontainer.json": "devcontainer.json",
    ".github/workflows/check.yml": "github.yml",
    ".gitignore": "gitignore",
    ".gitlab-ci.yml": "gitlab-ci.yml",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".vscode/launch.json": "vscode_launch.json",
    ".vscode/settings.json": "vscode_settings.json",
    ".vscode/tasks.json": "vscode_tasks.json",
    "README.md": "README.md",
    "check.sh": "check.sh",
    "data/README.md": "data.md",
    "invoke.yaml": "invoke.yaml",
    "requirements.txt": "requirements.txt",
    "tasks.py": "tasks.py",
    "tests/test_board.py": "test_board.py",
}
_PROGRAMS = ("qemu-system-arm", "arm-none-eabi-g++", "g++", "gdb-multiarch")
_SAFE_NAME = re.compile(r"[\w][\w .+-]*")


def require(folder: Path) -> None:
    """Raises CodegenError for a folder in which something would be lost, or none can be made."""
    if not _SAFE_NAME.fullmatch(folder.name):
        raise CodegenError(
            f"new {folder}: a project's name has letters, digits, spaces, '.', '_', '+' and '-'; "
            "choose another"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CodegenError(f"new {folder}: is there, and not empty; name a new folder")
    if not folder.parent.is_dir():
        raise CodegenError(f"new {folder}: {folder.parent} is no folder; make it first")


def make(folder: Path, board: Board, recipe: str, data: str) -> list[Path]:
    """Writes the project whole or not at all; its files. data: as --data takes it.

    Raises CodegenError.
    """
    require(folder)
    values = {
        "name": folder.name,
        "board": board.id,
        "boards": " ".join(dict.fromkeys(["host", board.id])),
        "recipe": recipe,
        "data": json.dumps(data),  # JSON's text is YAML's
        "stack_bytes": board.stack_bytes or 1 << 20,
        "packages": " ".join(tools.SOURCES[program].debian for program in _PROGRAMS),
        "requirement": _requirement(),
    }
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            made = Path(scratch) / "project"
            for name, template in _FILES.items():
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(fill(_TEMPLATES / f"{template}.jinja", values))
            (made / "check.sh").chmod(0o777 & ~umask())
            if folder.is_dir():
                folder.rmdir()  # empty, as required
            shutil.move(made, folder)
    except OSError as error:
        raise CodegenError(f"new {folder}: {error.strerror}; choose another folder") from error
    return [folder / name for name in _FILES]


def _requirement() -> str:
    """A line for pip by which this very mcuforge is installed again: from where it came (PEP 610),
    or by its version."""
    if IN_CHECKOUT:
        return f"mcuforge @ {PROGRAM.as_uri()}"
    try:
        text = distribution("mcuforge").read_text("direct_url.json")
    except PackageNotFoundError:
        text = None
    if not text:
        return f"mcuforge=={program_version()}"
    origin = json.loads(text)
    vcs = origin.get("vcs_info", {})
    prefix = f"{vcs['vcs']}+" if vcs else ""
    commit = f"@{vcs['commit_id']}" if vcs else ""
    return f"mcuforge @ {prefix}{origin['url']}{commit}"


def steps(folder: Path) -> str:
    """What to type next."""
    return (
        f"new: {folder}: README.md says what is where\n"
        f"next: cd {shlex.quote(str(folder))} && ./check.sh, which trains, builds, and asks the "
        "emulated boards"
    )
