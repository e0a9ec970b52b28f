"""What a network sees of a sample, after its front end, as a person can look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.frontend.parameters import AudioFrontEnd, ImageFrontEnd
from codegen.model.tflite import Model
from codegen.samples.encode import model_input
from codegen.samples.split import Split


@dataclass(frozen=True)
class Sight:
    """Either pixels, uint8 [H, W] or [H, W, C] with C 1 or 3, or series, numbers [length, series].
    Of a sound's bands: time from left to right, the highest one above, the loudest white."""

    pixels: NDArray[np.uint8] | None = None
    series: NDArray[Any] | None = None


def seen(model: Model, split: Split) -> Sight:
    """Of the only sample of `split`. Raises CodegenError for a front end that does not fit it."""
    values = np.asarray(split.values)[0]
    if split.front_end is not None:
        (values,) = model_input(model, split).reshape(1, *split.front_end.feature_shape)
        if isinstance(split.front_end, AudioFrontEnd):
            return Sight(_stretched(np.flipud(values.T)))
        if isinstance(split.front_end, ImageFrontEnd):
            return Sight((values.astype(np.int16) + 128).astype(np.uint8))
    elif split.info.kind == "image":
        return Sight(values)
    series = values.reshape(values.shape[0], -1) if values.ndim else values[None, None]
    return Sight(series=series.T if len(series) == 1 else series)  # of a table's row one line


def _stretched(values: NDArray[np.int8]) -> NDArray[np.uint8]:
    """The least of them black, the largest white."""
    wide = values.astype(np.float32) - values.min()
    return np.asarray(255 * wide / max(1.0, float(wide.max())) + 0.5, np.uint8)
