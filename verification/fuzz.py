"""Hostile models: mutated real ones through the runtime under sanitizers (firmware/checks/fuzz.cc).

Execution i of a run with seed S has seed S + i; with the same base models it is the same model.
Every find is written as a .tflite; kept among the tests, it is replayed by check_find. The same
mutants go through our Python (python_fuzz.py) and beside the oracle (differential.py).
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from codegen import campaign
from codegen.files.manifest import atomic_write
from codegen.progress import progress
from verification.check_runner import CHECKS, build_sanitized, sanitizer_reason
from verification.errors import CheckFailedError, VerificationError
from verification.stopped import telling

_CHUNK = 5_000  # executions a start of the fuzzer, so that progress shows
_MAX_FINDS = 20
_CALL_LIMIT_S = 1800  # of a start; each execution has a limit of its own in fuzz.cc
_BATCH = 250  # mutants that go the other ways together
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
    workers: str = campaign.ALONE,
) -> FuzzReport:
    """Mutates `models` `count` times; finds go to `finds_dir` as find-<seed>-<arena bytes>.tflite.

    Ends with the shard of seeds that has the 20th find. workers: as of codegen.campaign.

    Raises VerificationError (no models, nothing to do), MissingToolError, CampaignError.
    """
    return _run(partial(_fuzzed, models), _CHUNK, models, count, seed, finds_dir, say, workers)


def run_mutants(
    judge: Callable[[Sequence[bytes]], Iterator[Verdict]],
    models: Sequence[bytes],
    count: int,
    seed: int,
    finds_dir: Path,
    say: Callable[[str], None] = lambda _: None,
    workers: str = campaign.ALONE,
) -> FuzzReport:
    """Mutates `models` `count` times; `judge` says of each mutant of a batch what became of it. As
    run_fuzz otherwise."""
    judged = partial(_judged, judge, models)
    return _run(judged, _BATCH, models, count, seed, finds_dir, say, workers)


@dataclass(frozen=True)
class _Found:
    """A find that is no file yet."""

    seed: int
    arena_bytes: int
    reason: str
    name: str
    model: bytes


@dataclass
class _Shard:
    """What became of some seeds, as in FuzzReport."""

    executions: int = 0
    accepted: int = 0
    finds: list[_Found] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def _run(
    run_shard: Callable[[range], _Shard],
    size: int,
    models: Sequence[bytes],
    count: int,
    seed: int,
    finds_dir: Path,
    say: Callable[[str], None],
    workers: str,
) -> FuzzReport:
    if not models or count < 1:
        raise VerificationError("fuzz needs at least one model and one execution")
    end = seed + count
    shards = (range(at, min(at + size, end)) for at in range(seed, end, size))
    report = FuzzReport()
    with (
        progress("fuzz", count, "models") as step,
        telling(lambda: report.executions),
        contextlib.closing(campaign.each(run_shard, shards, workers)) as answers,
    ):
        for shard in answers:
            for found in shard.finds:
                report.finds.append(_keep(found, finds_dir))
                say(f"fuzz: find: seed {found.seed}: {found.reason}")
            report.executions += shard.executions
            report.accepted += shard.accepted
            report.others += shard.others
            step.advance(shard.executions, report.state)
            if len(report.finds) >= _MAX_FINDS:
                break
    return report


def _fuzzed(models: Sequence[bytes], seeds: range) -> _Shard:
    shard = _Shard()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        pack = _write_pack(Path(name), models)
        current = Path(name) / "current.bin"
        at = seeds.start
        while at < seeds.stop and len(shard.finds) < _MAX_FINDS:
            process = _call("run", pack, current, at, seeds.stop - at)
            if process.returncode == 0:
                shard.accepted += int(process.stdout)
                at = seeds.stop
                continue
            data = current.read_bytes() if current.exists() else b""
            if len(data) != 8:
                raise VerificationError(
                    f"the fuzzer did not start: {process.stderr.strip()[-300:]}"
                )
            (bad,) = struct.unpack("<Q", data)
            shard.finds.append(_dumped(pack, bad, sanitizer_reason(process.stderr)))
            at = bad + 1
    shard.executions = at - seeds.start
    return shard


def _judged(
    judge: Callable[[Sequence[bytes]], Iterator[Verdict]], models: Sequence[bytes], seeds: range
) -> _Shard:
    shard = _Shard(executions=len(seeds))
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        mutants = _mutants(_write_pack(Path(name), models), seeds.start, len(seeds))
    for seed, mutant, verdict in zip(seeds, mutants, judge(mutants), strict=True):
        if verdict == ACCEPTED:
            shard.accepted += 1
        elif verdict.wrong:
            shard.finds.append(_Found(seed, 0, verdict.words, f"find-{seed}.tflite", mutant))
        else:
            shard.others[verdict.words] += 1
    return shard


def _write_pack(folder: Path, models: Sequence[bytes]) -> Path:
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


def _dumped(pack: Path, seed: int, reason: str) -> _Found:
    to = pack.with_name("dumped.tflite")
    arena_bytes = int(_call("dump", pack, seed, to).stdout)
    name = f"find-{seed}-{arena_bytes}.tflite"
    return _Found(seed, arena_bytes, reason, name, to.read_bytes())


def _keep(found: _Found, finds_dir: Path) -> Find:
    path = finds_dir / found.name
    atomic_write(path, found.model)
    return Find(found.seed, found.arena_bytes, found.reason, path)


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
