"""Loops around a step, as the oracle and the runtime run them: sums over time, in whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.host.oracle_child import answers
from codegen.host.runtime import HostRuntime
from codegen.model.tflite import Model
from training.int8.recurrent import while_model
from training.int8.recurrent.while_model import Loop, Wiring
from verification.cases.model_builder import ModelBuilder

STEPS, WIDTH = 5, 3
ONE: dict[str, Any] = {"scale": 1.0, "zero_point": -4}
TWO: dict[str, Any] = {"scale": 2.0, "zero_point": 0}
X, ROWS, LAST, STATE = ("input", 0), ("loop", 0, 0), ("loop", 0, 0), ("loop", 0, 1)


def step(after: dict[str, Any] = ONE, gives: str = "") -> bytes:
    """(row, state) to state + row, and to what `gives` makes of that."""
    b = ModelBuilder()
    row, state = b.tensor([1, WIDTH], **ONE), b.tensor([1, WIDTH], **ONE)
    total = b.tensor([1, WIDTH], **after)
    b.op("ADD", [row, state], [total], schema.AddOptionsT())
    outputs = [total]
    if gives:
        outputs.append(b.tensor([1, WIDTH], **ONE))
        b.op(gives, [total], [outputs[1]])
    return b.build([row, state], outputs)


def rest(inputs: int) -> bytes:
    """RELU of each input."""
    b = ModelBuilder()
    given = [b.tensor([1, STEPS, WIDTH] if i == 0 else [1, WIDTH], **ONE) for i in range(inputs)]
    made = [b.tensor(b.table.tensors[one].shape, **ONE) for one in given]
    for one, other in zip(given, made, strict=True):
        b.op("RELU", [one], [other])
    return b.build(given, made)


def run(content: bytes, *given: np.ndarray) -> list[np.ndarray]:
    """Each output's whole numbers, as both have it."""
    model = Model.parse(content)
    values = [
        (one / tensor.scales[0] + tensor.zero_points[0]).astype(np.int8)[np.newaxis]
        for one, tensor in zip(given, model.inputs, strict=True)
    ]
    made = answers(model, values)
    with HostRuntime(content) as runtime:
        runtime.invoke(*(one[0] for one in values))
        assert [runtime.output(i) for i in range(len(made))] == [one[0].tobytes() for one in made]
    return [
        (one[0].astype(float) - tensor.zero_points[0]) * tensor.scales[0]
        for one, tensor in zip(made, model.outputs, strict=True)
    ]


GIVEN = np.random.default_rng(1).integers(-9, 9, (1, STEPS, WIDTH))
SUMS = GIVEN.cumsum(axis=1)


def test_a_loop_is_all_of_the_model() -> None:
    loop = Loop(step(), 0, STEPS, rows=False, given=[X], results=1)
    content = while_model.written(None, Wiring([[1, STEPS, WIDTH]], [], [], [LAST]), [loop])
    (last,) = run(content, GIVEN)
    assert last.tolist() == SUMS[:, -1].tolist()
    assert len(Model.parse(content).ops) == 1


def test_all_steps_and_the_state_are_results() -> None:
    loop = Loop(step(), 0, STEPS, rows=True, given=[X], results=2)
    wiring = Wiring([[1, STEPS, WIDTH]], [], [], [STATE, ROWS])
    state, rows = run(while_model.written(None, wiring, [loop]), GIVEN)
    assert rows.tolist() == SUMS.tolist() and state.tolist() == SUMS[:, -1].tolist()


@pytest.mark.parametrize("rows", [False, True])
def test_what_a_step_gives_is_not_its_state(rows: bool) -> None:
    loop = Loop(step(gives="RELU"), None, STEPS, rows=rows, given=[X], results=2)
    wiring = Wiring([[1, STEPS, WIDTH]], [], [], [ROWS, STATE])
    made, state = run(while_model.written(None, wiring, [loop]), GIVEN)
    above = np.maximum(SUMS, 0)
    assert made.tolist() == (above if rows else above[:, -1]).tolist()
    assert state.tolist() == SUMS[:, -1].tolist()


def test_a_state_of_another_scale_is_requantized() -> None:
    """Sums of even numbers lose nothing."""
    loop = Loop(step(TWO), 0, STEPS, rows=False, given=[X], results=1)
    content = while_model.written(None, Wiring([[1, STEPS, WIDTH]], [], [], [LAST]), [loop])
    (last,) = run(content, 2 * GIVEN)
    assert last.tolist() == (2 * SUMS[:, -1]).tolist()
    assert [op.name for op in Model.parse(content).subgraphs[1].ops] == [
        "GATHER", "ADD", "ADD", "QUANTIZE",
    ]  # fmt: skip


def test_a_loop_stands_between_ops_and_begins_with_a_state() -> None:
    """Its result goes through an op, which is listed before it, and is an output as well."""
    shapes = [[1, STEPS, WIDTH], [1, WIDTH]]
    first = np.array([[1, 2, -30]])
    loop = Loop(step(), 0, STEPS, rows=False, given=[X, ("input", 1)], results=1)
    (last,) = run(while_model.written(None, Wiring(shapes, [], [], [LAST]), [loop]), GIVEN, first)
    assert last.tolist() == (GIVEN.sum(axis=1) + first).tolist()
    wiring = Wiring(shapes, [X, ("input", 1)], ["x", "s"], [LAST])
    loop = Loop(step(), 0, STEPS, rows=False, given=["x", "s"], results=1)
    (last,) = run(while_model.written(rest(2), wiring, [loop]), GIVEN, first)
    positive = np.maximum(GIVEN, 0).sum(axis=1) + np.maximum(first, 0)
    assert last.tolist() == positive.tolist()
    wiring = Wiring(shapes[:1], [X, LAST], ["x", "y"], ["y", LAST])
    loop = Loop(step(), 0, STEPS, rows=False, given=["x"], results=1)
    above, last = run(while_model.written(rest(2), wiring, [loop]), -GIVEN)
    assert above.tolist() == last.tolist() == np.maximum(-GIVEN, 0).sum(axis=1).tolist()


def test_a_loop_reads_another_one() -> None:
    loops = [
        Loop(step(), 0, STEPS, rows=True, given=[("loop", 1, 0)], results=1),
        Loop(step(), 0, STEPS, rows=True, given=[X], results=1),
    ]
    wiring = Wiring([[1, STEPS, WIDTH]], [], [], [ROWS])
    (rows,) = run(while_model.written(None, wiring, loops), GIVEN // 4)
    assert rows.tolist() == (GIVEN // 4).cumsum(axis=1).cumsum(axis=1).tolist()
