"""Board facts: firmware/platform/boards/<id>.json read, checked and typed.

The builder, the budget check and the harness all take a board from here, and nobody asks for its
name. docs/porting.md documents every key. An unknown key, an unknown value or a missing key is
a BoardError that names the file, the key and what is allowed.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegen.boards.sources import facts_that_need_one, sources_of
from codegen.errors import CodegenError
from codegen.files.places import PROGRAM

BOARDS_DIR = PROGRAM / "firmware" / "platform" / "boards"
FAMILIES_DIR = PROGRAM / "firmware" / "boards"

# passes hil in emulation here / compiled and linked only / built by a platform of PlatformIO's
# registry, its port compiled and run against a shim
STATUSES = ("emulated", "built", "registry")
ISAS = ("scalar", "dsp", "mve")
FLOAT_ABIS = ("soft", "softfp", "hard", "native")
FPUS = ("none", "fpv4-sp-d16", "fpv5-sp-d16", "fpv5-d16", "auto", "native")
CPUS = (
    *("cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7"),
    *("cortex-m33", "cortex-m55", "native"),
)
ARCHITECTURES = ("cortex_m", "native", "arduino")
STACK_GUARDS = ("none", "mpu", "msplim")
TICK_SOURCES = ("systick", "timer", "monotonic", "micros")
REGION_KINDS = ("flash", "ram")
FACT_KINDS = ("address", "irq", "number", "pin", "pin32")
EMULATOR_KINDS = ("qemu", "process", "rp2040js")
SERIALS = ("socket", "pty")
PROTOCOLS = ("emulator", "openocd", "pyocd", "stlink", "jlink", "dfu", "uf2", "gdb", "platformio")

_ARMV8_M_CPUS = ("cortex-m33", "cortex-m55")  # with MSPLIM, and an MPU of another kind
_UPLOAD_FORMS = {"uf2": r"\S+( 0x[0-9a-fA-F]{1,8})?"}  # label of the drive, family id
_PINS = {"pin": 16, "pin32": 32}  # pins of a port that is named by a letter
_SIZE_UNITS = {"": 1, "K": 1024, "M": 1024 * 1024}
_MAX_U32 = 0xFFFF_FFFF


class BoardError(CodegenError):
    """A board is not known, or its facts are damaged."""


@dataclass(frozen=True)
class Region:
    """One contiguous range of memory: [origin, origin + length) in bytes."""

    name: str
    kind: str  # flash | ram
    origin: int
    length: int

    @property
    def end(self) -> int:
        return self.origin + self.length


@dataclass(frozen=True)
class Uart:
    """The serial line that the harness talks to."""

    baud: int  # after a reset
    max_baud: int  # highest that a host may ask for, of the standard rates
    # A power of two. Of a process: what its pseudo-terminal holds; of an Arduino core: the least.
    rx_ring_bytes: int
    facts: dict[str, int] = field(default_factory=dict)  # as the family asks: addresses, irqs
    pins: dict[str, str] = field(default_factory=dict)  # of facts the pins, by their names


@dataclass(frozen=True)
class Tick:
    """The free-running counter behind board::Ticks()."""

    source: str
    hz: int


@dataclass(frozen=True)
class Emulator:
    """How the board runs without hardware: a QEMU machine, the ELF as a process of its own, or
    the RP2040 of the npm package rp2040js."""

    kind: str  # qemu | process | rp2040js
    machine: str | None = None
    serial: str = "pty"  # what the emulator offers as the UART: socket | pty
    serial_index: int = 0  # which of the machine's serial lines the board's UART is
    icount_shift: int | None = None  # one instruction takes 2^shift ns of virtual time
    # Rate of board::Ticks() in the machine. It may differ from the INFO reply's: QEMU has no model
    # of an STM32's clocks, so its counter runs at one rate whatever the firmware selects.
    tick_hz: int | None = None


@dataclass(frozen=True)
class FlashCache:
    """Between core and flash. line_bytes: of one line, a power of two."""

    lines: int
    line_bytes: int


@dataclass(frozen=True)
class FlashTiming:
    """What reading the flash costs at the board's clock. source: the document that says so.

    wait_states: cycles for a line that no cache holds. has_prefetch: the next line of instructions
    is fetched beforehand. Without wait states there is nothing to cache.
    """

    source: str
    wait_states: int
    instruction_cache: FlashCache = FlashCache(1, 4)
    data_cache: FlashCache = FlashCache(1, 4)
    has_prefetch: bool = False


@dataclass(frozen=True)
class UsbId:
    """USB vendor and product id by which a connected board's port is found."""

    vid: int
    pid: int


