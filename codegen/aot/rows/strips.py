"""Windowed ops by strips of output rows (lib/nn/nn/strips.h), so that the output may lie partly
on the input.

An op that goes from the top down may have its output lower in the arena than its input, one that
goes from the bottom up higher: what a strip writes is then input that no later strip reads. It is
how far apart the two have to start that is computed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from codegen.aot.recording import Call, Struct, Text
from codegen.host.kernel_loops import ConvShape, conv_strips_scratch

PACKED_CONV = "nn::ConvPackedS8"
PACKED_DEPTHWISE = "nn::DepthwisePackedS8"
READY_CONV = "nn::ConvReadyS8"
_DEPTHWISE = "nn::DepthwiseConvS8"
_FAST_DEPTHWISE = "nn::DepthwiseConvFastS8"
_PREPARED = {"nn::ConvS8", "nn::ConvFastS8", READY_CONV}  # they have channels in scratch
_CONVOLUTIONS = {*_PREPARED, PACKED_CONV}
_BLOCK_STRIPS_OF = {
    _DEPTHWISE: "nn::DepthwiseConvBlockStripsS8",
    _FAST_DEPTHWISE: "nn::DepthwiseConvFastBlockStripsS8",
    PACKED_DEPTHWISE: "nn::DepthwisePackedBlockStripsS8",
}
_STRIPS_OF = {
    "nn::ConvS8": "nn::ConvStripsS8",
    "nn::ConvFastS8": "nn::ConvFastStripsS8",
    PACKED_CONV: "nn::ConvPackedStripsS8",
    READY_CONV: "nn::ConvReadyStripsS8",
    **dict.fromkeys((_DEPTHWISE, _FAST_DEPTHWISE), "nn::DepthwiseConvStripsS8"),
    "nn::MaxPoolS8": "nn::MaxPoolStripsS8",
    "nn::AveragePoolS8": "nn::AveragePoolStripsS8",
}


@dataclass(frozen=True)
class Strip:
    """Output rows [first, end), which need the input rows [in_first, in_end)."""

    first: int
    end: int
    in_first: int
    in_end: int


@dataclass(frozen=True)
class RowWindows:
    """Along the height of one image: extents in rows, *_row_bytes of one row of all channels.

    reach: rows from a window's first tap to its last, both counted. read_first: output rows for
    which the kernel reads all that it needs before it writes the first of them; 0: it writes while
    it reads.
    """

    in_h: int
    out_h: int
    stride: int
    pad_top: int
    reach: int
    in_row_bytes: int
    out_row_bytes: int
    read_first: int = 0

    def strips(self, rows: int) -> list[Strip]:
        """From the top down, of `rows` output rows each; the last may have fewer."""
        return self._cut(0, self.out_h, rows)

    def down(self, rows: int) -> int:
        """Bytes by which the output has to start before the input, going down; may be negative."""
        strips = self.strips(rows)
        if self.read_first:  # in a strip, too, it goes down, piece by piece
            pieces = [p for s in strips for p in self._cut(s.first, s.end, self.read_first)]
            return self._before(pairwise(pieces))
        return self._before(zip(strips, strips, strict=True))

    def up(self, rows: int) -> int:
        """Bytes by which the output has to start behind the input, going up; may be negative."""
        strips = self.strips(rows)
        # In a strip it goes down, so that what it writes first must not meet what it reads last.
        long = [(strip, strip) for strip in strips if strip.end - strip.first > self.read_first]
        return self._behind([*long, *((below, above) for above, below in pairwise(strips))])

    def heights(self) -> list[int]:
        """Of strips, the largest first; one for each number of strips that there can be. All in
        one is among them where the kernel itself goes by pieces."""
        out_h = self.out_h
        least = 1 if self.read_first else 2
        return sorted({-(-out_h // count) for count in range(least, out_h + 1)}, reverse=True)

    def _cut(self, start: int, stop: int, rows: int) -> list[Strip]:
        """Output rows [start, stop), `rows` at a time."""
        strips = []
        for first in range(start, stop, rows):
            end = min(first + rows, stop)
            top = first * self.stride - self.pad_top
            bottom = (end - 1) * self.stride - self.pad_top + self.reach
            strips.append(Strip(first, end, max(0, top), min(self.in_h, bottom)))
        return strips

    def _before(self, pairs: Iterable[tuple[Strip, Strip]]) -> int:
        """How far the output has to start before the input, so that what is written of the first
        of a pair ends before what the second reads."""
        return max(
            (w.end * self.out_row_bytes - r.in_first * self.in_row_bytes for w, r in pairs),
            default=-self.in_h * self.in_row_bytes,
        )

    def _behind(self, pairs: Iterable[tuple[Strip, Strip]]) -> int:
        """The same from the bottom up."""
        return max(
            (r.in_end * self.in_row_bytes - w.first * self.out_row_bytes for w, r in pairs),
            default=-self.out_h * self.out_row_bytes,
        )


def _params(call: Call) -> dict[str, int]:
    params = call.arguments[0][1]
    assert isinstance(params, Struct)
    return params.numbers


def row_windows(calls: Sequence[Call]) -> RowWindows | None:
    """Of an op that consists of one call that can go by strips; else None."""
    if len(calls) != 1 or calls[0].function not in {*_STRIPS_OF, *_BLOCK_STRIPS_OF}:
        return None
    p = _params(calls[0])
    windows = RowWindows(
        in_h=p["in_h"],
        out_h=p["out_h"],
        stride=p["stride_h"],
        pad_top=p["pad_top"],
        reach=(p["kernel_h"] - 1) * p["dilation_h"] + 1,
        in_row_bytes=p["in_w"] * p["in_c"],
        out_row_bytes=p["out_w"] * p["out_c"],
    )
    last_window_meets = (p["out_h"] - 1) * p["stride_h"] - p["pad_top"] < p["in_h"]
    grouped = calls[0].function in _CONVOLUTIONS and p["filter_c"] != p["in_c"]
    possible = p["batches"] == 1 and last_window_meets and not grouped
    return windows if possible else None


def ready_once(call: Call) -> bool:
    """Whether by strips its channels are made ready once, not for each strip."""
    return call.function in _CONVOLUTIONS or channel_blocks(call) is not None


def scratch_bytes(call: Call, isa: str) -> int | None:
    """What the call needs by strips; None: as much as in one piece."""
    if call.function not in _PREPARED:
        return None
    return conv_strips_scratch(shape_of(call), isa)


def shape_of(call: Call) -> ConvShape:
    """Of a call of a convolution."""
    p = _params(call)
    return ConvShape(**{field.name: p[field.name] for field in fields(ConvShape)})


def channel_blocks(call: Call) -> int | None:
    """Channels of a call that finishes one block of them after the other (DepthwiseConvS8InBlocks):
    its output has to start a multiple of so many bytes from its input. None of any other."""
    p = _params(call)
    in_blocks = p.get("filter_c") == 1 and p["out_c"] % 4 == 0
    return p["out_c"] if call.function in _BLOCK_STRIPS_OF and in_blocks else None


def strips_function(call: Call) -> str:
    """What does the same by strips."""
    in_blocks = channel_blocks(call) is not None
    return (_BLOCK_STRIPS_OF if in_blocks else _STRIPS_OF)[call.function]


def by_strips(call: Call, rows: str) -> Call:
    """The call that does the same by strips. rows: C++, negative to go from the bottom up."""
    arguments = (*call.arguments, ("rows", Text(rows)))
    return replace(call, function=strips_function(call), arguments=arguments)
