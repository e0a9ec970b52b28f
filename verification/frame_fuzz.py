"""Hostile streams through the device's frame decoder under sanitizers (firmware/checks)."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

from codegen.progress import progress
from verification.check_runner import CHECKS, WIRE, build_sanitized, sanitizer_reason
from verification.errors import CheckFailedError

_START_S, _STREAM_S = 60, 0.01  # 100 times what a stream takes


@lru_cache(maxsize=1)
def _fuzzer() -> Path:
    sources = [CHECKS / "frame_fuzz.cc", *sorted((WIRE / "wire").glob("*.cc"))]
    return build_sanitized("frame_fuzz", sources, libraries=[])


def run_frame_fuzz(count: int, seed: int) -> int:
    """Decode `count` random and mutated streams, the first of seed `seed`; the same seed gives the
    same stream.

    Returns how many frames were accepted. Raises CheckFailedError with the find, VerificationError.
    """
    fuzzer = _fuzzer()
    try:
        with progress(f"fuzz: {count:,} streams"):
            process = subprocess.run(
                [str(fuzzer), str(seed), str(count)],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_START_S + count * _STREAM_S,
            )
    except subprocess.TimeoutExpired as late:
        raise CheckFailedError(
            f"frame decoder: {count} streams from seed {seed} on: no end in {late.timeout:.0f} s"
        ) from None
    if process.returncode != 0:
        raise CheckFailedError(f"frame decoder: {sanitizer_reason(process.stderr)}")
    return int(process.stdout)
