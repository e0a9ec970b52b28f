"""The runs of a model's ops that may go some rows at a time, as the arena sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codegen.aot.arena_search import Apart
from codegen.aot.recording import Recording
from codegen.aot.rows.streams import (
    MOST_OPS,
    Held,
    Run,
    StreamOp,
    StreamTensor,
    has_windows,
    hold,
    may_stream,
)
from codegen.aot.rows.strips import row_windows, shape_of
from codegen.host.kernel_loops import ConvShape
from codegen.host.row_stream import most_images
from codegen.host.runtime import ALIGNMENT
from codegen.memory.planner import SCRATCH, PlannedTensor, align
from codegen.model.tflite import Model, Op


@dataclass(frozen=True, eq=False)
class OpRun:
    """Ops [first, end) of the model. shapes: theirs; None without windows. tensors: indices of the
    run's, of the model. output, under: numbers of the buffers of the last output and of what it may
    lie on, if there is such."""

    first: int
    end: int
    run: Run
    shapes: tuple[ConvShape | None, ...]
    tensors: tuple[int, ...]
    output: int
    under: int | None

    @property
    def span(self) -> tuple[int, int]:
        return self.first, self.end

    def has(self, op: int) -> bool:
        return self.first <= op < self.end


@dataclass(frozen=True, eq=False)
class Stream:
    """A run by pieces of `height` output rows of its last op. held: {tensor of the model: bytes} of
    what is not whole. apart: of the last output and what it may lie on, if there is such. exactly:
    whether they may lie on one another exactly, too. nbytes: of the arena while it runs, with all
    else that is alive."""

    ops: OpRun
    height: int
    held: Mapping[int, int]
    apart: Apart | None
    exactly: bool
    scratch_bytes: int
    nbytes: int

    def direction(self, buffers: Sequence[PlannedTensor]) -> int:
        """Its height, negative where the places ask for going from the bottom up."""
        if self.apart is None or self.ops.under is None:
            return self.height
        under, output = buffers[self.ops.under], buffers[self.ops.output]
        off = output.offset - under.offset
        goes_up = off >= self.apart.behind and -off < self.apart.before
        return -self.height if goes_up else self.height

    def overlap(self, buffers: Sequence[PlannedTensor]) -> tuple[int, int]:
        """The tensors that may lie on one another: the last output, and an input."""
        under = self.ops.output if self.ops.under is None else self.ops.under
        return buffers[self.ops.output].index, buffers[under].index


def op_runs(
    model: Model, recording: Recording, buffers: Sequence[PlannedTensor]
) -> Iterator[OpRun]:
    """All there are, each with something between its ops that nobody else needs."""
    number = {b.index: n for n, b in enumerate(buffers) if b.index != SCRATCH}
    fit = [_fits(model, recording, op, number) for op in model.ops]
    for first in range(len(model.ops)):
        for end in range(first + 1, min(first + MOST_OPS, len(model.ops)) + 1):
            if not fit[end - 1]:
                break
            if end - first > 1 and (found := _run(model, recording, buffers, number, first, end)):
                yield found


def streams(
    of: OpRun, buffers: Sequence[PlannedTensor], heights: Sequence[int]
) -> Iterator[Stream]:
    """The run by pieces of each of these heights."""
    inside = set(of.tensors)
    scratch = max(
        (align(b.nbytes) for b in buffers if b.index == SCRATCH and of.has(b.first)),
        default=0,
    )
    beside = scratch + sum(
        align(b.nbytes)
        for b in buffers
        if b.index != SCRATCH and b.index not in inside and b.first < of.end and of.first < b.last
    )
    whole = [n for n, tensor in enumerate(of.run.tensors) if tensor.whole]
    beside += sum(align(_nbytes(of.run.tensors[n])) for n in whole)
    under = None if of.under is None else of.tensors.index(buffers[of.under].index)
    for height in heights:
        down, up = hold(of.run, height, under), hold(of.run.turned, height, under)
        held = {
            of.tensors[n]: max(down.rows[n], up.rows[n]) * of.run.tensors[n].row_bytes
            for n in down.rows
        }
        apart, shared = _apart(of, buffers, down, up)
        nbytes = beside - shared + sum(map(align, held.values()))
        yield Stream(of, height, held, apart, down.exactly and up.exactly, scratch, nbytes)


def _apart(
    of: OpRun, buffers: Sequence[PlannedTensor], down: Held, up: Held
) -> tuple[Apart | None, int]:
    """How far the last output and what it may lie on have to be apart, and the bytes that both
    then share."""
    if of.under is None:
        return None, 0
    source, output = (align(buffers[n].nbytes) for n in (of.under, of.output))
    before = align(down.before)
    behind = align(up.before + buffers[of.under].nbytes - buffers[of.output].nbytes)
    if down.exactly and up.exactly:
        return Apart(before, behind, ALIGNMENT), output
    together = min(max(source + max(before, 0), output), max(output + max(behind, 0), source))
    return Apart(before, behind, ALIGNMENT), max(0, source + output - together)


def _nbytes(tensor: StreamTensor) -> int:
    return tensor.rows * tensor.row_bytes


def _fits(model: Model, recording: Recording, op: Op, number: Mapping[int, int]) -> bool:
    sources = _sources(model, op)
    tensors = [model.tensors[i] for i in (*sources, *op.outputs)]
    kept = {index for index, _ in recording.kept}
    images = all(
        t.dtype == "INT8"
        and len(t.shape) == 4
        and t.shape[0] == 1
        and t.index in number
        and not (t.is_variable or t.index in kept)
        for t in tensors
    )
    calls = recording.calls[op.index]
    fits = images and len(op.outputs) == 1
    return fits and may_stream(calls, len(sources), tensors[-1].nbytes)


def _sources(model: Model, op: Op) -> list[int]:
    """What it reads that is computed."""
    return [i for i in op.inputs if i >= 0 and not model.tensors[i].is_const]


def _run(
    model: Model,
    recording: Recording,
    buffers: Sequence[PlannedTensor],
    number: Mapping[int, int],
    first: int,
    end: int,
) -> OpRun | None:
    ops = model.ops[first:end]
    made = [op.outputs[0] for op in ops]
    read = [i for op in ops for i in _sources(model, op)]
    given = list(dict.fromkeys(i for i in read if i not in made))
    tensors = (*given, *made)
    inner = [i for i in made[:-1] if buffers[number[i]].last <= end]
    if not inner or len(tensors) > most_images() or not set(made[:-1]) <= set(read):
        return None
    position = {index: n for n, index in enumerate(tensors)}
    images = tuple(
        StreamTensor(shape[1], shape[2] * shape[3], index not in inner)
        for index in tensors
        for shape in [model.tensors[index].shape]
    )
    stream_ops = []
    shapes = []
    for op in ops:
        (call,) = recording.calls[op.index]
        windows = row_windows([call]) if has_windows(call) else None
        shapes.append(shape_of(call) if windows else None)
        sources = tuple(position[i] for i in _sources(model, op))
        stream_ops.append(StreamOp(windows, sources, position[op.outputs[0]]))
    dying = [number[i] for i in given if buffers[number[i]].last <= end]
    under = max(dying, key=lambda n: buffers[n].nbytes, default=None)
    run = Run(images, tuple(stream_ops))
    return OpRun(first, end, run, tuple(shapes), tensors, number[made[-1]], under)
