"""firmware/lib/nn/nn/window_run.h, run on this machine."""

from pathlib import Path

from codegen.files.places import PROGRAM
from tests.unit.codegen.fakes import compile_and_run


def test_runs_are_whole_and_those_of_full_windows_as_long_as_can_be(tmp_path: Path) -> None:
    source = Path(__file__).with_name("window_run_tool.cc")
    flags = ["-fsanitize=address,undefined"]
    compile_and_run([source], tmp_path, [PROGRAM / "firmware/lib/nn"], flags)
