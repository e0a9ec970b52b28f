"""Ids of the wire protocol, read from the one table that the firmware compiles: wire/ids.def.

Each WIRE_<KIND>(name, value, "text") line becomes an entry of the mapping of its kind. The enums
below give them names for Python; a kind or name that the table lacks fails at import. Commands
get theirs in harness/wire/messages.py, with what their replies are.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from codegen.files.places import PROGRAM

IDS_DEF = PROGRAM / "firmware/lib/wire/wire/ids.def"

_ENTRY = re.compile(
    r'^WIRE_([A-Z]+)\((\w+),\s*(0[xX][0-9a-fA-F]+|\d+),\s*(?:(\d+),\s*(\d+),\s*)?"([^"]*)"\)\s*$'
)


class Entry(NamedTuple):
    """One line of the table. lengths: least and most bytes of a command's payload."""

    name: str
    value: int
    text: str
    lengths: tuple[int, int] | None = None


def parse_ids(source: str) -> dict[str, dict[str, Entry]]:
    """Return {kind: {name: Entry}} of the text of ids.def.

    Raises ValueError for a malformed WIRE_ line and for a name or value used twice in one kind.
    """
    kinds: dict[str, dict[str, Entry]] = {}
    for number, line in enumerate(source.splitlines(), start=1):
        if not line.startswith("WIRE_"):
            continue
        match = _ENTRY.match(line)
        if match is None or (match[1] == "COMMAND") != (match[4] is not None):
            raise ValueError(
                f'ids.def:{number}: expected WIRE_KIND(name, value, "text"), of a command '
                f'WIRE_COMMAND(name, value, least, most, "text"): {line}'
            )
        kind, name, value, least, most, text = match.groups()
        entries = kinds.setdefault(kind, {})
        entry = Entry(name, int(value, 0), text, (int(least), int(most)) if least else None)
        taken = [] if kind == "CONST" else [other.value for other in entries.values()]
        if name in entries or entry.value in taken:
            raise ValueError(f"ids.def:{number}: {name} = {value} stands twice in {kind}")
        entries[name] = entry
    return kinds


_TABLE = parse_ids(IDS_DEF.read_text(encoding="ascii"))


def _value(kind: str, name: str) -> int:
    return _TABLE[kind][name].value


class Event(IntEnum):
    """Types of frames that are no reply."""

    ERROR = _value("EVENT", "ERROR")
    LOG = _value("EVENT", "LOG")
    FAULT = _value("EVENT", "FAULT")


class ErrorCode(IntEnum):
    """Code of an ERROR frame."""

    BAD_CRC = _value("ERROR", "BAD_CRC")
    BAD_FRAME = _value("ERROR", "BAD_FRAME")
    TOO_LONG = _value("ERROR", "TOO_LONG")
    BAD_VERSION = _value("ERROR", "BAD_VERSION")
    UNKNOWN_COMMAND = _value("ERROR", "UNKNOWN_COMMAND")
    BAD_LENGTH = _value("ERROR", "BAD_LENGTH")
    BAD_VALUE = _value("ERROR", "BAD_VALUE")
    NOT_READY = _value("ERROR", "NOT_READY")
    INVOKE_FAILED = _value("ERROR", "INVOKE_FAILED")
    OTHER_MODEL = _value("ERROR", "OTHER_MODEL")


class Setup(IntEnum):
    """Status byte of INFO."""

    READY = _value("SETUP", "READY")
    BAD_SCHEMA = _value("SETUP", "BAD_SCHEMA")
    RESOLVER_FAILED = _value("SETUP", "RESOLVER_FAILED")
    ALLOCATE_FAILED = _value("SETUP", "ALLOCATE_FAILED")
    IO_MISMATCH = _value("SETUP", "IO_MISMATCH")


class InputFormat(IntEnum):
    """Format byte of INFER."""

    PIXELS_U8 = _value("FORMAT", "PIXELS_U8")
    RAW_S8 = _value("FORMAT", "RAW_S8")
    PACKED_U8 = _value("FORMAT", "PACKED_U8")
    LOADED = _value("FORMAT", "LOADED")
    SAMPLE = _value("FORMAT", "SAMPLE")


PROTOCOL_VERSION = _value("CONST", "PROTOCOL_VERSION")
HEADER_BYTES = _value("CONST", "HEADER_BYTES")
CRC_BYTES = _value("CONST", "CRC_BYTES")
REPLY_BIT = _value("CONST", "REPLY_BIT")
NO_LIMIT = _value("CONST", "NO_LIMIT")
LONGEST_BYTES = _value("CONST", "LONGEST_BYTES")
INLINE_BYTES = _value("CONST", "INLINE_BYTES")
STREAM_MOST_FRAMES = _value("CONST", "STREAM_MOST_FRAMES")
NOTHING_DETECTED = _value("CONST", "NOTHING_DETECTED")

COMMANDS: Mapping[str, Entry] = _TABLE["COMMAND"]
ERROR_TEXTS: Mapping[int, Entry] = {entry.value: entry for entry in _TABLE["ERROR"].values()}
SETUP_TEXTS: Mapping[int, Entry] = {entry.value: entry for entry in _TABLE["SETUP"].values()}
ISA_NAMES: Mapping[int, str] = {entry.value: entry.text for entry in _TABLE["ISA"].values()}
DTYPE_NAMES: Mapping[int, str] = {entry.value: entry.text for entry in _TABLE["DTYPE"].values()}
RUNTIME_NAMES: Mapping[int, str] = {entry.value: entry.text for entry in _TABLE["RUNTIME"].values()}
STAT_NAMES: tuple[str, ...] = tuple(
    entry.name for entry in sorted(_TABLE["STAT"].values(), key=lambda entry: entry.value)
)
_TYPE_NAMES = {entry.value: entry.name for entry in _TABLE["EVENT"].values()}
for _entry in COMMANDS.values():
    _TYPE_NAMES[_entry.value] = _entry.name
    _TYPE_NAMES[_entry.value | REPLY_BIT] = f"{_entry.name} reply"


def type_name(frame_type: int) -> str:
    """Name of a frame's type for messages: "INFER", "INFER reply", or its hex number."""
    return _TYPE_NAMES.get(frame_type, f"type 0x{frame_type:02x}")
