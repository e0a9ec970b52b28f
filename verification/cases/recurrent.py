"""Generators of recurrent ops, whose states live from one inference to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases, Generator
from verification.cases.model_builder import OPTIONAL, ModelBuilder

_GATES = 4
_TANH = schema.ActivationFunctionType.TANH


def _gate_scale(rng: np.random.Generator, in_scale: float, terms: int) -> float:
    """Of weights whose sums spread over some units, where a gate's curve bends."""
    spread = in_scale * 74 * 73 * np.sqrt(terms)
    return float(rng.choice([0.3, 1.5, 6.0]) * np.exp(rng.uniform(-1, 1)) / spread)


def unidirectional_sequence_lstm(rng: np.random.Generator) -> Case:
    """Batch-major and time-major, with and without a clip; cell states of several scales."""
    batches, steps = int(rng.choice([1, 1, 2, 3])), int(rng.choice([1, 2, 3, 7]))
    features, units = draw.extent(rng, 33), draw.extent(rng, 33)
    time_major = draw.chance(rng, 0.4)
    lead = [steps, batches] if time_major else [batches, steps]
    in_scale = draw.scale(rng)
    exponent = int(rng.choice([-15, -14, -13, -12, -12, -11, -10, -9]))
    hidden: dict[str, Any] = {
        "scale": float(rng.choice([1 / 128, 1 / 256, draw.scale(rng, 1e-3, 2e-2)])),
        "zero_point": draw.zero_point(rng),
    }
    b = ModelBuilder()
    source = b.tensor([*lead, features], scale=in_scale, zero_point=draw.zero_point(rng))
    operands = [source]
    scales = []
    for columns, scale in ((features, in_scale), (units, hidden["scale"])):
        for _ in range(_GATES):
            scales.append(_gate_scale(rng, scale, columns))
            values = draw.weights(rng, [units, columns])
            operands.append(b.constant(values, scale=scales[-1]))
    operands += [OPTIONAL] * 3
    for gate in range(_GATES):
        biases = draw.bias_values(rng, units, features)
        operands.append(b.constant(biases, scale=in_scale * scales[gate]))
    operands += [OPTIONAL] * 2
    operands.append(b.tensor([batches, units], **hidden, is_variable=True))
    operands.append(b.tensor([batches, units], "INT16", scale=2.0**exponent, is_variable=True))
    operands += [OPTIONAL] * 4
    output = b.tensor([*lead, units], **hidden)
    clip = float(rng.choice([0, 0, 10, 1.3, 0.1]))
    options = schema.UnidirectionalSequenceLSTMOptionsT(
        fusedActivationFunction=_TANH, cellClip=clip, timeMajor=time_major
    )
    b.op("UNIDIRECTIONAL_SEQUENCE_LSTM", operands, [output], options)
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, [*lead, features])],
        f"{batches} batches, {steps} steps of {features}, {units} units, "
        f"cell 2^{exponent} clip {clip}{' time-major' if time_major else ''}",
    )


_GENERATORS: dict[str, Generator] = {
    "UNIDIRECTIONAL_SEQUENCE_LSTM": unidirectional_sequence_lstm,
}

CASES: Cases = _GENERATORS
