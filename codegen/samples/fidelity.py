"""How near a user's int8 model comes to the float one that it was made from, on samples of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codegen.host.oracle_child import answers
from codegen.host.random_inputs import numpy_dtype
from codegen.model.tflite import Model
from codegen.samples.encode import dequantize, quantize

SAMPLES = 50  # at most
_LOUD_DB = 20.0  # noise above a tenth of the signal's amplitude


def describe(
    content: bytes,
    given: Sequence[np.ndarray],
    exact: Sequence[np.ndarray],
    outputs: Sequence[object],
) -> str:
    """A line an output. content: of the .tflite. given: for each input an array [N, ...], exact:
    what the float model makes of them, for each output one [N, ...]. outputs: what names each.
    Raises CodegenError."""
    model = Model.parse(content)
    count = len(exact[0])
    inputs = [
        (quantize(values.astype(np.float32), tensor) if tensor.scales else values)
        .astype(numpy_dtype(tensor))
        .reshape(-1, *tensor.shape)
        for values, tensor in ((one[:count], t) for one, t in zip(given, model.inputs, strict=True))
    ]
    made = answers(model, inputs, resets=range(count))
    lines = [f"quantize: int8 beside float, {count} calibration samples, as the oracle answers:"]
    for one, wanted, tensor, edge in zip(made, exact, model.outputs, outputs, strict=True):
        real = dequantize(one, tensor).reshape(wanted.shape).astype(np.float64)
        lines.append(f"  output {edge}: {_compared(real, wanted.astype(np.float64))}")
    return "\n".join(lines)


def _compared(real: np.ndarray, wanted: np.ndarray) -> str:
    """Two arrays [N, ...] in words. Noise is set against how the float values vary, for what is
    always the same says nothing."""
    off = np.abs(real - wanted)
    if not off.any():
        return "the same"
    said = f"off by at most {off.max():.3g} in a span of {np.ptp(wanted):.3g}"
    if _are_shares(wanted):
        same = int((real.argmax(axis=1) == wanted.argmax(axis=1)).sum())
        said += f", the same highest in {same}"
    if not wanted.var():
        return said
    decibel = 10 * float(np.log10(wanted.var() / np.square(off).mean()))
    said += f", signal to noise {decibel:.1f} dB"
    if decibel < _LOUD_DB:
        said += (
            f"; below {_LOUD_DB:.0f} dB much is lost: are these samples like the device's? Judge "
            "it by --data with targets before it is deployed"
        )
    return said


def _are_shares(values: np.ndarray) -> bool:
    """Whether they are [N, classes] of a softmax."""
    return (
        values.ndim == 2 and values.shape[1] > 1 and np.allclose(values.sum(axis=1), 1, atol=1e-3)
    )
