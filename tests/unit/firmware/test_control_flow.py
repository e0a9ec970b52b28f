"""IF and WHILE: what is refused, what ends a loop, and the arena that their subgraphs take."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from codegen.aot.generate import generate_aot
from codegen.cost.estimate import estimate
from codegen.errors import UnsupportedModelError
from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder, Subgraph, schema
from verification.cases.registry import CASES


def _loop(
    limit: int = 3,
    step: int = 1,
    condition: int = 1,
    body: int = 2,
    decision: str = "BOOL",
    channels: int = 4,
    inside: str = "ADD",
) -> bytes:
    """Counts by `step` while below `limit`, and doubles what is given."""
    b = ModelBuilder()

    def variables(of: Subgraph, count: int) -> list[int]:
        return [of.tensor([], "INT32"), of.tensor([1, count], scale=0.5)]

    _, asked = b.subgraph("condition")
    seen = variables(asked, 4)
    decided = asked.tensor([], decision)
    bound = asked.constant(np.array(limit, np.int32))
    asked.op("LESS", [seen[0], bound], [decided], schema.LessOptionsT())
    asked.set_io(seen, [decided])
    _, done = b.subgraph("body")
    seen = variables(done, channels)
    made = variables(done, channels)
    by = done.constant(np.array(step, np.int32))
    done.op("ADD", [seen[0], by], [made[0]], schema.AddOptionsT())
    if inside == "WHILE":
        options: Any = schema.WhileOptionsT(condSubgraphIndex=1, bodySubgraphIndex=2)
        done.op("WHILE", seen, [done.tensor([], "INT32"), made[1]], options)
    elif inside == "ADD":
        done.op("ADD", [seen[1], seen[1]], [made[1]], schema.AddOptionsT())
    else:
        done.op(inside, [seen[1]], [made[1]])
    done.set_io(seen, made)
    given, outputs = variables(b, 4), variables(b, 4)
    options = schema.WhileOptionsT(condSubgraphIndex=condition, bodySubgraphIndex=body)
    b.op("WHILE", given, outputs, options)
    return b.build(given, outputs)


def _branch(decision: str = "BOOL", shape: tuple[int, ...] = (1,)) -> bytes:
    b = ModelBuilder()
    given, made = (b.tensor([1, 4], scale=0.5) for _ in range(2))
    decided = b.tensor(shape, decision)
    for _ in range(2):
        _, way = b.subgraph("way")
        seen = way.tensor([1, 4], scale=0.5)
        way.set_io([seen], [seen])
    options = schema.IfOptionsT(thenSubgraphIndex=1, elseSubgraphIndex=2)
    b.op("IF", [decided, given], [made], options)
    return b.build([decided, given], [made])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (_loop(condition=0), r"WHILE \(node 0\): its subgraph is not there, or is the main one"),
        (_loop(body=3), r"WHILE \(node 0\): its subgraph is not there, or is the main one"),
        (_loop(condition=2), "its condition must have one bool as output"),
        (_loop(body=1), "its subgraph's outputs are not like its own"),
        (_loop(channels=5), "its subgraph's inputs are not like its own"),
        (_loop(inside="WHILE"), "its subgraphs run subgraphs more than 4 deep"),
        (
            _loop(inside="SVDF"),
            r"SVDF \(node 1\): .*; WHILE \(node 0\): its subgraph cannot be run",
        ),
        (_branch("INT8"), r"IF \(node 0\): needs one bool as condition"),
        (_branch(shape=(2,)), r"IF \(node 0\): needs one bool as condition"),
    ],
)
def test_what_is_refused_is_said(model: bytes, message: str) -> None:
    with pytest.raises(RuntimeRefusedError, match=message):
        HostRuntime(model, arena_bytes=1 << 16)


def test_a_loop_without_end_ends_with_an_error() -> None:
    with (
        HostRuntime(_loop(step=0), arena_bytes=1 << 16) as runtime,
        pytest.raises(RuntimeRefusedError, match="Invoke failed"),
    ):
        runtime.invoke(np.array(0, np.int32), np.zeros(4, np.int8))


def test_a_loop_counts_its_rounds() -> None:
    with HostRuntime(_loop(limit=5), arena_bytes=1 << 16) as runtime:
        runtime.invoke(np.array(0, np.int32), np.array([[1, -1, 3, 0]], np.int8))
        assert np.frombuffer(runtime.output(0), np.int32).tolist() == [5]
        assert np.frombuffer(runtime.output(1), np.int8).tolist() == [32, -32, 96, 0]


@pytest.mark.parametrize("op", ["GRU_LOOP", "IF", "WHILE"])
def test_the_arena_that_is_asked_for_is_the_least(op: str) -> None:
    for seed in range(6):
        model = CASES[op](np.random.default_rng(seed)).model
        with HostRuntime(model) as runtime:
            used = runtime.arena_used_bytes
        HostRuntime(model, arena_bytes=used).close()
        with pytest.raises(RuntimeRefusedError, match="arena too small"):
            HostRuntime(model, arena_bytes=used - 16)


def test_a_loop_costs_what_its_rounds_cost() -> None:
    few, many = (estimate(Model.parse(_loop(limit=n)), "cortex-m4") for n in (2, 200))
    assert few is not None and many is not None
    assert 40 * few[0] < many[0] < 110 * few[0]


def test_generated_code_says_what_it_cannot_run() -> None:
    b = ModelBuilder()
    given, made = (b.tensor([1, 4], scale=0.5) for _ in range(2))
    decided = b.tensor([1], "BOOL")
    for _ in range(2):
        _, way = b.subgraph("way")
        seen, out = (way.tensor([1, 4], scale=0.5) for _ in range(2))
        way.op("CUSTOM:Binarize", [seen], [out], custom_options=b"\x00\x04\x01")
        way.set_io([seen], [out])
    b.op("IF", [decided, given], [made], schema.IfOptionsT(1, 2))
    model = b.build([decided, given], [made])
    with pytest.raises(
        UnsupportedModelError, match=r"CUSTOM 'Binarize' in subgraph 1.*interpreter"
    ):
        generate_aot(model, "net", ["scalar"])
