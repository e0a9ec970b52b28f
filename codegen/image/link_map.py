"""Which object each byte of a linked image comes from: the second half of GNU ld's map file.

.text           0x000000c0     0x9b7c            an output section
 .text._ZN5board4InitEv                          an input section; long names wrap
                0x00000130       0x1e .pio/build/mps2_an386/boards/mps2/board.o
 *fill*         0x000001b6        0x2            padding
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

_START = "Linker script and memory map"
_OUTPUT = re.compile(r"^([.\w]\S*)")
_INPUT = re.compile(r"^ (\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)(?: (\S.*)| *)$")
_WRAPPED = re.compile(r"^ ([^\s*]\S*)$")


@dataclass(frozen=True)
class Piece:
    """One input section as it was placed: [address, address + size)."""

    output: str  # output section
    section: str
    address: int
    size: int  # bytes
    origin: str  # object file, or archive(member); empty for padding


def read_link_map(text: str) -> list[Piece]:
    """The placed input sections, output section by output section, in order of address.

    Empty if the text is no map of GNU ld. Padding is among them, without origin.
    """
    _, found, body = text.partition(_START)
    return sorted(_pieces(body.splitlines()), key=lambda p: p.address) if found else []


def within(pieces: Iterable[Piece], output: str, start: int, size: int) -> list[Piece]:
    """The pieces of the output section at [start, start + size), without overlap and padding.

    Each is cut at the next one's start: ld notes some merged strings with their size before the
    merging.
    """
    end = start + size
    inside = [p for p in pieces if p.output == output and start <= p.address < end]
    starts = [piece.address for piece in inside[1:]]
    cut = [
        replace(piece, size=min(piece.size, limit - piece.address))
        for piece, limit in zip(inside, [*starts, end], strict=False)
    ]
    return [piece for piece in cut if piece.origin and piece.size > 0]


def _pieces(lines: Iterable[str]) -> Iterator[Piece]:
    output = name = ""
    for line in lines:
        opened = _OUTPUT.match(line)
        if opened:
            output, name = opened.group(1), ""
            continue
        wrapped = _WRAPPED.match(line)
        if wrapped:
            name = wrapped.group(1)
            continue
        match = _INPUT.match(f" {name}{line}" if name else line)
        name = ""
        if match is None:
            continue
        section, address, size, origin = match.groups()
        if int(size, 16) and (origin or section == "*fill*"):
            yield Piece(output, section, int(address, 16), int(size, 16), origin or "")
