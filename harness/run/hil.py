"""Hardware in the loop: sends test digits to a device and checks every answer against the oracle.

Boards of one kind run side by side and share the digits: one on each port, or as many emulated ones
as there are processors.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import numpy as np
from rich.console import Console

from codegen.boards.facts import Board, load_board
from codegen.errors import CodegenError
from codegen.files.places import RUNS
from harness.errors import HarnessError
from harness.rig import link
from harness.rig.expected import Expected
from harness.run import op_diff
from harness.run.comparison import Mismatch
from harness.run.digits import Digits, load_digits
from harness.run.progress import progress
from harness.run.report import PartReport, Report, print_report
from harness.run.run_folder import RunFolder
from harness.run.shards import Shards
from harness.run.worker import Part, Worker
from harness.wire.channel import LineCounts
from harness.wire.damage import FaultSpec, FaultyLine, Injected
from harness.wire.messages import Info
from harness.wire.trace import Trace
from harness.wire.transport import Line

DEFAULT_COUNT = 1000
# The first digits are sent in every format.
_EVERY_FORMAT = 20
# An emulator is worth its start from this many digits on.
_DIGITS_PER_EMULATOR = 200
_MAX_EMULATORS = 4
_MISMATCHES_SHOWN = 3


def run(
    board_id: str,
    build_dir: Path,
    *,
    count: int | str | None = DEFAULT_COUNT,
    ports: Sequence[str] = (),
    baud: int | str | None = None,
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

    ports: of boards of that kind. emulators: how many emulated ones run side by side instead; by
    default by processors and count. A device that fails after it came up leaves its digits to the
    others and the run to fail in the end; the last one, or one that never came up, ends it.
    baud: a rate, "auto" for the highest that works, None for the board's own.
    fault, seed: damage on the line (harness.wire.damage). resume: go on where the last run stopped.
    Raises HarnessError or CodegenError. A Report that has not `passed` has to become exit code 1.
    """
    out = console or Console()
    board = load_board(board_id)
    faults = FaultSpec.parse(fault)
    expected = Expected.load(board, build_dir)
    digits = load_digits(build_dir, parse_count(count))
    _check_ports(ports)
    fixed_baud = _parse_baud(baud)
    emulated = 0 if ports else emulators or default_emulators(len(digits))
    parts = [Part(name) for name in ports or (f"emulator {i + 1}" for i in range(emulated))]
    facts = {
        "model_sha256": expected.model_sha256,
        "build_id": expected.image.build_id,
        "digits": len(digits),
    }
    folder = (RunFolder.resume if resume else RunFolder.create)(runs, board_id, facts)
    recorded = len(folder.answers)
    injected = Injected()
    with folder, progress(f"{board.id}: digits", len(digits), out) as advance:
        for _ in folder.answers:
            advance()
        shards = Shards(len(digits), folder.answers)

        def damage(line: Line) -> Line:
            return FaultyLine(line, faults, seed, injected) if fault else line

        def work(number: int) -> None:
            part = parts[number]
            frames = Trace(folder.trace(number), *([sys.stderr] if trace else []))
            port = part.name if ports else None
            with link.connect(
                board, expected.elf, port=port, baud=fixed_baud, damage=damage
            ) as connection:
                # Emulators of one machine may well have the same id, boards may not.
                others = [other for other in parts if ports and other is not part]
                worker = Worker(
                    part,
                    others,
                    expected,
                    digits,
                    shards,
                    folder,
                    advance,
                    out,
                    _EVERY_FORMAT,
                    raise_baud=baud == "auto",
                )
                worker.run(connection, frames, folder.console(number))

        start_s = time.monotonic()
        try:
            _run_all(work, parts, shards.stop, out)
        except (HarnessError, KeyboardInterrupt):
            said = f"what came over the line is kept in runs/{folder.path.name}"
            if folder.answers:
                said = (
                    f"{len(folder.answers):,} of {len(digits):,} digits were answered before this; "
                    f"--resume goes on from here; {said}"
                )
            out.print(said, soft_wrap=True)
            raise
        elapsed_s = time.monotonic() - (shards.started_s or start_s)

    report = _report(board, expected, digits, folder, parts, shards.sent, elapsed_s, recorded)
    extra = []
    if fault:
        extra.append(("injected", str(injected)))
    if recorded:
        extra.append(("answered in an earlier part", f"{recorded:,}"))
    if baud == "auto":
        extra.append(("baud rate", ", ".join(f"{part.baud:,}" for part in parts if part.baud)))
    if stack_bytes := max(part.stack_bytes for part in parts):
        extra.append(("stack high-water mark", f"{stack_bytes:,} B"))
    extra.append(("kept in", f"runs/{folder.path.name}"))
    print_report(report, extra, out)
    mismatches = [one for answer in folder.answers.values() for one in answer.mismatches]
    mismatches.sort(key=lambda item: item.index)
    for mismatch in mismatches[:_MISMATCHES_SHOWN]:
        out.print(f"mismatch: {mismatch}", highlight=False, markup=False, soft_wrap=True)
    if mismatches:
        port = next((part.name for part in parts if part.mismatches), parts[0].name)
        _name_op(board, build_dir, mismatches[0], port if ports else None, fixed_baud, out)
    for path in filter(None, (folder.result, json_path)):
        report.write_json(path)
    return report


