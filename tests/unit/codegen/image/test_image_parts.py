"""What makes an image another one, what PlatformIO's process did, and upstream's library."""

from __future__ import annotations

import json
import stat
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from codegen.boards.facts import load_board
from codegen.errors import BudgetError, CodegenError
from codegen.files.artifacts import GENERATED_FILES
from codegen.files.places import PROGRAM
from codegen.image import firmware_build, image_sources, pio_core
from codegen.image.breakdown import room_of
from codegen.image.firmware_build import FirmwareBuildError
from codegen.image.link_map import read_link_map, within
from codegen.image.section_sizes import ImageSize, RegionUse
from codegen.image.tflm_lib import TflmLib, linked_folder

BOARD = load_board("mps2_an386")


def test_every_folder_of_an_image_is_in_its_id(tmp_path: Path) -> None:
    firmware, generated = tmp_path / "firmware", tmp_path / "generated"
    files = [
        *(firmware / name for name in ("src/a.cc", "lib/x/a.cc", "boards/board.h")),
        *(firmware / name for name in ("boards/mps2/a.cc", "boards/cortex_m/a.cc")),
        *(firmware / "platform/builder/main.py", tmp_path / "libdeps/y/a.cc"),
        *(generated / name for name in GENERATED_FILES),
    ]
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")

    def digest(*facts: str) -> str:
        src, libdeps = firmware / "src", tmp_path / "libdeps"
        return image_sources.image_id(tmp_path, src, generated, libdeps, BOARD, facts)

    digests = {digest(), digest("a fact")}
    assert digest() in digests
    for path in files:
        path.write_text("2")
        digests.add(digest())
    assert len(digests) == len(files) + 2
    other = firmware / "boards/stm32/a.cc"  # of another board
    other.parent.mkdir()
    other.write_text("1")
    assert digest() in digests


def test_which_folders_and_sources_an_image_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert image_sources.port_folders(BOARD) == ["mps2", "cortex_m"]
    assert image_sources.port_folders(load_board("host")) == ["host"]
    for folder in map(Path, image_sources.library_headers(PROGRAM)):
        assert folder.parent == PROGRAM / "firmware/lib" and folder.is_dir()
    for name in ("a.cc", "b.cpp", "c.h", "d.txt", "engine_aot.cc", "engine_interpreter.cc"):
        (tmp_path / name).write_text("")

    def found() -> list[str]:
        return [path.name for path in image_sources.application_files(tmp_path, tmp_path / "g")]

    assert found() == ["a.cc", "b.cpp", "c.h", "engine_interpreter.cc"]
    (tmp_path / "g").mkdir()
    (tmp_path / "g/aot_model.cc").write_text("")
    assert "engine_aot.cc" in found() and "engine_interpreter.cc" not in found()
    flags = " ".join(image_sources.application_flags(BOARD, "1234"))
    assert f'"{BOARD.id}' in flags and '"1234' in flags and 'AT_BOOT=\\"no' in flags
    monkeypatch.setenv(image_sources.SELF_TEST_VARIABLE, "1")
    assert 'AT_BOOT=\\"yes' in " ".join(image_sources.application_flags(BOARD, "1234"))


