"""Hardware in the loop: sends samples to a device and checks every answer against the oracle.

Boards of one kind run side by side and share the samples: one on each port, or as many emulated
ones as there are processors.
"""

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from codegen.boards.facts import Board, load_board
from codegen.errors import CodegenError
from codegen.files.artifacts import DATA_INFO, MODEL_INPUTS, TEST_SPLIT
from codegen.files.places import RUNS
from codegen.progress import Step, progress
from codegen.samples.facts import DataInfo
from harness.errors import HarnessError, PlaceLostError, PortError
from harness.rig import link, rp2040js
from harness.rig.expected import Expected
from harness.run import op_diff
from harness.run.comparison import DigitSubject
from harness.run.digits import load_digits, takes_digits
from harness.run.places import LentLine, Places
from harness.run.report import PartReport, Report, print_report
from harness.run.run_folder import RunFolder
from harness.run.shards import Shards
from harness.run.subject import Subject
from harness.run.tensors import data_subject, inputs_subject, random_subject
from harness.run.ticks import instructions, tick_hz
from harness.run.worker import Part, Work, Worker
from harness.wire.channel import LineCounts
from harness.wire.damage import FaultSpec, FaultyLine, Injected
from harness.wire.trace import Trace
from harness.wire.transport import Line

DEFAULT_COUNT = 1000
# The first digits are sent in every format.
_EVERY_FORMAT = 20
# An emulator is worth its start from this many samples on.
_SAMPLES_PER_EMULATOR = 200
_MAX_EMULATORS = 4
_MISMATCHES_SHOWN = 3


@dataclass(frozen=True)
class Settings:
    """How a run is done.

    count: samples, "all" or None for the whole split. ports: of boards of that kind. places: of a
    farm, in place of ports. emulators: how many emulated ones run side by side instead; by default
    by processors and count. baud: a rate, "auto" for the highest that works, None for the board's
    own. trace: print every frame. fault, seed: damage on the line (harness.wire.damage). resume: go
    on where the last run stopped. again: the command that does so, for the message of a run that
    ends early.
    """

    count: int | str | None = DEFAULT_COUNT
    ports: Sequence[str] = ()
    places: Places | None = None
    emulators: int | None = None
    baud: int | str | None = None
    trace: bool = False
    fault: str = ""
    seed: int = 1
    resume: bool = False
    again: str = "hil --resume"

    @property
    def number(self) -> int | None:
        """Samples; None for all. Raises HarnessError."""
        return parse_count(self.count)

    @property
    def own_baud(self) -> int | None:
        """A rate, or None for the board's own, which "auto" begins with. Raises HarnessError."""
        return _parse_baud(self.baud)

    @property
    def is_emulated(self) -> bool:
        """By emulators of our own, of which it is known how they count."""
        return not self.ports and self.places is None

    def check(self) -> None:
        """Raises HarnessError for what cannot be, before anything is built or opened."""
        _ = self.number, self.own_baud
        FaultSpec.parse(self.fault)
        for port in self.ports:
            if self.ports.count(port) > 1:
                raise HarnessError(f"--port {port} is given twice; give each board's port once")

    def port(self, part: str) -> str | None:
        """The port of a part of the run as it is now; None for an emulator. Raises HarnessError."""
        if self.places is not None:
            return self.places.url(part)
        return part if self.ports else None


def run(
    board_id: str,
    build_dir: Path,
    settings: Settings | None = None,
    *,
    json_path: Path | None = None,
    console: Console | None = None,
    runs: Path = RUNS,
    stopped: Callable[[], bool] = lambda: False,
) -> Report:
    """Send samples, print the table, return the numbers.

    A device that fails after it came up leaves its samples to the others and the run to fail in the
    end; the last one, or one that never came up, ends it. So does `stopped`, asked at each sample:
    a thread gets no Ctrl-C.
    Raises HarnessError or CodegenError. A Report that has not `passed` has to become exit code 1.
    """
    settings = settings or Settings()
    settings.check()
    out = console or Console()
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    subject = load_subject(build_dir, settings.count)
    emulated = settings.emulators or default_emulators(len(subject))
    names = (settings.places.names if settings.places else settings.ports) or [
        f"emulator {i + 1}" for i in range(emulated)
    ]
    parts = [Part(name) for name in names]
    facts = {
        "model_sha256": expected.model_sha256,
        "build_id": expected.image.build_id,
        f"{subject.noun}s": len(subject),
    }
    folder = (RunFolder.resume if settings.resume else RunFolder.create)(runs, board_id, facts)
    recorded = len(folder.answers)
    job = _Job(board, settings, expected, subject, folder, parts, Injected(), out, stopped)
    with folder:
        elapsed_s, sent = _send(job)
    report = _report(job, _labels(build_dir), sent, elapsed_s, recorded)
    print_report(report, _further_rows(job, recorded), out)
    _print_mismatches(job, build_dir)
    for path in filter(None, (folder.result, json_path)):
        report.write_json(path)
    return report


