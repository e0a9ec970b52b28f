"""firmware/src/console.cc: what is kept of the runtime's messages for INFO, and what is sent."""

from __future__ import annotations

from pathlib import Path

from codegen.files.places import PROGRAM
from tests.unit.codegen.fakes import compile_and_run

FIRMWARE = PROGRAM / "firmware"


def test_messages_are_sent_and_the_first_ones_kept(tmp_path: Path) -> None:
    sources = [
        Path(__file__).with_name("console_tool.cc"),
        *(FIRMWARE / "src" / name for name in ("console.cc", "text.cc")),
        *(FIRMWARE / "lib/wire/wire" / name for name in ("crc32.cc", "frame_encoder.cc")),
    ]
    includes = [FIRMWARE / name for name in ("src", "boards", "lib/wire", "lib/tflm")]
    said = compile_and_run(sources, tmp_path, includes, ["-fsanitize=address,undefined"])
    full = f"one 1; two; {'x' * 108}"  # 120 bytes
    assert said.splitlines() == [
        "nothing: |0",
        "empty: |0",
        "one: one 1|1",
        "two: one 1; two|2",
        f"full: {full}|3",
        f"still full: {full}|4",
        "cleared: |4",
        "four: four|5",
        "short: 5; 6|7",
        "0 unset 3 abc",
    ]
