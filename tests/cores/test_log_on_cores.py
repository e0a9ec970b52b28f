"""Messages of the runtime and of the firmware on cores of 32 bits, where an argument has one word
or two."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.compile import cpp_build
from codegen.files.places import PROGRAM
from verification import semihosting
from verification.check_runner import TARGETS, build_image

pytestmark = [pytest.mark.golden, pytest.mark.emulated]

OF_THE_RUNTIME = """\
1 -2 3
4 5 ab 6
-7 8 9 10
-11 12 13 14
15 16 -17 18
-19 20 21 22
23.5 24 25 26.5 27
1099511627776 28 -1099511627776 ABC
"""
OF_THE_FIRMWARE = """\
1 -2 3
4 5 ab 6
-11 12 4294967295 14
4294967295 16 -17 18
-19 20 21 22
? 24 beef 25
1099511627776 28 -1099511627776 abc
"""
SOURCE = PROGRAM / "firmware/src"


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4"])
@pytest.mark.parametrize(
    ("name", "more", "printed"),
    [("log", [], OF_THE_RUNTIME), ("text", [SOURCE / "text.cc"], OF_THE_FIRMWARE)],
)
def test_each_argument_is_found(
    name: str, more: list[Path], printed: str, core: str, tmp_path: Path
) -> None:
    target = TARGETS[core]
    assert target.machine is not None
    image = build_image(
        target,
        f"{name}-{core}",
        [Path(__file__).with_name(f"{name}_target.cc"), *more],
        cpp_build.library_sources(target.isa),
        [SOURCE],
    )
    for file in ("batch.bin", "results.bin"):
        (tmp_path / file).touch()
    command = semihosting.qemu_command(target.machine, image, "running on Arm cores")
    ended = semihosting.run_to_its_end(command, tmp_path, timeout_s=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / "results.bin").read_text() == printed
