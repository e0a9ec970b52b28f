"""Our boards for labgrid's own users: two drivers and a strategy, named under `imports:` of an
environment (docs/farm.md).

With `pytest --lg-env FILE` the fixtures of our pytest plugin are those of its target: `device` is a
harness.wire.device.Device on its console, once the strategy has brought it up.
"""

from __future__ import annotations

import contextlib
import enum
import time
from pathlib import Path
from typing import Any

import attr
from labgrid import step, target_factory
from labgrid.driver import Driver
from labgrid.protocol import BootstrapProtocol
from labgrid.strategy import Strategy, StrategyError, never_retry
from labgrid.util.proxy import proxymanager
from pexpect import TIMEOUT

from codegen.boards.facts import load_board
from codegen.files.places import PROJECT
from harness.errors import PortError
from harness.rig import flash, identity
from harness.rig.expected import Expected
from harness.wire.device import Device
from harness.wire.trace import Trace
from harness.wire.transport import BULK_BYTES

_WRITE_LIMIT_S = 10.0


class ConsoleLine:
    """A labgrid console as the line of a Device."""

    def __init__(self, console: Any) -> None:
        """console: an active driver with ConsoleProtocol."""
        self._console = console
        self.url = str(console)

    def read(self, timeout_s: float) -> bytes:
        """See harness.wire.transport.Line."""
        try:
            data = bytes(self._console.read(timeout=max(0.0, timeout_s), max_size=BULK_BYTES))
        except TIMEOUT:
            return b""
        except (OSError, ValueError) as error:
            raise PortError(f"reading {self.url}: the line was cut ({error})") from error
        if not data:
            raise PortError(f"reading {self.url}: the line was cut")
        return data

    def write(self, data: bytes) -> None:
        """See Line."""
        deadline_s = time.monotonic() + _WRITE_LIMIT_S
        try:
            while data:
                with contextlib.suppress(BlockingIOError):
                    data = data[self._console.write(data) :]
                if time.monotonic() > deadline_s:
                    raise PortError(f"writing to {self.url}: it takes nothing")
        except (OSError, ValueError) as error:
            raise PortError(f"writing to {self.url}: the line was cut ({error})") from error

    def set_baud(self, baud: int) -> None:
        """See Line; a console has one rate."""
        raise PortError(f"setting {self.url} to {baud} baud: a labgrid console has one rate")

    def close(self) -> None:
        """Leaves the console as it is: it is its driver's."""


@target_factory.reg_driver
@attr.s(eq=False)
class McuforgeGdbDriver(Driver, BootstrapProtocol):
    """Loads an image through a gdb server.

    board: its id. gdb: the server's address, a NetworkSerialPort of protocol raw.
    """

    bindings = {"gdb": "NetworkSerialPort"}  # noqa: RUF012  labgrid asks for it
    board: str = attr.ib(validator=attr.validators.instance_of(str))

    @Driver.check_active
    @step(args=["filename"])
    def load(self, filename: str) -> None:
        """filename: firmware.elf in the folder of its image. Raises HarnessError."""
        host, port = proxymanager.get_host_and_port(self.gdb)
        image_dir = Path(filename).parent
        flash.upload(load_board(self.board), image_dir, "gdb", remote=f"{host}:{port}")


@target_factory.reg_driver
@attr.s(eq=False)
class McuforgeDriver(Driver):
    """The device on a console, whose image and model are checked when it is activated.

    board: its id. build_dir: with the model and the board's image, relative to the project.
    """

    bindings = {"console": "ConsoleProtocol"}  # noqa: RUF012
    board: str = attr.ib(validator=attr.validators.instance_of(str))
    build_dir: str = attr.ib(validator=attr.validators.instance_of(str))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self.trace = Trace()  # another one may be put here before the activation
        self.device: Device | None = None  # while it is active

    @property
    def expected(self) -> Expected:
        """What the build folder holds for the board. Raises HarnessError, CodegenError."""
        return Expected.load(load_board(self.board), PROJECT / self.build_dir)

    def on_activate(self) -> None:
        """Raises HarnessError."""
        expected = self.expected
        device = Device(ConsoleLine(self.console), trace=self.trace)
        device.synchronize()
        identity.check_info(device.info(), expected)
        self.device = device

    def on_deactivate(self) -> None:
        self.device = None


class Status(enum.Enum):
    """What McuforgeStrategy can bring a target to."""

    unknown = 0
    off = 1
    ready = 2


@target_factory.reg_driver
@attr.s(eq=False)
class McuforgeStrategy(Strategy):
    """off: no device open, and without power where that can be switched. ready: with power,
    flashed where there is something to flash with, and the device answers as it should.
    """

    bindings = {  # noqa: RUF012
        "device": "McuforgeDriver",
        "power": {"PowerProtocol", None},
        "flasher": {"BootstrapProtocol", None},
    }
    status: Status = attr.ib(default=Status.unknown)

    @never_retry
    @step(args=["status"])
    def transition(self, status: Status | str, *, step: Any) -> None:
        """status: or its name. Raises StrategyError."""
        wanted = status if isinstance(status, Status) else Status[status]
        if wanted is Status.unknown:
            raise StrategyError(f"can not transition to {wanted}")
        if wanted is self.status:
            step.skip("nothing to do")
            return
        self._turn_off()
        if wanted is Status.ready:
            self._bring_up()
        self.status = wanted

    def _turn_off(self) -> None:
        self.target.deactivate(self.device)
        if self.power is not None:
            self.target.activate(self.power)
            self.power.off()

    def _bring_up(self) -> None:
        if self.power is not None:
            self.power.on()
        if self.flasher is not None:
            self.target.activate(self.flasher)
            self.flasher.load(str(self.device.expected.elf))
        self.target.activate(self.device)
