"""The oracle's own process: the same answers, and its end is a message."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.errors import CodegenError, OracleError
from codegen.host import oracle_child
from codegen.host.oracle import Oracle
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import random_inputs
from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder, one_op, schema
from verification.cases.state import streaming


def two_inputs_float_output() -> Model:
    b = ModelBuilder()
    left = b.tensor([1, 5], scale=0.1)
    right = b.tensor([1, 5], scale=0.2, zero_point=4)
    total = b.tensor([1, 5], scale=0.3)
    real = b.tensor([1, 5], "FLOAT32")
    b.op("ADD", [left, right], [total], schema.AddOptionsT(), version=2)
    b.op("DEQUANTIZE", [total], [real], version=2)
    return Model.parse(b.build([left, right], [real, total]))


def test_every_output_of_every_sample_as_in_this_process() -> None:
    model = two_inputs_float_output()
    inputs = random_inputs(model, 7, seed=3)
    oracle = Oracle(model)
    rows = [oracle.run([values[i] for values in inputs]) for i in range(7)]
    for given, wanted in zip(answers(model, inputs), zip(*rows, strict=True), strict=True):
        np.testing.assert_array_equal(given, np.stack(wanted))


def test_state_is_kept_between_samples_and_gone_after_a_reset() -> None:
    case = streaming(np.random.default_rng(5))
    model = Model.parse(case.model)
    one = [np.broadcast_to(values, (4, *values.shape)).copy() for values in case.inputs]
    (kept, *_) = answers(model, one)
    (reset, *_) = answers(model, one, resets=range(4))
    assert all(np.array_equal(row, kept[0]) for row in reset)
    assert not all(np.array_equal(row, kept[0]) for row in kept)


def test_the_end_of_its_process_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model at which the wheel aborts, where our own runtime would not stop it before."""
    model = Model.parse(
        one_op(
            "SOFTMAX",
            [{"shape": [1, 4], "scale": 1e-9}],
            [{"shape": [1, 4], "scale": 1 / 256, "zero_point": -128}],
            schema.SoftmaxOptionsT(beta=1.0),
        )
    )
    inputs = random_inputs(model, 1, seed=1)
    with pytest.raises(RuntimeRefusedError, match="too small"):
        answers(model, inputs)
    io = {"shape": [1], "scale": 1.0}
    sound = one_op("RELU", [io], [io])

    class Lenient(HostRuntime):
        def __init__(self, _: bytes) -> None:
            super().__init__(sound)

    monkeypatch.setattr(oracle_child, "HostRuntime", Lenient)
    with pytest.raises(OracleError, match=r"TFLM ends its process on this model, with SIGABRT"):
        answers(model, inputs)


def test_the_runtimes_session_ends_before_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    with HostRuntime(two_inputs_float_output().data) as runtime:
        first, close = runtime._session, runtime._library.mcuforge_close
        closed: list[int] = []

        def note(session: Any) -> None:
            closed.append(session.value)
            close(session)

        monkeypatch.setattr(runtime._library, "mcuforge_close", note)
        runtime.reset()
        assert closed == [first]
    assert len(closed) == 2


def test_a_reset_gives_variables_their_zero_points() -> None:
    cases = (streaming(np.random.default_rng(seed)) for seed in itertools.count(1))
    given = ((case, Model.parse(case.model)) for case in cases)
    case, model = next(one for one in given if "CALL_ONCE" not in one[1].op_names)
    oracle = Oracle(model)
    first, second = (oracle.run(case.inputs)[0] for _ in range(2))
    assert not np.array_equal(first, second)
    oracle.reset()
    np.testing.assert_array_equal(oracle.run(case.inputs)[0], first)


@pytest.mark.parametrize(
    ("script", "kind", "message"),
    [
        ("echo '/t/x: No space left on device' >&2; exit 1", CodegenError, "cannot write /t/x: No"),
        ("echo a >&2; echo ' b' >&2; echo >&2; exit 1", OracleError, "^b$"),
        ("exit 3", OracleError, "^the oracle's process ended with 3$"),
        ("echo last >&2; kill -9 $$", OracleError, r"with SIGKILL \(last\): there is no truth"),
        ("kill -9 $$", OracleError, r"with SIGKILL: there is no truth"),
    ],
)
def test_however_its_process_ends(
    script: str,
    kind: type[Exception],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setattr(oracle_child.sys, "executable", str(python))
    model = two_inputs_float_output()
    with pytest.raises(kind, match=message):
        answers(model, random_inputs(model, 1, seed=1))


def test_random_inputs_cover_their_types() -> None:
    b = ModelBuilder()
    image = b.tensor([1, 64], "UINT8", scale=0.1, zero_point=100)
    real = b.tensor([1, 64], "FLOAT32")
    small = b.tensor([1, 64], scale=0.5, zero_point=-10)
    b.op("QUANTIZE", [real], [small])
    index = b.tensor([2], "INT32")
    model = Model.parse(b.build([image, real, index], [small]))
    images, reals, indices = random_inputs(model, 6, seed=1)
    assert images.dtype == np.uint8
    assert images.shape == (6, 1, 64)
    assert images[::2].min() < 10 and images[::2].max() > 245
    assert abs(float(images[1::2].mean()) - 100) < 15
    assert (
        -59.5 < reals[0].min() < -40 and 50 < reals[0].max() < 68.6
    )  # (-128 + 10) to (127 + 10) * 0.5
    assert indices.min() >= 0 and indices.max() < 4
    again = random_inputs(model, 6, seed=1)
    assert all(np.array_equal(a, c) for a, c in zip((images, reals, indices), again, strict=True))
    assert not np.array_equal(images, random_inputs(model, 6, seed=2)[0])
