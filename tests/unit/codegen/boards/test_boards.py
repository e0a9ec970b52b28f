"""Board facts: every board loads; a wrong key or value is refused by name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.boards import facts
from codegen.files.places import PROGRAM

Facts = dict[str, Any]


def write(folder: Path, change: Callable[[Facts, Facts], object]) -> Path:
    """mps2_an386 with a change, as folder/test.json."""
    document = json.loads((facts.BOARDS_DIR / "mps2_an386.json").read_text())
    changed = copy.deepcopy(document)
    change(changed, changed["mcuforge"])
    (folder / "test.json").write_text(json.dumps(changed))
    return folder


@pytest.mark.parametrize("board_id", facts.board_ids())
def test_every_board_loads(board_id: str) -> None:
    board = facts.load_board(board_id)
    assert board.id == board_id
    assert board.isa in facts.ISAS
    assert board.tick.hz > 0


@pytest.mark.parametrize("board_id", facts.board_ids())
def test_flash_is_reckoned_as_the_port_sets_it(board_id: str) -> None:
    board = facts.load_board(board_id)
    if "flash_wait_states" in board.chip and board.flash_timing is not None:
        assert board.flash_timing.wait_states == board.chip["flash_wait_states"]
        assert board.flash_timing.has_prefetch  # the STM32s' chip.cc turn it on


@pytest.mark.parametrize("board_id", facts.board_ids())
def test_platformio_knows_every_board(board_id: str) -> None:
    lines = (PROGRAM / "platformio.ini").read_text().splitlines()
    assert f"[env:{board_id}]" in lines
    # an Arduino core's platform has its own name for the board
    assert f"board = {board_id.removesuffix('_arduino')}" in lines


def test_facts_of_mps2() -> None:
    board = facts.load_board("mps2_an386")
    assert (board.flash_bytes, board.ram_bytes) == (4 << 20, 4 << 20)
    assert board.uart.facts == {"base": 0x4000_4000, "rx_irq": 0, "clock_hz": 25_000_000}
    assert board.chip == {"irq_count": 32}
    assert board.emulator is not None
    assert board.emulator.machine == "mps2-an386"


def test_unknown_board_lists_the_known() -> None:
    with pytest.raises(
        facts.BoardError, match=r"no board 'nope'; known boards: .*host, .*mps2_an386"
    ):
        facts.load_board("nope")


def region(name: str, kind: str, origin: str, length: str) -> dict[str, str]:
    return {"name": name, "kind": kind, "origin": origin, "length": length}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d, m: m.update(colour="red"), "unknown key 'colour'"),
        (lambda d, m: d.update(build={}), "unknown key 'build'"),
        (lambda d, m: m.pop("isa"), "key 'isa' is missing"),
        (lambda d, m: m.update(isa="avx"), "isa is 'avx'; allowed: scalar, dsp, mve"),
        (lambda d, m: m.update(family="stm99"), "no board family 'stm99'"),
        (lambda d, m: m.update(clock_hz="25M"), "clock_hz is '25M', which has the wrong type"),
        (lambda d, m: m.update(clock_hz=True), "clock_hz is True, which has the wrong type"),
        (lambda d, m: m.update(clock_hz=0), "clock_hz is 0; allowed: 1 to"),
        (lambda d, m: m["flash_timing"].pop("source"), "key 'source' is missing"),
        (lambda d, m: m["flash_timing"].update(wait_states=16), "wait_states is 16; allowed: 0 to"),
        (lambda d, m: m["flash_timing"].update(wait_states=0), "unknown key 'data_cache'"),
        (lambda d, m: m["flash_timing"].update(prefetch=2), "prefetch is 2; allowed: 0 to 1"),
        (lambda d, m: m["flash_timing"].pop("data_cache"), "key 'data_cache' is missing"),
        (
            lambda d, m: m["flash_timing"].update(data_cache={"lines": 8, "line_bytes": 12}),
            "line_bytes 12 is no power of two",
        ),
        (lambda d, m: m.update(stack_bytes=1001), "multiple of 8"),
        (lambda d, m: m.update(fpu="none"), "float_abi 'hard' with fpu 'none'"),
        (lambda d, m: m.update(cpu="native"), "does not fit family 'mps2'"),
        (lambda d, m: m.update(upload_protocols=["magic"]), "upload_protocols is 'magic'"),
        (lambda d, m: m["uart"].update(rx_ring_bytes=1000), "no power of two"),
        (lambda d, m: m["uart"].pop("base"), "key 'base' is missing"),
        (lambda d, m: m["uart"].update(rx_irq=496), "rx_irq is 496; allowed: 0 to 495"),
        (lambda d, m: m["chip"].pop("irq_count"), "key 'irq_count' is missing"),
        (lambda d, m: m["chip"].update(hse_hz=8), "unknown key 'hse_hz'"),
        (lambda d, m: m["tick"].update(source="timer"), "source is 'timer'; allowed: systick"),
        (lambda d, m: m["emulator"].update(serial_index=8), "serial_index is 8; allowed: 0 to 7"),
        (lambda d, m: m["emulator"].update(kind="renode"), "kind is 'renode'"),
        (lambda d, m: m["emulator"].update(machine="a b"), "machine is 'a b'"),
        (lambda d, m: m["regions"][0].update(length="4G"), "length is '4G'"),
        (lambda d, m: m["regions"][0].update(origin=0), "origin is 0, which has the wrong type"),
        (lambda d, m: m["regions"].pop(0), "none of kind 'flash'"),
        (
            lambda d, m: m["regions"].append(region("ccm", "ram", "0x20100000", "64K")),
            "region ram ends at 0x20400000, but ccm begins at 0x20100000",
        ),
        (
            lambda d, m: m["regions"].append(region("x", "ram", "0xFFFF0000", "1M")),
            "ends beyond 32 bits",
        ),
        (lambda d, m: m.update(upload={"uf2": "RPI e4"}), "uf2 is 'RPI e4', not of the form"),
        (lambda d, m: m.update(usb_ids=[{"vid": "0x10000", "pid": "0x1"}]), "16 bits"),
    ],
)
def test_wrong_facts_are_refused(
    tmp_path: Path, change: Callable[[Facts, Facts], object], message: str
) -> None:
    with pytest.raises(facts.BoardError, match=r"test\.json|family") as caught:
        facts.load_board("test", write(tmp_path, change))
    assert message in str(caught.value)


def test_unchanged_copy_is_accepted(tmp_path: Path) -> None:
    assert facts.load_board("test", write(tmp_path, lambda d, m: None)).isa == "dsp"


@pytest.mark.parametrize("text", ["", "{", "[]", "nonsense"])
def test_file_that_is_no_object(tmp_path: Path, text: str) -> None:
    (tmp_path / "test.json").write_text(text)
    with pytest.raises(facts.BoardError, match=r"test\.json is not"):
        facts.load_board("test", tmp_path)


@pytest.mark.parametrize(
    ("name", "number"), [("PA2", 2), ("PB15", 31), ("PK0", 160), ("P0.06", 6), ("P1.08", 40)]
)
def test_pins_by_their_names(tmp_path: Path, name: str, number: int) -> None:
    document = json.loads((facts.BOARDS_DIR / "netduino2.json").read_text())
    document["mcuforge"]["uart"]["tx_pin"] = name
    (tmp_path / "test.json").write_text(json.dumps(document))
    assert facts.load_board("test", tmp_path).uart.facts["tx_pin"] == number


@pytest.mark.parametrize("name", ["PA16", "PL0", "P0.32", "P2.01", "A5", "PA", 5])
def test_what_is_no_pin(tmp_path: Path, name: object) -> None:
    document = json.loads((facts.BOARDS_DIR / "netduino2.json").read_text())
    document["mcuforge"]["uart"]["tx_pin"] = name
    (tmp_path / "test.json").write_text(json.dumps(document))
    with pytest.raises(facts.BoardError, match="tx_pin is"):
        facts.load_board("test", tmp_path)


def test_every_emulated_board_says_how_fast_its_tick_is() -> None:
    for board in facts.list_boards():
        if board.emulator is not None and board.emulator.kind == "qemu":
            # the machine's own board, or one that runs in the machine of another board
            own = board.emulator.serial_index == 0
            assert board.emulator.tick_hz == (board.tick.hz if own else 168_000_000), board.id
        assert (board.status == "emulated") == (board.emulator is not None), board.id


def test_every_upload_tool_knows_what_it_talks_to() -> None:
    for board in facts.list_boards():
        needed = set(board.upload_protocols) - {"emulator", "stlink", "gdb", "platformio"}
        assert needed == set(board.upload), board.id


def test_the_example_in_the_documentation_is_a_valid_board(tmp_path: Path) -> None:
    text = (PROGRAM / "docs" / "porting.md").read_text()
    _, _, rest = text.partition('```json\n{\n  "name"')
    example, _, _ = rest.partition("```")
    (tmp_path / "example_m3.json").write_text('{"name"' + example)
    assert facts.load_board("example_m3", tmp_path).chip == {"irq_count": 32}
