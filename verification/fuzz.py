"""Hostile models: mutated real ones through the runtime under sanitizers (firmware/checks/fuzz.cc).

Execution i of a run with seed S has seed S + i; with the same base models it is the same model.
Every find is written as a .tflite; kept among the tests, it is replayed by check_find.
"""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from verification.check_runner import CHECKS, build_sanitized, sanitizer_reason
from verification.errors import VerificationError

_CHUNK = 20_000  # executions a start of the fuzzer, so that progress shows
_MAX_FINDS = 20
_ENVIRONMENT = {"ASAN_OPTIONS": "detect_leaks=0:handle_abort=0"}


@dataclass(frozen=True)
class Find:
    """An execution that ended the fuzzer. arena_bytes: what it was given. path: the model."""

    seed: int
    arena_bytes: int
    reason: str
    path: Path


@dataclass
class FuzzReport:
    """accepted: executions whose model the runtime took and computed."""

    executions: int = 0
    accepted: int = 0
    finds: list[Find] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.finds and self.executions > 0


@lru_cache(maxsize=1)
def _fuzzer() -> Path:
    return build_sanitized("fuzz", [CHECKS / "fuzz.cc", CHECKS / "op_watch.cc"])


def _call(*arguments: str | int | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(_fuzzer()), *map(str, arguments)],
        env={**os.environ, **_ENVIRONMENT},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


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
    if not models or count < 1:
        raise VerificationError("fuzz needs at least one model and one execution")
    report = FuzzReport()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        pack = Path(name) / "pack.bin"
        pack.write_bytes(b"".join(struct.pack("<I", len(m)) + m for m in models))
        progress = Path(name) / "progress.bin"
        at, end = seed, seed + count
        while at < end and len(report.finds) < _MAX_FINDS:
            amount = min(_CHUNK, end - at)
            process = _call("run", pack, progress, at, amount)
            if process.returncode == 0:
                report.executions += amount
                report.accepted += int(process.stdout)
                at += amount
                say(
                    f"fuzz: {report.executions} of {count} executions, "
                    f"{report.accepted} accepted, {len(report.finds)} finds"
                )
                continue
            data = progress.read_bytes() if progress.exists() else b""
            if len(data) != 8:
                raise VerificationError(
                    f"the fuzzer did not start: {process.stderr.strip()[-300:]}"
                )
            (bad,) = struct.unpack("<Q", data)
            report.finds.append(_keep(pack, bad, sanitizer_reason(process.stderr), finds_dir))
            say(f"fuzz: find: seed {bad}: {report.finds[-1].reason}")
            report.executions += bad + 1 - at
            at = bad + 1
    return report


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
