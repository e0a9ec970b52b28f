"""Whether a run by pieces finds each row that it reads, and harms none: the device's own walk
(lib/nn/nn/row_stream.cc) over images of random bytes, of which each piece writes its part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codegen.aot.rows.stream_ops import Stream
from codegen.aot.rows.streams import StreamOp
from codegen.host.row_stream import Image, Piece, run_row_stream
from codegen.memory.planner import PlanError, PlannedTensor


def check_stream(stream: Stream, buffers: Sequence[PlannedTensor], rows: int) -> None:
    """Raises PlanError. buffers: with the places of the run's tensors. rows: as the device gets
    them, negative from the bottom up."""
    walk = _Walk(stream, buffers, goes_up=rows < 0)
    ops = [(op.inputs[0], op.inputs[-1], op.output) for op in stream.ops.run.ops]
    run_row_stream(walk.images, ops, stream.ops.shapes, rows, walk.arena, walk.compute)
    walk.finish()


class _Walk:
    """What is in the arena, and what of each image was made."""

    def __init__(self, stream: Stream, buffers: Sequence[PlannedTensor], goes_up: bool) -> None:
        run = stream.ops.run
        self._stream, self._run, self._goes_up = stream, run, goes_up
        places = {b.index: b for b in buffers}
        self._places = [places[index] for index in stream.ops.tensors]
        self.images = [
            Image(place.offset, tensor.row_bytes, tensor.rows, tensor.whole)
            for place, tensor in zip(self._places, run.tensors, strict=True)
        ]
        self.arena = np.zeros(max(p.offset + p.nbytes for p in self._places), np.uint8)
        draw = np.random.default_rng(1)
        self._contents = [
            draw.integers(0, 256, (tensor.rows, tensor.row_bytes), np.uint8)
            for tensor in run.tensors
        ]
        self._made = [0] * len(run.tensors)
        self._faults: list[str] = []
        for number in {n for op in run.ops for n in op.inputs} - {op.output for op in run.ops}:
            self._write(number, self.images[number].offset, 0, run.tensors[number].rows)

    def compute(self, piece: Piece) -> None:
        op = self._run.ops[piece.op]
        height = self._run.tensors[op.output].rows
        first = self._made[op.output]
        if self._goes_up:
            first = height - first - piece.out_rows
        self._made[op.output] += piece.out_rows
        place, size = self._places[op.output], piece.out_rows * self.images[op.output].row_bytes
        if not place.offset <= piece.output <= place.offset + place.nbytes - size:
            self._fault(piece, "writes outside of its buffer")
            return
        exactly = piece.output in piece.inputs and op.windows is None
        if not exactly:  # a kernel may write all of a piece before it reads the last of it
            self.arena[piece.output : piece.output + size] = 0
        self._check_reads(piece, op, first)
        self._write(op.output, piece.output, first, piece.out_rows)

    def finish(self) -> None:
        """Raises PlanError if something was amiss, or if something is."""
        for number, tensor in enumerate(self._run.tensors):
            made = any(op.output == number for op in self._run.ops)
            if (
                made
                and tensor.whole
                and not self._holds(number, self.images[number].offset, 0, tensor.rows)
            ):
                self._faults.append(f"tensor {self._places[number].index} is not whole at the end")
        if self._faults:
            ops = self._stream.ops
            raise PlanError(f"ops {ops.first} to {ops.end - 1} by pieces: {self._faults[0]}")

    def _check_reads(self, piece: Piece, op: StreamOp, first: int) -> None:
        top, end, height = first, first + piece.out_rows, 0
        if op.windows is not None:
            w = op.windows
            above = first * w.stride - w.pad_top
            top = max(0, above)
            end = min(w.in_h, above + (piece.out_rows - 1) * w.stride + w.reach)
            height = w.in_h
            if (piece.pad_top, piece.in_rows) != (top - above, height - top):
                self._fault(piece, f"has {piece.pad_top} rows of padding and {piece.in_rows} left")
        for number, at in zip(op.inputs, piece.inputs, strict=False):
            if not self._holds(number, at, top, max(0, end - top)):
                self._fault(piece, f"does not find input rows {top} to {end - 1}")

    def _holds(self, number: int, at: int, first: int, rows: int) -> bool:
        wanted = self._contents[number][first : first + rows].reshape(-1)
        return at >= 0 and np.array_equal(self.arena[at : at + wanted.size], wanted)

    def _write(self, number: int, at: int, first: int, rows: int) -> None:
        content = self._contents[number][first : first + rows].reshape(-1)
        self.arena[at : at + content.size] = content

    def _fault(self, piece: Piece, what: str) -> None:
        self._faults.append(f"a piece of op {self._stream.ops.first + piece.op} {what}")
