"""Builds and runs the check runner (firmware/checks): models in, outputs out, every buffer guarded.

On this machine it is a process under the address and undefined-behaviour sanitizers. For a
Cortex-M it is a bare-metal image in QEMU. The core and its instructions are checked here, not a
board, so the machine is one with that core and enough RAM for any model. Files go through
semihosting, so a run is as fast as the emulation.
"""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from codegen.boards.facts import load_board
from codegen.compile import cpp_build
from codegen.compile.compiler_flags import core_flags, isa_macro
from codegen.files.places import PROGRAM
from verification import semihosting
from verification.errors import CheckFailedError, VerificationError

CHECKS = cpp_build.CHECKS
WIRE = PROGRAM / "firmware/lib/wire"
_MESSAGE_BYTES = 160  # firmware/checks/batch.h: kMessageBytes
_SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
_RUNNER = ("batch.cc", "op_watch.cc")
_Work = tuple[Path, Sequence[str]]  # a source and the flags to compile it with

OUTCOMES = {
    1: "the runtime refused it in the arena that the plan says is enough",
    2: "arena_used_bytes() is {detail}, the plan says otherwise",
    3: "AllocateTensors worked in an arena that is too small ({detail} B)",
    4: "the inputs or outputs have other sizes ({detail} B)",
    5: "Invoke failed",
    6: "bytes round a buffer were overwritten",
    7: "node {detail} changed arena bytes that are not its outputs",
}
"""What firmware/checks/batch.h means by its outcomes (enum Outcome); 0 is fine."""


@dataclass(frozen=True)
class _Memory:
    """Origin and length in bytes of a QEMU machine's RAMs: for code, for data, for the cases."""

    code: tuple[int, int]
    ram: tuple[int, int]
    heap: tuple[int, int]


_MPS2 = _Memory((0x0000_0000, 4 << 20), (0x2000_0000, 4 << 20), (0x2100_0000, 16 << 20))
_MPS2_AN500 = _Memory((0x0000_0000, 4 << 20), (0x2000_0000, 4 << 20), (0x6000_0000, 16 << 20))
_MPS2_AN505 = _Memory((0x1000_0000, 4 << 20), (0x3800_0000, 4 << 20), (0x8000_0000, 16 << 20))
_MPS3_AN547 = _Memory((0x0000_0000, 512 << 10), (0x2100_0000, 4 << 20), (0x6000_0000, 64 << 20))


@dataclass(frozen=True)
class Target:
    """Where the check runner runs. machine None: as a process of this machine.

    portable: with the portable kernels in the place of the core's own.
    """

    cpu: str
    isa: str
    machine: str | None = None
    memory: _Memory | None = None
    float_abi: str = "soft"
    fpu: str = "none"
    portable: bool = False

    @property
    def machine_flags(self) -> list[str]:
        """As codegen.compile.cpp_build.machine_flags() gives a board's."""
        flags = cpp_build.image_flags(self.isa, core_flags(self.cpu, self.float_abi, self.fpu))
        return [*flags, "-DMCUFORGE_REFERENCE=1"] if self.portable else flags

    @cached_property
    def reference(self) -> Target | None:
        """The same core with the portable kernels; None for the host, which has no others."""
        return None if self.machine is None else replace(self, isa="scalar", portable=True)

    @cached_property
    def runner(self) -> Path:
        """The built runner. Raises MissingToolError, CppBuildError (it does not compile)."""
        if self.machine is None:
            return build_sanitized("host", [CHECKS / n for n in (*_RUNNER, "host.cc")])
        sources = [*(CHECKS / n for n in _RUNNER), *cpp_build.custom_op_sources()]
        return build_image(self, self.cpu, sources, cpp_build.library_sources(self.isa))