def _name_op(
    board: Board,
    build_dir: Path,
    mismatch: Mismatch,
    port: str | None,
    baud: int | None,
    out: Console,
) -> None:
    """What `invoke diff` says about the digit, or why it says nothing."""

    def say(line: str) -> None:
        out.print(line, highlight=False, markup=False, soft_wrap=True)

    try:
        difference = op_diff.run(
            board.id, build_dir, digit=mismatch.index, port=port, baud=baud, say=say
        )
    except (CodegenError, HarnessError) as error:
        say(str(error))
    else:
        if difference is None:
            say(
                "diff: so it arises where pixels become int8, before the first op, or not each time"
            )


def parse_count(count: int | str | None) -> int | None:
    """Number of digits, None for all. Raises HarnessError for anything but a number or "all"."""
    if count is None or count == "all":
        return None
    try:
        return int(count)
    except ValueError:
        raise HarnessError(f"--count {count}: give a number of digits, or all") from None


def _parse_baud(baud: int | str | None) -> int | None:
    """A rate, or None for the board's own, which "auto" begins with. Raises HarnessError."""
    if baud is None or baud == "auto":
        return None
    try:
        return int(baud)
    except ValueError:
        raise HarnessError(f"--baud {baud}: give a rate, or auto") from None


def default_emulators(count: int) -> int:
    """How many emulators to run side by side for `count` digits on this machine."""
    return max(1, min(os.cpu_count() or 1, count // _DIGITS_PER_EMULATOR, _MAX_EMULATORS))


def _check_ports(ports: Sequence[str]) -> None:
    """Raise HarnessError if a port is named twice."""
    for port in ports:
        if ports.count(port) > 1:
            raise HarnessError(f"--port {port} is given twice; give each board's port once")


def _run_all(
    work: Callable[[int], None], parts: Sequence[Part], stop: Callable[[], None], out: Console
) -> None:
    """`work` on each part side by side. A part whose work failed notes it and leaves its digits to
    the others; if it never came up, or was the last one, `stop` the rest and raise its error.

    A single one runs in this thread, where Ctrl-C reaches it at once.
    """
    if len(parts) == 1:
        work(0)
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        working = {pool.submit(work, number): part for number, part in enumerate(parts)}
        left = len(parts)
        try:
            for future in as_completed(working):
                part = working[future]
                try:
                    future.result()
                except HarnessError as error:
                    left -= 1
                    if part.info is None or not left:
                        raise
                    part.failure = str(error)
                    out.print(
                        f"{part.name} failed, the others go on: {error}",
                        highlight=False,
                        markup=False,
                        soft_wrap=True,
                    )
        except BaseException:
            stop()
            raise


def _report(
    board: Board,
    expected: Expected,
    digits: Digits,
    folder: RunFolder,
    parts: Sequence[Part],
    sent: int,
    elapsed_s: float,
    recorded: int,
) -> Report:
    infos = [part.info for part in parts if part.info is not None]
    info = infos[0]
    lines = LineCounts()
    for part in parts:
        lines.add(part.lines)
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
        oracle=digits.oracle,
        oracle_accuracy=round(float(np.mean(oracle_correct)), 6),
        mismatches=sum(bool(answer.mismatches) for answer in answers),
        retries=lines.retries,
        damaged=lines.damaged + lines.refused,
        reconnects=sum(part.reconnects for part in parts),
        instructions_per_inference=instructions(board, info, float(np.mean(ticks))),
        inference_us={
            name: round(float(np.percentile(ticks, share)) / info.tick_hz * 1e6, 1)
            for name, share in (("min", 0), ("median", 50), ("p99", 99), ("max", 100))
        },
        confusion=confusion.tolist(),
        digits_per_s=round((len(answers) - recorded) / elapsed_s, 2),
        arena_bytes=info.arena_size,
        arena_used_bytes=info.arena_used,
        flash_bytes=expected.image.flash_bytes,
        ram_bytes=expected.image.ram_bytes,
        model_sha256=info.model_sha256,
        self_test=min(
            (part.self_test for part in parts if part.self_test),
            key=lambda result: result.passed,
            default=None,
        ),
        unique_ids=sorted({info.unique_id for info in infos} - {""}),
        parts=[_row(part, elapsed_s) for part in parts],
    )


def _row(part: Part, elapsed_s: float) -> PartReport:
    return PartReport(
        name=part.name,
        unique_id=part.info.unique_id if part.info else "",
        answered=part.answered,
        mismatches=part.mismatches,
        retries=part.lines.retries,
        damaged=part.lines.damaged + part.lines.refused,
        reconnects=part.reconnects,
        digits_per_s=round(part.answered / elapsed_s, 2),
        failure=part.failure or None,
    )


def instructions(board: Board, info: Info, ticks: float) -> int | None:
    """Executed instructions in `ticks`, where QEMU counts them: each takes 2^shift ns there."""
    emulator = board.emulator
    if emulator is None or emulator.icount_shift is None or not info.tick_hz:
        return None
    tick_hz = emulator.tick_hz or info.tick_hz
    return round(ticks / tick_hz * 1e9 / 2**emulator.icount_shift)