@dataclass(frozen=True)
class _Job:
    """What the parts of one run share."""

    board: Board
    settings: Settings
    expected: Expected
    subject: Subject
    folder: RunFolder
    parts: list[Part]
    injected: Injected
    out: Console
    stopped: Callable[[], bool]


def load_subject(build_dir: Path, count: int | str | None) -> Subject:
    """The test split of the build folder, else random inputs.

    Images for a model of one int8 input and output go as pixels. Raises HarnessError or
    CodegenError, also for data that the model does not take.
    """
    number = parse_count(count)
    if takes_digits(build_dir):
        return DigitSubject(load_digits(build_dir, number), _EVERY_FORMAT)
    if (build_dir / MODEL_INPUTS).is_file():
        return inputs_subject(build_dir, number)
    if (build_dir / TEST_SPLIT).is_file():
        return data_subject(build_dir, number)
    return random_subject(build_dir, DEFAULT_COUNT if number is None else number)


def _send(job: _Job) -> tuple[float, int]:
    """All samples to all parts. (seconds that it took, samples sent)"""
    folder, subject, out = job.folder, job.subject, job.out
    noun, count = subject.noun, len(subject)
    with progress(job.board.id, count, f"{noun}s") as step:
        step.advance(len(folder.answers))
        shards = Shards(count, folder.answers, job.stopped)
        start_s = time.monotonic()
        try:
            _run_all(
                lambda number: _work(job, number, shards, step),
                *(job.parts, shards.stop, out, job.settings.places),
            )
            if job.stopped():
                raise HarnessError("hil: stopped before its end")
        except (HarnessError, KeyboardInterrupt):
            said = f"what came over the line is kept in runs/{folder.path.name}"
            if folder.answers:
                said = (
                    f"{len(folder.answers):,} of {count:,} {noun}s were answered before this; "
                    f"`{job.settings.again}` goes on from here; {said}"
                )
            out.print(said, soft_wrap=True)
            raise
        return time.monotonic() - (shards.started_s or start_s), shards.sent


def _work(job: _Job, number: int, shards: Shards, step: Step) -> None:
    """One part's share, on its port or emulator."""
    settings, part, folder = job.settings, job.parts[number], job.folder
    frames = Trace(folder.trace(number), *([sys.stderr] if settings.trace else []))
    faults = FaultSpec.parse(settings.fault)

    places = settings.places

    def wrapped(line: Line) -> Line:
        if places is not None:
            line = LentLine(line, lambda: places.check_held(part.name))
        return FaultyLine(line, faults, settings.seed, job.injected) if settings.fault else line

    with link.connect(
        job.board,
        job.expected.elf,
        port=settings.port(part.name),
        baud=settings.own_baud,
        damage=wrapped,
        find=None if places is None else lambda: places.url(part.name),
    ) as connection:
        work = Work(
            expected=job.expected,
            subject=job.subject,
            shards=shards,
            folder=folder,
            # Emulators of one machine may well have the same id, boards may not.
            others=[other for other in job.parts if settings.ports and other is not part],
            raise_baud=settings.baud == "auto",
        )
        Worker(part, work, step, job.out).run(connection, frames, folder.console(number))


def _further_rows(job: _Job, recorded: int) -> list[tuple[str, str]]:
    """The last lines of the table: what not every run has."""
    rows = []
    if job.settings.fault:
        rows.append(("injected", str(job.injected)))
    if recorded:
        rows.append(("answered in an earlier part", f"{recorded:,}"))
    if job.settings.baud == "auto":
        rates = ", ".join(f"{part.baud:,}" for part in job.parts if part.baud)
        rows.append(("baud rate", rates))
    if stack_bytes := max(part.stack_bytes for part in job.parts):
        rows.append(("stack high-water mark", f"{stack_bytes:,} B"))
    emulator = job.board.emulator
    if emulator is not None and emulator.kind == "rp2040js":
        rows.append(("times are by", rp2040js.TIMING))
    rows.append(("kept in", f"runs/{job.folder.path.name}"))
    return rows


def _print_mismatches(job: _Job, build_dir: Path) -> None:
    """The first of them, and the op in which the first one arises."""
    found = [one for answer in job.folder.answers.values() for one in answer.mismatches]
    found.sort(key=lambda item: item.index)
    for mismatch in found[:_MISMATCHES_SHOWN]:
        text = f"mismatch: {job.subject.noun} {mismatch}"
        job.out.print(text, highlight=False, markup=False, soft_wrap=True)
    inputs = job.subject.inputs(found[0].index) if found else None
    if inputs is not None:
        name = next((part.name for part in job.parts if part.mismatches), job.parts[0].name)
        baud = job.settings.own_baud
        what = f"{job.subject.noun} {found[0].index}"
        _name_op(job.board, build_dir, (what, inputs), job.settings.port(name), baud, job.out)


