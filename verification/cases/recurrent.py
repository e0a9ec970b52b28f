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


def svdf(rng: np.random.Generator) -> Case:
    """States of int8 and of int16; with a bias, without which the oracle crashes."""
    batches, rank = int(rng.choice([1, 1, 2, 3])), int(rng.choice([1, 1, 2, 3]))
    features, units = draw.extent(rng, 65), draw.extent(rng, 33)
    memory, filters = draw.extent(rng, 17), units * rank
    wide = draw.chance(rng, 0.5)
    in_scale, feature_scale = draw.scale(rng), draw.scale(rng, 1e-3, 5e-2)
    state_scale = draw.output_scale(rng, in_scale, [feature_scale], features)
    state_scale /= 256 if wide else 1
    time_scale = draw.scale(rng, 1e-3, 5e-2) / (256 if wide else 1)
    b = ModelBuilder()
    source = b.tensor([batches, features], scale=in_scale, zero_point=draw.zero_point(rng))
    of_features = b.constant(draw.weights(rng, [filters, features]), scale=feature_scale)
    times = draw.weights(rng, [filters, memory])
    if wide:
        times = rng.integers(-32767, 32768, [filters, memory]).astype(np.int16)
    of_time = b.constant(times, scale=time_scale)
    reach = 2**28 if wide else 2**14 * rank
    biases = rng.integers(-reach, reach, units, dtype=np.int32)
    bias = b.constant(biases, scale=state_scale * time_scale)
    state = b.tensor(
        [batches, filters * memory],
        "INT16" if wide else "INT8",
        scale=state_scale,
        zero_point=0 if wide else draw.zero_point(rng),
        is_variable=True,
    )
    spread = [time_scale * (65536 if wide else 1)]
    output = b.tensor(
        [batches, units],
        scale=draw.output_scale(rng, state_scale, spread, memory * rank),
        zero_point=draw.zero_point(rng),
    )
    options = schema.SVDFOptionsT(
        rank=rank, fusedActivationFunction=schema.ActivationFunctionType.RELU
    )
    b.op("SVDF", [source, of_features, of_time, bias, state], [output], options, version=3)
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, [batches, features])],
        f"{batches} x {features}, {units} units of rank {rank}, memory {memory} "
        f"{'int16' if wide else 'int8'}",
    )


_GENERATORS: dict[str, Generator] = {
    "SVDF": svdf,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": unidirectional_sequence_lstm,
}

CASES: Cases = _GENERATORS