@dataclass(frozen=True)
class Family:
    """firmware/boards/<id>/family.json: what the boards of one port share."""

    id: str
    description: str
    architecture: str
    tick_sources: tuple[str, ...]
    shares: tuple[str, ...]  # further folders of firmware/boards that its port is made of
    uart: dict[str, str]  # name of a fact that uart{} must have -> one of FACT_KINDS
    chip: dict[str, str]  # the same for chip{}


@dataclass(frozen=True)
class Board:
    """All that is known about one board; every field is checked."""

    id: str
    name: str
    vendor: str
    url: str
    status: str
    family: Family
    core: str
    cpu: str
    isa: str
    float_abi: str
    fpu: str
    clock_hz: int  # 0 where it is not known (host)
    regions: tuple[Region, ...]  # empty: no limit (host)
    stack_bytes: int
    stack_guard: str  # what makes a full stack a fault: none | mpu | msplim
    chip: dict[str, int]  # as the family asks: clock tree, number of interrupts
    uart: Uart
    tick: Tick
    emulator: Emulator | None
    upload_protocols: tuple[str, ...]
    usb_ids: tuple[UsbId, ...]
    sources: dict[str, str]  # fact -> the document that says so, or sources.UNCHECKED
    path: Path  # the JSON file
    upload: dict[str, str] = field(default_factory=dict)  # protocol -> what its tool has to know
    flash_timing: FlashTiming | None = None  # None where nobody has looked it up

    def region_bytes(self, kind: str) -> int:
        """Bytes of all regions of a kind ("flash" or "ram"); 0 means no limit is known."""
        return sum(region.length for region in self.regions if region.kind == kind)

    @property
    def image_origin(self) -> int:
        """Address of the first byte of firmware.bin: of the lowest flash region that it fills."""
        return min(region.origin for region in self.regions if region.kind == "flash")

    @property
    def vector_table(self) -> int:
        """Address of the vector table: the program is in the first flash region."""
        return next(region.origin for region in self.regions if region.kind == "flash")

    @property
    def flash_bytes(self) -> int:
        return self.region_bytes("flash")

    @property
    def ram_bytes(self) -> int:
        return self.region_bytes("ram")


def board_ids(boards_dir: Path = BOARDS_DIR) -> list[str]:
    """Ids of all boards, sorted."""
    return sorted(path.stem for path in boards_dir.glob("*.json"))


def list_boards(boards_dir: Path = BOARDS_DIR) -> list[Board]:
    """All boards, sorted by id. Raises BoardError if one of the files is damaged."""
    return [load_board(board_id, boards_dir) for board_id in board_ids(boards_dir)]


def boards_built_here() -> list[Board]:
    """Those whose images this machine makes, sorted by id: nothing for them has to be fetched."""
    return [board for board in list_boards() if board.status in ("emulated", "built")]


def load_board(board_id: str, boards_dir: Path = BOARDS_DIR) -> Board:
    """The board of that id. Raises BoardError, listing the known ids, if there is none."""
    known = board_ids(boards_dir)
    if board_id not in known:
        raise BoardError(f"no board {board_id!r}; known boards: {', '.join(known)}")
    path = boards_dir / f"{board_id}.json"
    table = _Table(_read_json(path), path.name)
    board = _board(table, path)
    table.close()
    return board


def load_family(family_id: str, families_dir: Path = FAMILIES_DIR) -> Family:
    """The family of that id. Raises BoardError, listing the known ones, if there is none."""
    known = sorted(path.parent.name for path in families_dir.glob("*/family.json"))
    if family_id not in known:
        raise BoardError(f"no board family {family_id!r}; known families: {', '.join(known)}")
    path = families_dir / family_id / "family.json"
    table = _Table(_read_json(path), f"{family_id}/{path.name}")
    family = Family(
        id=family_id,
        description=table.text("description"),
        architecture=table.choice("architecture", ARCHITECTURES),
        tick_sources=tuple(table.choices("tick_sources", TICK_SOURCES)),
        shares=tuple(table.choices("shares", _folders(families_dir))),
        uart=_fact_kinds(table, "uart"),
        chip=_fact_kinds(table, "chip"),
    )
    table.close()
    return family


