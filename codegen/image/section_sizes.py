"""Flash and RAM that a linked image takes, counted from its ELF sections."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen.boards.facts import boards_built_here
from codegen.cost.memory_fit import check_image
from codegen.errors import CodegenError
from codegen.files.elf_file import opened

if TYPE_CHECKING:
    from codegen.boards.facts import Board, Region


@dataclass(frozen=True)
class RegionUse:
    """Bytes of one memory region that an image takes."""

    region: Region
    used: int

    def __str__(self) -> str:
        percent = 100 * self.used / self.region.length
        return f"{self.region.name} {self.used:,} of {self.region.length:,} B ({percent:.1f} %)"


@dataclass(frozen=True)
class ImageSize:
    """What an image takes. ram_bytes includes the stack that the linker script reserves."""

    flash_bytes: int
    ram_bytes: int
    regions: tuple[RegionUse, ...]  # empty where the board has no limits (host)

    def __str__(self) -> str:
        if not self.regions:
            return f"flash {self.flash_bytes:,} B, ram {self.ram_bytes:,} B (no limit)"
        return ", ".join(str(use) for use in self.regions)


def image_size(elf_path: Path, board: Board) -> ImageSize:
    """Reads the ELF. Raises CodegenError if it is none."""
    from elftools.elf.constants import SH_FLAGS

    flash = ram = 0
    used = {region.name: 0 for region in board.regions}
    try:
        with opened(elf_path) as elf:
            segments = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
            for section in elf.iter_sections():
                size = section["sh_size"]
                if not section["sh_flags"] & SH_FLAGS.SHF_ALLOC or size == 0:
                    continue
                stored = section["sh_type"] != "SHT_NOBITS"
                in_ram = bool(section["sh_flags"] & SH_FLAGS.SHF_WRITE)
                flash += size if stored else 0
                ram += size if in_ram else 0
                addresses = {section["sh_addr"]}
                if stored:
                    addresses.add(_load_address(section, segments))
                for region in board.regions:
                    if any(region.origin <= address < region.end for address in addresses):
                        used[region.name] += size
    except OSError as error:
        raise CodegenError(f"cannot read the image {elf_path}: {error}; build it again") from error
    return ImageSize(
        flash_bytes=flash,
        ram_bytes=ram,
        regions=tuple(RegionUse(region, used[region.name]) for region in board.regions),
    )


def check_size(size: ImageSize, board: Board) -> None:
    """Raises BudgetError if a region is too small, with the numbers and the boards that do."""
    used = {use.region.name: use.used for use in size.regions}
    check_image(used, board, boards_built_here())


def _load_address(section: Any, segments: list[Any]) -> int:
    """Where a section's bytes are stored: .data runs in RAM, but is loaded from flash."""
    for segment in segments:
        if segment.section_in_segment(section):
            return int(segment["p_paddr"] + section["sh_addr"] - segment["p_vaddr"])
    return int(section["sh_addr"])
