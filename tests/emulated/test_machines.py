"""Board facts against the machines that they name: QEMU has memory where the board's JSON says."""

from __future__ import annotations

import re
import subprocess

import pytest

from codegen.boards.facts import Board, list_boards
from harness.rig.emulator import QEMU

pytestmark = pytest.mark.emulated

BOARDS = [board for board in list_boards() if board.emulator and board.emulator.kind == "qemu"]

# The chip has it; QEMU 7.2 appends its 64 KB to the other RAM. The image puts nothing there.
NOT_IN_QEMU = {("netduinoplus2", "ccm"), ("disco_f407vg", "ccm")}


def memory_map(machine: str) -> list[tuple[int, int]]:
    """[first, last] of the memory that the processor sees, joined where they touch."""
    listing = subprocess.run(
        [
            *(QEMU, "-machine", machine, "-S", "-display", "none", "-nic", "none"),
            *("-serial", "null", "-monitor", "stdio"),
        ],
        input="info mtree -f\nquit\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    view = next(v for v in listing.split("FlatView ") if 'AS "cpu-memory-0"' in v)
    # tz-mpc-upstream: RAM behind a memory protection controller
    line = r"([0-9a-f]{16})-([0-9a-f]{16}) \(prio \d+, (?:ram|rom|romd|i/o)\): (\S+)"
    joined: list[tuple[int, int]] = []
    for match in re.finditer(line, view):
        if ", i/o)" in match.group(0) and match.group(3) != "tz-mpc-upstream":
            continue
        first, last = int(match.group(1), 16), int(match.group(2), 16)
        if joined and joined[-1][1] + 1 == first:
            first = joined.pop()[0]
        joined.append((first, last))
    return joined


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.id)
def test_regions_are_memory_of_the_machine(board: Board) -> None:
    assert board.emulator is not None
    assert board.emulator.machine is not None
    ranges = memory_map(board.emulator.machine)
    for region in board.regions:
        there = any(first <= region.origin and region.end - 1 <= last for first, last in ranges)
        assert there == ((board.id, region.name) not in NOT_IN_QEMU), region