def _folders(families_dir: Path) -> list[str]:
    return sorted(path.name for path in families_dir.iterdir() if path.is_dir())


def _fact_kinds(table: _Table, key: str) -> dict[str, str]:
    return {
        str(name): _one_of(kind, FACT_KINDS, f"{table.where}: {key}.{name}")
        for name, kind in table.take(key, dict).items()
    }


def _board(table: _Table, path: Path) -> Board:
    facts = table.table("mcuforge")
    family = load_family(facts.text("family"))
    native = family.architecture == "native"
    board = Board(
        id=path.stem,
        name=table.text("name"),
        vendor=table.text("vendor"),
        url=table.text("url"),
        status=facts.choice("status", STATUSES),
        family=family,
        core=facts.text("core"),
        cpu=facts.choice("cpu", CPUS),
        isa=facts.choice("isa", ISAS),
        float_abi=facts.choice("float_abi", FLOAT_ABIS),
        fpu=facts.choice("fpu", FPUS),
        clock_hz=facts.number("clock_hz", low=0 if native else 1),
        regions=tuple(_region(entry) for entry in facts.tables("regions")),
        stack_bytes=facts.number("stack_bytes", low=0 if native else 256),
        stack_guard=facts.choice("stack_guard", STACK_GUARDS),
        chip=_chip(facts.table("chip"), family),
        uart=_uart(facts.table("uart"), family),
        tick=_tick(facts.table("tick"), family),
        emulator=_emulator(facts),
        upload_protocols=tuple(facts.choices("upload_protocols", PROTOCOLS)),
        usb_ids=tuple(_usb_id(entry) for entry in facts.tables("usb_ids")),
        sources=_sources(facts, family),
        path=path,
        upload=_upload(facts.optional_table("upload")),
        flash_timing=_flash_timing(facts) if facts.has("flash_timing") else None,
    )
    frameworks = ["arduino"] if family.architecture == "arduino" else []
    if table.take("frameworks", list) != frameworks:
        raise BoardError(f"{table.where}: frameworks has to be {frameworks} for {family.id!r}")
    facts.close()
    _check_consistent(board, table.where)
    return board


def _check_consistent(board: Board, where: str) -> None:
    """What no single key shows. Raises BoardError."""
    native = board.family.architecture == "native"
    if native != (board.cpu == "native"):
        raise BoardError(f"{where}: cpu {board.cpu!r} does not fit family {board.family.id!r}")
    if native:
        if board.regions:
            raise BoardError(f"{where}: regions has to be [] for a native process")
        return
    for kind in REGION_KINDS:
        if not any(region.kind == kind for region in board.regions):
            raise BoardError(f"{where}: regions has none of kind {kind!r}")
    names = [region.name for region in board.regions]
    if len(set(names)) != len(names):
        raise BoardError(f"{where}: two regions of one name in {', '.join(names)}")
    ordered = sorted(board.regions, key=lambda region: region.origin)
    for lower, upper in itertools.pairwise(ordered):
        if upper.origin < lower.end:
            raise BoardError(
                f"{where}: region {lower.name} ends at {lower.end:#x}, "
                f"but {upper.name} begins at {upper.origin:#x}"
            )
    first_ram = next(region for region in board.regions if region.kind == "ram")
    if board.stack_bytes % 8 or board.stack_bytes >= first_ram.length:
        raise BoardError(
            f"{where}: stack_bytes {board.stack_bytes} has to be a multiple of 8 (AAPCS) "
            f"below the {first_ram.length} B of region {first_ram.name}"
        )
    if (board.stack_guard == "msplim") != (
        board.family.architecture == "cortex_m" and board.cpu in _ARMV8_M_CPUS
    ):
        raise BoardError(
            f"{where}: stack_guard {board.stack_guard!r} with cpu {board.cpu!r}; "
            f"msplim goes with {' and '.join(_ARMV8_M_CPUS)}"
        )
    if board.uart.rx_ring_bytes < 16:
        raise BoardError(f"{where}: uart.rx_ring_bytes {board.uart.rx_ring_bytes} is below 16")
    if (board.fpu == "none") != (board.float_abi == "soft"):
        raise BoardError(f"{where}: float_abi {board.float_abi!r} with fpu {board.fpu!r}")


