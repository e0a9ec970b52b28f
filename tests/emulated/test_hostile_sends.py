"""After anything that strangers send, a device answers, has not begun anew, and is bit-exact."""

from __future__ import annotations

import os

import pytest

from harness.rig import link
from harness.rig.expected import Expected
from harness.run.subject import Subject
from tests.hostile_sends import hostile_send

pytestmark = pytest.mark.emulated

_SENDS = int(os.environ.get("HOSTILE_SENDS", "500"))  # 2,000: docs/testing.md
_AT_ONCE = 10  # before the device is asked whether it is well


def test_a_device_bears_hostile_sends(emulated_board: Expected, samples: Subject) -> None:
    with link.open_device(emulated_board.board, emulated_board.elf) as device:
        longest = device.info().max_payload
        before = device.stats()
        for seed in range(_SENDS):
            device.line.write(hostile_send(seed, longest))
            if seed % _AT_ONCE == 0:
                device.synchronize()
                assert device.info().ready, f"seed {seed}"
        device.synchronize()
        after = device.stats()
        # A device that began anew would count from 0.
        refused = ("crc_errors", "cobs_errors", "length_errors", "unknown_commands", "too_long")
        assert all(after[name] > before[name] + _SENDS // 100 for name in refused), after
        assert after["frames_ok"] > before["frames_ok"] + _SENDS // 4
        answers = list(samples.answers(device, range(20)))
        assert len(answers) == 20
        assert not [wrong for answer in answers for wrong in answer.mismatches]
