"""The file that UF2 boot loaders take: 512-byte blocks (github.com/microsoft/uf2)."""

from __future__ import annotations

import struct

from codegen.boards.facts import Board

_START = (0x0A324655, 0x9E5D5157)
_END = 0x0AB16F30
_FAMILY_PRESENT = 0x2000
_PAYLOAD = 256


def family_id(board: Board) -> int | None:
    """Of the chips whose boot loader takes the file; None where the board's takes no UF2."""
    _, _, family = board.upload.get("uf2", "").partition(" ")
    return int(family, 16) if family else None


def uf2(image: bytes, origin: int, family: int) -> bytes:
    """The image, which begins at address `origin`, for chips of that family id."""
    chunks = [image[i : i + _PAYLOAD] for i in range(0, len(image), _PAYLOAD)]
    return b"".join(
        struct.pack(
            "<8I476sI",
            *_START,
            *(_FAMILY_PRESENT, origin + number * _PAYLOAD, _PAYLOAD),
            *(number, len(chunks), family, chunk, _END),
        )
        for number, chunk in enumerate(chunks)
    )
