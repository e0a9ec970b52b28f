"""Generators of recurrent ops, whose states live from one inference to the next, and of control
flow: loops and branches, whose ops stand in subgraphs of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases, Generator
from verification.cases.model_builder import OPTIONAL, ModelBuilder, Subgraph

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


def _step(
    rng: np.random.Generator, graph: Subgraph, x: int, channels: int, quantized: dict[str, Any]
) -> tuple[int, str]:
    """One or two ops from x to a tensor like it, in `graph`: (its index, their names)."""
    y, names = x, []
    for name in rng.choice(["FULLY_CONNECTED", "ADD", "MUL", "TANH", "MAX"], rng.integers(1, 3)):
        made = graph.tensor([1, channels], **quantized)
        if name == "FULLY_CONNECTED":
            weights = graph.constant(
                draw.int8_values(rng, [channels, channels]), scale=1 / (64 * channels**0.5)
            )
            bias = rng.integers(-200, 200, channels, dtype=np.int32)
            inputs = [y, weights, graph.constant(bias, scale=quantized["scale"] / 64)]
            graph.op(name, inputs, [made], schema.FullyConnectedOptionsT())
        elif name == "TANH":
            wide = graph.tensor([1, channels], scale=1 / 128)
            graph.op("TANH", [y], [wide])
            graph.op("QUANTIZE", [wide], [made], schema.QuantizeOptionsT())
        else:
            own: dict[str, Any] = quantized if name == "MAX" else {"scale": draw.scale(rng)}
            other = graph.constant(draw.int8_values(rng, [1, channels]), **own)
            options: Any = {
                "ADD": schema.AddOptionsT(),
                "MUL": schema.MulOptionsT(),
                "MAX": schema.MaximumMinimumOptionsT(),
            }[name]
            graph.op("MAXIMUM" if name == "MAX" else name, [y, other], [made], options)
        y = made
        names.append(str(name))
    return y, " ".join(names)


def _loop(
    rng: np.random.Generator,
    b: ModelBuilder,
    graph: Subgraph,
    given: Sequence[int],
    limit: int | None,
    channels: int,
    quantized: dict[str, Any],
) -> tuple[list[int], str]:
    """A WHILE in `graph` over (counter, state, something that stays); limit: None: it is given,
    too. Returns its outputs."""

    def variables(of: Subgraph) -> list[int]:
        own = [
            of.tensor([], "INT32"),
            of.tensor([1, channels], **quantized),
            of.tensor([1, channels], **quantized),
        ]
        return own + ([of.tensor([], "INT32")] if limit is None else [])

    index, condition = b.subgraph("condition")
    seen = variables(condition)
    bound = seen[3] if limit is None else condition.constant(np.array(limit, np.int32))
    decision = condition.tensor([], "BOOL")
    condition.op("LESS", [seen[0], bound], [decision], schema.LessOptionsT())
    condition.set_io(seen, [decision])

    body_index, body = b.subgraph("body")
    seen = variables(body)
    counted = body.tensor([], "INT32")
    one = body.constant(np.array(1, np.int32))
    body.op("ADD", [seen[0], one], [counted], schema.AddOptionsT())
    state, names = _step(rng, body, seen[1], channels, quantized)
    if draw.chance(rng, 0.5):
        mixed = body.tensor([1, channels], **quantized)
        body.op("ADD", [state, seen[2]], [mixed], schema.AddOptionsT())
        state = mixed
    # Converters hand on what stays by naming the body's input as its output.
    body.set_io(seen, [counted, state, *seen[2:]])

    outputs = variables(graph)
    options = schema.WhileOptionsT(condSubgraphIndex=index, bodySubgraphIndex=body_index)
    graph.op("WHILE", given, outputs, options)
    return outputs, names


def loop(rng: np.random.Generator) -> Case:
    """Up to 9 rounds, counted from what is given; sometimes the limit is given, too."""
    channels = draw.extent(rng, 17)
    quantized: dict[str, Any] = {"scale": draw.scale(rng), "zero_point": draw.zero_point(rng)}
    b = ModelBuilder()
    counter, x, y = (
        b.tensor([], "INT32"),
        b.tensor([1, channels], **quantized),
        b.tensor([1, channels], **quantized),
    )
    rounds, start = int(rng.integers(0, 9)), int(rng.integers(-3, 4))
    fed: list[Any] = [
        np.array(start, np.int32),
        draw.int8_values(rng, [1, channels]),
        draw.int8_values(rng, [1, channels]),
    ]
    given = [counter, x, y]
    limit: int | None = start + rounds
    if draw.chance(rng, 0.4):
        given.append(b.tensor([], "INT32"))
        fed.append(np.array(limit, np.int32))
        limit = None
    graph_inputs = list(given)
    state, names = x, ""
    if draw.chance(rng, 0.5):
        state, names = _step(rng, b, x, channels, quantized)
    given[1] = state
    outputs, inside = _loop(rng, b, b, given, limit, channels, quantized)
    wanted = outputs[: int(rng.integers(1, 4))]
    if draw.chance(rng, 0.5):
        behind, more = _step(rng, b, outputs[1], channels, quantized)
        wanted, names = [behind, *outputs[:1]], f"{names} {more}".strip()
    return Case(
        b.build(graph_inputs, wanted),
        fed,
        f"{rounds} rounds of {inside} on {channels} channels{', beside ' + names if names else ''}",
    )


def branch(rng: np.random.Generator) -> Case:
    """One or two outputs by one of two ways; sometimes one is a constant, what is given, a loop."""
    channels = draw.extent(rng, 17)
    quantized: dict[str, Any] = {"scale": draw.scale(rng), "zero_point": draw.zero_point(rng)}
    b = ModelBuilder()
    x, y = (b.tensor([1, channels], **quantized) for _ in range(2))
    fed: list[Any] = [draw.int8_values(rng, [1, channels]) for _ in range(2)]
    graph_inputs = [x, y]
    decision = b.tensor([1] if draw.chance(rng, 0.5) else [], "BOOL")
    if draw.chance(rng, 0.5):
        graph_inputs.append(decision)
        fed.append(np.full(b.table.tensors[decision].shape, draw.chance(rng, 0.5)))
    else:
        first = b.tensor(b.table.tensors[decision].shape or [1], "INT8", **quantized)
        begin, size = b.constant([0, 0]), b.constant([1, 1])
        cut = b.tensor([1, 1], **quantized)
        b.op("SLICE", [x, begin, size], [cut], schema.SliceOptionsT())
        shape = b.constant([1])
        b.op("RESHAPE", [cut, shape], [first], schema.ReshapeOptionsT(newShape=[1]))
        threshold = b.constant(np.array([0], np.int8), **quantized)
        b.table.tensors[decision].shape = [1]
        b.op("GREATER", [first, threshold], [decision], schema.GreaterOptionsT())
    count = int(rng.integers(1, 3))
    indices, names = [], []
    for _ in range(2):
        index, way = b.subgraph("way")
        seen = [way.tensor([1, channels], **quantized) for _ in range(2)]
        made = []
        for i in range(count):
            kind = str(rng.choice(["ops", "ops", "constant", "given", "loop"]))
            if kind == "constant":
                made.append(way.constant(draw.int8_values(rng, [1, channels]), **quantized))
            elif kind == "given":
                made.append(seen[i])
            elif kind == "loop":
                start = way.constant(np.array(0, np.int32))
                limit = int(rng.integers(0, 4))
                given = [start, seen[i], seen[1 - i]]
                outputs, _ = _loop(rng, b, way, given, limit, channels, quantized)
                made.append(outputs[1])
            else:
                made.append(_step(rng, way, seen[i], channels, quantized)[0])
            names.append(kind)
        way.set_io(seen, made)
        indices.append(index)
    outputs = [b.tensor([1, channels], **quantized) for _ in range(count)]
    options = schema.IfOptionsT(thenSubgraphIndex=indices[0], elseSubgraphIndex=indices[1])
    b.op("IF", [decision, x, y], outputs, options)
    label = f"{' '.join(names[:count])} or {' '.join(names[count:])} on {channels} channels"
    return Case(b.build(graph_inputs, outputs), fed, label)


def gru_loop(rng: np.random.Generator) -> Case:
    """A GRU as a loop over time: each round takes one row of the sequence."""
    steps, features, units = int(rng.integers(1, 7)), draw.extent(rng, 9), draw.extent(rng, 9)
    given: dict[str, Any] = {"scale": 0.02, "zero_point": draw.zero_point(rng)}
    state: dict[str, Any] = {"scale": 1 / 128, "zero_point": 0}
    gate: dict[str, Any] = {"scale": 1 / 256, "zero_point": -128}
    wide: dict[str, Any] = {"scale": 0.05, "zero_point": draw.zero_point(rng)}
    b = ModelBuilder()

    def variables(of: Subgraph) -> list[int]:
        return [
            of.tensor([], "INT32"),
            of.tensor([1, units], **state),
            of.tensor([steps, features], **given),
        ]

    index, condition = b.subgraph("condition")
    seen = variables(condition)
    decision = condition.tensor([], "BOOL")
    limit = condition.constant(np.array(steps, np.int32))
    condition.op("LESS", [seen[0], limit], [decision], schema.LessOptionsT())
    condition.set_io(seen, [decision])

    body_index, body = b.subgraph("body")
    counter, h, sequence = seen = variables(body)

    def dense(x: int, depth: int, of: dict[str, Any]) -> int:
        weights = body.constant(draw.int8_values(rng, [units, depth]), scale=0.01)
        bias = body.constant(
            rng.integers(-500, 500, units, dtype=np.int32), scale=0.01 * of["scale"]
        )
        made = body.tensor([1, units], **wide)
        body.op("FULLY_CONNECTED", [x, weights, bias], [made], schema.FullyConnectedOptionsT())
        return made

    def two(name: str, x: int, y: int, options: Any, quantized: dict[str, Any]) -> int:
        made = body.tensor([1, units], **quantized)
        body.op(name, [x, y], [made], options)
        return made

    def activated(name: str, x: int, quantized: dict[str, Any]) -> int:
        made = body.tensor([1, units], **quantized)
        body.op(name, [x], [made])
        return made

    row, flat = body.tensor([features], **given), body.tensor([1, features], **given)
    body.op("GATHER", [sequence, counter], [row], schema.GatherOptionsT(axis=0))
    shape = body.constant([1, features])
    body.op("RESHAPE", [row, shape], [flat], schema.ReshapeOptionsT(newShape=[1, features]))
    gates = []
    for _ in range(2):
        both = two(
            "ADD", dense(flat, features, given), dense(h, units, state), schema.AddOptionsT(), wide
        )
        gates.append(activated("LOGISTIC", both, gate))
    update, reset = gates
    old = two("MUL", reset, dense(h, units, state), schema.MulOptionsT(), wide)
    new = two("ADD", dense(flat, features, given), old, schema.AddOptionsT(), wide)
    candidate = activated("TANH", new, state)
    one = body.constant(np.array(127, np.int8), **gate)
    rest = two("SUB", one, update, schema.SubOptionsT(), gate)
    kept = two("MUL", update, h, schema.MulOptionsT(), state)
    added = two("MUL", rest, candidate, schema.MulOptionsT(), state)
    counted = body.tensor([], "INT32")
    step = body.constant(np.array(1, np.int32))
    body.op("ADD", [counter, step], [counted], schema.AddOptionsT())
    body.set_io(seen, [counted, two("ADD", kept, added, schema.AddOptionsT(), state), sequence])

    x = b.tensor([steps, features], **given)
    start = b.constant(np.array(0, np.int32))
    first = b.constant(np.zeros([1, units], np.int8), **state)
    outputs = variables(b)
    options = schema.WhileOptionsT(condSubgraphIndex=index, bodySubgraphIndex=body_index)
    b.op("WHILE", [start, first, x], outputs, options)
    fed = [draw.int8_values(rng, [steps, features])]
    return Case(
        b.build([x], [outputs[1]]), fed, f"{steps} steps of {features} features, {units} units"
    )


_GENERATORS: dict[str, Generator] = {
    "GRU_LOOP": gru_loop,
    "IF": branch,
    "SVDF": svdf,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": unidirectional_sequence_lstm,
    "WHILE": loop,
}

CASES: Cases = _GENERATORS
