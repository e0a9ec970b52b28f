"""Stand-ins for the planner and for a build of the firmware, so that these tests stay fast."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from codegen.memory.planner import ArenaPlan

ARENA_BYTES = {"scalar": 5104, "dsp": 5120, "mve": 5136}


def made_up_plan(arena_bytes: int, ops_missing: Sequence[str] = ()) -> ArenaPlan:
    """A plan of that size, the rest made up."""
    return ArenaPlan(arena_bytes, 1000, 900, 400, list(ops_missing))


def fake_plan(model_path: Path, isa: str) -> ArenaPlan:
    assert model_path.is_file()
    return made_up_plan(ARENA_BYTES[isa])


def compile_and_run(
    sources: Sequence[Path],
    folder: Path,
    includes: Sequence[Path] = (),
    flags: Sequence[str] = (),
) -> str:
    """Compiles with the host's g++, warnings being errors, runs the program; its output."""
    program = folder / "program"
    subprocess.run(
        [
            "g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-O0",
            *flags, *(f"-I{path}" for path in includes), *map(str, sources), "-o", str(program),
        ],
        check=True,
    )  # fmt: skip
    done = subprocess.run([program], check=True, capture_output=True, timeout=60)
    return done.stdout.decode()
