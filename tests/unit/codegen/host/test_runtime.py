"""The firmware's runtime in this process, its memory and refusals; the oracle's work in it, too."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.host import oracle_child
from codegen.host import runtime as room
from codegen.host.kernel_loops import CONSTANT, ConvShape, channel_kinds, table_sizes
from codegen.host.random_inputs import random_inputs
from codegen.host.runtime import ALIGNMENT, HostRuntime, RuntimeRefusedError
from codegen.model.tflite import Model
from verification.cases.model_builder import one_op, small_cnn, with_first_op
from verification.cases.registry import CASES

CNN = small_cnn(image=8, classes=3)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 1000])
def test_a_buffer_has_room_behind_its_aligned_address(size: int) -> None:
    for _ in range(20):
        buffer, address = room.aligned(size)
        start = buffer.ctypes.data
        assert address % ALIGNMENT == 0
        assert start <= address < start + ALIGNMENT
        assert address + size <= start + buffer.nbytes
        assert buffer.nbytes == size + ALIGNMENT


def test_an_arena_of_the_size_it_says_is_enough_and_a_smaller_one_is_refused() -> None:
    with HostRuntime(CNN) as runtime:
        used = runtime.arena_used_bytes
    with HostRuntime(CNN, arena_bytes=used) as exact:
        assert exact.arena_used_bytes == used
    with pytest.raises(RuntimeRefusedError, match=r"arena|memory|bytes") as refused:
        HostRuntime(CNN, arena_bytes=used - 16)
    assert refused.value.exit_code == 1


def test_memory_of_inputs_and_outputs_by_index() -> None:
    with HostRuntime(CNN) as runtime:
        zeros = np.zeros((1, 8, 8, 1), np.int8)
        runtime.invoke(zeros)
        first = runtime.output()
        assert len(first) == 3
        assert runtime.output(0) == first
        runtime.invoke(np.full((1, 8, 8, 1), 90, np.int8)[:, ::-1])
        assert runtime.output() != first
        with pytest.raises(IndexError, match="no output 1"):
            runtime.output(1)
        with pytest.raises(IndexError, match="no input 1"):
            runtime.invoke(zeros, zeros)
    runtime.close()  # a second time
    assert runtime._session is None


def test_a_plan_names_what_has_no_place() -> None:
    model = Model.parse(CNN)
    with HostRuntime(CNN, isa="dsp") as runtime:
        tensors, scratch, in_place, persistent = runtime.plan(len(model.tensors), len(model.ops))
        sizes = [runtime.scratch_bytes(index) for index in range(len(model.ops))]
    assert [one is None for one in tensors] == [one.is_const for one in model.tensors]
    assert len(scratch) == len(in_place) == len(model.ops)
    assert [one is not None for one in scratch] == [size > 0 for size in sizes]
    assert scratch[0] is not None  # the convolution on a core with SIMD
    names = [op.name for op in model.ops]
    assert in_place[names.index("RESHAPE")] == 1
    assert in_place[0] == 0
    assert 0 < persistent < 10_000


def test_an_empty_plan() -> None:
    with HostRuntime(CNN) as runtime:
        tensors, scratch, in_place, _ = runtime.plan(0, 0)
    assert (tensors, scratch, in_place) == ([], [], [])


@pytest.mark.parametrize("name", ["\x02", "\x1d", "\x1b]0;title\x07", "a\nb"])
def test_a_refusal_quotes_names_as_a_terminal_may_be_shown_them(name: str) -> None:
    with pytest.raises(RuntimeRefusedError, match="custom op") as refused:
        HostRuntime(with_first_op(CNN, name, b""))
    assert str(refused.value).isprintable()


def test_a_refusal_says_who_refuses_what_and_what_to_do() -> None:
    """It passes through every verb that takes a model; also from another process."""
    with pytest.raises(RuntimeRefusedError) as refused:
        HostRuntime(with_first_op(CNN, "Odd", b""))
    told = pickle.loads(pickle.dumps(refused.value))
    assert "didn't find custom op 'Odd'" in told.reason
    assert str(told) == str(refused.value)
    assert str(told).startswith(f"the runtime refuses the model: {told.reason}; change that layer")


class Refusing:
    """In place of the library: no session, no answer."""

    def __getattr__(self, name: str) -> Any:
        answers = {"mcuforge_open": 0, "mcuforge_scratch_bytes": room.NOWHERE, "mcuforge_invoke": 1}
        return lambda *_: answers[name]


def test_a_refusal_without_words_and_ops_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = HostRuntime(CNN)
    library, runtime._library = runtime._library, Refusing()  # type: ignore[assignment]
    with pytest.raises(RuntimeRefusedError, match="op 2 cannot be prepared again"):
        runtime.scratch_bytes(2)
    with pytest.raises(RuntimeRefusedError, match="Invoke failed"):
        runtime.invoke()
    runtime._library = library
    runtime.close()
    monkeypatch.setattr(room, "load_library", Refusing)
    with pytest.raises(RuntimeRefusedError, match="the runtime gave no reason"):
        HostRuntime(CNN)


def test_a_table_has_an_entry_for_each_int8() -> None:
    assert table_sizes().entries == 256
    assert table_sizes().pays_from > 1


def test_channels_that_always_give_the_same() -> None:
    shape = ConvShape(1, 4, 4, 2, 4, 4, 3, 1, 1, 2)
    scales = np.array([0.01, 1e-5, 1e-8], np.float32)  # of 2 products: 2 * 128 * 127 * 1e-8 is 0
    for bias in (None, np.array([0, 1000, 7], np.int32)):
        kinds = channel_kinds(shape, 0.5, 0.5, 0, scales, bias)
        assert kinds.tolist() == [0, 0, CONSTANT]


# ---------------------------------------------------------------- the oracle's process, here


def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[1:3] == ["-m", "codegen.host.oracle_child"]
        oracle_child._main(Path(command[-1]))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(oracle_child.subprocess, "run", run)


@pytest.mark.parametrize("op", ["VAR_HANDLE", "CALL_ONCE", "SPLIT", "SVDF"])
@pytest.mark.parametrize("resets", [(0,), (0, 2), (0, 1, 2, 3)])
def test_states_begin_where_they_are_told_to(
    op: str, resets: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both runtimes, each with its own way back to the first state."""
    case = CASES[op](np.random.default_rng(1))
    model = Model.parse(case.model)
    inputs = random_inputs(model, 4, seed=2)
    in_this_process(monkeypatch)
    found = oracle_child.answers(model, inputs, resets)
    with HostRuntime(model.data) as runtime:
        own = oracle_child._own_answers(model, runtime, inputs, resets)
    assert [one.shape for one in found] == [(4, *one.shape) for one in model.outputs]
    assert all(np.array_equal(a, b) for a, b in zip(found, own, strict=True))


@pytest.mark.parametrize(
    ("code", "text", "message"),
    [
        (1, "first\nthe last line \n\n", "the last line"),
        (3, "", "the oracle's process ended with 3"),
        (-6, "abort: why", r"with SIGABRT \(abort: why\): there is no truth"),
        (1, "no op \x1b[2J", r"no op \\x1b\[2J"),
        (-11, " \n", "with SIGSEGV: there is no truth"),
    ],
)
def test_how_the_oracles_process_ended(
    code: int, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.CompletedProcess([], code, "", text)
    monkeypatch.setattr(oracle_child.subprocess, "run", lambda *_, **__: ended)
    tensor = {"shape": [1, 2], "scale": 0.5}
    model = Model.parse(one_op("ADD", [tensor, tensor], [tensor]))
    with pytest.raises(oracle_child.OracleError, match=f"{message}"):
        oracle_child.answers(model, [np.zeros((1, 1, 2), np.int8)] * 2)
