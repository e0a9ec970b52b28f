"""Bytes by room and symbol, of a small program linked as the firmware is."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.compile.compiler_flags import LINK_TIME_OPTIMISATION
from codegen.errors import BudgetError, CodegenError
from codegen.image import breakdown, size_report
from codegen.image import treemap as treemap_room
from codegen.image.breakdown import ROOMS, Breakdown, Item, read_breakdown, room_of
from codegen.image.budgets import check_growth, read_budgets, set_budget
from codegen.image.link_map import Piece, read_link_map, within
from codegen.image.section_sizes import ImageSize, RegionUse, check_size, image_size
from codegen.image.size_report import run
from codegen.image.treemap import Rect, squarify, treemap

BOARD = "mps2_an386"
OBJECTS = ".pio/build/b"
SOURCES = {
    "src/main": """
        namespace model { namespace { unsigned char g_arena[400]; } }
        namespace mcuforge { extern const unsigned char kModel[100];
        namespace { const int kTable[16] = {1, 2, 3}; } }
        extern "C" const char* text();
        int prime(int i);
        extern "C" int start(int i) {
          model::g_arena[i] = mcuforge::kModel[i];
          return text()[i] + model::g_arena[i + 1] + mcuforge::kTable[i] + prime(i);
        }""",
    "generated/data": """
        namespace mcuforge { extern const unsigned char kModel[100];
        const unsigned char kModel[100] = {1}; }""",
    "libabc/wire/text": """
        extern "C" [[gnu::noinline]] const char* text() {
          return "a message of thirty-two bytes...";
        }
        namespace { const int kPrimes[12] = {2, 3, 5}; }
        int prime(int i) { return kPrimes[i]; }""",
    "boards/x/board": """
        int g_ticks = 7;
        volatile unsigned char g_first = 1, g_second = 2;  // one of them at an odd address
        namespace { [[gnu::naked, gnu::noipa]] void wait(int) { asm("wfi\\n bx lr"); } }
        extern "C" void irq() { g_first = g_second; wait(++g_ticks); }""",
}
SCRIPT = """
    ENTRY(start)
    MEMORY { flash : ORIGIN = 0, LENGTH = 1M  ram : ORIGIN = 0x20000000, LENGTH = 1M }
    SECTIONS {
      .text : { *(.text .text.*) *(.rodata .rodata.*) KEEP(*(.irq)) } > flash
      .stack (NOLOAD) : { . += 256; } > ram
      .data : { *(.data .data.*) } > ram AT > flash
      .bss (NOLOAD) : { *(.bss .bss.*) } > ram
      /DISCARD/ : { *(.ARM.exidx* .ARM.extab*) }
    }"""


LINKS = {
    "objects": ([], []),
    "link_time_optimisation": (LINK_TIME_OPTIMISATION, ["-flto-partition=1to1"]),
}


@pytest.fixture(scope="module", params=LINKS)
def image_dir(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    optimisation, partition = LINKS[request.param]
    flags = ["-mcpu=cortex-m4", "-mthumb", "-Os", "-ffunction-sections", *optimisation]
    objects = []
    for name, text in SOURCES.items():
        source = Path("firmware", *name.replace("libabc", "lib").split("/")).with_suffix(".cc")
        objects.append(f"{OBJECTS}/{name}.o")
        for path in (source, Path(objects[-1])):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / source).write_text(text)
        compile_ = ["arm-none-eabi-g++", *flags, "-g", "-fdata-sections"]
        subprocess.run([*compile_, "-c", source, "-o", objects[-1]], check=True, cwd=folder)
    (folder / "link.ld").write_text(SCRIPT)
    link = ["arm-none-eabi-g++", *flags, *partition, "-nostdlib", "-T", "link.ld", "-Wl,-u,irq"]
    link += ["-Wl,-Map=firmware.map", "-o", "firmware.elf", *objects]
    subprocess.run(link, check=True, cwd=folder)
    return folder


def test_rooms_add_up_to_the_image(image_dir: Path) -> None:
    size = read_breakdown(image_dir, BOARD)
    whole = image_size(image_dir / "firmware.elf", load_board(BOARD))
    assert (size.flash_bytes, size.ram_bytes) == (whole.flash_bytes, whole.ram_bytes)
    assert sum(flash for flash, _ in size.rooms().values()) == whole.flash_bytes
    # .data is stored in flash and runs in RAM, which has all of stack and .bss besides
    assert {use.region.name: use.used for use in whole.regions} == {
        "flash": whole.flash_bytes,
        "ram": whole.ram_bytes,
    }


def test_every_byte_is_in_its_room(image_dir: Path) -> None:
    size = read_breakdown(image_dir, BOARD)
    rooms = size.rooms()
    assert rooms["model"] == (100 + 64, 0)  # the array, and the table although src includes it
    assert rooms["arena"] == (0, 400)
    assert rooms["stack"] == (0, 256)
    assert rooms["wire"][0] >= 33  # text constants have no symbol
    assert "libc" not in rooms  # sections that are not loaded overlap at address 0
    by_name = {item.name: item for item in size.items}
    assert by_name["mcuforge::kModel"].flash_bytes == 100
    assert by_name["g_ticks"].room == "board"
    assert (by_name["g_ticks"].flash_bytes, by_name["g_ticks"].ram_bytes) == (4, 4)
    assert by_name["start"].room == "application"
    assert by_name["kPrimes"].room == "wire"  # even where prime() went into start()
    assert by_name["wait"].room == "board"


def test_symbols_are_where_nm_says(image_dir: Path) -> None:
    """Whose addresses are without the bit that says Thumb; of data the bit is the address's."""
    elf = image_dir / "firmware.elf"
    lines = subprocess.run(
        ["arm-none-eabi-nm", "--print-size", elf], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    columns = [fields for line in lines if len(fields := line.split()) == 4]
    expected = {(int(address, 16), int(size, 16)) for address, size, *_ in columns}
    _, symbols, _ = breakdown._read_elf(elf)
    assert {(address, size) for address, size, _ in symbols} == expected
    assert any(address % 2 for address, _ in expected)


def test_sources_are_known_of_what_link_time_optimisation_placed(
    image_dir: Path, request: pytest.FixtureRequest
) -> None:
    _, symbols, sources = breakdown._read_elf(image_dir / "firmware.elf")
    found = {name: sources.get(address) for address, _, name in symbols}
    wanted = {"irq": "boards/x/board", "text": "lib/wire/text", "start": "src/main"}  # functions
    wanted |= {"g_ticks": "boards/x/board", "_ZN8mcuforge6kModelE": "generated/data"}  # data
    has_units = request.node.callspec.params["image_dir"] == "link_time_optimisation"
    assert {name: found[name] for name in wanted} == {
        name: f"firmware/{source}.cc" if has_units else None for name, source in wanted.items()
    }


def test_the_largest_is_first_and_equal_ones_go_by_name(image_dir: Path) -> None:
    items = read_breakdown(image_dir, BOARD).items
    sizes = [item.flash_bytes + item.ram_bytes for item in items]
    assert sizes == sorted(sizes, reverse=True)
    for before, after in itertools.pairwise(items):
        if before.flash_bytes + before.ram_bytes == after.flash_bytes + after.ram_bytes:
            assert (before.name, before.origin) <= (after.name, after.origin)


@pytest.mark.parametrize(
    ("origin", "room"),
    [
        (".pio/build/x/lib5/libnn.a(conv.o)", "kernels"),
        (".pio/build/x/lib5/libtflm.a(conv.o)", "runtime"),
        (".pio/build/x/lib5/libother.a(conv.o)", "other"),
        (".pio/build/x/lib5/wire/wire/crc32.o", "wire"),
        (".pio/build/x/boards/mps2/board.o", "board"),
        (".pio/build/x/src/model.o", "application"),
        (".pio/build/x/generated/model_data.o", "model"),
        ("firmware/lib/tflm/tensorflow/lite/micro/kernels/conv.cc", "runtime"),
        ("firmware/lib/custom_ops/ops/my_op.cc", "custom_ops"),
        ("firmware/boards/cortex_m/fault.cc", "board"),
        ("/usr/lib/gcc/arm-none-eabi/12/libgcc.a(_udivmoddi4.o)", "libc"),
    ],
)
def test_room_of(origin: str, room: str) -> None:
    assert room_of(origin) == room


def test_map_with_wrapped_names_padding_and_merged_strings() -> None:
    pieces = read_link_map(
        """Discarded input sections
 .text.gone     0x00000000       0x10 a.o
Linker script and memory map

.text           0x00000100      0x120
 *(.text .text.*)
 .text._ZN4long4nameEv
                0x00000100       0x20 a.o
                0x00000100                long::name()
 .rodata.str1.1
                0x00000120       0x97 b.o
                                  0x8 (size before relaxing)
 *fill*         0x00000120        0x1{space}
 .text.c        0x00000124       0x10 libx.a(c.o)
.debug_info     0x00000000      0x200
 .debug_info    0x00000000      0x200 a.o
""".replace("{space}", " ")  # ld's own
    )
    found = within(pieces, ".text", 0x100, 0x120)
    assert [(p.address, p.size, p.origin) for p in found] == [
        (0x100, 0x20, "a.o"),
        (0x124, 0x10, "libx.a(c.o)"),
    ]


def test_missing_map_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match="invoke build --board mps2_an386 --force"):
        read_breakdown(tmp_path, BOARD)


