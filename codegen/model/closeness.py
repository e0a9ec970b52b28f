"""Where an output may lie beside the oracle's: behind curves of float32.

No standard says the last bit of an exponential, a logarithm or a sine: ours is the nearest float32,
the oracle's comes from the C library beside it. All other outputs are the oracle's in every bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.model.tflite import Model, Tensor

_NEAREST = dict.fromkeys(("COS", "ELU", "EXP", "LOG", "SIN"), 1)
# A sum that is one unit off moves a quotient by up to three.
CURVES = {**_NEAREST, "LOGISTIC": 2, "TANH": 2, "SOFTMAX": 4, "LOG_SOFTMAX": 2}
"""Units in the last place that a float32 behind such an op may lie beside the oracle's."""

# The logarithm of a sum just above 1 has more places than the sum had.
_UNIT_OF_ONE = {"LOG_SOFTMAX": 2.0**-23}


@dataclass(frozen=True)
class Closeness:
    """Of the float32 outputs of a model. ulps: 0 where they are the oracle's in every bit.
    least_unit: what a unit in the last place is at least, as of numbers below 1."""

    ulps: int = 0
    least_unit: float = 0.0


def closeness_of(model: Model) -> Closeness:
    curves = [
        op.name
        for graph in model.subgraphs
        for op in graph.ops
        if op.outputs and graph.tensors[op.outputs[0]].dtype == "FLOAT32" and op.name in CURVES
    ]
    return Closeness(
        max((CURVES[name] for name in curves), default=0),
        max((_UNIT_OF_ONE.get(name, 0.0) for name in curves), default=0.0),
    )


def differing(tensor: Tensor, given: bytes, wanted: bytes, allowed: Closeness) -> NDArray[np.int64]:
    """Of two contents of an output the places of bytes that differ; of a float32 that lies further
    away than is allowed, where it begins."""
    if tensor.dtype != "FLOAT32" or allowed.ulps == 0:
        return np.flatnonzero(np.frombuffer(given, np.uint8) != np.frombuffer(wanted, np.uint8))
    ours, theirs = (np.frombuffer(one, np.float32) for one in (given, wanted))
    nans = [np.isnan(one) for one in (ours, theirs)]
    far = np.abs(_ranks(ours) - _ranks(theirs)) > allowed.ulps
    with np.errstate(invalid="ignore"):  # infinities
        apart = np.abs(ours.astype(np.float64) - theirs)
    far &= ~(apart <= allowed.ulps * allowed.least_unit)
    return 4 * np.flatnonzero(np.where(nans[0] | nans[1], nans[0] != nans[1], far))


def _ranks(values: NDArray[Any]) -> NDArray[np.int64]:
    """A float32's place in the order of all; both zeros have one."""
    magnitudes = (values.view(np.uint32) & 0x7FFF_FFFF).astype(np.int64)
    return np.where(np.signbit(values), -magnitudes, magnitudes)
