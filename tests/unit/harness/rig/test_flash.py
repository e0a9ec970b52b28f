"""Flash protocols: what each tool is told, and what is made of what it says.

No tool runs but OpenOCD, which loads its configurations.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.boards.facts import Board, BoardError, Region, UsbId, list_boards, load_board
from codegen.errors import MissingToolError
from harness.errors import HarnessError, PortError
from harness.rig import flash, mass_storage
from harness.rig.upload_tools import COMMANDS, Command, FlashError, NoProbeError, check_result
from harness.wire.device import Device
from harness.wire.messages import Info
from tests.unit.harness.wire.fake_device import Clock, FakeDevice

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
        "monitor reset halt",
        "load",
        "compare-sections",
        "set *(unsigned int*)0xe000ed08 = 0x8000000",
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


ANSWER = Device(FakeDevice()).info()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What was asked of ports, emulators and the device that answers afterwards."""
    calls: list[tuple[object, ...]] = []

    def port_of(board: Board, serial: str | None) -> str:
        calls.append(("find", serial))
        return "/dev/found"

    def handshake(board_id: str, build_dir: Path, port: str | None, baud: int | None) -> Info:
        calls.append(("handshake", port, baud))
        return ANSWER

    expected = type("Expected", (), {"elf": IMAGE / "firmware.elf"})
    monkeypatch.setattr(flash.Expected, "load", lambda *_: expected)
    monkeypatch.setattr(flash, "find_port", port_of)
    monkeypatch.setattr(flash.link, "handshake", handshake)
    monkeypatch.setattr(
        flash.link, "require", lambda board, *line: calls.append(("require", board.id, *line))
    )
    return calls


def test_what_cannot_be_flashed_is_refused_first(asked: list[tuple[object, ...]]) -> None:
    machine = load_board("mps2_an386")
    flash.require(machine, None)
    flash.require(machine, "gdb")
    assert asked == 2 * [("require", machine.id)]
    flash.require(machine, "gdb", remote="localhost:1234")
    assert asked.pop() == ("find", None)
    asked.clear()
    flash.require(BOARD, "dfu", port="/dev/x")  # which it brings itself
    flash.require(BOARD, "stlink")
    flash.require(BOARD, "gdb")
    assert asked == []
    flash.require(BOARD, "stlink", port="/dev/x", baud=9600)
    flash.require(replace(BOARD, usb_ids=()), "stlink", "S1")
    assert asked == [("require", "disco", "/dev/x", 9600), ("find", "S1")]
    with pytest.raises(HarnessError, match="is for --protocol gdb, not stlink"):
        flash.require(BOARD, "stlink", remote="localhost:1234")
    with pytest.raises(HarnessError, match="--serial S1: mps2_an386 is emulated; leave it out"):
        flash.require(machine, "emulator", "S1")
    flash.require(BOARD, "stlink", "S1")
    with pytest.raises(HarnessError, match="not an address"):
        flash.require(machine, "gdb", remote="localhost")
    with pytest.raises(HarnessError, match="has no upload protocols; add one to"):
        flash.require(replace(machine, emulator=None, upload_protocols=()), None)


