"""A seeded mutation run: small faults, one at a time, in a copy of the repository, and whether the
tests that concern the room notice (DeMillo, Lipton, Sayward, "Hints on Test Data Selection", 1978).

A fault that the compiler makes the same code of is no fault (Papadakis and others, "Trivial
Compiler Equivalence", ICSE 2015); one that does not compile is drawn again.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from codegen import campaign
from codegen.compile import cpp_build
from codegen.compile.included import Headers
from codegen.files.places import BUILD, PROGRAM
from codegen.host.runtime import PLAN_FLAG
from codegen.progress import progress
from verification.check_runner import TARGETS
from verification.errors import CheckFailedError, VerificationError
from verification.mutation import cpp_mutants, python_mutants
from verification.mutation.mutant import Mutant
from verification.mutation.rooms import APPLICATION, Room, find
from verification.mutation.warm_pytest import WarmPytest

_TEST_LIMIT_S = {".py": 60, ".cc": 240, ".h": 240}  # of a test: what is C++ is compiled first
_LONGER = 10  # or so many times what a test takes without the fault, if that is more
_LIMIT_S = 1800.0  # of all tests together
_NATIVE, _PLANNING = "native", "native, planning"
_CORES = ("cortex-m0", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m55")
_FLAGS = (
    *("-std=c++17", "-O2", "-fwrapv", "-fno-exceptions", "-fno-rtti", "-fno-lto"),
    # What a board's image is told; any will do to see whether code is the same.
    *(
        '-DMCUFORGE_BOARD="x"',
        '-DMCUFORGE_BUILD_ID="0123456789abcdef"',
        "-DMCUFORGE_UART_BUFFER_BYTES=512",
    ),
    *("-DMCUFORGE_UART_BAUD=115200", "-DMCUFORGE_UART_MAX_BAUD=1000000"),
)
_MORE_INCLUDES = (
    *(Path("firmware/lib") / name for name in ("wire", "frontend", "custom_ops")),
    *(Path("firmware/boards"), Path("build/tiny/generated")),
)
_COMPILED = ("firmware", "tests")  # all C++ there is
_IMAGES = ("tiny/host", "tiny/host_sanitize")
# No fault's own end, but of somebody who ends what is called pytest: it says nothing.
_FROM_OUTSIDE = (-signal.SIGTERM, -signal.SIGKILL, -signal.SIGINT)
_TRIES = 3
_NO_TESTS = 5  # pytest's exit code where none was chosen
_NO_CPP = "CppBuildError"
_LATE = "Timeout (>"  # pytest-timeout's word
_PART = 5  # faults that a worker tries in one copy
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
    room_name: str,
    count: int,
    seed: int,
    say: Callable[[str], None] = lambda _: None,
    workers: str = campaign.ALONE,
) -> MutationReport:
    """Tries `count` faults of a room; the same seed draws the same ones of the same sources.
    workers: as of codegen.campaign.

    Raises VerificationError (no such room), CheckFailedError (the tests fail without any fault),
    CampaignError.
    """
    room = find(room_name)
    if _needs_image(room) and not all((BUILD / image).is_dir() for image in _IMAGES):
        raise VerificationError(
            f"mutate: {room.name} needs images; run `invoke hil --board host build --sanitize`"
        )
    drawn = _draw(room, random.Random(seed))
    report = MutationReport()
    with (
        _unwinding(),
        progress("mutate", count, "faults") as step,
        contextlib.closing(_in_order(room, drawn, workers)) as outcomes,
    ):
        for outcome in itertools.islice(outcomes, count):
            report.outcomes.append(outcome)
            step.advance()
            by = f" by {outcome.by}" if outcome.by else ""
            say(f"mutate: {len(report.outcomes)} of {count}: {outcome.what}{by}")
            say(outcome.diff)
    if len(report.outcomes) < count:
        raise VerificationError(
            f"mutate: room {room.name} has only {len(drawn)} faults; ask for fewer"
        )
    return report


@contextmanager
def _unwinding() -> Iterator[None]:
    """What ends this process lets it end its tests and remove its copy first."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)  # as a shell says it

    before = {one: signal.signal(one, end) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


_Fault = tuple[Path, Mutant]


def _draw(room: Room, rng: random.Random) -> list[_Fault]:
    """Every fault of every source, each as likely to be first."""
    every = [
        (source, mutant)
        for source in room.sources
        for mutant in (python_mutants if source.suffix == ".py" else cpp_mutants).mutants(
            (PROGRAM / source).read_text()
        )
    ]
    rng.shuffle(every)
    return every


def _needs_image(room: Room) -> bool:
    return room.name.startswith(APPLICATION)


def _in_order(room: Room, drawn: Sequence[_Fault], workers: str) -> Generator[Outcome, None, None]:
    """What becomes of the faults, but for those that do not compile."""
    if not workers:
        yield from _outcomes(room, drawn)
        return
    parts = [drawn[at : at + _PART] for at in range(0, len(drawn), _PART)]
    for outcomes in campaign.each(partial(_of_part, room.name), parts, workers):
        yield from outcomes


def _of_part(room_name: str, part: Sequence[_Fault]) -> list[Outcome]:
    return list(_outcomes(find(room_name), part))


def _outcomes(room: Room, faults: Sequence[_Fault]) -> Iterator[Outcome]:
    with _copy(_needs_image(room)) as folder, WarmPytest(folder) as pytest:
        copy = _Checkout(folder, pytest)
        for source, mutant in faults:
            text = (PROGRAM / source).read_text()
            copy.write(source, mutant.applied(text))
            outcome = _outcome(room, source, mutant.diff(text, str(source)), copy)
            copy.write(source, text)
            if outcome is not None:
                yield outcome


class _Checkout:
    """A copy of the repository that has a fault."""

    def __init__(self, folder: Path, pytest: WarmPytest) -> None:
        self.folder = folder
        self._pytest = pytest
        self._sound: dict[str, float] = {}  # tests that pass without a fault, and their seconds
        self._written_s = int(time.time())

    def write(self, source: Path, text: str) -> None:
        """At a second of its own: what is compiled goes by time and length."""
        self._written_s += 1
        (self.folder / source).write_text(text)
        os.utime(self.folder / source, (self._written_s, self._written_s))

    def build_image(self) -> bool:
        """The application as a process of this machine, also with sanitizers; False if it does not
        compile."""
        command = [
            sys.executable,
            "-m",
            "invoke",
            "build",
            "--board",
            "host",
            "build",
            "--sanitize",
        ]
        # In a session of its own, to be ended with all that it started.
        with subprocess.Popen(
            command, cwd=self.folder, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as build:  # fmt: skip
            try:
                return build.wait() == 0
            except BaseException:
                os.killpg(build.pid, signal.SIGKILL)
                raise

    def noticed(self, tests: Sequence[str], source: Path) -> str:
        """The first test that fails, or how the tests ended; "" if all pass.

        Raises CheckFailedError if the test fails without the fault, too.
        """
        limit_s = float(_TEST_LIMIT_S[source.suffix])
        while True:
            by, is_late = _noticed(tests, self._pytest, limit_s)
            if "::" not in by:
                return by
            if by not in self._sound:
                self._sound[by] = self._without_fault(by, source)
            more_s = _LONGER * self._sound[by]
            if not is_late or limit_s >= more_s:
                return by
            limit_s = more_s

    def _without_fault(self, test: str, source: Path) -> float:
        """The seconds that a test takes. Raises CheckFailedError if it fails."""
        with_fault = (self.folder / source).read_text()
        self.write(source, (PROGRAM / source).read_text())
        if source.is_relative_to(APPLICATION):
            self.build_image()
        begun_s = time.monotonic()
        if _noticed([test], self._pytest, _LIMIT_S)[0]:
            raise CheckFailedError(f"mutate: {test} fails without any fault")
        self.write(source, with_fault)
        return time.monotonic() - begun_s


def _outcome(room: Room, source: Path, diff: str, copy: _Checkout) -> Outcome | None:
    """None: it does not compile."""
    tests = list(room.tests(source))
    is_same = False
    if source.suffix == ".cc":
        before, after = (_objects(source, root) for root in (PROGRAM, copy.folder))
        if before is None or after is None:
            return None
        is_same = before == after
        # Of the application that is known for one model; a test may have another one.
        if not source.is_relative_to(APPLICATION):
            if is_same:
                return Outcome(EQUIVALENT, diff)
            tests += _of_cores({name for name in after if before[name] != after[name]})
    if source.is_relative_to(APPLICATION) and not copy.build_image():
        return None
    by = copy.noticed(tests, source)
    if by == _NO_CPP:
        return None
    if not by and (is_same or (source.suffix == ".h" and _is_same_in_all(source, copy.folder))):
        return Outcome(EQUIVALENT, diff)
    return Outcome(KILLED, diff, by) if by else Outcome(SURVIVED, diff)


def _is_same_in_all(header: Path, root: Path) -> bool:
    """Whether all that includes a header is the same code in the checkout `root` as here.

    Known of the application's alone: a library's headers are users' and generated code's, too.
    Asked last: it takes longer than most tests.
    """
    if not header.is_relative_to(APPLICATION):
        return False
    folders = [PROGRAM / one for one in _COMPILED]
    headers = Headers(folders)
    sources = [
        path.relative_to(PROGRAM)
        for folder in folders
        for path in sorted(folder.rglob("*.cc"))
        if PROGRAM / header in headers.reached(path)
    ]
    return all(
        (before := _object(source, PROGRAM, cpu)) is not None
        and before == _object(source, root, cpu)
        for cpu in (_NATIVE, _PLANNING, *_CORES)
        for source in sources
    )


def _of_cores(changed: set[str]) -> list[str]:
    """pytest's option that leaves out tests whose core runs the same code as before; they are
    called by their core."""
    if not changed & {_NATIVE, _PLANNING}:
        return ["-k", " or ".join(sorted(changed))]
    same = [core for core in _CORES if core not in changed]
    return ["-k", f"not ({' or '.join(same)})"] if same else []


def _noticed(tests: Sequence[str], pytest: WarmPytest, limit_s: float) -> tuple[str, bool]:
    """As _Checkout.noticed, and whether the test took more than `limit_s`."""
    options = ["-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider"]
    for _ in range(_TRIES):
        code, text = pytest.run([*options, f"--timeout={limit_s:.3f}", *tests], _LIMIT_S)
        if code not in _FROM_OUTSIDE:
            break
    if code is None:
        return f"tests that did not end within {_LIMIT_S:.0f} s", True
    if code in (0, _NO_TESTS):
        return "", False
    lines = text.splitlines()
    if any(_NO_CPP in line for line in lines):
        return _NO_CPP, False
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    ended = lines[-1] if lines else f"tests that ended with code {code}"  # by a signal: below 0
    by = failed[0].split(" - ")[0].split(" ", 1)[1] if failed else ended
    return by, any(_LATE in line for line in lines)


def _objects(source: Path, root: Path) -> dict[str, bytes] | None:
    """The source of the checkout `root` compiled for this machine, to run and to plan, and for a
    core of each kind; None if it does not compile."""
    made = {}
    for cpu in (_NATIVE, _PLANNING, *_CORES):
        compiled = _object(source, root, cpu)
        if compiled is None:
            return None
        made[cpu] = compiled
    return made


def _object(source: Path, root: Path, cpu: str) -> bytes | None:
    includes = [*(one.relative_to(PROGRAM) for one in cpp_build.LIBRARIES), *_MORE_INCLUDES]
    folders = [f"-I{root / one}" for one in (*includes, source.parent)]
    machine = {_NATIVE: [], _PLANNING: [PLAN_FLAG]}.get(cpu)
    if machine is None:
        machine = TARGETS[cpu].machine_flags
    compiler = cpp_build.ARM if cpu in _CORES else cpp_build.HOST
    with tempfile.TemporaryDirectory() as name:
        to = Path(name) / "made.o"
        command = [compiler, *machine, *_FLAGS, *folders, f"-ffile-prefix-map={root}=."]
        command += ["-c", str(root / source), "-o", str(to)]
        ended = subprocess.run(command, capture_output=True, check=False)
        return to.read_bytes() if ended.returncode == 0 else None


@contextmanager
def _copy(with_image: bool) -> Iterator[Path]:
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
        if with_image:
            shutil.copytree(BUILD / "tiny", folder / "build" / "tiny")
            shutil.copytree(PROGRAM / ".pio-core", folder / ".pio-core", symlinks=True)
        yield folder


def _there(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if path and (PROGRAM / path).is_file()]
