"""Runs of ops some output rows at a time (lib/nn/nn/row_stream.h): what one hands to the next is
held as the few rows that are still read, a residual too.

How many rows these are, and how far apart the run's last output and its input have to start to lie
on one another, follows from the order in which rows are made. From the bottom up it is that of the
image turned over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from codegen.aot.recording import Call, Struct, Text, Value
from codegen.aot.rows.strips import RowWindows, row_windows

MOST_OPS = 8
_SAME_SHAPE = {"nn::AddS8", "nn::SubS8", "nn::MulS8"}
_COUNTED = {"nn::ClampS8", "nn::LookUpS8", "nn::LeakyReluS8"}


@dataclass(frozen=True)
class StreamTensor:
    """An image of `rows` rows. whole: all of them are in memory; else those that are read."""

    rows: int
    row_bytes: int
    whole: bool


@dataclass(frozen=True)
class StreamOp:
    """windows: None where an output row comes of the same row of each input. inputs, output:
    numbers of the run's tensors."""

    windows: RowWindows | None
    inputs: tuple[int, ...]
    output: int

    def read_end(self, rows: int) -> int:
        """Of the input rows that the first `rows` output rows read."""
        if self.windows is None:
            return rows
        w = self.windows
        return max(0, min((rows - 1) * w.stride - w.pad_top + w.reach, w.in_h))

    def read_first(self, row: int) -> int:
        """The first of the input rows that output row `row` and those after it read."""
        w = self.windows
        return row if w is None else max(0, row * w.stride - w.pad_top)


@dataclass(frozen=True)
class Run:
    """ops, in their order, of tensors by number. The last op's output and what no op makes are
    whole."""

    tensors: tuple[StreamTensor, ...]
    ops: tuple[StreamOp, ...]

    @cached_property
    def turned(self) -> Run:
        """Of the image upside down."""
        return replace(self, ops=tuple(replace(op, windows=_turned(op.windows)) for op in self.ops))

    def heights(self) -> list[int]:
        """Of pieces of the last op, one for each number of pieces up to a few, then by doubling."""
        rows = self.tensors[self.ops[-1].output].rows
        counts = [*range(2, 13), *(8 << n for n in range(1, 9)), rows]
        return sorted({-(-rows // count) for count in counts if count <= rows and count > 1})


@dataclass(frozen=True)
class Held:
    """What a run by pieces of some height keeps in memory. rows: {tensor: the most rows at a time}
    of those that are not whole. before: bytes by which the last output has to start before the
    input that it may lie on, if there is one. exactly: whether it may lie there exactly, too."""

    rows: Mapping[int, int]
    before: int
    exactly: bool


def hold(run: Run, height: int, under: int | None) -> Held:
    """Of a run from the top down. under: the input that the last output may lie on."""
    ends = {n: 0 for n, _ in enumerate(run.tensors)}
    most = {n: 0 for n, tensor in enumerate(run.tensors) if not tensor.whole}
    last = run.ops[-1]
    made = run.tensors[last.output]
    later = now = -made.rows * made.row_bytes
    for done, wanted in _steps(run, height):
        for op in run.ops:
            if op is last and under in op.inputs:
                # A kernel may write all of its piece before it reads the last of it.
                free = op.read_first(ends[op.output])
                now = max(now, done * made.row_bytes - free * run.tensors[under].row_bytes)
            if op.output in most and wanted[op.output] > ends[op.output]:
                kept = min(ends[op.output], _still_read(run, op.output, ends))
                most[op.output] = max(most[op.output], wanted[op.output] - kept)
            ends[op.output] = max(ends[op.output], wanted[op.output])
        if under is not None and done < made.rows:
            free = min(run.tensors[under].rows, _still_read(run, under, ends))
            later = max(later, done * made.row_bytes - free * run.tensors[under].row_bytes)
    if under is not None:
        source = run.tensors[under]
        later = max(later, made.rows * made.row_bytes - source.rows * source.row_bytes)
    return Held(most, max(now, later), exactly=last.windows is None and later <= 0)


def _still_read(run: Run, tensor: int, ends: Mapping[int, int]) -> int:
    """From which of its rows on it is read yet. ends: rows that are made."""
    readers = [op for op in run.ops if tensor in op.inputs]
    return min(op.read_first(ends[op.output]) for op in readers)


def pieces(run: Run, height: int) -> list[list[tuple[int, int]]]:
    """Of each op: first output row and number of rows of each piece, from the top down."""
    ends = {n: 0 for n, _ in enumerate(run.tensors)}
    found: list[list[tuple[int, int]]] = [[] for _ in run.ops]
    for _, wanted in _steps(run, height):
        for op, of_op in zip(run.ops, found, strict=True):
            if wanted[op.output] > ends[op.output]:
                of_op.append((ends[op.output], wanted[op.output] - ends[op.output]))
                ends[op.output] = wanted[op.output]
    return found


def _steps(run: Run, height: int) -> Iterator[tuple[int, dict[int, int]]]:
    """Rows that the last op has made after each step, and {tensor: rows that have to be made}."""
    rows = run.tensors[run.ops[-1].output].rows
    for done in [*range(height, rows, height), rows]:
        wanted = {n: 0 for n, _ in enumerate(run.tensors)}
        wanted[run.ops[-1].output] = done
        for op in reversed(run.ops):
            if wanted[op.output]:
                for number in op.inputs:
                    wanted[number] = max(wanted[number], op.read_end(wanted[op.output]))
        yield done, wanted


def _turned(windows: RowWindows | None) -> RowWindows | None:
    if windows is None:
        return None
    w = windows
    return replace(w, pad_top=(w.out_h - 1) * w.stride + w.reach - w.in_h - w.pad_top)


def may_stream(calls: Sequence[Call], sources: int, elements: int) -> bool:
    """Whether an op can be one of a run. sources: computed inputs; a constant operand or computed
    weights do not go by rows. elements: of its output."""
    if len(calls) != 1:
        return False
    call, given = calls[0], dict(calls[0].arguments)
    if call.function in _SAME_SHAPE:
        return sources == 2 and _is_same_shape(given["shape"], elements)
    if call.function in _COUNTED:
        return sources == 1 and given["count"] == Text(str(elements))
    return sources == 1 and row_windows(calls) is not None


def has_windows(call: Call) -> bool:
    return call.function not in _SAME_SHAPE | _COUNTED


def _is_same_shape(shape: Value, elements: int) -> bool:
    """Of a Broadcast: one axis of so many elements, which both operands have."""
    assert isinstance(shape, Struct)
    fields = dict(shape.fields)
    axes = fields["axis"]
    assert isinstance(axes, Struct)
    _, inner = axes.fields[0]
    assert isinstance(inner, Struct)
    steps = dict(inner.fields)["step"]
    assert isinstance(steps, Struct)
    return (
        fields["axes"] == Text("1")
        and dict(inner.fields)["extent"] == Text(str(elements))
        and all(value == Text("1") for _, value in steps.fields)
    )
