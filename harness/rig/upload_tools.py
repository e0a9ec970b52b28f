"""The programs that put an image into a board's flash: their argument lists, and what they say.

One function a protocol: from board, image and probe to a Command. Nothing runs here. What a tool
has to be told about a board stands in its JSON file under "upload", in the tool's own terms:

    openocd  its configuration files        "interface/stlink.cfg target/stm32f4x.cfg"
    pyocd    its name of the target         "stm32f407vg"
    jlink    its name of the device         "STM32F407VG"
    dfu      USB id of the boot loader      "0483:df11"
    uf2      label of the drive, and the family id where it wants UF2   "RPI-RP2 0xe48bff56"
    gdb      host:port or serial port of the remote, if not localhost:3333

stlink needs nothing: st-flash asks the chip. platformio is for boards of PlatformIO's own
platforms, which know how to upload.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.boards.facts import Board
from codegen.files.artifacts import GENERATED
from codegen.files.places import PROGRAM
from codegen.image import pio_core
from codegen.image.image_sources import GENERATED_VARIABLE
from harness.errors import HarnessError

GDB_SERVER = "localhost:3333"  # where OpenOCD and pyOCD listen
_VTOR = 0xE000_ED08  # where the core looks for its vector table (Armv7-M B3.2.5)


class FlashError(HarnessError):
    """The tool ran and the image is not on the board."""

    exit_code = 1


class NoProbeError(FlashError):
    """No debug probe, boot loader or drive of that board is connected."""

    exit_code = 3


@dataclass(frozen=True)
class Command:
    """An argument list and what belongs to it."""

    arguments: tuple[str, ...]
    script: str | None = None  # given to the tool on its standard input
    required: str | None = None  # has to be in the output, for tools that end with 0 at any rate
    environment: Mapping[str, str] | None = None  # of the tool; None: this process's own

    def __str__(self) -> str:
        return shlex.join(self.arguments)


def openocd(board: Board, image_dir: Path, serial: str | None) -> Command:
    arguments = ["openocd"]
    for name in fact(board, "openocd").split():
        arguments += ["-f", name]
    if serial:
        arguments += ["-c", f"adapter serial {serial}"]
    # braces: Tcl takes the path as it is
    arguments += ["-c", f"program {{{image_dir / 'firmware.elf'}}} verify reset exit"]
    return Command(tuple(arguments), required="Verified OK")


def pyocd(board: Board, image_dir: Path, serial: str | None) -> Command:
    # --no-wait: without a probe it would wait for one for ever. It does not read back; the model's
    # hash in the INFO reply, which the device computes, stands for that.
    arguments = ["pyocd", "flash", "--no-wait", "--target", fact(board, "pyocd")]
    arguments += ["--uid", serial] if serial else []
    arguments += [str(image_dir / "firmware.hex")]
    return Command(tuple(arguments))


def stlink(board: Board, image_dir: Path, serial: str | None) -> Command:
    arguments = ["st-flash", *(["--serial", serial] if serial else []), "--reset", "write"]
    arguments += [str(image_dir / "firmware.bin"), f"{board.image_origin:#010x}"]
    return Command(tuple(arguments), required="verified")


def jlink(board: Board, image_dir: Path, serial: str | None) -> Command:
    arguments = ["JLinkExe", "-NoGui", "1", "-ExitOnError", "1", "-AutoConnect", "1"]
    arguments += ["-Device", fact(board, "jlink"), "-If", "SWD", "-Speed", "4000"]
    arguments += ["-SelectEmuBySN", serial] if serial else []
    image = image_dir / "firmware.bin"
    steps = [
        "r",
        "h",
        f'loadbin "{image}", {board.image_origin:#010x}',
        f'verifybin "{image}", {board.image_origin:#010x}',
        "r",
        "g",
        "exit",
    ]
    return Command(tuple(arguments), script="\n".join([*steps, ""]), required="Verify successful")


def dfu(board: Board, image_dir: Path, serial: str | None) -> Command:
    arguments = ["dfu-util", "--device", fact(board, "dfu"), "--alt", "0"]
    arguments += ["--serial", serial] if serial else []
    # leave: the boot loader starts the image when it has it
    arguments += ["--dfuse-address", f"{board.image_origin:#010x}:leave"]
    arguments += ["--download", str(image_dir / "firmware.bin")]
    return Command(tuple(arguments), required="File downloaded successfully")


def gdb(board: Board, image_dir: Path, serial: str | None, remote: str | None = None) -> Command:
    """Loads the ELF over a gdb remote, reads it back, and starts it from its vector table.

    The reset that OpenOCD and pyOCD know comes first: a core that stops inside of a handler would
    run the image there. Another server says that it does not know it, and gdb goes on; so sp and pc
    are taken from the table, as the core does at reset (Armv7-M B1.5.5).
    """
    if serial:
        raise HarnessError("gdb: a remote has no --serial; choose the probe in its server")
    table = board.vector_table
    steps = [
        "set confirm off",
        "set pagination off",
        f"target extended-remote {remote or board.upload.get('gdb', GDB_SERVER)}",
        "monitor reset halt",
        "load",
        "compare-sections",
        # on Armv6-M the image leaves this to its boot loader, which gdb goes around
        *([f"set *(unsigned int*){_VTOR:#x} = {table:#x}"] if table else []),
        f"set $sp = *(unsigned int*){table:#x}",
        f"set $pc = *(unsigned int*){table + 4:#x} & ~1",
        "detach",  # the target goes on
        "quit",
    ]
    arguments = ["gdb-multiarch", "-nx", "-batch"]
    for step in steps:
        arguments += ["-ex", step]
    return Command((*arguments, str(image_dir / "firmware.elf")), required=": matched.")


def platformio(board: Board, image_dir: Path, serial: str | None) -> Command:
    """What the board's own platform does to upload; it takes the image that it built last."""
    if serial:
        raise HarnessError("platformio: it has no --serial; connect one board at a time")
    arguments = [sys.executable, "-m", "platformio", "run", "--project-dir", str(PROGRAM)]
    arguments += ["--environment", board.id, "--target", "upload"]
    generated = (image_dir.parent / GENERATED).resolve()
    return Command(
        tuple(arguments),
        required="SUCCESS",
        environment=pio_core.environment({GENERATED_VARIABLE: str(generated)}),
    )


