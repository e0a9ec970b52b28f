"""Samples as the real numbers that a float model is trained on, and calibrated with.

Pixels within the model's range, 0 to 1 unless it states another; sounds as -1 to 1; all other
values as they are. Where there is a front end, it says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen.model.pixels import PIXEL_MAX, UNIT
from codegen.samples.split import Split

_PCM_MAX = 32768  # int16 PCM stands for -1 to 1


def real_values(split: Split, pixels: tuple[float, float] = UNIT) -> NDArray[np.float32]:
    """Samples [N, *info.shape] -> float32 [N, *split.input_shape].

    pixels: what pixel values 0 and 255 stand for.
    """
    info = split.info
    if split.front_end is not None:
        from codegen.frontend import host  # here, for it compiles

        return host.real_features(split.front_end, split.values_for_front_end())
    values = np.asarray(split.values).reshape(len(split), *split.input_shape)
    if info.kind == "image":
        low, high = pixels
        real = values.astype(np.float32) / np.float32(PIXEL_MAX)
        return real if pixels == UNIT else real * np.float32(high - low) + np.float32(low)
    if info.kind == "audio":
        return values.astype(np.float32) / np.float32(_PCM_MAX)
    return values.astype(np.float32)
