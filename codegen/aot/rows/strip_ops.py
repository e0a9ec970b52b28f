"""The ops of a model that may go by strips, as the arena sees them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from codegen.aot.arena_search import Apart
from codegen.aot.recording import Call, Recording
from codegen.aot.rows.strips import (
    RowWindows,
    channel_blocks,
    ready_once,
    row_windows,
    scratch_bytes,
    shape_of,
    strips_function,
)
from codegen.host.kernel_loops import op_channel_kinds, plane_rows
from codegen.host.runtime import ALIGNMENT
from codegen.memory.planner import SCRATCH, PlannedTensor, align
from codegen.model.tflite import Model, Op


@dataclass(frozen=True)
class StripOp:
    """An op that may go by strips because its input dies there.

    op: its index. output, input: numbers of the buffers. in_bytes, out_bytes: of these, aligned.
    blocks: see channel_blocks(). ready_once: see ready_once(). more_scratch: bytes that strips take
    more, aligned.
    """

    op: int
    windows: RowWindows
    output: int
    input: int
    in_bytes: int
    out_bytes: int
    blocks: int | None
    ready_once: bool
    more_scratch: int

    def apart(self, height: int) -> Apart:
        step = math.lcm(ALIGNMENT, self.blocks or ALIGNMENT)
        down, up = self.windows.down(height), self.windows.up(height)
        return Apart(-(-down // step) * step, -(-up // step) * step, step)

    def saved_bytes(self, height: int) -> int:
        """How much less both buffers and the scratch need together than apart."""
        apart = self.apart(height)
        before = max(self.in_bytes + max(apart.before, 0), self.out_bytes)
        behind = max(self.out_bytes + max(apart.behind, 0), self.in_bytes)
        return max(0, self.in_bytes + self.out_bytes - min(before, behind) - self.more_scratch)


def strip_ops(
    model: Model, recording: Recording, buffers: Sequence[PlannedTensor], isa: str
) -> dict[int, StripOp]:
    """By op, those that may go by strips: nobody needs their input afterwards."""
    number = {b.index: n for n, b in enumerate(buffers) if b.index != SCRATCH}
    found = {}
    for op in model.ops:
        windows = row_windows(recording.calls[op.index])
        source = number.get(op.inputs[0]) if windows else None
        output = number.get(op.outputs[0]) if windows else None
        if windows is None or source is None or output is None:
            continue
        if buffers[source].last == op.index + 1 and buffers[output].first == op.index:
            (call,) = recording.calls[op.index]
            windows = replace(windows, read_first=_read_first(model, op, call, isa))
            found[op.index] = StripOp(
                op.index,
                windows,
                output,
                source,
                in_bytes=align(buffers[source].nbytes),
                out_bytes=align(buffers[output].nbytes),
                blocks=channel_blocks(call),
                ready_once=ready_once(call),
                more_scratch=_more_scratch(call, op.index, buffers, isa),
            )
    return found


def alike(
    model: Model,
    recording: Recording,
    buffers: Sequence[PlannedTensor],
    chosen: Collection[int],
    isa: str,
) -> dict[int, tuple[int, int]]:
    """{op: (all its rows, bytes of scratch more)} of what may be called as the chosen ops are,
    in one strip, so that the kernel is not linked twice."""
    functions = {strips_function(recording.calls[op][0]) for op in chosen}
    found = {}
    for op in model.ops:
        calls = recording.calls[op.index]
        windows = row_windows(calls)
        if windows and op.index not in chosen and strips_function(calls[0]) in functions:
            more = _more_scratch(calls[0], op.index, buffers, isa)
            found[op.index] = windows.out_h, more
    return found


def directions(chosen: Mapping[StripOp, int], buffers: Sequence[PlannedTensor]) -> dict[int, int]:
    """Rows with the direction that the places ask for; without ops whose two lie apart."""
    strips = {}
    for one, height in chosen.items():
        source, output = buffers[one.input], buffers[one.output]
        if (
            output.offset + output.nbytes <= source.offset
            or source.offset + source.nbytes <= output.offset
        ):
            continue
        goes_down = output.offset + one.windows.down(height) <= source.offset
        strips[one.op] = height if goes_down else -height
    return strips


def _read_first(model: Model, op: Op, call: Call, isa: str) -> int:
    """RowWindows.read_first: where the kernel goes by planes, whose channels all take the short way
    (of another it reads the input once more)."""
    if isa != "dsp" or channel_blocks(call) is None:
        return 0
    shape = shape_of(call)
    rows = plane_rows(shape)
    return rows if rows and not op_channel_kinds(model, op, shape).any() else 0


def _more_scratch(call: Call, op: int, buffers: Sequence[PlannedTensor], isa: str) -> int:
    """Aligned bytes that the op's call needs by strips beyond what it has."""
    has = sum(align(b.nbytes) for b in buffers if b.index == SCRATCH and b.first == op)
    needs = scratch_bytes(call, isa)
    return 0 if needs is None else align(needs) - has