COMMANDS: dict[str, Callable[[Board, Path, str | None], Command]] = {
    "openocd": openocd,
    "pyocd": pyocd,
    "stlink": stlink,
    "jlink": jlink,
    "dfu": dfu,
    "gdb": gdb,
    "platformio": platformio,
}

# What the tools print, by what it means. Versions word it differently, so the patterns are loose.
_NO_PROBE = re.compile(
    r"unable to open (?:CMSIS-DAP|ftdi)|unable to find a matching|no (?:available |connected )?"
    r"(?:debug )?probes?\b|couldn't find any st-link|no st-?link|no j-link|open failed|"
    r"connecting to j-link via usb\.+failed|no emulators connected|no dfu capable|"
    r"connection (?:refused|timed out)|could not connect: |no such file or directory\.$|"
    r"LIBUSB_ERROR_NO_DEVICE|no device found",
    re.IGNORECASE | re.MULTILINE,
)
_WRONG_CHIP = re.compile(
    r"unexpected idcode|unknown chip ?id|unknown device|cannot identify target|"
    r"target type .* not recognized|does not match|auto.?probing failed|could not find core|"
    r"cannot connect to target|chipid .* mismatch|examination failed",
    re.IGNORECASE,
)
_VERIFY = re.compile(
    r"verify failed|verification .*failed|checksum mismatch|verify error|mis-matched|"
    r"contents differ|not verified",
    re.IGNORECASE,
)
_SHOWN = 300  # characters of a tool's output in a message


def check_result(
    board: Board, protocol: str, command: Command, exit_code: int, output: str
) -> None:
    """Raises one FlashError that says what went wrong, from what the tool printed."""
    tool = command.arguments[0]
    verify = _VERIFY.search(output)
    complete = command.required is None or command.required.lower() in output.lower()
    if exit_code == 0 and complete and not verify:
        return
    if verify:
        raise FlashError(
            f"flash {board.id} with {protocol}: what {tool} read back differs "
            f"({_line(output, verify)}); flash again, then check supply and flash protection"
        )
    if found := _NO_PROBE.search(output):
        raise NoProbeError(
            f"flash {board.id} with {protocol}: {tool} finds no probe ({_line(output, found)}); "
            "plug the board in, check cable and permissions, or name it with --serial"
        )
    if found := _WRONG_CHIP.search(output):
        raise FlashError(
            f"flash {board.id} with {protocol}: another chip answers than {board.id} has "
            f"({_line(output, found)}); check --board and --serial"
        )
    words = " | ".join(line.strip() for line in output.strip()[-_SHOWN:].splitlines())
    raise FlashError(
        f"flash {board.id} with {protocol}: {tool} ended with code {exit_code} "
        f"and did not confirm the image: {words or 'no output'}; the command was: {command}"
    )


def _line(output: str, match: re.Match[str]) -> str:
    start = output.rfind("\n", 0, match.start()) + 1
    end = output.find("\n", match.end())
    return output[start : end if end >= 0 else None].strip()[:_SHOWN]


def fact(board: Board, protocol: str) -> str:
    if protocol not in board.upload:
        raise HarnessError(
            f"flash {board.id} with {protocol}: {board.path.name} does not say what {protocol} "
            f'needs; add it under "mcuforge", "upload", "{protocol}" (docs/porting.md)'
        )
    return board.upload[protocol]
