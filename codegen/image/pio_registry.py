"""Boards that PlatformIO builds with a platform of its registry: is that here, or within reach?

PlatformIO itself asks for a minute before it gives up, with a message on the Internet as a whole.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

from codegen.boards.facts import Board
from codegen.errors import CodegenError
from codegen.files.places import PROGRAM
from codegen.image.pio_core import CORE_DIR

_ANSWER_LIMIT_S = 5.0  # of each of the registry's hosts


class PlatformMissingError(CodegenError):
    """The board's platform is neither installed nor within reach."""

    exit_code = 3


def platform_of(board: Board) -> str:
    """Name of the platform in the board's environment of platformio.ini."""
    from platformio.project.config import ProjectConfig

    config = ProjectConfig(str(PROGRAM / "platformio.ini"))
    return str(config.get(f"env:{board.id}", "platform"))


def installed_version(platform: str, core_dir: Path = CORE_DIR) -> str | None:
    """Version of an installed platform, None if it is not there."""
    try:
        document = json.loads((core_dir / "platforms" / platform / "platform.json").read_text())
    except (OSError, ValueError):
        return None
    return str(document.get("version"))


def answers(hosts: list[str] | None = None) -> bool:
    """True if one of the registry's hosts answers, whatever it says."""
    if hosts is None:
        from platformio import __registry_mirror_hosts__ as mirrors

        hosts = [f"https://api.{host}/" for host in mirrors]
    for host in hosts:
        try:
            request = urllib.request.Request(host, method="HEAD")
            urllib.request.urlopen(request, timeout=_ANSWER_LIMIT_S).close()
        except urllib.error.HTTPError:
            pass  # an answer
        except OSError:
            continue
        return True
    return False


def require_platform(board: Board) -> None:
    """Raises PlatformMissingError if PlatformIO could not get what it builds the board with."""
    if board.family.architecture != "arduino":
        return
    platform = platform_of(board)
    if installed_version(platform) is None and not answers():
        raise PlatformMissingError(
            f"build {board.id}: PlatformIO's platform {platform} is not installed, and its "
            "registry, where it would come from, cannot be reached from this machine; connect it, "
            "or choose a board that `invoke boards` does not list as built from the registry"
        )