def test_a_file_that_is_no_map_or_elf(image_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "firmware.map").write_text("nothing")
    (tmp_path / "firmware.elf").write_bytes((image_dir / "firmware.elf").read_bytes())
    with pytest.raises(CodegenError, match="not a map"):
        read_breakdown(tmp_path, BOARD)
    (tmp_path / "firmware.elf").write_bytes(b"nothing")
    with pytest.raises(CodegenError, match=r"cannot read the image .*firmware\.elf: Magic"):
        read_breakdown(tmp_path, BOARD)
    (tmp_path / "firmware.elf").unlink()
    with pytest.raises(CodegenError, match=r"firmware\.elf is missing; run `invoke build"):
        read_breakdown(tmp_path, BOARD)


def test_a_damaged_image_is_read_or_refused(image_dir: Path, tmp_path: Path) -> None:
    """The reader of ELF and debug info has errors of its own for it, of any kind."""
    shutil.copy(image_dir / "firmware.map", tmp_path)
    sound = (image_dir / "firmware.elf").read_bytes()
    refused = 0
    for start in range(0, len(sound), 97):
        damaged = sound[:start] + b"\xff" * 8 + sound[start + 8 :]
        (tmp_path / "firmware.elf").write_bytes(damaged)
        try:
            read_breakdown(tmp_path, BOARD)
        except CodegenError as error:
            assert str(error).endswith("; build it again")
            refused += 1
    assert refused > 5


