"""From a board's id to a device that answers: the port or the emulator, and the first exchange."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from codegen.boards.facts import Board, load_board
from harness.errors import DeviceError, DeviceFaultError, PortError
from harness.rig import identity, ports
from harness.rig.emulator import Emulator, open_emulator, require_emulator
from harness.rig.expected import Expected
from harness.wire import processor_fault
from harness.wire.device import Device
from harness.wire.messages import Info
from harness.wire.trace import Trace
from harness.wire.transport import Line, SerialLine

Console = Callable[[str], None]
Find = Callable[[], str]
"""Where a port is now. Raises PortError while it is nowhere."""

_REPLUG_S = 30.0  # for a human to plug a board in again
_RETURN_S = 120.0  # for a farm's exporter, which its service manager may start after a while
_REPLUG_POLL_S = 0.2
_DEATH_S = 0.5  # from the end of a line to the end of the process that held it


class Connection:
    """A port, or an emulator that was booted for us, on which devices can be opened in turn.

    `damage` stands between the harness and the line, for runs with --fault.
    """

    def __init__(
        self,
        board: Board,
        url: str,
        baud: int | None,
        emulator: Emulator | None,
        damage: Callable[[Line], Line],
        find: Find | None = None,
    ) -> None:
        self._board = board
        self._url = url
        self._baud = baud or board.uart.baud
        self._emulator = emulator
        self._damage = damage
        # Where several boards of one kind are connected, this tells which one was replugged.
        usb_serial = ports.serial_number(url)
        self._find = find or (lambda: ports.find_port(board, usb_serial))
        self._limit_s = _REPLUG_S if find is None else _RETURN_S

    @contextmanager
    def device(
        self, *, trace: Trace | None = None, console: Console | None = None
    ) -> Iterator[Device]:
        """A device on the line as it is now. Raises HarnessError.

        When the device or its line fails because the emulator died, the emulator's last words are
        the error.
        """
        with Device(
            self._damage(SerialLine(self._url, self._baud)), trace=trace, console=console
        ) as device:
            try:
                if self._emulator is not None:
                    self._emulator.resume()
                device.synchronize()
                yield device
            except (DeviceError, PortError):
                if self._emulator is not None:
                    self._emulator.check_alive(_DEATH_S)
                raise

    def find_again(self, needed: Callable[[], bool]) -> bool:
        """Wait until a line that was cut can be opened again.

        A board that was plugged in elsewhere has another port now. Its USB ids and serial number
        tell which, or its place in a farm. False if it is not `needed` any more. Raises PortError
        after a while, and what `find` raises for a place that was lost.
        """
        deadline_s = time.monotonic() + self._limit_s
        while needed():
            try:
                SerialLine(self._url, self._baud).close()
                return True
            except PortError:
                if time.monotonic() >= deadline_s:
                    raise
            with suppress(PortError):
                self._url = self._find()
            time.sleep(_REPLUG_POLL_S)
        return False


def require(board: Board, port: str | None = None, baud: int | None = None) -> None:
    """Refuses a port that cannot be opened, or, without a port, a board that cannot be emulated
    here: before anything is made for it. Raises HarnessError or CodegenError."""
    if port is None:
        require_emulator(board)
    else:
        SerialLine(port, baud or board.uart.baud).close()


def undamaged(line: Line) -> Line:
    """No --fault."""
    return line


@contextmanager
def connect(
    board: Board,
    elf: Path,
    *,
    port: str | None = None,
    baud: int | None = None,
    damage: Callable[[Line], Line] = undamaged,
    find: Find | None = None,
) -> Iterator[Connection]:
    """The line of `port`, or of an emulator that runs `elf` and ends with the block.

    find: where `port` is after a cut, if USB does not tell. A processor fault is told with its
    place in `elf`. Raises HarnessError.
    """
    with ExitStack() as stack:
        emulator = stack.enter_context(open_emulator(board, elf)) if port is None else None
        url = port if emulator is None else emulator.url
        assert url is not None
        try:
            yield Connection(board, url, baud, emulator, damage, find)
        except DeviceFaultError as error:
            registers = (error.pc, error.lr, error.cfsr)
            explanation = processor_fault.explain(elf, *registers)
            raise DeviceFaultError(error.operation, *registers, explanation) from error


@contextmanager
def open_device(
    board: Board,
    elf: Path,
    *,
    port: str | None = None,
    baud: int | None = None,
    console: Console | None = None,
) -> Iterator[Device]:
    """A device on `port`, or on an emulator of its own that runs `elf` and ends with the block.

    See Connection.device.
    """
    with (
        connect(board, elf, port=port, baud=baud) as connection,
        connection.device(trace=Trace(), console=console) as device,
    ):
        yield device


def handshake(
    board_id: str,
    build_dir: Path,
    port: str | None = None,
    baud: int | None = None,
) -> Info:
    """INFO from the device on `port`, or from the emulated board, checked against the build folder.

    Prints one line. Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    with open_device(board, expected.elf, port=port, baud=baud) as device:
        info = device.info()
        identity.check_info(info, expected)
    print(
        f"{board.id}: build {info.build_id} answers, {info.isa} kernels of {info.runtime}, "
        f"model {info.model_sha256[:16]}..., "
        f"arena {info.arena_used:,} of {info.arena_size:,} B used"
        + (f", chip {info.unique_id}" if info.unique_id else "")
    )
    return info


def emulate(board_id: str, build_dir: Path) -> None:
    """Boot the image, print the URL of its UART, and keep it running until Ctrl-C or its end."""
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    with open_emulator(board, expected.elf) as emulator:
        emulator.resume()
        print(
            f"{board.id} runs build {expected.image.build_id}; its serial line is {emulator.url}\n"
            f"connect with: `invoke monitor --board {board.id} --port {emulator.url}`\n"
            "Ctrl-C ends it",
            flush=True,
        )
        try:
            emulator.wait()
        except KeyboardInterrupt:
            print()
            return
        emulator.check_alive()
