"""Streaming models: many inferences in a row, each from the state that the one before left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.host.oracle import Oracle
from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.int8_checks import check_int8
from codegen.model.tflite import Model
from verification.cases.case import Case
from verification.cases.model_builder import ModelBuilder, schema
from verification.cases.state import CASES, streaming, variable_tensor
from verification.golden import model_generators, run_golden

pytestmark = pytest.mark.golden

_INFERENCES = 6
_CONVERTED = Path(__file__).parent / "data" / "streaming_conv.tflite"


def _follow(case: Case, seed: int, reset_before: int = 3) -> None:
    """Compares a run of inferences, which begins anew on the way, on inputs that change."""
    rng = np.random.default_rng(seed)
    oracle = Oracle(case.model)
    runs_once = "CALL_ONCE" in Model.parse(case.model).op_names
    with HostRuntime(case.model) as runtime:
        for inference in range(_INFERENCES):
            inputs = [rng.permuted(values, axis=-1) for values in case.inputs]
            if inference == reset_before:
                # The oracle's reset gives a variable zeros, not what CALL_ONCE gave it.
                if runs_once:
                    oracle = Oracle(case.model)
                else:
                    oracle.reset()
                runtime.reset()
            expected = oracle.run(inputs)
            runtime.invoke(*inputs)
            for index, values in enumerate(expected):
                assert runtime.output(index) == values.tobytes(), (case.label, inference, index)


@pytest.mark.parametrize("seed", range(12))
def test_variables_follow_the_oracles(seed: int) -> None:
    _follow(streaming(np.random.default_rng(seed)), seed)


@pytest.mark.parametrize("seed", range(4))
def test_variable_tensors_follow_the_oracles(seed: int) -> None:
    _follow(variable_tensor(np.random.default_rng(seed)), seed)


def test_a_model_that_tensorflow_converted_follows_the_oracle() -> None:
    (generator,) = model_generators([_CONVERTED]).values()
    case = generator(np.random.default_rng(5))
    check_int8(Model.parse(case.model))
    _follow(Case(case.model, case.inputs, case.label), 5)


@pytest.mark.emulated
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4", "cortex-m55"])
def test_a_converted_model_is_exact_on_each_instruction_set(core: str) -> None:
    report = run_golden(model_generators([_CONVERTED]), 2, seed=1, boards=[core])
    assert not report.failures, "\n".join(map(str, report.failures))


def test_state_stays_apart_from_what_shares_memory() -> None:
    report = run_golden(CASES, 24, seed=300)
    assert not report.failures, "\n".join(map(str, report.failures))


def _read_of(handle_op: bool) -> bytes:
    b = ModelBuilder()
    handle = b.tensor([], "RESOURCE")
    if handle_op:
        b.op("VAR_HANDLE", [], [handle], schema.VarHandleOptionsT(sharedName="state"))
    value = b.tensor([1, 4], scale=0.5)
    b.op("READ_VARIABLE", [handle], [value], schema.ReadVariableOptionsT())
    return b.build([] if handle_op else [handle], [value])


def test_a_handle_that_comes_from_outside_is_refused() -> None:
    with pytest.raises(RuntimeRefusedError, match=r"READ_VARIABLE \(node 0\): .*VAR_HANDLE makes"):
        HostRuntime(_read_of(handle_op=False))


def test_reading_what_nothing_assigns_fails_in_invoke() -> None:
    with HostRuntime(_read_of(handle_op=True)) as runtime, pytest.raises(RuntimeRefusedError):
        runtime.invoke()


def test_a_variable_of_two_sizes_is_refused() -> None:
    b = ModelBuilder()
    handle = b.tensor([], "RESOURCE")
    b.op("VAR_HANDLE", [], [handle], schema.VarHandleOptionsT(sharedName="state"))
    x = b.tensor([1, 4], scale=0.5)
    b.op("ASSIGN_VARIABLE", [handle, x], [], schema.AssignVariableOptionsT())
    value = b.tensor([1, 5], scale=0.5)
    b.op("READ_VARIABLE", [handle], [value], schema.ReadVariableOptionsT())
    with pytest.raises(RuntimeRefusedError, match=r"READ_VARIABLE \(node 2\): .*another size"):
        HostRuntime(b.build([x], [value]))


def require_init_refused(b: ModelBuilder, index: int) -> None:
    """Of a model that is initialized by subgraph `index`."""
    b.op("CALL_ONCE", [], [], schema.CallOnceOptionsT(initSubgraphIndex=index))
    x = b.tensor([1, 4], scale=0.5)
    y = b.tensor([1, 4], scale=0.5)
    b.op("RELU", [x], [y])
    with pytest.raises(RuntimeRefusedError, match=r"CALL_ONCE \(node 0\): its subgraph may hold"):
        HostRuntime(b.build([x], [y]))


def test_an_initial_subgraph_that_computes_is_refused() -> None:
    b = ModelBuilder()
    index, init = b.subgraph("init")
    one = init.constant(np.ones((1, 4), np.int8), scale=0.5)
    two = init.tensor([1, 4], scale=0.5)
    init.op("RELU", [one], [two])
    require_init_refused(b, index)


def test_more_assignments_than_handles_are_refused() -> None:
    """There is room for one a pair; a further one would be written behind it."""
    b = ModelBuilder()
    index, init = b.subgraph("init")
    handle = init.tensor([], "RESOURCE")
    value = init.constant(np.ones((1, 4), np.int8), scale=0.5)
    init.op("VAR_HANDLE", [], [handle], schema.VarHandleOptionsT(sharedName="state"))
    for _ in range(2):
        init.op("ASSIGN_VARIABLE", [handle, value], [], schema.AssignVariableOptionsT())
    require_init_refused(b, index)
