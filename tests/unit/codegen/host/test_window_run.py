"""firmware/lib/nn/nn/window_run.h, run on this machine."""

import subprocess
from pathlib import Path

from codegen.files.places import PROGRAM


def test_runs_are_whole_and_those_of_full_windows_as_long_as_can_be(tmp_path: Path) -> None:
    program = tmp_path / "runs"
    subprocess.run(
        [
            *("g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"),
            f"-I{PROGRAM / 'firmware/lib/nn'}",
            *(str(Path(__file__).with_name("window_run_tool.cc")), "-o", str(program)),
        ],
        check=True,
    )
    assert subprocess.run([program]).returncode == 0
