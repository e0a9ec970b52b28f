"""User code is clean under -Wall -Wextra -Werror, with GCC and with clang: warnings that a header
causes in it are the header's fault."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codegen.files.places import PROGRAM

pytestmark = pytest.mark.emulated

SKETCHES = PROGRAM / "tests" / "golden" / "sketches"
LIBRARIES = [PROGRAM / "firmware" / "lib" / name for name in ("tflm", "nn")]


@pytest.mark.parametrize("compiler", ["g++ -O3", "clang++ -O2"])
@pytest.mark.parametrize("sketch", sorted(SKETCHES.glob("*.cc")), ids=lambda path: path.stem)
def test_a_sketch_is_compiled_without_a_warning(compiler: str, sketch: Path) -> None:
    command = [*compiler.split(), "-std=c++17", "-Wall", "-Wextra", "-Werror", "-c", str(sketch)]
    command += [f"-I{one}" for one in (*LIBRARIES, SKETCHES)]
    done = subprocess.run(
        [*command, "-o", "/dev/null"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
