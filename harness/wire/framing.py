"""Frames of the wire protocol (docs/protocol.md) as a pure class: bytes in, frames out, no I/O.

A frame on the line is  0x00 COBS(body) 0x00 0x00  with
body = version u8, type u8, seq u16 LE, payload, CRC-32 u32 LE over all before it.
"""

import struct
import zlib
from dataclasses import dataclass

from cobs import cobs

from harness.wire.ids import CRC_BYTES, HEADER_BYTES, PROTOCOL_VERSION, type_name

DELIMITER = b"\0"
MIN_BODY_BYTES = HEADER_BYTES + CRC_BYTES
# A chunk without a delimiter that grows beyond this is noise; no device has so long a frame.
MAX_CHUNK_BYTES = 1 << 20
# What a console may print: printable ASCII, UTF-8 bytes, and bell .. carriage return, escape.
_TEXT_BYTES = bytes([*range(7, 14), 27, *range(32, 127), *range(128, 256)])


@dataclass(frozen=True)
class Frame:
    """One valid frame. `type` 0..255, `seq` 0..65535 (0: addressed to no request)."""

    type: int
    seq: int
    payload: bytes = b""
    version: int = PROTOCOL_VERSION

    def __str__(self) -> str:
        return f"{type_name(self.type)} seq={self.seq} {len(self.payload)} B"


@dataclass(frozen=True)
class Text:
    """Bytes between frames that read as console text."""

    data: bytes

    def __str__(self) -> str:
        return self.data.decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class Damaged:
    """Bytes between two delimiters that are neither a valid frame nor text."""

    data: bytes
    reason: str

    def __str__(self) -> str:
        head = self.data[:16].hex(" ")
        return f"{len(self.data)} damaged bytes ({self.reason}): {head}" + (
            " ..." if len(self.data) > 16 else ""
        )


Item = Frame | Text | Damaged


def encode(frame: Frame) -> bytes:
    """Return the bytes of `frame` on the line, its delimiters included."""
    head = struct.pack("<BBH", frame.version, frame.type, frame.seq)
    body = head + frame.payload
    return DELIMITER + cobs.encode(body + struct.pack("<I", zlib.crc32(body))) + 2 * DELIMITER


def is_text(data: bytes | bytearray) -> bool:
    """True if every byte of `data` could be console text."""
    return not data.translate(None, _TEXT_BYTES)


class Decoder:
    """Streaming decoder: `feed` takes bytes as they come and returns the items completed by them.

    Every byte that came in is in exactly one item, or still pending, or a delimiter. A frame of
    another protocol version is returned as a Frame with that `version`; the caller judges it.
    """

    def __init__(self, max_chunk_bytes: int = MAX_CHUNK_BYTES) -> None:
        self._pending = bytearray()
        self._max_chunk_bytes = max_chunk_bytes

    def feed(self, data: bytes) -> list[Item]:
        """Take `data` (any length) and return the items that it completed, in order."""
        self._pending += data
        if DELIMITER not in data and len(self._pending) <= self._max_chunk_bytes:
            return []
        *chunks, rest = bytes(self._pending).split(DELIMITER)
        if len(rest) > self._max_chunk_bytes:
            chunks.append(rest)
            rest = b""
        self._pending = bytearray(rest)
        return [_decode_chunk(chunk) for chunk in chunks if chunk]

    def flush_text(self, whole_lines: bool = False) -> Text | None:
        """Return pending bytes that are console text for certain, when the line went quiet; or,
        of a line that does not, the whole lines among them.

        The second byte of a frame is its version (below 32, no text), so pending bytes of which
        at least two are all text cannot be the start of a frame of this protocol.
        """
        if len(self._pending) < 2 or not is_text(self._pending):
            return None
        end = self._pending.rfind(b"\n") + 1 if whole_lines else len(self._pending)
        text = Text(bytes(self._pending[:end]))
        del self._pending[:end]
        return text if end else None


def _decode_chunk(chunk: bytes) -> Item:
    reason = ""
    try:
        body = cobs.decode(chunk)
    except cobs.DecodeError:
        body = b""
        reason = "no valid COBS"
    if not reason and len(body) < MIN_BODY_BYTES:
        reason = "too short"
    elif not reason and zlib.crc32(body[:-CRC_BYTES]) != int.from_bytes(body[-4:], "little"):
        reason = "wrong CRC-32"
    if reason:
        return Text(chunk) if is_text(chunk) else Damaged(chunk, reason)
    version, frame_type, seq = struct.unpack_from("<BBH", body)
    return Frame(frame_type, seq, body[HEADER_BYTES:-CRC_BYTES], version)