def _sources(facts: _Table, family: Family) -> dict[str, str]:
    has_memory, has_usb_ids = (bool(facts.take(key, list)) for key in ("regions", "usb_ids"))
    needed = facts_that_need_one(family.chip, family.uart, has_memory, has_usb_ids)
    try:
        return sources_of(facts.take("sources", dict), needed)
    except ValueError as error:
        raise BoardError(f"{facts.where}: sources: {error}") from error


def _region(table: _Table) -> Region:
    region = Region(
        name=table.text("name", pattern=r"[a-z][a-z0-9_]*"),
        kind=table.choice("kind", REGION_KINDS),
        origin=table.address("origin"),
        length=table.size("length"),
    )
    table.close()
    if region.end > _MAX_U32 + 1:
        raise BoardError(f"{table.where}: region {region.name} ends beyond 32 bits")
    return region


def _chip(table: _Table, family: Family) -> dict[str, int]:
    facts = {name: table.fact(name, kind) for name, kind in family.chip.items()}
    table.close()
    return facts


def _uart(table: _Table, family: Family) -> Uart:
    uart = Uart(
        baud=table.number("baud", low=300, high=12_000_000),
        max_baud=table.number("max_baud", low=300, high=12_000_000),
        rx_ring_bytes=table.number("rx_ring_bytes", low=0, high=65536),
        facts={name: table.fact(name, kind) for name, kind in family.uart.items()},
        pins={name: table.text(name) for name, kind in family.uart.items() if kind in _PINS},
    )
    table.close()
    if uart.max_baud < uart.baud:
        raise BoardError(f"{table.where}: max_baud {uart.max_baud} is below baud {uart.baud}")
    if uart.rx_ring_bytes & (uart.rx_ring_bytes - 1):
        raise BoardError(f"{table.where}: rx_ring_bytes {uart.rx_ring_bytes} is no power of two")
    return uart


def _tick(table: _Table, family: Family) -> Tick:
    tick = Tick(
        source=table.choice("source", family.tick_sources),
        hz=table.number("hz", low=1, high=_MAX_U32),
    )
    table.close()
    return tick


def _emulator(facts: _Table) -> Emulator | None:
    if facts.take("emulator", (dict, type(None))) is None:
        return None
    table = facts.table("emulator")
    kind = table.choice("kind", EMULATOR_KINDS)
    if kind == "process":
        emulator = Emulator(kind=kind)
    elif kind == "rp2040js":
        emulator = Emulator(kind=kind, serial="socket")
    else:
        emulator = Emulator(
            kind=kind,
            machine=table.text("machine", pattern=r"[a-z0-9-]+"),
            serial=table.choice("serial", SERIALS),
            serial_index=table.number("serial_index", high=7) if table.has("serial_index") else 0,
            icount_shift=table.number("icount_shift", low=0, high=10),
            tick_hz=table.number("tick_hz", low=1),
        )
    table.close()
    return emulator


def _upload(table: _Table) -> dict[str, str]:
    facts = {
        protocol: table.text(protocol, _UPLOAD_FORMS.get(protocol, r".+"))
        for protocol in PROTOCOLS
        if table.has(protocol)
    }
    table.close()
    return facts


def _flash_timing(facts: _Table) -> FlashTiming:
    table = facts.table("flash_timing")
    source, wait_states = table.text("source"), table.number("wait_states", high=15)
    timing = FlashTiming(source, wait_states)
    if wait_states:
        instructions = _flash_cache(table.table("instruction_cache"))
        data = _flash_cache(table.table("data_cache"))
        has_prefetch = bool(table.number("prefetch", high=1))
        timing = FlashTiming(source, wait_states, instructions, data, has_prefetch)
    table.close()
    return timing


def _flash_cache(table: _Table) -> FlashCache:
    cache = FlashCache(table.number("lines", low=1, high=4096), table.number("line_bytes", low=4))
    table.close()
    if cache.line_bytes & (cache.line_bytes - 1):
        raise BoardError(f"{table.where}: line_bytes {cache.line_bytes} is no power of two")
    return cache


def _usb_id(table: _Table) -> UsbId:
    usb_id = UsbId(vid=table.address("vid"), pid=table.address("pid"))
    table.close()
    if max(usb_id.vid, usb_id.pid) > 0xFFFF:
        raise BoardError(f"{table.where}: vid and pid have 16 bits")
    return usb_id


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BoardError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BoardError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise BoardError(f"{path.name} is not a JSON object")
    return document


