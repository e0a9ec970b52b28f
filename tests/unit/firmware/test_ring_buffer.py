"""firmware/boards/cortex_m/ring_buffer.h, run on this machine."""

from pathlib import Path

from codegen.files.places import PROGRAM
from tests.unit.codegen.fakes import compile_and_run


def test_ring_buffer_against_a_model(tmp_path: Path) -> None:
    source = Path(__file__).with_name("ring_buffer_test.cc")
    flags = ["-fsanitize=address,undefined"]
    compile_and_run([source], tmp_path, [PROGRAM / "firmware/boards/cortex_m"], flags)
