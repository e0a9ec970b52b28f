"""Counts of the kernels' loops, by hand for small shapes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from codegen.host.kernel_loops import (
    ConvShape,
    Stretch,
    conv_loops,
    conv_passes,
    depthwise_loops,
    plane_loops,
    stretches,
)


def _windows_of_3x3(in_c: int, out_c: int) -> ConvShape:
    """4 x 4 pixels without padding: 4 groups of pixels."""
    return ConvShape(1, 6, 6, in_c, 4, 4, out_c, 3, 3, filter_c=in_c)


def test_stretches_join_the_positions_with_all_taps() -> None:
    # 5 inputs, 3 taps, padding 1 before and after
    assert stretches(5, 5, 3, 1, 1, 1) == [
        Stretch(1, 2, False),
        Stretch(3, 3, True),
        Stretch(1, 2, False),
    ]


def test_a_small_window_is_one_piece_with_sums_in_registers() -> None:
    # 9 products; 8 channels are one block
    counts = conv_loops(_windows_of_3x3(1, 8))
    assert counts["register blocks"] == 4
    assert counts["register runs"] == 4 * 3  # a kernel row each
    assert counts["register border runs"] == 0
    assert counts["register loops"] == 4 * 8 * 1  # 4 pairs of products
    assert counts["register odd pieces"] == 4 * 8


def test_a_large_window_is_worked_off_in_pieces_of_whole_taps() -> None:
    counts = conv_loops(_windows_of_3x3(16, 16))
    assert counts["group pieces"] == 4 * 5  # 2 + 2 + 2 + 2 + 1 taps
    assert counts["register pieces"] == counts["group pieces"]
    # pieces end after 32, 64, 96, 128 products, rows after 48 and 96
    assert counts["group runs"] == 4 * 6


def test_a_line_of_pixels_is_cut_into_threes_and_short_ones_into_single_pixels() -> None:
    # one row of padding above: 1 and 4 rows of 7 pixels
    shape = ConvShape(1, 6, 9, 8, 5, 7, 8, 3, 3, filter_c=1, pad_top=1)
    assert stretches(6, 5, 3, 1, 1, 1) == [Stretch(1, 2, False), Stretch(4, 3, True)]
    assert stretches(9, 7, 3, 1, 1, 0) == [Stretch(7, 3, True)]
    counts = depthwise_loops(shape)
    assert counts["line channels"] == 8 * counts["line calls"]
    assert counts["line calls"] == (1 + 4) * 3  # 7 pixels: 3 groups, the last one overlaps
    assert counts["line taps"] == (1 * 3 * 2 * 3 + 4 * 3 * 3 * 3) * 8
    assert counts["line rows"] == (1 * 3 * 2 + 4 * 3 * 3) * 8
    assert counts["line odd rows"] == 0
    # 1 x 2 pixels of 2 x 2 taps
    alone = depthwise_loops(ConvShape(1, 2, 3, 8, 1, 2, 8, 2, 2, filter_c=1))
    assert alone["line calls"] == 2


def _depthwise(channels: int, batches: int = 1) -> ConvShape:
    return ConvShape(batches, 6, 9, channels, 4, 7, channels, 3, 3, filter_c=1)


def test_planes_are_computed_four_channels_at_a_time() -> None:
    four, five, eight = (plane_loops(_depthwise(channels)) for channels in (4, 5, 8))
    assert four and five == eight == {name: 2 * count for name, count in four.items()}
    assert four["plane fills"] % 2 == 0  # two channels are filled at once
    assert not plane_loops(ConvShape(1, 6, 9, 8, 4, 7, 16, 3, 3, filter_c=2))


@pytest.mark.parametrize("loops", [conv_loops, depthwise_loops, plane_loops])
def test_each_image_of_a_batch_takes_as_much(
    loops: Callable[[ConvShape], dict[str, float]],
) -> None:
    once, thrice = (loops(_depthwise(8, batches)) for batches in (1, 3))
    assert once and thrice == {name: 3 * count for name, count in once.items()}


def test_a_pixel_at_the_border_makes_its_groups_runs_border_runs() -> None:
    # 4 x 4 pixels, one of padding all round: no group of 4 lies inside, and of the 20 inputs of a
    # tap at most 16 are gathered at once
    counts = conv_loops(ConvShape(1, 4, 4, 20, 4, 4, 1, 3, 3, filter_c=20, pad_top=1, pad_left=1))
    assert counts["register runs"] == 0
    assert counts["group border runs"] == 4 * 9 * 2
    assert counts["group gathers"] == 4 * 9 * 20


@pytest.mark.parametrize(("channels", "passes"), [(2, 1), (25, 1), (32, 1), (33, 2), (65, 3)])
def test_a_pass_takes_a_block_of_channels(channels: int, passes: int) -> None:
    assert conv_passes(channels) == passes
