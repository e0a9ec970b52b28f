"""Where an image's bytes are: by room of the repository and by symbol.

The ELF tells the symbols, the linker's map the object of each byte. Every byte is counted once, so
the rooms add up to the image's flash and RAM (section_sizes.py). For objects that link-time
optimisation made, the debug info tells the source. What was inlined belongs to the function that it
went into.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from codegen.errors import CodegenError
from codegen.files.artifacts import FIRMWARE_MAP
from codegen.files.elf_file import opened
from codegen.files.printable import printable
from codegen.image.debug_info import sources_by_address
from codegen.image.link_map import Piece, read_link_map, within

# Shown in this order; a library that is none of ours makes a room of its own.
ROOMS = {
    "model": "generated/: the model's array and tables",
    "arena": "the model's tensors",
    "kernels": "lib/nn",
    "runtime": "lib/tflm",
    "wire": "lib/wire",
    "application": "src",
    "board": "boards",
    "libc": "libc, libm, libgcc",
    "linker": "of no one source: constants of functions that were inlined, start of constructors",
    "stack": "reserved by the linker script",
    "padding": "alignment",
}
_LIBRARY_ROOMS = {"nn": "kernels", "tflm": "runtime", "wire": "wire"}
_FOLDER_ROOMS = {"generated": "model", "src": "application", "boards": "board", "wire": "wire"}
_ARENA = "g_arena"
_LTO_OBJECT = ".ltrans.o"
_NO_SOURCE = "link-time optimisation"  # the origin of what it made for no one source
_CLONE = re.compile(r"(\.(lto_priv|constprop|isra|part|cold)(\.\d+)?)+$")  # of a GCC symbol
_GENERATED = "N8mcuforge"  # the mangled namespace of the generated sources


@dataclass(frozen=True)
class Item:
    """A symbol, or what stands beside the symbols of an object (text constants)."""

    name: str
    room: str
    origin: str  # object file or archive member; source after link-time optimisation
    flash_bytes: int
    ram_bytes: int


@dataclass(frozen=True)
class Breakdown:
    """All items of an image, largest first."""

    board_id: str
    items: tuple[Item, ...]

    @property
    def flash_bytes(self) -> int:
        return sum(item.flash_bytes for item in self.items)

    @property
    def ram_bytes(self) -> int:
        return sum(item.ram_bytes for item in self.items)

    def rooms(self) -> dict[str, tuple[int, int]]:
        """{room: (flash bytes, RAM bytes)}, in the order of ROOMS, empty ones left out."""
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for item in self.items:
            sums[item.room][0] += item.flash_bytes
            sums[item.room][1] += item.ram_bytes
        order = [*ROOMS, *sorted(set(sums) - set(ROOMS))]
        return {room: (sums[room][0], sums[room][1]) for room in order if room in sums}

    def document(self) -> dict[str, Any]:
        """What the JSON report holds."""
        return {
            "board": self.board_id,
            "flash_bytes": self.flash_bytes,
            "ram_bytes": self.ram_bytes,
            "rooms": {
                room: {"flash_bytes": flash, "ram_bytes": ram}
                for room, (flash, ram) in self.rooms().items()
            },
            "symbols": [asdict(item) for item in self.items],
        }


@dataclass(frozen=True)
class _Section:
    name: str
    address: int
    size: int
    in_flash: bool
    in_ram: bool


def read_breakdown(image_dir: Path, board_id: str) -> Breakdown:
    """Of the image in image_dir (firmware.elf and firmware.map).

    Raises CodegenError if one of them is missing or damaged.
    """
    elf_path, map_path = image_dir / "firmware.elf", image_dir / FIRMWARE_MAP
    try:
        pieces = read_link_map(map_path.read_text("utf-8", "replace"))
        sections, symbols, sources = _read_elf(elf_path)
    except FileNotFoundError as error:
        raise CodegenError(
            f"{error.filename} is missing; run `invoke build --board {board_id} --force`"
        ) from error
    except OSError as error:
        raise CodegenError(f"cannot read {error.filename}: {error.strerror}") from error
    if not pieces:
        raise CodegenError(f"{map_path} is not a map of GNU ld; build the image again")
    placed = [p for s in sections for p in within(pieces, s.name, s.address, s.size)]
    placed = _named_by_source(placed, sources)
    items: list[Item] = []
    for section in sections:
        inside = [piece for piece in placed if piece.output == section.name]
        items += _items(section, inside, symbols, sources)
    items = [_shown(item) for item in _demangled(items)]
    items.sort(key=lambda item: (-item.flash_bytes - item.ram_bytes, item.name, item.origin))
    return Breakdown(board_id, tuple(items))


def room_of(origin: str, symbol: str = "") -> str:
    """The room that an object of the map, or a source of the repository, belongs to."""
    if symbol.rstrip("E").endswith(_ARENA):
        return "arena"
    if _GENERATED in symbol:  # a table of a generated header, wherever it is included
        return "model"
    library = re.search(r"/lib([^/]+)\.(?:a|so)(?:\.[\d.]+)?(?:\(|$)", origin)
    parts = Path(origin.partition("(")[0]).parts
    if parts[:2] == ("firmware", "lib"):
        return _LIBRARY_ROOMS.get(parts[2], parts[2])
    if parts[:1] == ("firmware",):
        return _FOLDER_ROOMS[parts[1]]
    if origin == _NO_SOURCE:
        return "linker"
    if ".pio" not in parts:
        return "libc"
    if library:
        name = library.group(1)
        return _LIBRARY_ROOMS.get(name, name)
    folders = parts[parts.index(".pio") + 3 : -1]  # past .pio/build/<environment>
    for folder in folders:
        if folder in _FOLDER_ROOMS:
            return _FOLDER_ROOMS[folder]
        if folder in _LIBRARY_ROOMS:
            return _LIBRARY_ROOMS[folder]
    return folders[0] if folders else "application"


def _named_by_source(pieces: list[Piece], sources: Mapping[int, str]) -> list[Piece]:
    """Names an object of link-time optimisation by its source, where all it holds is of one."""
    found: dict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        if piece.origin.endswith(_LTO_OBJECT):
            inside = range(piece.address, piece.address + piece.size)
            found[piece.origin] |= {source for at, source in sources.items() if at in inside}
    origin_of = {
        origin: next(iter(names)) if len(names) == 1 else _NO_SOURCE
        for origin, names in found.items()
    }
    return [replace(piece, origin=origin_of.get(piece.origin, piece.origin)) for piece in pieces]


def _items(
    section: _Section,
    pieces: list[Piece],
    symbols: list[tuple[int, int, str]],
    sources: Mapping[int, str],
) -> list[Item]:
    """The section's bytes: a symbol each, then what no symbol names, then what no piece has."""
    items: list[Item] = []

    def add(name: str, room: str, origin: str, size: int) -> None:
        if size > 0:
            flash, ram = size * section.in_flash, size * section.in_ram
            items.append(Item(name, room, origin, flash, ram))

    for piece in pieces:
        named_end = piece.address
        named = 0
        for address, size, name in symbols:
            if not piece.address <= address < piece.address + piece.size:
                continue
            start = max(address, named_end)  # two names of one function count once
            end = min(address + size, piece.address + piece.size)
            shared = piece.origin == _NO_SOURCE
            origin = sources.get(address, _NO_SOURCE) if shared else piece.origin
            add(name, room_of(origin, name), origin, end - start)
            named += max(0, end - start)
            named_end = max(named_end, end)
        kind = "text constants" if ".str" in piece.section else piece.section
        add(f"({kind})", room_of(piece.origin, piece.section), piece.origin, piece.size - named)
    rest = section.size - sum(piece.size for piece in pieces)
    room = "stack" if section.name == ".stack" else "padding"
    add(f"({section.name})", room, "", rest)
    return items


