"""Generators of streaming models, whose variables live from one inference to the next, and of
arithmetic on int32."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases, Generator
from verification.cases.elementwise import _operand_shapes
from verification.cases.model_builder import ModelBuilder, Subgraph


@dataclass(frozen=True)
class _State:
    """One variable. first: what CALL_ONCE gives it; None: it starts at its zero point."""

    container: str
    name: str
    dtype: str
    kept: int
    quantized: dict[str, Any]
    first: NDArray[Any] | None


def _handle(graph: Subgraph, state: _State) -> int:
    handle = graph.tensor([], "RESOURCE")
    options = schema.VarHandleOptionsT(container=state.container, sharedName=state.name)
    graph.op("VAR_HANDLE", [], [handle], options)
    return handle


def _values(rng: np.random.Generator, shape: list[int], dtype: str) -> NDArray[Any]:
    if dtype == "INT8":
        return draw.int8_values(rng, shape)
    if dtype == "INT32":
        return rng.integers(-(2**31), 2**31, shape, dtype=np.int32)
    return rng.normal(size=shape).astype(np.float32)


def _draw_state(rng: np.random.Generator, index: int, channels: int) -> _State:
    dtype = str(rng.choice(["INT8", "INT8", "INT32", "FLOAT32"]))
    kept = int(rng.integers(1, 6))
    quantized = {"scale": draw.scale(rng), "zero_point": draw.zero_point(rng)}
    return _State(
        # The oracle makes room for one variable a name, whatever the container.
        container=str(rng.choice(["", "container"])),
        name=f"state{index}",
        dtype=dtype,
        kept=kept,
        quantized=quantized if dtype == "INT8" else {},
        first=_values(rng, [1, kept, channels], dtype) if draw.chance(rng, 0.5) else None,
    )


def streaming(rng: np.random.Generator) -> Case:
    """Windows over a stream: what came last is kept in variables, joined with what comes, output.

    1 to 3 variables of any type, some with first values by CALL_ONCE, read before they are assigned
    and sometimes again after, sometimes by a handle of their own.
    """
    channels = draw.extent(rng, 17)
    steps = int(rng.integers(1, 4))
    states = [_draw_state(rng, i, channels) for i in range(int(rng.integers(1, 4)))]
    b = ModelBuilder()
    if any(state.first is not None for state in states):
        index, init = b.subgraph("init")
        for state in states:
            if state.first is not None:
                handle = _handle(init, state)
                value = init.constant(state.first, **state.quantized)
                init.op("ASSIGN_VARIABLE", [handle, value], [], schema.AssignVariableOptionsT())
        b.op("CALL_ONCE", [], [], schema.CallOnceOptionsT(initSubgraphIndex=index))
    graph_inputs, fed, outputs = [], [], []
    for state in states:

        def tensor(extent: int, state: _State = state) -> int:
            return b.tensor([1, extent, channels], state.dtype, **state.quantized)

        x = tensor(steps)
        graph_inputs.append(x)
        fed.append(_values(rng, [1, steps, channels], state.dtype))
        handle = _handle(b, state)
        old = tensor(state.kept)
        b.op("READ_VARIABLE", [handle], [old], schema.ReadVariableOptionsT())
        window = tensor(state.kept + steps)
        b.op("CONCATENATION", [old, x], [window], schema.ConcatenationOptionsT(axis=1))
        new = tensor(state.kept)
        begin, size = b.constant([0, steps, 0]), b.constant([1, state.kept, channels])
        b.op("SLICE", [window, begin, size], [new], schema.SliceOptionsT())
        if draw.chance(rng, 0.3):
            handle = _handle(b, state)
        b.op("ASSIGN_VARIABLE", [handle, new], [], schema.AssignVariableOptionsT())
        outputs.append(window)
        if draw.chance(rng, 0.3):
            outputs.append(tensor(state.kept))
            b.op("READ_VARIABLE", [handle], outputs[-1:], schema.ReadVariableOptionsT())
    kept = ", ".join(
        f"{state.dtype.lower()} {state.kept}{'' if state.first is None else ' with first values'}"
        for state in states
    )
    return Case(
        b.build(graph_inputs, outputs), fed, f"keeps {kept} of {channels} channels, {steps} come"
    )


def variable_tensor(rng: np.random.Generator) -> Case:
    """A leaky sum in a tensor that the model says is a variable; sometimes written in place."""
    b = ModelBuilder()
    shape = [1, draw.extent(rng, 33), draw.extent(rng, 17)]
    quantized: dict[str, Any] = {"scale": draw.scale(rng), "zero_point": draw.zero_point(rng)}
    x = b.tensor(shape, **quantized)
    state = b.tensor(shape, **quantized, is_variable=True)
    added = b.tensor(shape, **quantized)
    b.op("ADD", [x, state], [added], schema.AddOptionsT())
    result = b.tensor(shape, **quantized)
    b.op(
        "MUL",
        [added, b.constant(np.array(100, np.int8), scale=0.008)],
        [result],
        schema.MulOptionsT(),
    )
    order = [added, result] if draw.chance(rng, 0.5) else [result, added]
    b.op("RESHAPE", [order[0], b.constant(shape)], [state], schema.ReshapeOptionsT(newShape=shape))
    return Case(b.build([x], order[1:]), [draw.int8_values(rng, shape)], draw.shape_text(shape))


def divide(rng: np.random.Generator) -> Case:
    """int32, by positive and negative divisors; by 0 and the least int32 by -1 end upstream."""
    shape, second, out = _operand_shapes(rng, 4)
    if shape != out:
        shape, second = out, shape
    reach = int(rng.choice([8, 2**16, 2**31 - 1]))
    dividends = rng.integers(-reach, reach + 1, shape, dtype=np.int32)
    divisors = rng.integers(1, int(rng.choice([8, 2**31 - 1])), second, dtype=np.int32)
    divisors *= rng.choice(np.array([-1, 1], np.int32), second)
    b = ModelBuilder()
    x, y, result = b.tensor(shape, "INT32"), b.constant(divisors), b.tensor(out, "INT32")
    activation = int(rng.choice(draw.ACTIVATIONS))
    b.op("DIV", [x, y], [result], schema.DivOptionsT(fusedActivationFunction=activation))
    label = f"int32 {draw.shape_text(shape)} by {draw.shape_text(second)}"
    return Case(b.build([x], [result]), [dividends], f"{label} {draw.activation_name(activation)}")


def _arithmetic(name: str, options: type) -> Generator:
    def generator(rng: np.random.Generator) -> Case:
        first, second, out = _operand_shapes(rng, 4)
        activation = int(rng.choice(draw.ACTIVATIONS))
        reach = int(rng.choice([8, 2**16, 2**31 - 1]))

        def values(shape: list[int]) -> NDArray[Any]:
            return rng.integers(-reach - 1, reach + 1, shape, dtype=np.int32)

        b = ModelBuilder()
        x = b.tensor(first, "INT32")
        graph_inputs, fed = [x], [values(first)]
        if draw.chance(rng, 0.5):
            y = b.constant(values(second))
        else:
            y = b.tensor(second, "INT32")
            graph_inputs.append(y)
            fed.append(values(second))
        result = b.tensor(out, "INT32")
        order = [y, x] if draw.chance(rng, 0.3) else [x, y]
        own = options()
        if hasattr(own, "fusedActivationFunction"):
            own.fusedActivationFunction = activation
        b.op(name, order, [result], own)
        return Case(
            b.build(graph_inputs, [result]),
            fed,
            f"int32 {draw.shape_text(first)} and {draw.shape_text(second)} up to {reach} "
            f"{draw.activation_name(activation)}",
        )

    return generator


_GENERATORS: dict[str, Generator] = {
    "ADD_S32": _arithmetic("ADD", schema.AddOptionsT),
    "MAXIMUM_S32": _arithmetic("MAXIMUM", schema.MaximumMinimumOptionsT),
    "MINIMUM_S32": _arithmetic("MINIMUM", schema.MaximumMinimumOptionsT),
    "ASSIGN_VARIABLE": streaming,
    "CALL_ONCE": streaming,
    "DIV_S32": divide,
    "MUL_S32": _arithmetic("MUL", schema.MulOptionsT),
    "READ_VARIABLE": streaming,
    "SUB_S32": _arithmetic("SUB", schema.SubOptionsT),
    "VARIABLE_TENSOR": variable_tensor,
    "VAR_HANDLE": streaming,
}

CASES: Cases = _GENERATORS
