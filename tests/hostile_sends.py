"""Whatever strangers send to a device: noise, frames that lie, frames cut short, requests of any
type with any payload. Each follows from its seed."""

from __future__ import annotations

import numpy as np

from harness.wire.framing import DELIMITER, Frame, encode
from harness.wire.ids import IDS_DEF, PROTOCOL_VERSION, parse_ids

# Not BAUD: its request is no stranger's but the user's, and takes the line to another rate.
_EVERY = parse_ids(IDS_DEF.read_text("ascii"))["COMMAND"]
_COMMANDS = {e.value: e.lengths or (0, 0) for e in _EVERY.values() if e.name != "BAUD"}
_TYPES = sorted(_COMMANDS)
_NO_COMMANDS = sorted(set(range(256)) - {entry.value for entry in _EVERY.values()})


def hostile_send(seed: int, longest: int) -> bytes:
    """Bytes for the line. longest: payload bytes that the device's frame buffer holds."""
    rng = np.random.default_rng(seed)
    whole = encode(_request(rng, longest))
    match rng.integers(8):
        case 0:
            return _bytes(rng, int(rng.integers(1, 400)))
        case 1:  # one bit is another one
            damaged = bytearray(whole)
            damaged[rng.integers(len(damaged))] ^= 1 << rng.integers(8)
            return bytes(damaged)
        case 2:  # cut short, or without its beginning
            at = int(rng.integers(1, len(whole)))
            return whole[:at] if rng.integers(2) else whole[at:]
        case 3:  # longer than any frame may be
            return DELIMITER + bytes([255]) * int(rng.integers(longest, 3 * longest)) + DELIMITER
        case 4:
            return whole + whole  # a repeat that nobody asked for
        case 5:
            return b"AT+RST\r\n" + whole[: int(rng.integers(len(whole)))] + b"\0\n"
    return whole


def _request(rng: np.random.Generator, longest: int) -> Frame:
    type_ = int(rng.choice(_TYPES))
    least, most = _COMMANDS[type_]
    size = int(rng.choice([least, most, int(rng.integers(least, most + 1)), longest, longest + 1]))
    if rng.integers(6) == 0:
        type_ = int(rng.choice(_NO_COMMANDS))
    payload = _bytes(rng, size)
    if rng.integers(2):  # an offset, an index or a length at its limits
        payload = rng.choice(np.array([0, 1, 2, 127, 128, 255], np.uint8), size).tobytes()
    version = PROTOCOL_VERSION if rng.integers(8) else int(rng.integers(256))
    return Frame(type_, int(rng.integers(1 << 16)), payload, version)


def _bytes(rng: np.random.Generator, count: int) -> bytes:
    return rng.integers(0, 256, count, np.uint8).tobytes()
