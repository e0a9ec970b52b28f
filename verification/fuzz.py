"""Hostile models: mutated real ones through the runtime under sanitizers (firmware/checks/fuzz.cc).

Execution i of a run with seed S has seed S + i; with the same base models it is the same model.
Every find is written as a .tflite; kept among the tests, it is replayed by check_find. The same
mutants go through our Python (python_fuzz.py) and beside the oracle (differential.py).
"""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from codegen.files.manifest import atomic_write
from codegen.progress import progress
from verification.check_runner import CHECKS, build_sanitized, sanitizer_reason
from verification.errors import CheckFailedError, VerificationError
from verification.stopped import telling

_CHUNK = 5_000  # executions a start of the fuzzer, so that progress shows
_MAX_FINDS = 20
_CALL_LIMIT_S = 1800  # of a start; each execution has a limit of its own in fuzz.cc
_BATCH = 1000  # mutants that go the other ways together
_ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0:handle_abort=0"}


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant, in words. wrong: it must not."""

    words: str
    wrong: bool = False


ACCEPTED, REFUSED = Verdict("accepted"), Verdict("refused")


@dataclass(frozen=True)
class Find:
    """An execution that went wrong. arena_bytes: what it was given; 0: what it asked for. path: the
    model."""

    seed: int
    arena_bytes: int
    reason: str
    path: Path


@dataclass
class FuzzReport:
    """accepted: executions whose model was taken and computed. others: how often something else
    became of one, by its words."""

    executions: int = 0
    accepted: int = 0
    finds: list[Find] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)

    @property
    def passed(self) -> bool:
        return not self.finds and self.executions > 0

    @property
    def state(self) -> str:
        """While it runs."""
        return f"{self.accepted:,} accepted, {len(self.finds)} finds"


@lru_cache(maxsize=1)
def _fuzzer() -> Path:
    return build_sanitized("fuzz", [CHECKS / "fuzz.cc", CHECKS / "op_watch.cc"])


def _call(*arguments: str | int | Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [str(_fuzzer()), *map(str, arguments)],
            env={**os.environ, **_ENVIRONMENT},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_CALL_LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        raise CheckFailedError(f"the fuzzer did not end within {_CALL_LIMIT_S} s") from None


def run_fuzz(
    models: Sequence[bytes],
    count: int,
    seed: int,
    finds_dir: Path,
    say: Callable[[str], None] = lambda _: None,
) -> FuzzReport:
    """Mutates `models` `count` times; finds go to `finds_dir` as find-<seed>-<arena bytes>.tflite.

    Stops after 20 finds. Raises VerificationError (no models, nothing to do), MissingToolError.
    """
    report = FuzzReport()
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as name,
        progress("fuzz", count, "models") as step,
        telling(lambda: report.executions),
    ):
        pack = _write_pack(Path(name), models, count)
        current = Path(name) / "current.bin"
        at, end = seed, seed + count
        while at < end and len(report.finds) < _MAX_FINDS:
            amount = min(_CHUNK, end - at)
            process = _call("run", pack, current, at, amount)
            if process.returncode == 0:
                report.executions += amount
                report.accepted += int(process.stdout)
                at += amount
                step.advance(amount, report.state)
                continue
            data = current.read_bytes() if current.exists() else b""
            if len(data) != 8:
                raise VerificationError(
                    f"the fuzzer did not start: {process.stderr.strip()[-300:]}"
                )
            (bad,) = struct.unpack("<Q", data)
            report.finds.append(_keep(pack, bad, sanitizer_reason(process.stderr), finds_dir))
            say(f"fuzz: find: seed {bad}: {report.finds[-1].reason}")
            report.executions += bad + 1 - at
            step.advance(bad + 1 - at, report.state)
            at = bad + 1
    return report


def run_mutants(
    judge: Callable[[Sequence[bytes]], Iterator[Verdict]],
    models: Sequence[bytes],
    count: int,
    seed: int,
    finds_dir: Path,
    say: Callable[[str], None] = lambda _: None,
) -> FuzzReport:
    """Mutates `models` `count` times; `judge` says of each mutant of a batch what became of it. As
    run_fuzz otherwise."""
    report = FuzzReport()
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as name,
        progress("fuzz", count, "models") as step,
        telling(lambda: report.executions),
    ):
        pack = _write_pack(Path(name), models, count)
        for at in range(seed, seed + count, _BATCH):
            mutants = _mutants(pack, at, min(_BATCH, seed + count - at))
            for offset, verdict in enumerate(judge(mutants)):
                step.advance(1, report.state)
                if verdict == ACCEPTED:
                    report.accepted += 1
                elif verdict.wrong:
                    path = finds_dir / f"find-{at + offset}.tflite"
                    atomic_write(path, mutants[offset])
                    report.finds.append(Find(at + offset, 0, verdict.words, path))
                    say(f"fuzz: find: seed {at + offset}: {verdict.words}")
                else:
                    report.others[verdict.words] += 1
            report.executions += len(mutants)
            if len(report.finds) >= _MAX_FINDS:
                break
    return report


def _write_pack(folder: Path, models: Sequence[bytes], count: int) -> Path:
    if not models or count < 1:
        raise VerificationError("fuzz needs at least one model and one execution")
    pack = folder / "pack.bin"
    pack.write_bytes(b"".join(struct.pack("<I", len(m)) + m for m in models))
    return pack


def _mutants(pack: Path, seed: int, count: int) -> list[bytes]:
    made = pack.with_name("mutants.bin")
    process = _call("mutants", pack, seed, count, made)
    if process.returncode != 0:
        raise VerificationError(f"the fuzzer did not start: {process.stderr.strip()[-300:]}")
    data = made.read_bytes()
    models, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        models.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return models


def _keep(pack: Path, seed: int, reason: str, finds_dir: Path) -> Find:
    finds_dir.mkdir(parents=True, exist_ok=True)
    partial = finds_dir / f".find-{seed}"
    arena_bytes = int(_call("dump", pack, seed, partial).stdout)
    path = finds_dir / f"find-{seed}-{arena_bytes}.tflite"
    partial.replace(path)
    return Find(seed, arena_bytes, reason, path)


def check_find(path: Path, arena_bytes: int) -> str:
    """Feeds one model file to the runtime under sanitizers.

    Returns "accepted" or the runtime's refusal. Raises VerificationError with what went wrong.
    """
    process = _call("one", path, arena_bytes)
    if process.returncode != 0:
        raise VerificationError(
            f"{path.name} in {arena_bytes} B of arena: {sanitizer_reason(process.stderr)}"
        )
    return process.stdout.strip()