def _name_op(
    board: Board,
    build_dir: Path,
    sample: tuple[str, list[NDArray[Any]]],
    port: str | None,
    baud: int | None,
    out: Console,
) -> None:
    """What `invoke diff` says about the sample, or why it says nothing."""

    def say(line: str) -> None:
        out.print(line, highlight=False, markup=False, soft_wrap=True)

    try:
        difference = op_diff.run(board.id, build_dir, sample=sample, port=port, baud=baud, say=say)
    except (CodegenError, HarnessError) as error:
        say(str(error))
    else:
        if difference is None:
            say(
                "diff: so it arises where samples become model input, before the first op, or not "
                "each time"
            )


def parse_count(count: int | str | None) -> int | None:
    """Samples, 1 or more; None for all. Raises HarnessError for anything but that or "all"."""
    if count is None or count == "all":
        return None
    try:
        number = int(count)
    except ValueError:
        raise HarnessError(f"--count {count}: give a number of samples, or all") from None
    if number < 1:
        raise HarnessError(f"--count {count}: choose 1 or more, or all")
    return number


def _parse_baud(baud: int | str | None) -> int | None:
    """A rate, or None for the board's own, which "auto" begins with. Raises HarnessError."""
    if baud is None or baud == "auto":
        return None
    try:
        rate = int(baud)
    except ValueError:
        raise HarnessError(f"--baud {baud}: give a rate, or auto") from None
    if not 1 <= rate < 2**32:  # as BAUD has it
        raise HarnessError(f"--baud {baud}: choose 1 to {2**32 - 1}, or auto")
    return rate


def default_emulators(count: int) -> int:
    """How many emulators to run side by side for `count` samples on this machine."""
    return max(1, min(os.cpu_count() or 1, count // _SAMPLES_PER_EMULATOR, _MAX_EMULATORS))


def _run_all(
    work: Callable[[int], None],
    parts: Sequence[Part],
    stop: Callable[[], None],
    out: Console,
    places: Places | None = None,
) -> None:
    """`work` on each part side by side. A part whose work failed notes it and leaves its samples to
    the others; if it never came up, or was the last one, `stop` the rest and raise its error. A
    place that never came up is set aside like one whose line was lost.

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
                    if not left or (part.info is None and places is None):
                        raise
                    part.failure = str(error)
                    if places is not None:
                        is_lost = isinstance(error, (PortError, PlaceLostError))
                        part.is_set_aside = is_lost or part.info is None
                        places.set_aside(part.name, str(error))
                        continue
                    out.print(
                        f"{part.name} failed, the others go on: {error}",
                        highlight=False,
                        markup=False,
                        soft_wrap=True,
                    )
        except BaseException:
            stop()
            raise


def _labels(build_dir: Path) -> list[str]:
    """The classes' names; [] without data, or where they are none."""
    return list(DataInfo.load(build_dir).labels) if (build_dir / DATA_INFO).is_file() else []


def _report(job: _Job, labels: list[str], sent: int, elapsed_s: float, recorded: int) -> Report:
    infos = [part.info for part in job.parts if part.info is not None]
    info = infos[0]
    lines = LineCounts()
    for part in job.parts:
        lines.add(part.lines)
    answers = list(job.folder.answers.values())
    judged = job.subject.judge(answers)
    ticks = np.array([answer.ticks for answer in answers])
    self_tests = [part.self_test for part in job.parts if part.self_test]
    is_emulated = job.settings.is_emulated
    rate_hz = tick_hz(job.board, info, is_emulated)
    counted = instructions(job.board, info, float(np.mean(ticks))) if is_emulated else None
    return Report(
        board=job.board.id,
        isa=info.isa,
        runtime=info.runtime,
        samples=job.subject.origin,
        noun=job.subject.noun,
        labels=labels,
        sent=sent,
        answered=len(answers),
        oracle=job.subject.oracle,
        device_measures=judged.device,
        oracle_measures=judged.oracle,
        mismatches=sum(bool(answer.mismatches) for answer in answers),
        retries=lines.retries,
        damaged=lines.damaged + lines.refused,
        reconnects=sum(part.reconnects for part in job.parts),
        instructions_per_inference=counted,
        inference_us={
            name: round(float(np.percentile(ticks, share)) / rate_hz * 1e6, 1)
            for name, share in (("min", 0), ("median", 50), ("p99", 99), ("max", 100))
        },
        samples_per_s=round((len(answers) - recorded) / elapsed_s, 2),
        arena_bytes=info.arena_size,
        arena_used_bytes=info.arena_used,
        flash_bytes=job.expected.image.flash_bytes,
        ram_bytes=job.expected.image.ram_bytes,
        model_sha256=info.model_sha256,
        self_test=min(self_tests, key=lambda result: result.passed, default=None),
        unique_ids=sorted({info.unique_id for info in infos} - {""}),
        parts=[_row(part, elapsed_s) for part in job.parts],
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
        samples_per_s=round(part.answered / elapsed_s, 2),
        failure=part.failure or None,
        set_aside=part.is_set_aside,
    )
