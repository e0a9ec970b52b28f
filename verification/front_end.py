"""Runs cases of lib/frontend (firmware/checks/front_end.cc): requests in, replies out.

On this machine the C++ is a process under sanitizers, behind a pipe. For a Cortex-M it is an image
in QEMU that takes a batch, and may count instructions.
"""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from types import TracebackType

from codegen.compile import cpp_build
from verification import semihosting
from verification.check_runner import CHECKS, Target, build_image, build_sanitized, sanitizer_reason
from verification.errors import CheckFailedError

_CALIBRATION_INSTRUCTIONS = 1_000_000
_ICOUNT_SHIFT = 5  # 32 ns an instruction: about a tick on the machines of check_runner.TARGETS


class Kind(IntEnum):
    """First byte of a request, in the order of kKinds in front_end.cc."""

    CALIBRATION = 0
    IMAGE_AREA = 1
    IMAGE_BILINEAR = 2
    TOP_K = 3
    LABEL = 4
    MOVING_AVERAGE = 5
    EXPONENTIAL_AVERAGE = 6
    REFRACTORY = 7
    HYSTERESIS = 8
    ANOMALY = 9
    SUPPRESS = 10


def request(kind: Kind, layout: str, *values: float, data: bytes = b"") -> bytes:
    """layout: struct's, of `values`, little-endian without padding; `data` stands behind them."""
    return struct.pack(f"<B{layout}", kind, *values) + data


@dataclass(frozen=True)
class Reply:
    """ticks: 0 on this machine."""

    ticks: int
    data: bytes


class HostCases:
    """The C++ under sanitizers in one process, as a context manager."""

    def __enter__(self) -> HostCases:
        self._process = subprocess.Popen(
            [_host_program(), "/dev/stdin", "/dev/stdout"],
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(BrokenPipeError):
            self._process.communicate(struct.pack("<I", 0), timeout=10)

    def reply(self, sent: bytes) -> bytes:
        """Raises CheckFailedError with the sanitizer's finding."""
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None and stdout is not None and stderr is not None
        with suppress(BrokenPipeError):  # the sanitizer says why
            stdin.write(struct.pack("<I", len(sent)) + sent)
            stdin.flush()
        head = stdout.read(8)
        if len(head) < 8:
            raise CheckFailedError(f"front_end.cc died: {sanitizer_reason(stderr.read().decode())}")
        return stdout.read(struct.unpack("<4xI", head)[0])


def run_on_core(target: Target, requests: Sequence[bytes], timeout_s: float = 120) -> list[Reply]:
    """All requests in one go in QEMU. Raises CheckFailedError, MissingToolError, CppBuildError."""
    assert target.machine is not None
    command = semihosting.qemu_command(
        target.machine, _image(target), "running on Arm cores", _ICOUNT_SHIFT
    )
    batch = [struct.pack("<I", len(sent)) + sent for sent in requests]
    with tempfile.TemporaryDirectory(prefix="front-end-") as name:
        folder = Path(name)
        (folder / "batch.bin").write_bytes(b"".join([*batch, struct.pack("<I", 0)]))
        ended = semihosting.run_to_its_end(command, folder, timeout_s)
        results = (folder / "results.bin").read_bytes()
    replies = []
    while results:
        ticks, size = struct.unpack_from("<2I", results)
        replies.append(Reply(ticks, results[8 : 8 + size]))
        results = results[8 + size :]
    if ended.returncode != 0 or len(replies) != len(requests):
        said = (ended.stderr + ended.stdout).strip() or f"exit code {ended.returncode}"
        raise CheckFailedError(f"front_end.cc on {target.cpu}: case {len(replies)}: {said}")
    return replies


def instructions(target: Target, requests: Sequence[bytes]) -> list[int]:
    """Of each request's work, reading and writing not counted; ticks wrap at some 16 million."""
    calibration = request(Kind.CALIBRATION, "I", _CALIBRATION_INSTRUCTIONS // 2)
    first, *rest = run_on_core(target, [calibration, *requests])
    return [round(reply.ticks * _CALIBRATION_INSTRUCTIONS / first.ticks) for reply in rest]


@cache
def _host_program() -> Path:
    own = [CHECKS / "front_end.cc", CHECKS / "host.cc"]
    sources = [*own, *(path for path, _ in cpp_build.front_end_sources())]
    return build_sanitized("front_end", sources, libraries=[])


@cache
def _image(target: Target) -> Path:
    return build_image(
        target,
        f"front_end-{target.cpu}",
        [CHECKS / "front_end.cc"],
        cpp_build.front_end_sources(),
    )