HOST = Target("native", "scalar")
TARGETS = {
    target.cpu: target
    for target in (
        HOST,
        # QEMU has no Armv6-M machine with enough RAM; a Cortex-M3 runs Armv6-M code unchanged,
        # and the image asks it to trap unaligned accesses, which a Cortex-M0 cannot do.
        Target("cortex-m0", "scalar", "mps2-an385", _MPS2),
        Target("cortex-m0plus", "scalar", "mps2-an385", _MPS2),
        Target("cortex-m3", "scalar", "mps2-an385", _MPS2),
        Target("cortex-m4", "dsp", "mps2-an386", _MPS2, "hard", "fpv4-sp-d16"),
        Target("cortex-m7", "dsp", "mps2-an500", _MPS2_AN500, "hard", "fpv5-d16"),
        Target("cortex-m33", "dsp", "mps2-an505", _MPS2_AN505, "hard", "fpv5-sp-d16"),
        Target("cortex-m55", "mve", "mps3-an547", _MPS3_AN547, "hard", "auto"),
    )
}
"""By cpu, as board facts name it. One a core of every kind of board."""


def target_of(board: str) -> Target:
    """The target for a board's core; `board` may also be a core's name ("cortex-m4").

    Raises BoardError (no such board), VerificationError (no machine for its core).
    """
    cpu = board if board in TARGETS else load_board(board).cpu
    if cpu not in TARGETS:
        raise VerificationError(
            f"golden runs on {', '.join(TARGETS)}; board {board} has a {cpu}: choose another board"
        )
    return TARGETS[cpu]


@dataclass(frozen=True)
class Job:
    """One model to run twice with the same inputs.

    arena_bytes: the exact arena; 16 less must fail. output_bytes: of all outputs together.
    sweep_step: with it, every multiple of it below arena_bytes must fail too; 0 for none.
    """

    model: bytes
    inputs: bytes
    arena_bytes: int
    output_bytes: int
    sweep_step: int = 0


@dataclass(frozen=True)
class Result:
    """What became of one job.

    outcome: 0 or a key of OUTCOMES. message: what the runtime said when it refused an arena: the
    exact one if it did so, else the one that is too small. outputs: of the first and of the second
    run, all outputs of a run one after the other.
    """

    outcome: int
    detail: int
    arena_used_bytes: int
    message: str
    outputs: tuple[bytes, bytes]

    @property
    def failure(self) -> str | None:
        """What went wrong, in words; None if nothing did."""
        if self.outcome == 0:
            return None
        text = OUTCOMES.get(self.outcome, f"outcome {self.outcome}").format(detail=self.detail)
        return f"{text}; it said: {self.message}" if self.message else text


class RunnerCrashError(CheckFailedError):
    """The runner ended before its batch did; `index` is the job it died in."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index


def run(
    target: Target, jobs: Sequence[Job], timeout_s: float = 300, runner: Path | None = None
) -> list[Result]:
    """Runs all jobs in one go. runner: instead of the target's own.

    Raises RunnerCrashError, MissingToolError.
    """
    with tempfile.TemporaryDirectory(prefix="checks-") as name:
        folder = Path(name)
        (folder / "batch.bin").write_bytes(_batch(jobs))
        (folder / "results.bin").touch()
        try:
            environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
            process = semihosting.run_to_its_end(
                _command(target, runner or target.runner), folder, timeout_s, environment
            )
            trouble = (
                sanitizer_reason(process.stderr + process.stdout) if process.returncode else ""
            )
            trouble = trouble or (f"exit code {process.returncode}" if process.returncode else "")
        except subprocess.TimeoutExpired:
            trouble = f"no end within {timeout_s:.0f} s"
        results = _results((folder / "results.bin").read_bytes(), jobs)
    if trouble or len(results) != len(jobs):
        raise RunnerCrashError(
            len(results), f"the check runner on {target.cpu} failed: {trouble or 'it ended early'}"
        )
    return results


def sanitizer_reason(text: str) -> str:
    """The sanitizer's summary or the last line, and where our code was."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [x for x in lines if "runtime error" in x or "ERROR: AddressSanitizer" in x][:1]
    where = [x for x in lines if x.startswith("#") and "/firmware/" in x][:3]
    return "; ".join(said + where) or "; ".join(lines[-1:])


