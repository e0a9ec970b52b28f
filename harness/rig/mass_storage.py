"""Flashing by copying a file to the drive that a board shows: DAPLink (.hex) and UF2 loaders."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from harness.errors import HarnessError
from harness.rig.upload_tools import FlashError, NoProbeError


def copy_to_drive(image_dir: Path, fact: str, mounts: Iterable[Path] | None = None) -> Path:
    """Writes firmware.hex to the drive of that label, or firmware.uf2 where a family id is given.

    fact: "<label>" or "<label> <family id>". mounts: where drives are looked for, the system's
    own if None. Raises NoProbeError, FlashError. A board reads what is copied at once and drops
    the drive, so the copy cannot be read back; the INFO reply is its verification.
    """
    label, _, family = fact.partition(" ")
    drives = [path for path in (_mounts() if mounts is None else mounts) if path.name == label]
    if not drives:
        raise NoProbeError(
            f"no drive {label} is mounted; connect the board (a UF2 board: with its boot button "
            "held) and mount its drive"
        )
    if len(drives) > 1:
        raise HarnessError(
            f"{len(drives)} drives are called {label} ({', '.join(map(str, drives))}); leave one"
        )
    name = "firmware.uf2" if family else "firmware.hex"
    data = (image_dir / name).read_bytes()
    target = drives[0] / name
    free = shutil.disk_usage(drives[0]).free
    if len(data) > free:
        raise FlashError(f"{target} takes {len(data):,} B, the drive has {free:,} B free")
    try:
        with target.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise FlashError(f"writing {target}: {error.strerror}; connect the board again") from error
    failure = drives[0] / "FAIL.TXT"  # DAPLink's report
    if failure.is_file():
        raise FlashError(f"{drives[0].name} refused the image: {failure.read_text()[:200].strip()}")
    return target


def _mounts() -> list[Path]:
    """Folders of the drives that are mounted for users."""
    roots = [Path("/Volumes")] if sys.platform == "darwin" else [Path("/media"), Path("/run/media")]
    drives = []
    for root in roots:
        drives += [path for pattern in ("*", "*/*") for path in root.glob(pattern) if path.is_dir()]
    return drives
