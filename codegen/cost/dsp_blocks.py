"""How often the dsp convolution gathers its columns: nn/conv_s8__dsp.cc, counted from shapes."""

from __future__ import annotations

import math

_BLOCK_CHANNELS = 32  # kConvS8Block


def pair_passes(channels: int, has_bias: bool) -> int:
    """Passes over the pixels for the channels, at least 2, of a group. By pairs: a lone last
    channel is a pass of its own."""
    lone = channels % 2
    return math.ceil((channels - lone) / (_BLOCK_CHANNELS if has_bias else 2)) + lone