def _command(target: Target, runner: Path) -> list[str]:
    if target.machine is None:
        return [str(runner), "batch.bin", "results.bin"]
    return semihosting.qemu_command(target.machine, runner, "running on Arm cores")


def _batch(jobs: Sequence[Job]) -> bytes:
    parts = []
    for job in jobs:
        parts.append(
            struct.pack(
                "<5I",
                len(job.model),
                job.arena_bytes,
                len(job.inputs),
                job.output_bytes,
                job.sweep_step,
            )
        )
        parts += [job.model, job.inputs]
    return b"".join([*parts, struct.pack("<I", 0)])


def _results(data: bytes, jobs: Sequence[Job]) -> list[Result]:
    results: list[Result] = []
    at = 0
    for job in jobs:
        size = 12 + _MESSAGE_BYTES + 2 * job.output_bytes
        if at + size > len(data):
            break
        outcome, detail, used = struct.unpack_from("<3I", data, at)
        message = data[at + 12 : at + 12 + _MESSAGE_BYTES].split(b"\0")[0]
        outputs = data[at + 12 + _MESSAGE_BYTES : at + size]
        halves = (outputs[: job.output_bytes], outputs[job.output_bytes :])
        results.append(Result(outcome, detail, used, message.decode("utf-8", "replace"), halves))
        at += size
    return results


# ---- building


def build_sanitized(
    name: str,
    sources: Iterable[Path],
    *,
    libraries: Sequence[_Work] | None = None,
    includes: Sequence[Path] = (),
) -> Path:
    """`sources`, and the runtime, as a program of this machine under sanitizers.

    libraries: in place of the runtime and the custom ops, (source, its flags) as of
    cpp_build.library_sources("scalar").
    includes: further folders of the sources' headers.

    Raises MissingToolError, CppBuildError (it does not compile).
    """
    # Not for speed but for the time to compile: lines only, and -O1 after the libraries' own.
    macro = f"-D{isa_macro('scalar')}=1"
    flags = [macro, "-O1", "-g1", "-fno-omit-frame-pointer", *_SANITIZERS]
    custom_ops = cpp_build.custom_op_sources() if libraries is None else []
    if libraries is None:
        libraries = cpp_build.library_sources("scalar")
    work = [(path, [*own, *flags]) for path, own in libraries]
    program = [(p, [*cpp_build.program_flags(), *flags]) for p in (*sources, *custom_ops)]
    objects = _objects(work, program, cpp_build.HOST, includes)
    return cpp_build.link(name, objects, _SANITIZERS, cpp_build.HOST)


def build_image(
    target: Target,
    name: str,
    sources: Iterable[Path],
    libraries: Iterable[_Work],
    includes: Sequence[Path] = (),
) -> Path:
    """`sources`, target.cc and the libraries' sources as an image for the target's machine.

    includes: further folders of the sources' headers.

    Raises MissingToolError, CppBuildError (it does not compile).
    """
    machine, memory = target.machine_flags, target.memory
    assert memory is not None
    work = [(path, [*machine, *own]) for path, own in libraries]
    own = [*machine, *cpp_build.program_flags()]
    program = [(path, own) for path in (*sources, CHECKS / "target.cc")]
    objects = _objects(work, program, cpp_build.ARM, includes)
    symbols = [
        f"-Wl,--defsym={name}_{what}={value:#x}"
        for name, extent in (("CODE", memory.code), ("RAM", memory.ram), ("HEAP", memory.heap))
        for what, value in zip(("ORIGIN", "LENGTH"), extent, strict=True)
    ]
    return cpp_build.link_image(name, objects, machine, CHECKS / "target.ld", symbols)


def _objects(
    work: Sequence[_Work], program: Sequence[_Work], compiler: str, includes: Sequence[Path]
) -> list[Path]:
    """Of the libraries, shared with whoever compiles them with the same flags, and of our own."""
    objects = cpp_build.compile_objects(work, [cpp_build.FRONTEND], compiler)
    folders = [WIRE, CHECKS, cpp_build.CUSTOM_OPS, cpp_build.FRONTEND, *includes]
    return objects + cpp_build.compile_objects(program, folders, compiler)
