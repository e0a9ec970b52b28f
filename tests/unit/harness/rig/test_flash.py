"""Flash protocols: what each tool is told, and what is made of what it says. No tool runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.boards.facts import BoardError, Region, UsbId, load_board
from codegen.errors import MissingToolError
from harness.errors import HarnessError, PortError
from harness.rig import flash, mass_storage
from harness.rig.upload_tools import COMMANDS, Command, FlashError, NoProbeError, check_result

IMAGE = Path("some where/image")
BOARD = replace(
    load_board("mps2_an386"),
    id="disco",
    regions=(
        Region("ram", "ram", 0x2000_0000, 8192),
        Region("flash", "flash", 0x0800_0000, 131072),
    ),
    emulator=None,
    upload_protocols=("openocd", "pyocd", "stlink", "jlink", "dfu", "uf2", "gdb"),
    usb_ids=(UsbId(0x0483, 0x374B),),
    upload={
        "openocd": "interface/stlink.cfg target/stm32f1x.cfg",
        "pyocd": "stm32f100rb",
        "jlink": "STM32F100RB",
        "dfu": "0483:df11",
        "uf2": "DISCO",
    },
)


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (
            "openocd",
            "openocd -f interface/stlink.cfg -f target/stm32f1x.cfg -c 'adapter serial S1' "
            "-c 'program {some where/image/firmware.elf} verify reset exit'",
        ),
        (
            "pyocd",
            "pyocd flash --no-wait --target stm32f100rb --uid S1 'some where/image/firmware.hex'",
        ),
        (
            "stlink",
            "st-flash --serial S1 --reset write 'some where/image/firmware.bin' 0x08000000",
        ),
        (
            "jlink",
            "JLinkExe -NoGui 1 -ExitOnError 1 -AutoConnect 1 -Device STM32F100RB -If SWD "
            "-Speed 4000 -SelectEmuBySN S1",
        ),
        (
            "dfu",
            "dfu-util --device 0483:df11 --alt 0 --serial S1 --dfuse-address 0x08000000:leave "
            "--download 'some where/image/firmware.bin'",
        ),
    ],
)
def test_argument_lists(protocol: str, expected: str) -> None:
    assert str(COMMANDS[protocol](BOARD, IMAGE, "S1")) == expected
    without = " ".join(COMMANDS[protocol](BOARD, IMAGE, None).arguments)
    assert "S1" not in without
    assert "serial" not in without.lower()


def test_jlink_script_loads_verifies_and_starts() -> None:
    image = IMAGE / "firmware.bin"
    assert COMMANDS["jlink"](BOARD, IMAGE, None).script == (
        f'r\nh\nloadbin "{image}", 0x08000000\nverifybin "{image}", 0x08000000\nr\ng\nexit\n'
    )


def test_gdb_loads_reads_back_and_starts_from_the_vector_table() -> None:
    arguments = COMMANDS["gdb"](BOARD, IMAGE, None).arguments
    steps = [arguments[i + 1] for i, text in enumerate(arguments) if text == "-ex"]
    assert steps[2:] == [
        "target extended-remote localhost:3333",
        "load",
        "compare-sections",
        "set $sp = *(unsigned int*)0x8000000",
        "set $pc = *(unsigned int*)0x8000004 & ~1",
        "detach",
        "quit",
    ]
    assert arguments[:3] == ("gdb-multiarch", "-nx", "-batch")
    assert arguments[-1] == str(IMAGE / "firmware.elf")
    with pytest.raises(HarnessError, match="no --serial"):
        COMMANDS["gdb"](BOARD, IMAGE, "S1")


def test_boards_of_other_platforms_are_uploaded_by_these() -> None:
    pico = load_board("pico_arduino")
    assert flash.choose(pico, None) == "platformio"
    arguments = COMMANDS["platformio"](pico, IMAGE, None).arguments
    assert arguments[1:4] == ("-m", "platformio", "run")
    assert arguments[-4:] == ("--environment", "pico_arduino", "--target", "upload")
    with pytest.raises(HarnessError, match="no --serial"):
        COMMANDS["platformio"](pico, IMAGE, "S1")


@pytest.mark.parametrize("protocol", sorted(COMMANDS.keys() - {"platformio"}))
def test_platformios_upload_target_runs_the_same_tool(
    protocol: str, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = []

    def run(command: Command) -> tuple[int, str]:
        commands.append(command)
        return 0, GOOD[protocol]

    flash.upload_image(BOARD, IMAGE, protocol, run=run)
    assert commands == [COMMANDS[protocol](BOARD, IMAGE, None)]
    assert f"uploaded with {protocol}" in capsys.readouterr().out


@pytest.mark.parametrize("protocol", [None, "emulator"])
def test_platformios_upload_target_is_for_real_boards(protocol: str | None) -> None:
    with pytest.raises(HarnessError, match="invoke flash --board mps2_an386"):
        flash.upload_image(load_board("mps2_an386"), IMAGE, protocol)


@pytest.mark.parametrize("protocol", ["openocd", "pyocd", "jlink", "dfu"])
def test_a_fact_that_the_board_lacks_is_named(protocol: str) -> None:
    with pytest.raises(HarnessError, match=f'"upload", "{protocol}"'):
        COMMANDS[protocol](replace(BOARD, upload={}), IMAGE, None)


@pytest.mark.parametrize("protocol", ["swd", "emulator", ""])
def test_a_protocol_that_is_not_the_boards(protocol: str) -> None:
    with pytest.raises(HarnessError, match=r": openocd, pyocd, stlink, jlink, dfu, uf2, gdb$"):
        flash.choose(BOARD, protocol)


def test_default_protocol_and_gdb_of_every_machine() -> None:
    assert flash.choose(BOARD, None) == "openocd"
    machine = load_board("mps2_an386")
    assert flash.choose(machine, None) == "emulator"
    assert flash.choose(machine, "gdb") == "gdb"
    with pytest.raises(HarnessError, match="protocols: emulator"):
        flash.choose(load_board("host"), "gdb")


@pytest.mark.parametrize("protocol", sorted(COMMANDS.keys() - {"platformio"}))
def test_a_missing_tool_says_how_to_install_it(
    protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MissingToolError, match="is not on PATH; install it: ") as error:
        flash.run_tool(COMMANDS[protocol](BOARD, IMAGE, None))
    assert error.value.exit_code == 3


GOOD = {
    "openocd": "** Programming Finished **\n** Verified OK **\n",
    "pyocd": "0001234 I Erased 40960 bytes, programmed 40960 bytes\n",
    "stlink": "INFO common.c: Flash written and verified! jolly good!\n",
    "jlink": "O.K.\nVerify successful.\n",
    "dfu": "File downloaded successfully\n",
    "platformio": "=== [SUCCESS] Took 9.87 seconds ===\n",
    "gdb": "Section .text, range 0x0 -- 0x9b7c: matched.\n",
}


@pytest.mark.parametrize("protocol", sorted(COMMANDS))
def test_success_needs_exit_code_and_confirmation(protocol: str) -> None:
    command = COMMANDS[protocol](BOARD, IMAGE, None)
    check_result(BOARD, protocol, command, 0, GOOD[protocol])
    with pytest.raises(FlashError, match="ended with code 1"):
        check_result(BOARD, protocol, command, 1, "something odd")
    if command.required:
        with pytest.raises(FlashError, match="did not confirm the image"):
            check_result(BOARD, protocol, command, 0, "all is well")


@pytest.mark.parametrize(
    ("protocol", "output", "message", "exit_code"),
    [
        ("openocd", "Error: open failed", "finds no probe .*open failed", 3),
        ("openocd", "Error: unable to find a matching CMSIS-DAP device", "finds no probe", 3),
        ("pyocd", "C No available debug probes are connected", "finds no probe", 3),
        ("stlink", "Couldn't find any ST-Link devices", "finds no probe", 3),
        ("jlink", "Connecting to J-Link via USB...FAILED: Cannot connect", "finds no probe", 3),
        ("dfu", "dfu-util: No DFU capable USB device available", "finds no probe", 3),
        ("gdb", "localhost:3333: Connection refused.", "finds no probe", 3),
        ("openocd", "Warn : UNEXPECTED idcode: 0x1ba01477", "another chip .*0x1ba01477", 1),
        ("stlink", "Unknown chip id! 0x5fa0004", "another chip", 1),
        ("openocd", "** Verify Failed **", "read back differs", 1),
        ("jlink", "Verify failed @ address 0x08000000", "read back differs", 1),
        ("stlink", "ERROR: Verification of flash failed", "read back differs", 1),
        (
            "gdb",
            "Section .a, range 0x0 -- 0x1: matched.\nSection .text, range 1 -- 2: MIS-MATCHED!",
            "read back differs .*Section .text",
            1,
        ),
    ],
)
@pytest.mark.parametrize("code", [0, 1])
def test_a_tools_failure_is_one_clear_line(
    protocol: str, output: str, message: str, exit_code: int, code: int
) -> None:
    command = COMMANDS[protocol](BOARD, IMAGE, None)
    # among what the tools print besides; pyocd says by its exit code alone that it failed
    code = 1 if protocol == "pyocd" else code
    with pytest.raises(FlashError, match=message) as error:
        check_result(BOARD, protocol, command, code, f"Tool 1.0\n{output}\nbye\n")
    assert error.value.exit_code == exit_code
    assert "\n" not in str(error.value)


def test_upload_runs_the_command_and_checks_its_output() -> None:
    seen: list[Command] = []

    def run(answer: tuple[int, str]) -> Callable[[Command], tuple[int, str]]:
        def record(command: Command) -> tuple[int, str]:
            seen.append(command)
            return answer

        return record

    flash.upload(BOARD, IMAGE, "stlink", "S1", run=run((0, GOOD["stlink"])))
    assert seen[0].arguments[0] == "st-flash"
    with pytest.raises(NoProbeError):
        flash.upload(BOARD, IMAGE, "stlink", run=run((255, "Couldn't find any ST-Link devices")))


def test_a_board_without_usb_ids_is_refused_before_it_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(flash, "load_board", lambda _: replace(BOARD, usb_ids=()))
    expected = type("Expected", (), {"elf": tmp_path / "firmware.elf"})
    monkeypatch.setattr(flash.Expected, "load", lambda *_: expected)

    def run(command: Command) -> tuple[int, str]:
        raise AssertionError(f"ran {command}")

    with pytest.raises(PortError, match="no usb_ids"):
        flash.flash("disco", tmp_path, run=run)


# ---------------------------------------------------------------- drives


@pytest.fixture
def image_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "image"
    folder.mkdir()
    (folder / "firmware.hex").write_bytes(b":00000001FF\n")
    (folder / "firmware.uf2").write_bytes(b"UF2")
    return folder


def test_hex_is_copied_to_the_drive(image_dir: Path, tmp_path: Path) -> None:
    drive = tmp_path / "DISCO"
    drive.mkdir()
    target = mass_storage.copy_to_drive(image_dir, "DISCO", [tmp_path / "OTHER", drive])
    assert target == drive / "firmware.hex"
    assert target.read_bytes() == b":00000001FF\n"


def test_a_drive_of_a_uf2_loader_gets_that_file(image_dir: Path, tmp_path: Path) -> None:
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    target = mass_storage.copy_to_drive(image_dir, "RPI-RP2 0xe48bff56", [drive])
    assert target == drive / "firmware.uf2"
    assert target.read_bytes() == b"UF2"


def test_drives_that_are_absent_twice_or_refuse(image_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(NoProbeError, match="no drive DISCO is mounted"):
        mass_storage.copy_to_drive(image_dir, "DISCO", [tmp_path])
    one, two = tmp_path / "a" / "DISCO", tmp_path / "b" / "DISCO"
    one.mkdir(parents=True)
    two.mkdir(parents=True)
    with pytest.raises(HarnessError, match="2 drives are called DISCO"):
        mass_storage.copy_to_drive(image_dir, "DISCO", [one, two])
    (one / "FAIL.TXT").write_text("error: The hex file cannot be decoded.\n")
    with pytest.raises(FlashError, match="refused the image: error: The hex file"):
        mass_storage.copy_to_drive(image_dir, "DISCO", [one])


def test_uf2_protocol_takes_no_serial() -> None:
    with pytest.raises(HarnessError, match="no --serial"):
        flash.upload(BOARD, IMAGE, "uf2", "S1")


# ---------------------------------------------------------------- board data


def test_upload_facts_of_a_board_file(tmp_path: Path) -> None:
    text = load_board("mps2_an386").path.read_text()
    path = tmp_path / "mine.json"
    path.write_text(text.replace('"usb_ids"', '"upload": {"pyocd": "nrf51"},\n    "usb_ids"'))
    assert load_board("mine", tmp_path).upload == {"pyocd": "nrf51"}
    path.write_text(text.replace('"usb_ids"', '"upload": {"swd": "x"},\n    "usb_ids"'))
    with pytest.raises(BoardError, match="unknown key 'swd'"):
        load_board("mine", tmp_path)
