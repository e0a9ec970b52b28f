"""firmware/src/fault.cc: a FAULT frame as docs/protocol.md has it."""

from __future__ import annotations

import struct
from pathlib import Path

from codegen.files.places import PROGRAM
from harness.wire import ids
from harness.wire.framing import Decoder, Frame
from tests.unit.codegen.fakes import compile_and_run

FIRMWARE = PROGRAM / "firmware"


def test_the_last_words_are_registers_and_the_request(tmp_path: Path) -> None:
    sources = [
        Path(__file__).with_name("fault_tool.cc"),
        FIRMWARE / "src/fault.cc",
        *(FIRMWARE / "lib/wire/wire" / name for name in ("crc32.cc", "frame_encoder.cc")),
    ]
    includes = [FIRMWARE / name for name in ("src", "boards", "lib/wire")]
    said = compile_and_run(sources, tmp_path, includes, ["-fsanitize=address,undefined"])
    registers = struct.pack("<3I", 0x01020304, 0x05060708, 0x090A0B0C)
    assert Decoder().feed(bytes.fromhex(said)) == [Frame(ids.Event.FAULT, 517, registers)]
