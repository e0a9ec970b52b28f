"""Flashing by copying a file to the drive that a board shows: DAPLink (.hex) and UF2 loaders."""

from __future__ import annotations

import os
import shutil
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from harness.errors import HarnessError
from harness.rig.upload_tools import FlashError, NoProbeError

# The UF2 file format: 512-byte blocks of 256 bytes each, github.com/microsoft/uf2
_UF2_START = (0x0A324655, 0x9E5D5157)
_UF2_END = 0x0AB16F30
_UF2_FAMILY_PRESENT = 0x2000
_UF2_PAYLOAD = 256


def uf2(image: bytes, origin: int, family: int) -> bytes:
    """The image, which begins at address `origin`, as a UF2 file."""
    chunks = [image[i : i + _UF2_PAYLOAD] for i in range(0, len(image), _UF2_PAYLOAD)]
    return b"".join(
        struct.pack(
            "<8I476sI",
            *_UF2_START,
            *(_UF2_FAMILY_PRESENT, origin + number * _UF2_PAYLOAD, _UF2_PAYLOAD),
            *(number, len(chunks), family, chunk, _UF2_END),
        )
        for number, chunk in enumerate(chunks)
    )


def copy_to_drive(
    image_dir: Path, fact: str, origin: int, mounts: Iterable[Path] | None = None
) -> Path:
    """Writes firmware.hex, or UF2 where the fact has a family id, to the drive of that label.

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
    if family:
        data = uf2((image_dir / "firmware.bin").read_bytes(), origin, int(family, 16))
        target = drives[0] / "firmware.uf2"
    else:
        data = (image_dir / "firmware.hex").read_bytes()
        target = drives[0] / "firmware.hex"
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
