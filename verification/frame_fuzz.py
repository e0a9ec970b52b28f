"""Hostile streams through the device's frame decoder under sanitizers (firmware/checks)."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path

from codegen import campaign
from codegen.progress import progress
from verification.check_runner import CHECKS, WIRE, build_sanitized, sanitizer_reason
from verification.errors import CheckFailedError

_START_S, _STREAM_S = 60, 0.01  # 100 times what a stream takes
_SHARD = 50_000  # streams a start of the fuzzer


@lru_cache(maxsize=1)
def _fuzzer() -> Path:
    sources = [CHECKS / "frame_fuzz.cc", *sorted((WIRE / "wire").glob("*.cc"))]
    return build_sanitized("frame_fuzz", sources, libraries=[])


def run_frame_fuzz(count: int, seed: int, workers: str = campaign.ALONE) -> int:
    """Decode `count` random and mutated streams, the first of seed `seed`; the same seed gives the
    same stream. workers: as of codegen.campaign.

    Returns how many frames were accepted. Raises CheckFailedError with the find, VerificationError,
    CampaignError.
    """
    end = seed + count
    shards = (range(at, min(at + _SHARD, end)) for at in range(seed, end, _SHARD))
    accepted = 0
    with progress("fuzz", count, "streams") as step:
        for streams, frames in campaign.each(_decode, shards, workers):
            accepted += frames
            step.advance(streams)
    return accepted


def _decode(seeds: range) -> tuple[int, int]:
    """Streams, and frames accepted of them."""
    count = len(seeds)
    limit_s = _START_S + count * _STREAM_S
    try:
        process = subprocess.run(
            [str(_fuzzer()), str(seeds.start), str(count)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=limit_s,
        )
    except subprocess.TimeoutExpired:
        raise CheckFailedError(
            f"frame decoder: {count} streams from seed {seeds.start} on: no end in {limit_s:.0f} s"
        ) from None
    if process.returncode != 0:
        raise CheckFailedError(f"frame decoder: {sanitizer_reason(process.stderr)}")
    return count, int(process.stdout)
