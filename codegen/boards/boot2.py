"""The checksum by which the RP2040's boot ROM knows the second stage of the boot in its flash."""

from __future__ import annotations

from pathlib import Path

from codegen.errors import CodegenError
from codegen.files.elf_file import opened

SECTION = ".boot2"
CODE_BYTES = 252  # the checksum follows


def crc32_mpeg2(data: bytes) -> int:
    """CRC-32 with polynomial 0x04C11DB7, highest bit first, from all ones, not inverted at the end
    (RP2040 datasheet 2.8.1.3.1)."""
    crc = 0xFFFF_FFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x104C1_1DB7 if crc & 0x8000_0000 else 0)
    return crc


def sign(elf_path: Path) -> None:
    """Writes the checksum into the section's last word. Does nothing for an image without one.

    Raises CodegenError where the code takes that word.
    """
    with opened(elf_path) as elf:
        section = elf.get_section_by_name(SECTION)
        if section is None:
            return
        offset, data = section["sh_offset"], section.data()
    code, rest = data[:CODE_BYTES], data[CODE_BYTES:]
    if rest != bytes(4):
        raise CodegenError(
            f"{elf_path}: the code of {SECTION} takes more than its {CODE_BYTES} B; make it shorter"
        )
    with elf_path.open("r+b") as file:
        file.seek(offset + CODE_BYTES)
        file.write(crc32_mpeg2(code).to_bytes(4, "little"))