@pytest.fixture
def platformio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of Python, which would run PlatformIO."""
    program = tmp_path / "python"
    monkeypatch.setattr(firmware_build.sys, "executable", str(program))
    return program


def runs(program: Path, text: str, verbose: bool = False) -> None:
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    log = program.with_name("build.log")
    firmware_build._run_platformio(BOARD, "mps2_an386", log, verbose, {"WHAT": "given"})


def test_platformios_words_are_kept_and_its_end_is_told(
    platformio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs(platformio, "echo Compiling $WHAT $4 $5")
    log = platformio.with_name("build.log")
    assert log.read_text() == "Compiling given -e mps2_an386\n"
    assert "Compiling given -e" not in capsys.readouterr().out
    runs(platformio, "echo Compiling it", verbose=True)
    assert capsys.readouterr().out.startswith("Compiling it\n")
    with pytest.raises(FirmwareBuildError, match=r"building mps2_an386 failed; .*build\.log"):
        runs(platformio, "echo 'a.cc:1:2: error: no'; echo more; exit 1")
    assert "a.cc:1:2: error: no" in capsys.readouterr().err
    with pytest.raises(FirmwareBuildError):
        runs(platformio, "echo 'a.cc:1:2: error: no'; exit 2", verbose=True)
    with pytest.raises(CodegenError, match=r"^building mps2_an386: cannot write /x\.o: No space"):
        runs(platformio, "echo '/x.o: No space left on device'; exit 1")
    assert "error: no" not in capsys.readouterr().err
    region = BOARD.regions[0]
    with pytest.raises(BudgetError, match=region.name):
        runs(platformio, f'echo "ld: region \\`{region.name}\' overflowed by 8 bytes"; exit 1')


def test_who_interrupts_a_build_ends_platformio(
    platformio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        def advance(self, **_: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(firmware_build, "progress", lambda _: nullcontext(Interrupted()))
    started_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        runs(platformio, "echo Compiling it; exec sleep 20")
    assert time.monotonic() - started_s < 10


def test_forty_lines_from_the_first_error_on_are_told() -> None:
    lines = [f"line {i}\n" for i in range(99)]
    lines[50] = "a.cc:1: Error: no\n"
    assert firmware_build._relevant(lines) == lines[50:90]
    assert firmware_build._relevant(lines[:50]) == lines[:40]


@pytest.mark.parametrize("board_id", ["host", "mps2_an386"])
def test_a_build_leaves_image_and_facts(
    board_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = load_board(board_id)
    generated = tmp_path / "generated"
    generated.mkdir()
    for name in GENERATED_FILES:
        (generated / name).write_text("")
    made = tmp_path / ".pio/build" / board_id
    made.mkdir(parents=True)
    (made / "build_id").write_text("0123456789abcdef\n")
    for suffix in ("elf", "bin", "hex", "map"):
        (made / f"firmware.{suffix}").write_bytes(b"0123456789abcdef " + suffix.encode())
    taken = ImageSize(11, 22, ())
    told: list[Any] = []
    monkeypatch.setattr(firmware_build, "_run_platformio", lambda *args: told.append(args))
    monkeypatch.setattr(firmware_build, "PIO_BUILD_DIR", made.parent)
    monkeypatch.setattr(firmware_build.pio_core, "prepare", lambda: None)
    monkeypatch.setattr(firmware_build, "image_size", lambda *_: taken)
    info = firmware_build.build(board, tmp_path, "ab")
    assert (info.flash_bytes, info.ram_bytes, info.model_sha256) == (11, 22, "ab")
    assert (info.board, info.isa, info.build_id) == (board_id, board.isa, "0123456789abcdef")
    folder = tmp_path / board_id
    assert firmware_build.FirmwareInfo.load(folder) == info
    names = {path.name for path in folder.iterdir()}
    images = {"firmware.elf"} | ({"firmware.bin", "firmware.hex"} if board_id != "host" else set())
    assert names == {"firmware.json", "firmware.map", *images}
    assert (folder / "firmware.elf").stat().st_mode & 0o777 == 0o755
    (arguments,) = told
    assert arguments[1] == board_id and arguments[3] is False  # not its sanitized variant, quiet
    assert image_sources.SELF_TEST_VARIABLE not in arguments[4]
    assert firmware_build._runtime(generated, None) == info.runtime
    (made / "firmware.elf").write_bytes(b"0123456789abcdef later")
    again = firmware_build.build(board, tmp_path, "cd", self_test=True)
    assert again.model_sha256 == "cd" and firmware_build.FirmwareInfo.load(folder) == again
    assert (folder / "firmware.elf").read_bytes().endswith(b"later")
    assert told[1][4][image_sources.SELF_TEST_VARIABLE] == "1"
    (generated / "aot_model.cc").write_text("")
    assert firmware_build._runtime(generated, None) != info.runtime
    assert firmware_build._runtime(generated, TflmLib("x", None)) == firmware_build.OTHER_RUNTIME


def test_upstreams_library_is_a_folder_or_a_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TflmLib.parse("") is None
    assert TflmLib.parse("owner/name@1") == TflmLib("owner/name@1", None)
    for text in ("./x", "/no/such", "~/no/such"):
        with pytest.raises(CodegenError, match="no such folder"):
            TflmLib.parse(text)
    folder = tmp_path / "tflm_up"
    header = folder / "tensorflow/lite/micro/micro_interpreter.h"
    header.parent.mkdir(parents=True)
    with pytest.raises(CodegenError, match=r"no .*micro_interpreter\.h is in it"):
        TflmLib.parse(str(folder))
    header.write_text("1")
    found = TflmLib.parse(str(folder))
    assert found is not None and found.folder == folder.resolve()
    before = found.digest()
    header.write_text("2")
    assert found.digest() != before and TflmLib("a", None).digest() == "a"
    monkeypatch.setenv("PLATFORMIO_BUILD_FLAGS", "-DMINE")
    flags = found.variables()["PLATFORMIO_BUILD_FLAGS"]
    assert flags.startswith("-DMINE -D") and "  " not in flags
    for name, value in found.variables().items():
        monkeypatch.setenv(name, value)
    assert linked_folder() == folder.resolve()
    (folder / "library.json").write_text(json.dumps({"name": "nn"}))
    with pytest.raises(CodegenError, match="called 'nn', as one of mcuforge's own"):
        TflmLib.parse(str(folder))
    for damaged in ("{", "{}", "[]"):
        (folder / "library.json").write_text(damaged)
        with pytest.raises(CodegenError, match="cannot read"):
            TflmLib.parse(str(folder))


MAP = """\
discarded
 .text          0x00000000      0x100 gone.o
