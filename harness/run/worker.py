"""One device of a hil run: brought up, given samples until none is left, found after a cut."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rich.console import Console

from codegen.progress import Step
from harness.errors import CheckError, PortError
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.run.run_folder import RunFolder
from harness.run.shards import Shards
from harness.run.subject import Subject
from harness.wire.channel import LineCounts
from harness.wire.device import Device
from harness.wire.messages import Info, SelfTest
from harness.wire.trace import Trace

# What adapters can do; beyond 1 Mbaud few boards' own probes can.
_RATES = (1_000_000, 921_600, 460_800, 230_400)


@dataclass
class Part:
    """What one device did in the run."""

    name: str  # its port or place, or "emulator 2"
    info: Info | None = None  # None until it was brought up
    lines: LineCounts = field(default_factory=LineCounts)
    answered: int = 0
    mismatches: int = 0
    reconnects: int = 0
    baud: int = 0  # raised to, the last time it was opened
    stack_bytes: int = 0
    self_test: SelfTest | None = None  # None until all samples were answered
    failure: str = ""  # why it left the run early
    is_set_aside: bool = False  # by what says nothing of the image: the run may pass without it


@dataclass(frozen=True)
class Work:
    """What a worker is given. others: the parts of boards that have to be other chips."""

    expected: Expected
    subject: Subject
    shards: Shards
    folder: RunFolder
    others: list[Part]
    raise_baud: bool


class Worker:
    """Fills its `part`; every answer goes to the run folder at once."""

    def __init__(self, part: Part, work: Work, step: Step, out: Console) -> None:
        self._part = part
        self._work = work
        self._step = step
        self._out = out

    def run(
        self, connection: link.Connection, trace: Trace, console: Callable[[str], None]
    ) -> None:
        """Check the device itself, then samples until all are answered.

        A line that is cut is opened again, unless it brought nothing since the last cut. What this
        device took and did not answer goes back to the others. Raises HarnessError.
        """
        while True:
            waiting: dict[int, None] = {}
            answered_before = self._part.answered
            try:
                with connection.device(trace=trace, console=console) as device:
                    try:
                        self._check(device, waiting)
                    finally:
                        self._part.lines.add(device.counts)
                return
            except PortError as error:
                if self._part.answered == answered_before:
                    raise
                self._out.print(f"{error}; waiting for it to come back", soft_wrap=True)
            finally:
                self._work.shards.give_back(waiting)
            self._part.reconnects += 1
            if not connection.find_again(lambda: not self._work.shards.ended):
                return

    def _check(self, device: Device, waiting: dict[int, None]) -> None:
        info = device.info()
        identity.check_info(info, self._work.expected)
        self._check_chip(info)
        self._part.info = info
        if self._work.raise_baud:
            self._part.baud = highest_baud(device, self._work.expected.board.uart.baud, info)

        def indices() -> Iterator[int]:
            for index in self._work.shards:
                waiting[index] = None
                yield index

        while self._work.shards.wait_for_more():
            for answer in self._work.subject.answers(device, indices()):
                self._work.folder.add(answer)
                del waiting[answer.index]
                self._part.answered += 1
                self._part.mismatches += bool(answer.mismatches)
                self._work.shards.answered()
                self._step.advance()
        self._part.self_test = device.self_test()
        stack_bytes = device.stats()["stack_high_water_bytes"]
        self._part.stack_bytes = max(self._part.stack_bytes, stack_bytes)

    def _check_chip(self, info: Info) -> None:
        """A board that was plugged in again has to be the same, and each port's another one."""
        before = self._part.info
        if before is not None and before.unique_id != info.unique_id:
            raise CheckError(
                f"board: after the cut another {info.board} answers (chip {info.unique_id}, before "
                f"{before.unique_id}); connect the one that the run began with"
            )
        for part in self._work.others:
            if part.info is not None and part.info.unique_id == info.unique_id != "":
                raise CheckError(
                    f"board: {self._part.name} and {part.name} lead to the same chip "
                    f"{info.unique_id}; give each board's port once"
                )


def highest_baud(device: Device, own_baud: int, info: Info) -> int:
    """Go to the highest rate at which device and port understand each other; returns it.

    Raises DeviceError.
    """
    for baud in _RATES:
        if own_baud < baud <= info.max_baud and device.raise_baud(own_baud, baud):
            return baud
    return own_baud
