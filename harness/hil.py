"""Hardware in the loop: sends test digits to a device and checks every answer against the oracle.

Emulated boards of one kind run side by side, as many as there are processors, and share the digits;
a device on a port is alone.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console

from codegen.boards import Board, load_board
from harness import checks, link
from harness.checks import Mismatch
from harness.device import Device
from harness.digits import Digits, load_digits
from harness.errors import HarnessError
from harness.expected import Expected
from harness.messages import Info
from harness.progress import progress
from harness.report import Report, print_report

DEFAULT_COUNT = 1000
# The first digits are sent in every format.
_EVERY_FORMAT = 20
# An emulator is worth its start from this many digits on.
_DIGITS_PER_EMULATOR = 200
_MAX_EMULATORS = 4
_MISMATCHES_SHOWN = 3


@dataclass
class Tally:
    """What came back, summed up by all workers under one lock."""

    sent: int = 0
    answered: int = 0
    correct: int = 0
    oracle_correct: int = 0
    ticks: int = 0
    retries: int = 0
    stack_bytes: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    infos: list[Info] = field(default_factory=list)


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
) -> Report:
    """Send `count` digits ("all" or None: the whole split), print the table, return the numbers.

    `emulators`: how many emulated boards run side by side; by default by processors and count.
    Raises HarnessError or CodegenError. A Report that has not `passed` has to become exit code 1.
    """
    out = console or Console()
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    digits = load_digits(build_dir, parse_count(count))
    workers = 1 if port is not None else emulators or default_emulators(len(digits))

    tally = Tally()
    with progress(f"{board.id}: digits", len(digits), out) as advance:
        shards = _Shards(len(digits), tally, advance)

        def work() -> None:
            with link.open_device(board, expected.elf, port=port, baud=baud, trace=trace) as device:
                _check_shard(device, expected, digits, shards, tally)

        start_s = time.monotonic()
        try:
            _run_all(work, workers, shards.stop)
        except (HarnessError, KeyboardInterrupt):
            if shards.started_s is not None:
                out.print(f"{tally.answered:,} of {len(digits):,} digits were answered before this")
            raise
        elapsed_s = time.monotonic() - (shards.started_s or start_s)

    report = _report(board, expected, tally, elapsed_s)
    extra = [("emulators side by side", str(workers))] if port is None else []
    if tally.stack_bytes:
        extra.append(("stack high-water mark", f"{tally.stack_bytes:,} B"))
    print_report(report, extra, out)
    for mismatch in sorted(tally.mismatches, key=lambda item: item.index)[:_MISMATCHES_SHOWN]:
        out.print(f"mismatch: {mismatch}", highlight=False, markup=False, soft_wrap=True)
    if json_path is not None:
        report.write_json(json_path)
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

    def __init__(self, count: int, tally: Tally, advance: Callable[[], None]) -> None:
        self.lock = threading.Lock()
        self.started_s: float | None = None  # when the first digit was handed out
        self._tally = tally
        self._next = iter(range(count))
        self.advance = advance
        self._stopped = False

    def stop(self) -> None:
        """Hand out no more."""
        self._stopped = True

    def __iter__(self) -> Iterator[int]:
        while not self._stopped:
            with self.lock:
                if self.started_s is None:
                    self.started_s = time.monotonic()
                index = next(self._next, None)
                self._tally.sent += index is not None
            if index is None:
                return
            yield index


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


def _check_shard(
    device: Device, expected: Expected, digits: Digits, shards: _Shards, tally: Tally
) -> None:
    """Check the device itself, then digits until there are no more."""
    info = device.info()
    checks.check_info(info, expected)
    for index, result, mismatches in checks.check_digits(
        device, digits, shards, every_format=_EVERY_FORMAT
    ):
        label = int(digits.labels[index])
        with shards.lock:
            tally.answered += 1
            tally.correct += result.predicted == label
            tally.oracle_correct += int(np.argmax(digits.oracle_scores[index])) == label
            tally.ticks += result.ticks
            tally.mismatches += mismatches
        shards.advance()
    stats = device.stats()
    with shards.lock:
        tally.retries += device.counts.retries
        tally.stack_bytes = max(tally.stack_bytes, stats["stack_high_water_bytes"])
        tally.infos.append(info)


def _report(board: Board, expected: Expected, tally: Tally, elapsed_s: float) -> Report:
    info = tally.infos[0]
    return Report(
        board=board.id,
        isa=info.isa,
        sent=tally.sent,
        answered=tally.answered,
        correct=tally.correct,
        accuracy=round(tally.correct / tally.answered, 6),
        oracle_accuracy=round(tally.oracle_correct / tally.answered, 6),
        mismatches=len({mismatch.index for mismatch in tally.mismatches}),
        retries=tally.retries,
        instructions_per_inference=instructions(board, info, tally.ticks / tally.answered),
        digits_per_s=round(tally.answered / elapsed_s, 2),
        arena_bytes=info.arena_size,
        flash_bytes=expected.image.flash_bytes,
        ram_bytes=expected.image.ram_bytes,
        model_sha256=info.model_sha256,
        unique_ids=sorted({info.unique_id for info in tally.infos if info.unique_id}),
    )


def instructions(board: Board, info: Info, ticks: float) -> int | None:
    """Executed instructions in `ticks`, where QEMU counts them: each takes 2^shift ns there."""
    emulator = board.emulator
    if emulator is None or emulator.icount_shift is None or not info.tick_hz:
        return None
    tick_hz = emulator.tick_hz or info.tick_hz
    return round(ticks / tick_hz * 1e9 / 2**emulator.icount_shift)
