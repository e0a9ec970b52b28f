"""A run of ops by pieces, as the device goes through it (lib/nn/nn/row_stream.h)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codegen.host.kernel_loops import ConvShape, c_shape
from codegen.host.runtime import load_library


@dataclass(frozen=True)
class Image:
    """A tensor of the run. offset: bytes from the arena's start. row_bytes: of all channels.
    rows: of the image. is_whole: all of them are in memory."""

    offset: int
    row_bytes: int
    rows: int
    is_whole: bool


@dataclass(frozen=True)
class Piece:
    """Some output rows of one op. in_rows: of the input from the first that they read on; 0 of an
    op without windows, as is pad_top. inputs, output: bytes from the arena's start."""

    op: int
    in_rows: int
    out_rows: int
    pad_top: int
    inputs: tuple[int, int]
    output: int


class _Tensor(ctypes.Structure):
    _fields_ = [
        ("offset", ctypes.c_uint32),
        ("row_bytes", ctypes.c_uint32),
        ("rows", ctypes.c_uint16),
        ("is_whole", ctypes.c_bool),
    ]


_VISIT = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.POINTER(ctypes.c_int32))


def most_images() -> int:
    """That a run may have."""
    return int(load_library().mcuforge_most_stream_tensors())


def run_row_stream(
    images: Sequence[Image],
    ops: Sequence[tuple[int, int, int]],
    shapes: Sequence[ConvShape | None],
    rows: int,
    arena: NDArray[np.uint8],
    visit: Callable[[Piece], None],
) -> None:
    """Goes through the run and has `visit` compute each piece; rows between pieces are moved.

    ops: two inputs and the output, numbers of images. shapes: of the ops, None without windows.
    rows: of the last op at a time, negative from the bottom up.
    """
    tensors = (_Tensor * len(images))(
        *(_Tensor(i.offset, i.row_bytes, i.rows, i.is_whole) for i in images)
    )
    windows = (ctypes.c_void_p * len(ops))()
    held = [None if shape is None else c_shape(shape) for shape in shapes]
    for n, shape in enumerate(held):
        windows[n] = None if shape is None else ctypes.addressof(shape)

    def visited(op: int, at: ctypes._Pointer[ctypes.c_int32]) -> None:
        in_rows, out_rows, pad_top, first, second, output = at[:6]
        visit(Piece(op, in_rows, out_rows, pad_top, (first, second), output))

    load_library().mcuforge_run_row_stream(
        tensors,
        len(images),
        windows,
        (ctypes.c_uint8 * (3 * len(ops)))(*(number for op in ops for number in op)),
        len(ops),
        rows,
        ctypes.c_void_p(arena.ctypes.data),
        _VISIT(visited),
    )
