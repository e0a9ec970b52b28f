"""A seeded mutation run: small faults, one at a time, in a copy of the repository, and whether the
tests that concern the room notice (DeMillo, Lipton, Sayward, "Hints on Test Data Selection", 1978).

A fault that the compiler makes the same code of is no fault (Papadakis and others, "Trivial
Compiler Equivalence", ICSE 2015); one that does not compile is drawn again.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from codegen.compile import cpp_build
from codegen.files.places import BUILD, PROGRAM
from codegen.progress import progress
from verification.check_runner import TARGETS
from verification.errors import CheckFailedError, VerificationError
from verification.mutation import cpp_mutants, python_mutants
from verification.mutation.mutant import Mutant
from verification.mutation.rooms import Room, find

_FACTOR, _LEAST_S = 3, 60.0  # how much longer than without the fault the tests may take
_MOST_S = 1800.0
_CPUS = ("native", "cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55")
_FLAGS = ("-std=c++17", "-O2", "-fwrapv", "-fno-exceptions", "-fno-rtti", "-fno-lto")
KILLED, SURVIVED, EQUIVALENT = "killed", "survived", "equivalent"


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant. by: the test that noticed, or how."""

    what: str
    diff: str
    by: str = ""


@dataclass
class MutationReport:
    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, what: str) -> int:
        return sum(one.what == what for one in self.outcomes)

    @property
    def passed(self) -> bool:
        return not self.count(SURVIVED)

    def __str__(self) -> str:
        faults = len(self.outcomes) - self.count(EQUIVALENT)
        return (
            f"mutate: {self.count(KILLED)} of {faults} noticed, {self.count(SURVIVED)} survived, "
            f"{self.count(EQUIVALENT)} are the same code"
        )


def run_mutation(
    room_name: str, count: int, seed: int, say: Callable[[str], None] = lambda _: None
) -> MutationReport:
    """Tries `count` faults of a room; the same seed draws the same ones of the same sources.

    Raises VerificationError (no such room), CheckFailedError (the tests fail without any fault).
    """
    room = find(room_name)
    drawn = _draw(room, random.Random(seed))
    report = MutationReport()
    with _copy() as folder, progress("mutate", count, "faults") as step:
        times: dict[str, float] = {}
        while len(report.outcomes) < count:
            source, mutant = next(drawn)
            text = (PROGRAM / source).read_text()
            changed = folder / source
            changed.write_text(mutant.applied(text))
            try:
                outcome = _outcome(room, source, mutant.diff(text, str(source)), folder, times)
            finally:
                changed.write_text(text)
            if outcome is None:
                continue
            report.outcomes.append(outcome)
            step.advance()
            say(f"mutate: {len(report.outcomes)} of {count}: {outcome.what} {outcome.by}".rstrip())
            say(outcome.diff)
    return report


def _draw(room: Room, rng: random.Random) -> Iterator[tuple[Path, Mutant]]:
    """Every fault of every source is as likely."""
    every = [
        (source, mutant)
        for source in room.sources
        for mutant in (python_mutants if source.suffix == ".py" else cpp_mutants).mutants(
            (PROGRAM / source).read_text()
        )
    ]
    rng.shuffle(every)
    yield from every
    raise VerificationError(f"mutate: room {room.name} has only {len(every)} faults; ask for fewer")


def _outcome(
    room: Room, source: Path, diff: str, folder: Path, times: dict[str, float]
) -> Outcome | None:
    """None: it does not compile."""
    if source.suffix == ".cc":
        objects = [_objects(root / source) for root in (PROGRAM, folder)]
        if objects[1] is None:
            return None
        if objects[0] == objects[1]:
            return Outcome(EQUIVALENT, diff)
    for tests in room.tests(source):
        if tests not in times:
            times[tests] = _time_without(tests, source, folder)
        limit_s = min(_MOST_S, max(_LEAST_S, _FACTOR * times[tests]))
        if by := _noticed(tests, folder, limit_s):
            if "CppBuildError" in by:
                return None
            return Outcome(KILLED, diff, by)
    return Outcome(SURVIVED, diff)


def _time_without(tests: str, source: Path, folder: Path) -> float:
    """Seconds that the tests take without the fault, everything compiled."""
    with_fault = (folder / source).read_text()
    (folder / source).write_text((PROGRAM / source).read_text())
    started = time.monotonic()
    failed = _noticed(tests, folder, _MOST_S)
    (folder / source).write_text(with_fault)
    if failed:
        raise CheckFailedError(f"mutate: {tests} fails without any fault: {failed}")
    return time.monotonic() - started


def _noticed(tests: str, folder: Path, limit_s: float) -> str:
    """The first test that fails, or how the tests ended; "" if all pass."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    try:
        ended = subprocess.run(
            [*command, "--tb=line", tests],
            cwd=folder,
            # A fault of the same length within the same second would not make a .pyc stale.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"by {tests}, which did not end within {limit_s:.0f} s"
    if ended.returncode == 0:
        return ""
    lines = [*ended.stdout.splitlines(), *ended.stderr.splitlines()]
    if any("CppBuildError" in line for line in lines):
        return "CppBuildError"
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return "by " + (failed[0].split(" - ")[0].split(" ", 1)[1] if failed else tests)


def _objects(source: Path) -> list[bytes] | None:
    """The source compiled for this machine and for a core of each kind; None if it does not
    compile."""
    library = next(folder for folder in source.parents if folder.parent.name == "lib")
    root = library.parents[2]
    includes = [f"-I{root / one.relative_to(PROGRAM)}" for one in (*cpp_build.LIBRARIES, library)]
    made = []
    for cpu in _CPUS:
        target = TARGETS[cpu]
        compiler = cpp_build.HOST if target.machine is None else cpp_build.ARM
        machine = [] if target.machine is None else target.machine_flags
        with tempfile.TemporaryDirectory() as name:
            to = Path(name) / "made.o"
            command = [compiler, *machine, *_FLAGS, *includes, f"-ffile-prefix-map={root}=."]
            command += ["-c", str(source), "-o", str(to)]
            ended = subprocess.run(command, capture_output=True, check=False)
            if ended.returncode != 0:
                return None
            made.append(to.read_bytes())
    return made


@contextmanager
def _copy() -> Iterator[Path]:
    """The repository's files in a folder of their own, with what was compiled so far."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROGRAM,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    with tempfile.TemporaryDirectory(prefix="mutate-") as name:
        folder = Path(name) / "checkout"
        for path in _there(listed.split("\0")):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROGRAM / path, folder / path)
        if (BUILD / "cpp").is_dir():
            shutil.copytree(BUILD / "cpp", folder / "build" / "cpp")
        yield folder


def _there(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if path and (PROGRAM / path).is_file()]
