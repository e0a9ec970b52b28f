"""A board that resets in the middle: the run goes on, and every digit is answered once."""

from pathlib import Path

import pytest

from codegen.boards import load_board
from harness import checks, link
from harness.digits import Digits
from harness.emulator import Emulator, open_emulator
from harness.expected import Expected

pytestmark = pytest.mark.emulated
COUNT = 40


def test_a_reset_in_the_middle_loses_no_digit(
    build_dir: Path, digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Expected.load(load_board("mps2_an386"), build_dir)
    started: list[Emulator] = []

    def remember(*options: object) -> Emulator:
        started.append(open_emulator(*options))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(link, "open_emulator", remember)
    answered = []
    with link.open_device(expected.board, expected.elf) as device:
        device.info()
        for index, _, mismatches in checks.check_digits(
            device, digits, range(COUNT), every_format=0
        ):
            assert not mismatches
            answered.append(index)
            if index == COUNT // 2:
                started[0]._qmp.execute("system_reset")  # type: ignore[attr-defined]
        ran = device.stats()["inferences"]
    assert answered == list(range(COUNT))
    assert 0 < ran < COUNT  # the counters began again
