"""Curves of float32 by their bits, held to this machine's double; pools; what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers
from numpy.typing import NDArray

from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.closeness import CURVES, Closeness, closeness_of, differing
from codegen.model.tflite import Model
from verification.cases.model_builder import one_op, schema

_SPECIAL = np.array(
    [0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 1e-45, -1e-45, 88.72, 88.73, -103.9, -104, 1e30],
    np.float32,
)
_REAL = {"shape": [1], "dtype": "FLOAT32"}
_CURVES: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "EXP": np.exp,
    "LOG": np.log,
    "SIN": np.sin,
    "COS": np.cos,
    "ELU": lambda x: np.where(x < 0, np.expm1(x), x),
    "TANH": np.tanh,
}


def _numbers(seed: int) -> NDArray[np.float32]:
    """Any bits, and numbers near 0, near 1 and near multiples of half pi."""
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2**32, 4000, dtype=np.uint32).view(np.float32)
    near = (rng.normal(size=4000) * 10.0 ** rng.integers(-6, 3, 4000)).astype(np.float32)
    turns = (rng.integers(-(2**20), 2**20, 4000) * (np.pi / 2)).astype(np.float32)
    return np.concatenate([_SPECIAL, bits, near, 1 + near / 100, turns]).astype(np.float32)


def _computed(op: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    io = {"shape": [values.size], "dtype": "FLOAT32"}
    with HostRuntime(one_op(op, [io], [io])) as runtime:
        runtime.invoke(values)
        return np.frombuffer(runtime.output(), np.float32)


@pytest.mark.parametrize("op", sorted(_CURVES))
def test_a_curve_is_the_nearest_float32(op: str) -> None:
    values = _numbers(len(op))
    with np.errstate(all="ignore"):
        expected = _CURVES[op](values.astype(np.float64)).astype(np.float32)
    got = _computed(op, values)
    tensor = Model.parse(one_op("NEG", [_REAL], [_REAL])).outputs[0]
    assert not len(differing(tensor, got.tobytes(), expected.tobytes(), Closeness(1)))
    # Next to ties, as at the logarithm of numbers just below 1, it may be the other neighbour.
    nearest = (got == expected) | np.isnan(expected)
    assert nearest.mean() > 0.99
    assert (np.signbit(got) == np.signbit(expected))[~np.isnan(expected)].all()


def test_inverse_roots() -> None:
    values = np.abs(_numbers(3))
    with np.errstate(all="ignore"):
        expected = np.float32(1) / np.sqrt(values)
    got = _computed("RSQRT", values)
    assert np.array_equal(got, expected, equal_nan=True)


def test_an_inverse_root_of_int8_is_multiplied_as_in_double() -> None:
    """Where the factor 1 / (sqrt(in) * out), rounded to float32 before, gives 72."""
    given = {"shape": [1], "scale": 0.0022186036221683025, "zero_point": -128}
    made = {"shape": [1], "scale": 0.08121802657842636}
    with HostRuntime(one_op("RSQRT", [given], [made])) as runtime:
        runtime.invoke(np.array([13 - 128], np.int8))
        assert np.frombuffer(runtime.output(), np.int8).tolist() == [73]


@pytest.mark.parametrize(("scale", "out"), [(1e-9, 1e-9), (1e9, 1e9)])
def test_factors_that_nothing_is_shifted_by_are_refused(scale: float, out: float) -> None:
    given, made = {"shape": [4], "scale": scale}, {"shape": [4], "scale": out}
    with pytest.raises(RuntimeRefusedError, match=r"RSQRT .*the factor is 2\^-12 to 2\^30"):
        HostRuntime(one_op("RSQRT", [given], [made]))


def test_pools() -> None:
    values = np.arange(-6, 6, dtype=np.float32).reshape(1, 2, 6, 1)
    given = {"shape": [1, 2, 6, 1], "dtype": "FLOAT32"}
    made = {"shape": [1, 1, 3, 1], "dtype": "FLOAT32"}
    windows = values.reshape(2, 3, 2).transpose(1, 0, 2).reshape(3, 4)
    for op, expected in (
        ("MAX_POOL_2D", windows.max(1)),
        ("AVERAGE_POOL_2D", windows.mean(1)),
        ("L2_POOL_2D", np.sqrt((windows**2).mean(1))),
    ):
        options = schema.Pool2DOptionsT(strideW=2, strideH=2, filterWidth=2, filterHeight=2)
        options.padding = schema.Padding.VALID
        with HostRuntime(one_op(op, [given], [made], options)) as runtime:
            runtime.invoke(values)
            assert np.frombuffer(runtime.output(), np.float32).tolist() == expected.tolist()


def test_bilinear_rows_are_blended_as_upstream_blends_them() -> None:
    """With centers of pixels: before the first element 1.25 times it less a quarter of it."""
    given = {"shape": [1, 1, 2, 1], "dtype": "FLOAT32"}
    made = {"shape": [1, 1, 4, 1], "dtype": "FLOAT32"}
    options = schema.ResizeBilinearOptionsT(halfPixelCenters=True)
    model = one_op("RESIZE_BILINEAR", [given, {"values": [1, 4]}], [made], options)
    with HostRuntime(model) as runtime:
        runtime.invoke(np.array([2, 6], np.float32).reshape(1, 1, 2, 1))
        assert np.frombuffer(runtime.output(), np.float32).tolist() == [2, 3, 5, 6]


def test_only_behind_a_curve_may_a_float32_lie_beside_the_oracles() -> None:
    io = {"shape": [3], "dtype": "FLOAT32"}
    curve, plain = (Model.parse(one_op(op, [io], [io])) for op in ("EXP", "NEG"))
    assert closeness_of(curve) == Closeness(CURVES["EXP"]) == Closeness(1)
    assert closeness_of(plain) == Closeness()
    near = np.array([1, -1e-45, np.nan], np.float32)
    far = np.array([1 + 3 * 2.0**-23, 0, 1], np.float32)
    tensor = curve.outputs[0]
    assert differing(tensor, far.tobytes(), near.tobytes(), Closeness(1)).tolist() == [0, 8]
    assert len(differing(tensor, near.tobytes(), near.tobytes(), Closeness())) == 0
    assert differing(tensor, far.tobytes(), near.tobytes(), Closeness())[0] == 0


def test_the_logarithm_of_a_softmax_is_counted_in_units_of_one() -> None:
    rows = {"shape": [2], "dtype": "FLOAT32"}
    model = Model.parse(one_op("LOG_SOFTMAX", [rows], [rows], schema.LogSoftmaxOptionsT()))
    allowed = closeness_of(model)
    assert allowed == Closeness(2, 2.0**-23)
    wanted = np.array([-0.001, -100], np.float32)
    for apart, wrong in ((1.9, []), (2.1, [0])):
        given = wanted - np.array([apart * 2.0**-23, 2 * 2.0**-17], np.float32)
        assert differing(model.outputs[0], given.tobytes(), wanted.tobytes(), allowed).tolist() == (
            wrong
        )


def test_a_softmax_and_a_logistic_are_quotients_of_exponentials() -> None:
    values = np.array([[-100, -9.5, -1, 0, 0.5, 20, 80]], np.float32)
    real = values.astype(np.float64)
    rows = {"shape": [1, 7], "dtype": "FLOAT32"}
    softmax = one_op("SOFTMAX", [rows], [rows], schema.SoftmaxOptionsT(beta=0.5))
    powers = np.exp((real - real.max()) / 2)
    logistic = np.exp(real) / np.where(real < -9, 1, 1 + np.exp(real))  # upstream's below -9
    for model, expected in (
        (softmax, powers / powers.sum()),
        (one_op("LOGISTIC", [rows], [rows]), logistic),
    ):
        with HostRuntime(model) as runtime:
            runtime.invoke(values)
            got = np.frombuffer(runtime.output(), np.float32)
        assert np.allclose(got, expected[0], rtol=3e-7, atol=1e-44)
    log_softmax = one_op("LOG_SOFTMAX", [rows], [rows], schema.LogSoftmaxOptionsT())
    with HostRuntime(log_softmax) as runtime:
        runtime.invoke(values)
        got = np.frombuffer(runtime.output(), np.float32)
    below = real[0] - real.max()
    assert np.allclose(got, below - np.log(np.exp(below).sum()), rtol=3e-7, atol=3e-7)


@pytest.mark.parametrize("op", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
def test_weights_of_another_type_are_refused(op: str) -> None:
    """Hybrid ops, which compute float32 with int8 weights."""
    shape = [1, 2] if op == "FULLY_CONNECTED" else [1, 1, 1, 2]
    real = {"shape": shape, "dtype": "FLOAT32"}
    weights = {"values": np.ones([*shape[:-1], 2], np.int8), "scale": 0.5}
    with pytest.raises(RuntimeRefusedError, match="needs a float32 filter and bias"):
        HostRuntime(one_op(op, [real, weights], [real]))


def _buffer(outputs: int, cycles: int) -> bytes:
    row, rows = {"shape": [1, 1, 2, 1], "scale": 0.5}, {"shape": [1, 3, 2, 1], "scale": 0.5}
    made: list[dict[str, Any]] = [rows, {"shape": [1], "dtype": "BOOL"}]
    options = bytes(flexbuffers.Dumps({"cycles_max": cycles}))
    return one_op("CUSTOM:CIRCULAR_BUFFER", [row], made[:outputs], custom_options=options)


def test_a_circular_buffer_holds_the_last_rows() -> None:
    with HostRuntime(_buffer(2, 2)) as runtime:
        seen = []
        for i in range(1, 5):
            runtime.invoke(np.full((1, 1, 2, 1), i, np.int8))
            rows = np.frombuffer(runtime.output(0), np.int8)[::2].tolist()
            seen.append((rows, bool(runtime.output(1)[0])))
        assert seen == [
            ([0, 0, 1], False), ([0, 1, 2], True), ([1, 2, 3], False), ([2, 3, 4], True)
        ]  # fmt: skip
        runtime.reset()
        runtime.invoke(np.full((1, 1, 2, 1), 9, np.int8))
        assert np.frombuffer(runtime.output(0), np.int8)[::2].tolist() == [0, 0, 9]


def test_a_circular_buffer_ends_an_invoke_until_its_turn() -> None:
    with pytest.raises(RuntimeRefusedError, match="needs its option cycles_max"):
        HostRuntime(_buffer(2, 0))
    with HostRuntime(_buffer(1, 2)) as runtime:
        for i in (1, 3):
            with pytest.raises(RuntimeRefusedError, match="a custom op ended Invoke half-way"):
                runtime.invoke(np.full((1, 1, 2, 1), i, np.int8))
            runtime.invoke(np.full((1, 1, 2, 1), i + 1, np.int8))
            rows = np.frombuffer(runtime.output(0), np.int8)[::2].tolist()
            assert rows == [i - 1, i, i + 1]