def _read_elf(
    path: Path,
) -> tuple[list[_Section], list[tuple[int, int, str]], dict[int, str]]:
    """Allocated sections, (address, size, name) of the symbols in order of address, and the
    source of what is at an address.
    """
    from elftools.elf.constants import SH_FLAGS

    with opened(path) as elf:
        sections = [
            _Section(
                name=section.name,
                address=section["sh_addr"],
                size=section["sh_size"],
                in_flash=section["sh_type"] != "SHT_NOBITS",
                in_ram=bool(section["sh_flags"] & SH_FLAGS.SHF_WRITE),
            )
            for section in elf.iter_sections()
            if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section["sh_size"]
        ]
        table = elf.get_section_by_name(".symtab")
        thumb = elf["e_machine"] == "EM_ARM"
        symbols = []
        for symbol in table.iter_symbols() if table else ():
            kind, size = symbol["st_info"]["type"], symbol["st_size"]
            if size and kind in ("STT_FUNC", "STT_OBJECT"):
                is_thumb = thumb and kind == "STT_FUNC"  # bit 0 is the instruction set
                address = symbol["st_value"] & ~1 if is_thumb else symbol["st_value"]
                symbols.append((address, size, _CLONE.sub("", symbol.name)))
        sources = sources_by_address(elf)
    return sections, sorted(symbols), sources


def _demangled(items: Iterable[Item]) -> list[Item]:
    """The same with C++ names readable, where binutils are at hand."""
    items = list(items)
    names = "\n".join(item.name for item in items)
    for tool in ("arm-none-eabi-c++filt", "c++filt"):
        try:
            output = subprocess.run([tool], input=names, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        readable = output.stdout.splitlines()
        if len(readable) == len(items):
            return [
                Item(_short(name), item.room, item.origin, item.flash_bytes, item.ram_bytes)
                for name, item in zip(readable, items, strict=True)
            ]
    return items


def _shown(item: Item) -> Item:
    """With names that a terminal may be shown: a damaged image's may hold anything."""
    name, room, origin = map(printable, (item.name, item.room, item.origin))
    return replace(item, name=name, room=room, origin=origin)


def _short(name: str) -> str:
    """nn::ConvS8 instead of its name with all arguments."""
    name = name.replace("(anonymous namespace)::", "")
    return name if name.startswith("(") else re.sub(r"(?<=\w)\(.*\)( const)?$", "", name)
