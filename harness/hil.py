"""Hardware in the loop: sends test digits to a device and checks every answer against the oracle.

Emulated boards of one kind run side by side, as many as there are processors, and share the digits;
a device on a port is alone.
"""

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console

from codegen.boards import Board, load_board
from harness import checks, link
from harness.channel import LineCounts
from harness.device import Device
from harness.digits import Digits, load_digits
from harness.errors import CheckError, HarnessError, PortError
from harness.expected import Expected
from harness.faults import FaultSpec, FaultyLine, Injected
from harness.messages import Info
from harness.progress import progress
from harness.report import Report, print_report
from harness.run_folder import RUNS, Answer, RunFolder
from harness.trace import Trace
from harness.transport import Line

DEFAULT_COUNT = 1000
# The first digits are sent in every format.
_EVERY_FORMAT = 20
# An emulator is worth its start from this many digits on.
_DIGITS_PER_EMULATOR = 200
_MAX_EMULATORS = 4
_MISMATCHES_SHOWN = 3


@dataclass
class Tally:
    """What happened besides the answers, summed up by all workers under one lock."""

    lines: LineCounts = field(default_factory=LineCounts)
    injected: Injected = field(default_factory=Injected)
    reconnects: int = 0
    stack_bytes: int = 0
    infos: dict[str, Info] = field(default_factory=dict)  # by chip


