"""From a board's id to a device that answers: the port or the emulator, and the first exchange."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from codegen.boards import Board, load_board
from harness import checks
from harness.device import Device
from harness.emulator import Emulator, open_emulator
from harness.errors import DeviceError, PortError
from harness.expected import Expected
from harness.messages import Info
from harness.trace import Trace
from harness.transport import SerialLine

Console = Callable[[str], None]

_DEATH_S = 0.5  # from the end of a line to the end of the process that held it


@contextmanager
def open_device(
    board: Board,
    elf: Path,
    *,
    port: str | None = None,
    baud: int | None = None,
    trace: bool = False,
    console: Console | None = None,
) -> Iterator[Device]:
    """A device on `port`, or on an emulator of its own that runs `elf` and ends with the block.

    When the device or its line fails because the emulator died, the emulator's last words are the
    error. Raises HarnessError.
    """
    with ExitStack() as stack:
        emulator: Emulator | None = None
        if port is None:
            emulator = stack.enter_context(open_emulator(board, elf))
            port = emulator.url
        line = SerialLine(port, baud or board.uart.baud)
        device = stack.enter_context(
            Device(line, trace=Trace(sys.stderr if trace else None), console=console)
        )
        try:
            if emulator is not None:
                emulator.resume()
            device.synchronize()
            yield device
        except (DeviceError, PortError):
            if emulator is not None:
                emulator.check_alive(_DEATH_S)
            raise


def handshake(
    board_id: str,
    build_dir: Path,
    port: str | None = None,
    baud: int | None = None,
    trace: bool = False,
) -> Info:
    """INFO from the device on `port`, or from the emulated board, checked against the build folder.

    Prints one line. Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    with open_device(board, expected.elf, port=port, baud=baud, trace=trace) as device:
        info = device.info()
        checks.check_info(info, expected)
    print(
        f"{board.id}: build {info.build_id} answers, {info.isa} kernels of {info.runtime}, "
        f"model {info.model_sha256[:16]}..., arena {info.arena_used} of {info.arena_size} B used"
        + (f", chip {info.unique_id}" if info.unique_id else "")
    )
    return info


def flash(
    board_id: str,
    build_dir: Path,
    port: str | None = None,
    baud: int | None = None,
    trace: bool = False,
) -> Info:
    """Boot an emulated board's image and shake hands, which is its flashing. See `handshake`."""
    return handshake(board_id, build_dir, port, baud, trace)


def emulate(board_id: str, build_dir: Path) -> None:
    """Boot the image, print the URL of its UART, and keep it running until Ctrl-C or its end."""
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    with open_emulator(board, expected.elf) as emulator:
        emulator.resume()
        print(
            f"{board.id} runs build {expected.image.build_id}; its serial line is {emulator.url}\n"
            f"connect with: invoke monitor --board {board.id} --port {emulator.url}\n"
            "Ctrl-C ends it",
            flush=True,
        )
        try:
            emulator.wait()
        except KeyboardInterrupt:
            print()
            return
        emulator.check_alive()