def test_a_board_is_flashed_and_then_asked_who_it_is(
    asked: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[tuple[str, ...]] = []

    def run(command: Command) -> tuple[int, str]:
        ran.append(command.arguments)
        return 0, GOOD["gdb"] if "gdb" in command.arguments[0] else GOOD["stlink"]

    monkeypatch.setattr(flash, "load_board", lambda _: BOARD)
    assert flash.flash("disco", tmp_path, protocol="stlink", serial="S1", run=run) is ANSWER
    assert asked == [("find", "S1"), ("handshake", "/dev/found", None)]
    asked.clear()
    flash.flash("disco", tmp_path, protocol="stlink", port="/dev/x", baud=9600, run=run)
    assert asked == [("require", "disco", "/dev/x", 9600), ("handshake", "/dev/x", 9600)]
    asked.clear()
    flash.flash("disco", tmp_path, protocol="gdb", remote="localhost:77", run=run)
    assert any("localhost:77" in argument for argument in ran[-1])
    assert asked == [("find", None), ("handshake", "/dev/found", None)]


def test_an_emulated_board_is_booted_or_loaded_over_gdb(
    asked: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run(command: Command) -> tuple[int, str]:
        asked.append(("tool", *(one for one in command.arguments if "target" in one)))
        return 0, GOOD["gdb"]

    @contextlib.contextmanager
    def opened(board: Board, elf: Path, gdb_port: int, load: bool) -> Iterator[object]:
        asked.append(("open", elf.name, gdb_port, load))
        yield type("Emulator", (), {"gdb_remote": "127.0.0.1:5", "url": "socket://it"})

    monkeypatch.setattr(flash, "open_emulator", opened)
    flash.flash("mps2_an386", tmp_path, run=run)
    assert asked == [("handshake", None, None)]
    asked.clear()
    flash.flash("mps2_an386", tmp_path, protocol="gdb", run=run)
    assert asked == [
        ("open", "firmware.elf", 0, False),
        ("tool", "target extended-remote 127.0.0.1:5"),
        ("handshake", "socket://it", None),
    ]


def test_a_port_comes_back_after_a_while_or_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str | None] = []

    def find(board: Board, serial: str | None) -> str:
        tries.append(serial)
        if len(tries) < after:
            raise PortError("no board of that kind")
        return "/dev/back"

    monkeypatch.setattr(flash, "find_port", find)
    monkeypatch.setattr(flash, "time", Clock())
    after = 4
    assert flash._port_after_reset(BOARD, "S1") == "/dev/back"
    assert tries == 4 * ["S1"]
    after = 1000
    with pytest.raises(PortError, match="no board of that kind"):
        flash._port_after_reset(BOARD, "S1")
    assert 45 <= len(tries) - 4 <= 55  # each 0.2 s for 10 s


def test_a_tool_that_hangs_or_does_not_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert flash.run_tool(Command((sys.executable, "-c", "print(input())"), script="said")) == (
        0,
        "said\n",
    )
    monkeypatch.setattr(flash, "_TOOL_LIMIT_S", 0.05)
    with pytest.raises(FlashError, match=r"did not end within 0.05 s; connect the board again"):
        flash.run_tool(Command((sys.executable, "-c", "import time; time.sleep(9)")))
    broken = tmp_path / "st-flash"
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FlashError, match="starting st-flash: Exec format error"):
        flash.run_tool(Command(("st-flash",)))


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


def test_a_drive_that_is_full_or_gone(
    image_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = tmp_path / "DISCO"
    drive.mkdir()
    free = len((image_dir / "firmware.hex").read_bytes())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    mass_storage.copy_to_drive(image_dir, "DISCO", [drive])
    free -= 1
    with pytest.raises(FlashError, match=r"takes 12 B, the drive has 11 B free"):
        mass_storage.copy_to_drive(image_dir, "DISCO", [drive])
    free += 1
    monkeypatch.setattr(os, "fsync", lambda _: exec("raise OSError(5, 'Input/output error')"))
    with pytest.raises(FlashError, match="Input/output error; connect the board again"):
        mass_storage.copy_to_drive(image_dir, "DISCO", [drive])


def test_drives_are_looked_for_where_the_system_mounts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("media/DISCO", "media/user/DISCO", "run/media/user/OTHER"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "media/file").touch()
    monkeypatch.setattr(mass_storage.sys, "platform", "linux")
    monkeypatch.setattr(mass_storage, "Path", lambda name: tmp_path / name.removeprefix("/"))
    found = {path.relative_to(tmp_path).as_posix() for path in mass_storage._mounts()}
    assert {"media/DISCO", "media/user/DISCO", "run/media/user/OTHER"} <= found
    assert "media/file" not in found


def test_the_uf2_protocol_copies_to_the_drive_of_the_boards_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied: list[tuple[Path, str]] = []
    monkeypatch.setattr(mass_storage, "copy_to_drive", lambda *given: copied.append(given))
    flash.upload(BOARD, IMAGE, "uf2")
    assert copied == [(IMAGE, "DISCO")]


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


@pytest.mark.skipif(shutil.which("openocd") is None, reason="apt-get install openocd")
@pytest.mark.parametrize(
    "configuration", sorted({b.upload["openocd"] for b in list_boards() if "openocd" in b.upload})
)
def test_openocd_has_the_configuration_of_each_board(configuration: str) -> None:
    files = [word for name in configuration.split() for word in ("-f", name)]
    result = subprocess.run(["openocd", *files, "-c", "shutdown"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