def run(
    board_id: str,
    build_dir: Path,
    *,
    count: int | str | None = DEFAULT_COUNT,
    port: str | None = None,
    baud: int | None = None,
    json_path: Path | None = None,
    trace: bool = False,
    emulators: int | None = None,
    console: Console | None = None,
    fault: str = "",
    seed: int = 1,
    resume: bool = False,
    runs: Path = RUNS,
) -> Report:
    """Send `count` digits ("all" or None: the whole split), print the table, return the numbers.

    emulators: how many emulated boards run side by side; by default by processors and count.
    fault, seed: damage on the line (harness/faults.py). resume: go on where the last run stopped.
    Raises HarnessError or CodegenError. A Report that has not `passed` has to become exit code 1.
    """
    out = console or Console()
    board = load_board(board_id)
    faults = FaultSpec.parse(fault)
    expected = Expected.load(board, build_dir)
    digits = load_digits(build_dir, parse_count(count))
    # With faults each digit is sent packed only: an unpacked frame is so long that hardly one
    # passes a bad line (of 800 bytes, one in 3,000 where 1 % is damaged).
    every_format = 0 if fault else _EVERY_FORMAT
    workers = 1 if port is not None else emulators or default_emulators(len(digits))
    facts = {
        "model_sha256": expected.model_sha256,
        "build_id": expected.image.build_id,
        "digits": len(digits),
    }
    folder = (RunFolder.resume if resume else RunFolder.create)(runs, board_id, facts)
    recorded = len(folder.answers)
    tally = Tally()
    with folder, progress(f"{board.id}: digits", len(digits), out) as advance:
        for _ in folder.answers:
            advance()
        shards = _Shards(len(digits), folder.answers)
        numbers = iter(range(workers))

        def damage(line: Line) -> Line:
            return FaultyLine(line, faults, seed, tally.injected) if fault else line

        def work() -> None:
            number = next(numbers)
            frames = Trace(folder.trace(number), *([sys.stderr] if trace else []))
            with link.connect(
                board, expected.elf, port=port, baud=baud, damage=damage
            ) as connection:
                worker = _Worker(
                    expected, digits, shards, tally, folder, advance, out, every_format
                )
                worker.run(connection, frames, folder.console(number))

        start_s = time.monotonic()
        try:
            _run_all(work, workers, shards.stop)
        except (HarnessError, KeyboardInterrupt):
            if shards.started_s is not None:
                out.print(
                    f"{len(folder.answers):,} of {len(digits):,} digits were answered before this; "
                    "--resume goes on from here",
                    soft_wrap=True,
                )
            raise
        elapsed_s = time.monotonic() - (shards.started_s or start_s)

    report = _report(board, expected, digits, folder, tally, shards.sent, elapsed_s, recorded)
    extra = [("emulators side by side", str(workers))] if port is None else []
    if fault:
        extra.append(("injected", str(tally.injected)))
    if recorded:
        extra.append(("answered in an earlier part", f"{recorded:,}"))
    if tally.stack_bytes:
        extra.append(("stack high-water mark", f"{tally.stack_bytes:,} B"))
    extra.append(("kept in", f"runs/{folder.path.name}"))
    print_report(report, extra, out)
    mismatches = [one for answer in folder.answers.values() for one in answer.mismatches]
    mismatches.sort(key=lambda item: item.index)
    for mismatch in mismatches[:_MISMATCHES_SHOWN]:
        out.print(f"mismatch: {mismatch}", highlight=False, markup=False, soft_wrap=True)
    if mismatches:
        out.print(
            f"the op that differs: invoke diff --board {board.id} --digit {mismatches[0].index}, "
            "with the --recipe or --model of this run",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    for path in filter(None, (folder.path / "result.json", json_path)):
        report.write_json(path)
    return report


def parse_count(count: int | str | None) -> int | None:
    """Number of digits, None for all. Raises HarnessError for anything but a number or "all"."""
    if count is None or count == "all":
        return None
    try:
        return int(count)
    except ValueError:
        raise HarnessError(f"--count {count}: give a number of digits, or all") from None


def default_emulators(count: int) -> int:
    """How many emulators to run side by side for `count` digits on this machine."""
    return max(1, min(os.cpu_count() or 1, count // _DIGITS_PER_EMULATOR, _MAX_EMULATORS))


class _Shards:
    """Hands out the indices of the digits, one at a time, to whoever asks next."""

    def __init__(self, count: int, done: Collection[int]) -> None:
        self.lock = threading.Lock()
        self.started_s: float | None = None  # when the first digit was handed out
        self.sent = len(done)  # digits handed out, now or in an earlier part of the run
        self._new = iter([index for index in range(count) if index not in done])
        self._again: deque[int] = deque()
        self._stopped = False

    def stop(self) -> None:
        """Hand out no more."""
        self._stopped = True

    def give_back(self, indices: Iterable[int]) -> None:
        """Digits that were handed out and not answered, because the line was cut."""
        with self.lock:
            self._again.extend(indices)

    def __iter__(self) -> Iterator[int]:
        while not self._stopped:
            with self.lock:
                if self.started_s is None:
                    self.started_s = time.monotonic()
                index = self._again.popleft() if self._again else self._next_new()
            if index is None:
                return
            yield index

    def _next_new(self) -> int | None:
        index = next(self._new, None)
        self.sent += index is not None
        return index


def _run_all(work: Callable[[], None], workers: int, stop: Callable[[], None]) -> None:
    """Run `work` that many times side by side; when one fails, `stop` the rest and raise its error.

    A single worker runs in this thread, where Ctrl-C reaches it at once.
    """
    if workers == 1:
        work()
        return
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(work) for _ in range(workers)]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            stop()
            raise


class _Worker:
    """One device of the run, on one connection; a line that is cut is opened again."""

    def __init__(
        self,
        expected: Expected,
        digits: Digits,
        shards: _Shards,
        tally: Tally,
        folder: RunFolder,
        advance: Callable[[], None],
        out: Console,
        every_format: int,
    ) -> None:
        self._expected = expected
        self._digits = digits
        self._shards = shards
        self._tally = tally
        self._folder = folder
        self._advance = advance
        self._out = out
        self._every_format = every_format
        self._chip: str | None = None

    def run(
        self, connection: link.Connection, trace: Trace, console: Callable[[str], None]
    ) -> None:
        """Check the device itself, then digits until there are no more."""
        while True:
            waiting: dict[int, None] = {}
            answered_before = len(self._folder.answers)
            try:
                with connection.device(trace=trace, console=console) as device:
                    try:
                        self._check(device, waiting)
                    finally:
                        self._note_line(device)
            except PortError as error:
                self._shards.give_back(waiting)
                if len(self._folder.answers) == answered_before:
                    raise
                self._out.print(f"{error}; waiting for it to come back", soft_wrap=True)
            else:
                return
            self._tally.reconnects += 1
            connection.find_again()

    def _check(self, device: Device, waiting: dict[int, None]) -> None:
        info = device.info()
        checks.check_info(info, self._expected)
        if self._chip not in (None, info.unique_id):
            raise CheckError(
                f"board: after the cut another {info.board} answers (chip {info.unique_id}, before "
                f"{self._chip}); connect the one that the run began with"
            )
        self._chip = info.unique_id
        with self._shards.lock:
            self._tally.infos[info.unique_id] = info

        def indices() -> Iterator[int]:
            for index in self._shards:
                waiting[index] = None
                yield index

        for index, result, mismatches in checks.check_digits(
            device, self._digits, indices(), every_format=self._every_format
        ):
            del waiting[index]
            self._folder.add(Answer(index, result.predicted, result.ticks, tuple(mismatches)))
            self._advance()
        stack_bytes = device.stats()["stack_high_water_bytes"]
        with self._shards.lock:
            self._tally.stack_bytes = max(self._tally.stack_bytes, stack_bytes)

    def _note_line(self, device: Device) -> None:
        with self._shards.lock:
            self._tally.lines.add(device.counts)


def _report(
    board: Board,
    expected: Expected,
    digits: Digits,
    folder: RunFolder,
    tally: Tally,
    sent: int,
    elapsed_s: float,
    recorded: int,
) -> Report:
    info = next(iter(tally.infos.values()))
    answers = list(folder.answers.values())
    indices = [answer.index for answer in answers]
    labels = digits.labels[indices]
    predicted = np.array([answer.predicted for answer in answers])
    ticks = np.array([answer.ticks for answer in answers])
    classes = digits.oracle_scores.shape[1]
    confusion = np.zeros((max(classes, int(labels.max()) + 1), classes), int)
    np.add.at(confusion, (labels, predicted), 1)
    oracle_correct = np.argmax(digits.oracle_scores[indices], axis=1) == labels
    return Report(
        board=board.id,
        isa=info.isa,
        sent=sent,
        answered=len(answers),
        correct=int(np.sum(predicted == labels)),
        accuracy=round(float(np.mean(predicted == labels)), 6),
        oracle_accuracy=round(float(np.mean(oracle_correct)), 6),
        mismatches=sum(bool(answer.mismatches) for answer in answers),
        retries=tally.lines.retries,
        damaged=tally.lines.damaged + tally.lines.refused,
        reconnects=tally.reconnects,
        instructions_per_inference=instructions(board, info, float(np.mean(ticks))),
        inference_us={
            name: round(float(np.percentile(ticks, share)) / info.tick_hz * 1e6, 1)
            for name, share in (("min", 0), ("median", 50), ("p99", 99), ("max", 100))
        },
        confusion=confusion.tolist(),
        digits_per_s=round((len(answers) - recorded) / elapsed_s, 2),
        arena_bytes=info.arena_size,
        flash_bytes=expected.image.flash_bytes,
        ram_bytes=expected.image.ram_bytes,
        model_sha256=info.model_sha256,
        unique_ids=sorted(filter(None, tally.infos)),
    )


def instructions(board: Board, info: Info, ticks: float) -> int | None:
    """Executed instructions in `ticks`, where QEMU counts them: each takes 2^shift ns there."""
    emulator = board.emulator
    if emulator is None or emulator.icount_shift is None or not info.tick_hz:
        return None
    tick_hz = emulator.tick_hz or info.tick_hz
    return round(ticks / tick_hz * 1e9 / 2**emulator.icount_shift)
