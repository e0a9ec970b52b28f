"""How often the scalar kernels' loops run: what nn/conv_s8__scalar.cc and
nn/depthwise_conv_s8__scalar.cc do a block of pixels and channels, counted from shapes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_GROUP_PIXELS = 4  # kPixels of the convolution
_LINE_PIXELS = 3  # of the depthwise convolution
_BLOCK_CHANNELS = 16  # kConvS8ScalarBlock, kDepthwiseConvS8ScalarBlock
_PIECE_PRODUCTS = 32  # kConvS8ScalarPiece
_SUM_BYTES = 16
_CHANNEL_BYTES = 12
_PADDING_RUN = 16  # kPaddingRun


@dataclass(frozen=True)
class Stretch:
    """Output positions along one axis that use the same taps. length, taps: at least 1, 0."""

    length: int
    taps: int
    whole: bool  # all taps meet the input


def stretches(
    extent: int, out: int, kernel: int, stride: int, dilation: int, before: int
) -> list[Stretch]:
    """Of an axis. before: padding. Positions with all taps are one stretch, others are alone."""
    found: list[Stretch] = []
    for position in range(out):
        start = position * stride - before
        first = max(0, math.ceil(-start / dilation))
        end = min(kernel, math.ceil((extent - start) / dilation))
        whole = first == 0 and end == kernel
        if whole and found and found[-1].whole:
            found[-1] = Stretch(found[-1].length + 1, kernel, True)
        else:
            found.append(Stretch(1, max(0, end - first), whole))
    return found


def conv_blocks(
    rows: Sequence[Stretch],
    columns: Sequence[Stretch],
    kernel: tuple[int, int],
    filter_c: int,
    channels: int,
    groups: int,
    rows_may_run: bool,
) -> dict[str, float]:
    """Of a CONV_2D of one image. channels: of all groups. rows_may_run: a kernel row's taps lie
    side by side. Names with "register" count what the kernel does that keeps sums in registers."""
    taps = kernel[0] * kernel[1]
    products = taps * filter_c
    block = min(channels, _BLOCK_CHANNELS)
    pieces = _pieces(taps, filter_c)
    scratch = (_SUM_BYTES + _CHANNEL_BYTES) * block + 8 * pieces[0]
    single_block = (scratch - 8 * products) // _CHANNEL_BYTES
    single = single_block >= block
    per_group = channels // groups

    whole = [(r.whole, c.whole) for r in _each(rows) for c in _each(columns)]
    starts = range(0, len(whole), _GROUP_PIXELS) if len(whole) >= _GROUP_PIXELS else ()
    parts = [whole[i : i + _GROUP_PIXELS] for i in starts] or [[pixel] for pixel in whole]
    count = len(parts)
    inside = sum(all(r and c for r, c in part) for part in parts)
    in_columns = sum(all(c for _, c in part) for part in parts)
    found = {
        "group channels": float(count * channels),
        "group macs": float(count * channels * products),
    }
    for prefix, own_pieces, own_block in (
        ("group", pieces, _BLOCK_CHANNELS),
        ("register", [products] if single else pieces, single_block if single else _BLOCK_CHANNELS),
    ):
        blocks = groups * math.ceil(per_group / own_block)
        row_runs = _runs(own_pieces, kernel[1] * filter_c if rows_may_run else filter_c, products)
        cut_row_runs = _runs(
            own_pieces, kernel[1] * filter_c if rows_may_run else filter_c, _PADDING_RUN
        )
        tap_runs = _runs(own_pieces, filter_c, _PADDING_RUN)
        loops = sum(math.ceil((piece // 2) / 4) for piece in own_pieces)
        found |= {
            f"{prefix} blocks": float(count * blocks),
            f"{prefix} gathers": float(count * blocks * products),
            f"{prefix} runs": float(inside * blocks * row_runs),
            f"{prefix} border runs": float(
                blocks * ((in_columns - inside) * cut_row_runs + (count - in_columns) * tap_runs)
            ),
            f"{prefix} pieces": float(count * blocks * len(own_pieces)),
            f"{prefix} channel pieces": float(count * channels * len(own_pieces)),
            f"{prefix} loops": float(count * channels * loops),
            f"{prefix} odd pieces": float(count * channels * sum(n % 2 for n in own_pieces)),
        }
    return found


def _each(axis: Sequence[Stretch]) -> list[Stretch]:
    return [part for part in axis for _ in range(part.length)]


def _pieces(taps: int, filter_c: int) -> list[int]:
    """ConvS8ScalarPiece and NextPiece."""
    if filter_c > _PIECE_PRODUCTS:
        most = (math.ceil(filter_c / math.ceil(filter_c / _PIECE_PRODUCTS)) + 1) & ~1
        of_tap = [min(most, filter_c - begin) for begin in range(0, filter_c, most)]
        return of_tap * taps
    most = filter_c * math.ceil(taps / math.ceil(taps / (_PIECE_PRODUCTS // filter_c)))
    products = taps * filter_c
    return [min(most, products - begin) for begin in range(0, products, most)]


def _runs(pieces: Sequence[int], run: int, limit: int) -> int:
    """Into how many runs of side by side inputs, at most `limit` long, the pieces fall."""
    total = begin = 0
    for piece in pieces:
        end = begin + piece
        while begin < end:
            begin += min(run - begin % run, end - begin, limit)
            total += 1
    return total


def depthwise_blocks(
    rows: Sequence[Stretch], columns: Sequence[Stretch], batches: int, channels: int
) -> dict[str, float]:
    """Of a DEPTHWISE_CONV_2D: rows and columns as stretches() gives them."""
    calls = call_rows = call_taps = odd_rows = 0
    regions = len(rows) * len(columns)
    for row in rows:
        for column in columns:
            width, height = column.length, row.length
            across = width >= _LINE_PIXELS or width >= height
            length, lines = (width, height) if across else (height, width)
            of_line = length if length < _LINE_PIXELS else math.ceil(length / _LINE_PIXELS)
            calls += lines * of_line
            call_rows += lines * of_line * row.taps
            call_taps += lines * of_line * row.taps * column.taps
            odd_rows += lines * of_line * row.taps * (column.taps != _LINE_PIXELS)
    blocks = math.ceil(channels / _BLOCK_CHANNELS)
    return {
        "regions": float(batches * regions * blocks),
        "line calls": float(batches * calls * blocks),
        "line channels": float(batches * calls * channels),
        "line rows": float(batches * call_rows * channels),
        "line taps": float(batches * call_taps * channels),
        "line odd rows": float(batches * odd_rows * channels),
    }
