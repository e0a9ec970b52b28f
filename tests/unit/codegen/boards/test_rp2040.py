"""What an image for an RP2040 needs: the checksum of its boot stage, and the UF2 file."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from codegen.boards import boot2
from codegen.boards.facts import load_board
from codegen.boards.uf2 import family_id, uf2
from codegen.errors import CodegenError
from codegen.image.firmware_build import output_files


def test_the_checksum_is_the_boot_roms() -> None:
    # the check value of CRC-32/MPEG-2 in the catalogue of parametrised CRC algorithms
    assert boot2.crc32_mpeg2(b"123456789") == 0x0376E6E7


def linked(tmp_path: Path, code_bytes: int) -> Path:
    """An ELF file whose .boot2 has that many bytes of code and is filled up to 256."""
    source, script, elf = (tmp_path / name for name in ("a.s", "a.ld", "a.elf"))
    source.write_text(f'.section .boot2.code, "ax"\n.fill {code_bytes}, 1, 0x5A\n')
    script.write_text("SECTIONS { .boot2 0x10000000 : { *(.boot2.*) . = 256; } }\n")
    compiler = ["arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-nostdlib", "-Wl,--build-id=none"]
    subprocess.run([*compiler, f"-Wl,-T,{script}", source, "-o", elf], check=True)
    return elf


def test_the_boot_stage_is_signed(tmp_path: Path) -> None:
    elf = linked(tmp_path, code_bytes=252)
    before = elf.read_bytes()
    boot2.sign(elf)
    start = before.index(252 * b"\x5a")
    checksum = struct.pack("<I", boot2.crc32_mpeg2(252 * b"\x5a"))
    assert elf.read_bytes() == before[: start + 252] + checksum + before[start + 256 :]


def test_a_boot_stage_that_is_too_long_is_refused(tmp_path: Path) -> None:
    elf = linked(tmp_path, code_bytes=253)
    with pytest.raises(CodegenError, match=r"\.boot2 takes more than its 252 B"):
        boot2.sign(elf)


def test_an_image_without_one_stays_as_it_is(tmp_path: Path) -> None:
    elf = linked(tmp_path, code_bytes=4)
    elf.write_bytes(elf.read_bytes().replace(b".boot2\0", b".other\0"))
    before = elf.read_bytes()
    boot2.sign(elf)
    assert elf.read_bytes() == before


def test_image_and_vectors_begin_apart() -> None:
    pico = load_board("pico")
    assert (pico.image_origin, pico.vector_table) == (0x1000_0000, 0x1000_0100)
    microbit = load_board("microbit")
    assert (microbit.image_origin, microbit.vector_table) == (0, 0)


def test_the_file_for_the_drive_is_kept_with_the_image() -> None:
    for board_id, family in [("pico", 0xE48B_FF56), ("pico2", 0xE48B_FF59), ("microbit", None)]:
        board = load_board(board_id)
        assert family_id(board) == family
        kept = {path.name for path in output_files(board, Path("build"))}
        assert ("firmware.uf2" in kept) == (family is not None), board_id


def test_uf2_blocks() -> None:
    data = uf2(bytes(range(256)) + b"end", 0x1000_0000, 0xE48B_FF56)
    assert len(data) == 2 * 512
    second = struct.unpack("<8I476sI", data[512:])
    assert second[:8] == (0x0A324655, 0x9E5D5157, 0x2000, 0x1000_0100, 256, 1, 2, 0xE48BFF56)
    assert second[8] == b"end".ljust(476, b"\0")
    assert second[9] == 0x0AB16F30
