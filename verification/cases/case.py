"""What a golden case generator returns: one random valid model and what to feed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Case:
    """A valid model and one set of inputs; the oracle knows the right outputs.

    model: the .tflite file's bytes (verification/cases/model_builder.py makes them).
    inputs: one array for each model input, in order, with the shape and dtype of its tensor.
    label: one short line for a failure's message, what was drawn: "1x7x5x3 k3x2 s2 SAME".
    """

    model: bytes
    inputs: list[NDArray[Any]]
    label: str


Generator = Callable[[np.random.Generator], Case]
"""Draws a case from a random state; the same state gives the same case."""

Cases = Mapping[str, Generator]
"""Generators of one group, by op name (or by what they stress): {"CONV_2D": conv_2d, ...}."""