Linker script and memory map
.text           0x00000100      0x0ff
 .text.a        0x00000110       0x1e a.o
 .text._a_name_that_is_long
                0x00000100       0x10 lib/b.a(b.o)
 *fill*         0x0000012e        0x2
 .text.c        0x00000130        0x0 empty.o
 .text.d        0x00000128       0x0a d.o
 nonsense line
"""


def test_a_map_gives_the_pieces_in_order() -> None:
    pieces = read_link_map(MAP)
    assert [(p.section, p.address, p.size, p.origin) for p in pieces] == [
        (".text._a_name_that_is_long", 0x100, 16, "lib/b.a(b.o)"),
        (".text.a", 0x110, 30, "a.o"),
        (".text.d", 0x128, 10, "d.o"),
        ("*fill*", 0x12E, 2, ""),
    ]
    assert {p.output for p in pieces} == {".text"}
    inside = within(pieces, ".text", 0x100, 0x30)
    # cut where the next one begins, without padding
    assert [(p.address, p.size) for p in inside] == [(0x100, 16), (0x110, 24), (0x128, 6)]
    assert [p.size for p in within(pieces, ".text", 0x100, 0x12)] == [16, 2]
    assert within(pieces, ".text", 0x111, 0x10) == [] and within(pieces, ".data", 0, 999) == []
    assert read_link_map("no map") == []


@pytest.mark.parametrize(
    ("origin", "symbol", "room"),
    [
        ("firmware/lib/nn/nn/x.cc", "", "kernels"),
        ("firmware/lib/other/x.cc", "", "other"),
        ("firmware/src/x.cc", "", "application"),
        ("/usr/lib/libc.a(x.o)", "", "libc"),
        ("x.o", "_ZN8mcuforge5kThatE", "model"),
        ("x.o", "_ZN5model7g_arenaE", "arena"),
        ("link-time optimisation", "", "linker"),
        (".pio/build/x/nowhere/y/z.o", "", "nowhere"),
        (".pio/build/x/z.o", "", "application"),
    ],
)
def test_the_room_of_an_object(origin: str, symbol: str, room: str) -> None:
    assert room_of(origin, symbol) == room


def test_a_change_of_platformios_folder_is_told(tmp_path: Path) -> None:
    pio_core.prepare(tmp_path)
    link = tmp_path / "platforms/p.pio-link"
    link.parent.mkdir()
    link.write_text('{"cwd": "/another"}')
    assert pio_core.prepare(tmp_path) and not pio_core.prepare(tmp_path)
    for damaged in ("{", "[]", '{"settings": 3}', '{"settings": {}}'):
        (tmp_path / "appstate.json").write_text(damaged)
        assert pio_core.prepare(tmp_path) and not pio_core.prepare(tmp_path)
    (tmp_path / "packages/tool-scons/package.json").write_text('{"version": "0"}')
    assert not pio_core.is_complete(tmp_path)


def test_a_choice_of_sanitizers_has_a_folder_of_its_own(tmp_path: Path) -> None:
    host = load_board("host")
    plain = firmware_build.output_files(host, tmp_path)
    assert plain != firmware_build.output_files(host, tmp_path, True)
    given = firmware_build.inputs(host, tmp_path)
    assert given["environment"] == "host" and given["self_test"] == "False"
    assert given["tflm_lib"] == ""
    other = firmware_build.inputs(host, tmp_path, tflm_lib=TflmLib("a/b", None))
    assert other["tflm_lib"] == "a/b"


def test_a_size_is_said_with_its_share() -> None:
    region = next(one for one in BOARD.regions if one.kind == "ram")
    use = RegionUse(region, region.length // 8)
    assert str(use).endswith(f" of {region.length:,} B (12.5 %)")
    assert str(ImageSize(1, 2, (use,))) == str(use)
    assert str(ImageSize(1000, 2, ())) == "flash 1,000 B, ram 2 B (no limit)"