def test_names_of_an_image_are_only_shown(
    image_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No escape sequence and no markup of what prints the tables."""
    shutil.copy(image_dir / "firmware.map", tmp_path)
    sound = (image_dir / "firmware.elf").read_bytes()
    damaged = sound.replace(b"g_ticks\0", b"[/b]\x1b[J\0")
    assert damaged != sound
    (tmp_path / "firmware.elf").write_bytes(damaged)
    run(tmp_path, BOARD, "tiny", svg_path=tmp_path / "s.svg")
    shown = capsys.readouterr().out + (tmp_path / "s.svg").read_text()
    assert "\x1b" not in shown and r"[/b]\x1b[J" in shown


def test_report_files(image_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(image_dir, BOARD, "tiny", json_path=tmp_path / "s.json", svg_path=tmp_path / "s.svg")
    shown = capsys.readouterr().out
    assert "arena" in shown
    assert "mcuforge::kModel" in shown
    root = ET.fromstring((tmp_path / "s.svg").read_text())
    titles = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "model: mcuforge::kModel: 100 B" in titles
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"model", "arena", "stack"} <= texts  # what the colours mean
    assert '"arena"' in (tmp_path / "s.json").read_text()
    size = read_breakdown(image_dir, BOARD)
    rooms, symbols = size_report._rooms(size), size_report._symbols(size, 3)
    assert [one.header for one in rooms.columns] == ["room", "flash", "%", "RAM", "%", "what"]
    assert [one.header for one in symbols.columns] == ["flash", "RAM", "room", "symbol", "object"]
    assert symbols.row_count == 3


@pytest.mark.parametrize(
    "frame", [Rect(10, 20, 300, 100), Rect(10, 20, 100, 300), Rect(10, 20, 100, 100)]
)
@pytest.mark.parametrize("sizes", [[60, 30, 20, 9, 5, 1, 1], [2] * 12 + [1] * 30, [1]])
def test_treemap_tiles_fill_the_frame_without_overlap(frame: Rect, sizes: list[int]) -> None:
    tiles = squarify(sizes, frame)
    for size, tile in zip(sizes, tiles, strict=True):
        assert tile.area == pytest.approx(frame.area * size / sum(sizes), rel=1e-6)
        assert tile.x >= 10 - 1e-6 and tile.x + tile.width <= 10 + frame.width + 1e-6
        assert tile.y >= 20 - 1e-6 and tile.y + tile.height <= 20 + frame.height + 1e-6
    for i, a in enumerate(tiles):
        for b in tiles[i + 1 :]:
            apart_x = a.x + a.width <= b.x + 1e-6 or b.x + b.width <= a.x + 1e-6
            apart_y = a.y + a.height <= b.y + 1e-6 or b.y + b.height <= a.y + 1e-6
            assert apart_x or apart_y


def test_tiles_are_as_near_to_squares_as_in_the_paper() -> None:
    """Bruls, Huizing, van Wijk, "Squarified Treemaps", 2000, section 3: 6x4 of seven areas."""
    tiles = squarify([6, 6, 4, 3, 2, 2, 1], Rect(0, 0, 600, 400))
    extents = [(tile.width / 100, tile.height / 100) for tile in tiles]
    wanted = [(3, 2), (3, 2), (12 / 7, 7 / 3), (9 / 7, 7 / 3), (6 / 5, 5 / 3)]
    assert extents[:5] == [pytest.approx(extent) for extent in wanted]


def test_labels_of_a_treemap_lie_in_their_tiles() -> None:
    names = ("short", "a_name_of_some_length", "a_name_that_is_longer_than_its_tile_" + 140 * "x")
    items = tuple(
        Item(f"{name}{size}", room, "a.o", size, 0)
        for room, share in (("model", 9), ("kernels", 2), ("wire", 1))
        for name in names
        for size in (1 * share, 40 * share, 900 * share)
    )
    labels = []
    svg = "{http://www.w3.org/2000/svg}"
    for tile in ET.fromstring(treemap(Breakdown(BOARD, items))).iter(f"{svg}g"):
        rect, title, *texts = tile
        x, y, width, height = (float(rect.get(key, "")) for key in ("x", "y", "width", "height"))
        name = (title.text or "").split(": ")[1]
        fitting = int((width - 6) / 6.2)  # characters, with a margin of 3 on both sides
        shown = name if len(name) <= fitting else name[: fitting - 1] + "…"
        assert [text.text for text in texts] == [shown] * (fitting > 5 and height > 15)
        labels += [shown] * len(texts)
        for text in texts:
            assert float(text.get("x", "")) == pytest.approx(x + 3, abs=0.11)
            assert y < float(text.get("y", "")) < y + height
    assert any("…" in label for label in labels) and not all("…" in label for label in labels)
    assert len(labels) < len(items)


@pytest.mark.parametrize(
    ("width", "height", "label"),
    [(43.3, 15.1, "a_nam…"), (43.1, 100, ""), (100, 15, ""), (100, 15.1, "a_name"), (37, 99, "")],
)
def test_a_label_has_room_for_six_characters(width: float, height: float, label: str) -> None:
    item = Item("a_name" + "_more" * (width < 50), "model", "a.o", 5, 0)
    tile = treemap_room._tile("model", 5, item, Rect(0, 0, width, height))
    assert re.findall(r"<text[^>]*>([^<]*)</text>", tile) == [label] * bool(label)


def test_tiles_go_by_size_then_by_name() -> None:
    names = (("b", 5), ("c", 9), ("a", 5))
    items = tuple(Item(name, "model", "a.o", size, 0) for name, size in names)
    titles = re.findall(r"<title>model: (\w)", treemap(Breakdown(BOARD, items)))
    assert titles == ["c", "a", "b"]


def test_rooms_with_their_shares_and_what_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    items = (Item("m", "model", "a.o", 3000, 0), Item("x", "theirs", "b.o", 1000, 512))
    monkeypatch.setattr(size_report, "read_breakdown", lambda *_: Breakdown(BOARD, items))
    run(tmp_path, BOARD, "tiny", symbols=1)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["model", "3,000", "75.0", "0", *ROOMS["model"].split()] in rows
    assert ["theirs", "1,000", "25.0", "512", "100.0", "another", "library"] in rows
    assert ["total", "4,000", "512"] in rows
    assert ["largest", "1"] in rows and rows[-1] == ["3,000", "model", "m", "a.o"]


def test_bytes_with_several_names_count_once() -> None:
    section = breakdown._Section(".text", 100, 24, in_flash=True, in_ram=False)
    piece = Piece(".text", ".text.f", 100, 20, "a.o")
    symbols = [(100, 8, "f"), (100, 8, "alias"), (102, 4, "inside"), (106, 6, "overlapping")]
    found = [
        (item.name, item.flash_bytes) for item in breakdown._items(section, [piece], symbols, {})
    ]
    assert found == [("f", 8), ("overlapping", 4), ("(.text.f)", 8), ("(.text)", 4)]


def test_an_object_of_link_time_optimisation_is_its_sources_where_it_has_one() -> None:
    one, other, plain = (
        Piece(".text", ".text.f", 100, 20, "a.ltrans0.ltrans.o"),
        Piece(".text", ".text.g", 120, 20, "a.ltrans1.ltrans.o"),
        Piece(".text", ".text.h", 140, 20, "b.o"),
    )
    sources = {99: "before.cc", 100: "f.cc", 119: "f.cc", 120: "g.cc", 139: "x.cc", 140: "h.cc"}
    found = [p.origin for p in breakdown._named_by_source([one, other, plain], sources)]
    assert found == ["f.cc", breakdown._NO_SOURCE, "b.o"]


def test_an_image_that_is_larger_than_a_region_is_refused() -> None:
    board = load_board(BOARD)

    def used(*counts: int) -> ImageSize:
        uses = tuple(RegionUse(*one) for one in zip(board.regions, counts, strict=True))
        return ImageSize(sum(counts), 0, uses)

    flash, ram = (region.length for region in board.regions)
    check_size(used(flash, ram), board)
    for counts, name in (((flash + 1, ram), "flash"), ((flash, ram + 1), "ram")):
        with pytest.raises(BudgetError, match=f"takes {max(counts):,} B of {name}"):
            check_size(used(*counts), board)


def sized(flash: int, ram: int) -> Breakdown:
    return Breakdown(BOARD, (Item("all", "application", "a.o", flash, ram),))


def test_growth_above_two_percent_fails_with_numbers(tmp_path: Path) -> None:
    path = tmp_path / "budgets.toml"
    set_budget(sized(10_000, 1_000), "tiny", path)
    assert len(check_growth(sized(10_200, 1_020), "tiny", path)) == 2
    with pytest.raises(BudgetError, match=r"ram 1,021 B, budget 1,000 B \(\+2.1%\)") as error:
        check_growth(sized(10_000, 1_021), "tiny", path)
    assert error.value.exit_code == 1
    assert "--set-budget" in str(error.value)
    with pytest.raises(BudgetError, match="flash 10,201 B"):
        check_growth(sized(10_201, 1_000), "tiny", path)


def test_budgets_of_others_stay_and_missing_ones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "budgets.toml"
    set_budget(sized(1, 2), "tiny", path)
    set_budget(sized(3, 4), "my.model", path)
    assert read_budgets(path)[BOARD] == {
        "tiny": {"flash_bytes": 1, "ram_bytes": 2},
        "my.model": {"flash_bytes": 3, "ram_bytes": 4},
    }
    with pytest.raises(CodegenError, match="no budget for nano on mps2_an386"):
        check_growth(sized(1, 1), "nano", path)
    with pytest.raises(CodegenError, match="--recipe tiny --engine aot --set-budget"):
        check_growth(sized(1, 1), "tiny-aot", path)


_SOUND = "[a.b]\nflash_bytes = 1\nram_bytes = 1\n"


@pytest.mark.parametrize(
    "text",
    [
        "[a.b]\nflash_bytes = 1",
        "x = 1",
        "[a.b]\nram_bytes = ''",
        "[",
        _SOUND.replace("1", "0"),
        _SOUND.replace("1", "true"),
        _SOUND.replace("1", "-1"),
        f"{_SOUND}other = 1",
        f"{_SOUND}[c]\nd = 1",
    ],
)
def test_damaged_budgets(tmp_path: Path, text: str) -> None:
    path = tmp_path / "budgets.toml"
    path.write_text(text)
    with pytest.raises(CodegenError, match=r"budgets\.toml"):
        read_budgets(path)


def test_a_byte_is_a_budget(tmp_path: Path) -> None:
    path = tmp_path / "budgets.toml"
    path.write_text(_SOUND)
    assert read_budgets(path) == {"a": {"b": {"flash_bytes": 1, "ram_bytes": 1}}}
    assert read_budgets(tmp_path / "none.toml") == {}


def test_the_repository_budgets_are_sound() -> None:
    for board, recipes in read_budgets().items():
        load_board(board)
        assert recipes