def _one_of(value: object, allowed: Iterable[str], where: str) -> str:
    allowed = tuple(allowed)
    if not isinstance(value, str) or value not in allowed:
        raise BoardError(f"{where} is {value!r}; allowed: {', '.join(allowed)}")
    return value


class _Table:
    """A JSON object whose every key has to be taken once; `close` refuses what is left."""

    def __init__(self, table: dict[str, Any], where: str) -> None:
        self.where = where
        self._table = table
        self._taken: set[str] = set()

    def take(self, key: str, kinds: type | tuple[type, ...]) -> Any:
        """The value of `key`, which has to be there and of that JSON type."""
        if key not in self._table:
            raise BoardError(f"{self.where}: key {key!r} is missing; see docs/porting.md")
        value = self._table[key]
        # bool is an int to Python, but not to whoever wrote the JSON
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise BoardError(f"{self.where}: {key} is {value!r}, which has the wrong type")
        self._taken.add(key)
        return value

    def close(self) -> None:
        unknown = sorted(set(self._table) - self._taken)
        if unknown:
            raise BoardError(
                f"{self.where}: unknown key {unknown[0]!r}; allowed: "
                f"{', '.join(sorted(self._taken))}"
            )

    def text(self, key: str, pattern: str = r".+") -> str:
        value = str(self.take(key, str))
        if not re.fullmatch(pattern, value):
            raise BoardError(f"{self.where}: {key} is {value!r}, not of the form {pattern}")
        return value

    def choice(self, key: str, allowed: Iterable[str]) -> str:
        return _one_of(self.take(key, str), allowed, f"{self.where}: {key}")

    def choices(self, key: str, allowed: Iterable[str]) -> list[str]:
        return [_one_of(v, allowed, f"{self.where}: {key}") for v in self.take(key, list)]

    def number(self, key: str, low: int = 0, high: int = _MAX_U32) -> int:
        value = int(self.take(key, int))
        if not low <= value <= high:
            raise BoardError(f"{self.where}: {key} is {value}; allowed: {low} to {high}")
        return value

    def address(self, key: str) -> int:
        """Hexadecimal text, because JSON has no hexadecimal numbers."""
        text = self.text(key, pattern=r"0x[0-9a-fA-F]{1,8}")
        return int(text, 16)

    def size(self, key: str) -> int:
        """Bytes as text with an optional K or M (powers of 1024): "256K"."""
        text = self.text(key, pattern=r"[1-9][0-9]*[KM]?")
        digits = text.rstrip("KM")
        return int(digits) * _SIZE_UNITS[text[len(digits) :]]

    def pin(self, key: str, of_a_port: int = 16) -> int:
        """A pin by its name in the datasheet: "PB6" is 16 + 6 (STM32), or 32 + 6 where a port has
        32 (SAM), "P1.08" is 32 + 8 (nRF), "GP5" is 5 (RP2040)."""
        names = r"P([A-K](3[01]|[12]?[0-9])|[01]\.([0-2]?[0-9]|3[01]))|GP([12]?[0-9])"
        text = self.text(key, pattern=names)
        if text[0] == "G":
            return int(text[2:])
        if not text[1].isalpha():
            return 32 * int(text[1]) + int(text[3:])
        number = int(text[2:])
        if number >= of_a_port:
            raise BoardError(f"{self.where}: {key} is {text!r}; a port has {of_a_port} pins")
        return of_a_port * (ord(text[1]) - ord("A")) + number

    def fact(self, key: str, kind: str) -> int:
        if kind == "address":
            return self.address(key)
        if kind in _PINS:
            return self.pin(key, _PINS[kind])
        # an Armv7-M processor has at most 496 external interrupts (B1.5.2)
        return self.number(key, high=495 if kind == "irq" else _MAX_U32)

    def has(self, key: str) -> bool:
        return key in self._table

    def optional_table(self, key: str) -> _Table:
        """An empty one where the key is left out."""
        return self.table(key) if self.has(key) else _Table({}, f"{self.where}: {key}")

    def table(self, key: str) -> _Table:
        return _Table(self.take(key, dict), f"{self.where}: {key}")

    def tables(self, key: str) -> list[_Table]:
        entries = self.take(key, list)
        if not all(isinstance(entry, dict) for entry in entries):
            raise BoardError(f"{self.where}: {key} has to be a list of objects")
        return [_Table(entry, f"{self.where}: {key}[{i}]") for i, entry in enumerate(entries)]
