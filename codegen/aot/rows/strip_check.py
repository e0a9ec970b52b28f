"""Whether an op by strips finds its input untouched: followed byte by byte, independently of how
strips.py computes what is safe."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen.aot.rows.strips import RowWindows
from codegen.memory.planner import PlanError


def check_strips(
    what: str,
    windows: RowWindows,
    in_offset: int,
    out_offset: int,
    rows: int,
    blocks: int | None = None,
) -> None:
    """Raises PlanError. Offsets: of the arena. rows: as the kernel gets them, negative from the
    bottom up. blocks: channels, if a block of them is finished before the next one begins. what:
    names the op."""
    if blocks is not None and (out_offset - in_offset) % blocks != 0:
        raise PlanError(f"{what}: a channel is written on another one that is still to be read")
    in_bytes = windows.in_h * windows.in_row_bytes
    out_bytes = windows.out_h * windows.out_row_bytes
    start = min(in_offset, out_offset)
    held = np.zeros(max(in_offset + in_bytes, out_offset + out_bytes) - start, np.int64)
    source, result = in_offset - start, out_offset - start
    held[source : source + in_bytes] = 1 + np.arange(in_bytes)
    firsts = range(0, windows.out_h, abs(rows))
    for first in firsts if rows > 0 else reversed(firsts):
        end = min(first + abs(rows), windows.out_h)
        pieces = [(first, end)]
        if windows.read_first:
            starts = range(first, end, windows.read_first)
            pieces = [(start, min(start + windows.read_first, end)) for start in starts]
        for start, stop in pieces:
            if not windows.read_first:
                # A kernel goes through a strip once for some channels each, so it may have written
                # all of the strip's rows before it reads any of its windows.
                _write(held, windows, result, start, stop)
            row = _lost_row(held, windows, source, start, stop)
            if row is not None:
                raise PlanError(
                    f"{what}: the strip of output rows {first} to {end - 1} writes on input row "
                    f"{row}, which it reads"
                )
            if windows.read_first:
                _write(held, windows, result, start, stop)


def _write(
    held: NDArray[np.int64], windows: RowWindows, result: int, start: int, stop: int
) -> None:
    """Output rows [start, stop), of bytes that none of the input is."""
    row_bytes = windows.out_row_bytes
    held[result + start * row_bytes : result + stop * row_bytes] = 0


def _lost_row(
    held: NDArray[np.int64], windows: RowWindows, source: int, start: int, stop: int
) -> int | None:
    """A row of the input that output rows [start, stop) read and that is not there any more."""
    tops = [y * windows.stride - windows.pad_top for y in range(start, stop)]
    for row in range(windows.in_h):
        if any(0 <= row - top < windows.reach for top in tops):
            begin = row * windows.in_row_bytes
            end = begin + windows.in_row_bytes
            if not np.array_equal(held[source + begin : source + end], 1 + np.arange(begin, end)):
                return row
    return None
