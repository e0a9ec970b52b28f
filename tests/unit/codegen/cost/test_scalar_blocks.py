"""Counts of the scalar kernels' loops, by hand for small shapes."""

from codegen.cost.scalar_blocks import Stretch, conv_blocks, depthwise_blocks, stretches


def test_stretches_join_the_positions_with_all_taps() -> None:
    # 5 inputs, 3 taps, padding 1 before and after
    assert stretches(5, 5, 3, 1, 1, 1) == [
        Stretch(1, 2, False),
        Stretch(3, 3, True),
        Stretch(1, 2, False),
    ]


def test_a_small_window_is_one_piece_with_sums_in_registers() -> None:
    # 4 x 4 pixels without padding: 4 groups of pixels; 9 products; 8 channels are one block
    axis = [Stretch(4, 3, True)]
    counts = conv_blocks(axis, axis, (3, 3), 1, 8, 1, rows_may_run=True)
    assert counts["register blocks"] == 4
    assert counts["register runs"] == 4 * 3  # a kernel row each
    assert counts["register border runs"] == 0
    assert counts["register loops"] == 4 * 8 * 1  # 4 pairs of products
    assert counts["register odd pieces"] == 4 * 8


def test_a_large_window_is_worked_off_in_pieces_of_whole_taps() -> None:
    axis = [Stretch(4, 3, True)]
    counts = conv_blocks(axis, axis, (3, 3), 16, 16, 1, rows_may_run=True)
    assert counts["group pieces"] == 4 * 5  # 2 + 2 + 2 + 2 + 1 taps
    assert counts["register pieces"] == counts["group pieces"]
    # pieces end after 32, 64, 96, 128 products, rows after 48 and 96
    assert counts["group runs"] == 4 * 6


def test_a_line_of_pixels_is_cut_into_threes_and_short_ones_into_single_pixels() -> None:
    rows = [Stretch(1, 2, False), Stretch(4, 3, True)]
    columns = [Stretch(7, 3, True)]
    counts = depthwise_blocks(rows, columns, 1, 8)
    assert counts["line calls"] == (1 + 4) * 3  # 7 pixels: 3 groups, the last one overlaps
    assert counts["line taps"] == (1 * 3 * 2 * 3 + 4 * 3 * 3 * 3) * 8
    alone = depthwise_blocks([Stretch(1, 2, False)], [Stretch(2, 2, False)], 1, 8)
    assert alone["line calls"] == 2
