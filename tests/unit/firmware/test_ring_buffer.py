"""firmware/boards/cortex_m/ring_buffer.h, run on this machine."""

import subprocess
from pathlib import Path

from codegen.files.places import PROGRAM


def test_ring_buffer_against_a_model(tmp_path: Path) -> None:
    program = tmp_path / "ring"
    subprocess.run(
        [
            *("g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"),
            f"-I{PROGRAM / 'firmware/boards/cortex_m'}",
            *(str(Path(__file__).with_name("ring_buffer_test.cc")), "-o", str(program)),
        ],
        check=True,
    )
    assert subprocess.run([program]).returncode == 0
