"""What the runtime does not compute as the oracle does, it refuses: no silent wrong answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import flatbuffers
import numpy as np
import pytest

from codegen.host.oracle import Oracle
from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.tflite import Model
from verification.cases.model_builder import VALID, ModelBuilder, one_op, schema
from verification.cases.registry import CASES
from verification.differential import ORACLE_REFUSED, compare
from verification.fuzz import ACCEPTED, REFUSED, check_find

pytestmark = pytest.mark.golden


def test_fully_connected_with_a_filter_zero_point() -> None:
    b = ModelBuilder()
    source = b.tensor([1, 4], scale=0.1)
    weights = b.constant(np.ones((3, 4), np.int8), scale=0.1, zero_point=5)
    output = b.tensor([1, 3], scale=0.1)
    b.op("FULLY_CONNECTED", [source, weights], [output], schema.FullyConnectedOptionsT())
    with pytest.raises(RuntimeRefusedError, match=r"FULLY_CONNECTED \(node 0\).*zero point 0"):
        HostRuntime(b.build([source], [output]))


def test_inputs_that_are_no_tensors() -> None:
    for missing in (-1, 99):  # left out where only the bias may be, and beyond the last tensor
        b = ModelBuilder()
        weights = b.constant(np.ones((3, 4), np.int8), scale=0.1)
        output = b.tensor([1, 3], scale=0.1)
        b.op("FULLY_CONNECTED", [missing, weights], [output], schema.FullyConnectedOptionsT())
        with pytest.raises(RuntimeRefusedError, match=f"tensor {missing} is malformed"):
            HostRuntime(b.build([], [output]))


@pytest.mark.parametrize("field", [8, 10])  # scale and zero_point, in QuantizationParameters
def test_a_quantization_that_lies_outside_of_the_model(field: int) -> None:
    """Though RESHAPE has no use for it: what is damaged here may be damaged elsewhere."""
    b = ModelBuilder()
    source, output = (b.tensor([1, 4], scale=0.1, zero_point=3) for _ in range(2))
    shape = b.constant(np.array([1, 4], np.int32))
    b.op("RESHAPE", [source, shape], [output])
    content = bytearray(b.build([source], [output]))
    with HostRuntime(bytes(content)):
        pass
    table = schema.Model.GetRootAs(content).Subgraphs(0).Tensors(0).Quantization()._tab
    at = table.Pos + table.Offset(field)
    content[at : at + 4] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(RuntimeRefusedError, match="malformed"):
        HostRuntime(bytes(content))


@pytest.mark.parametrize("axis", range(4))
@pytest.mark.parametrize("op", ["MAX_POOL_2D", "AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D"])
def test_an_extent_beyond_16_bits(op: str, axis: int) -> None:
    """Kernels keep it in 16 bits: what is left of 65,537 there is 1."""

    def model(extent: int) -> bytes:
        shape = [extent if i == axis else 1 for i in range(4)]
        inputs = [{"shape": shape, "scale": 0.1}]
        output = {"shape": [*shape[:3], 1] if op == "CONV_2D" else shape, "scale": 0.1}
        steps = {"strideW": 1, "strideH": 1, "padding": VALID}
        if "POOL" in op:
            options = schema.Pool2DOptionsT(filterWidth=1, filterHeight=1, **steps)
        else:
            weights = np.ones([1, 1, 1, shape[3]], np.int8)
            inputs.append({"values": weights, "scale": 0.1})
            conv = op == "CONV_2D"
            kind = schema.Conv2DOptionsT if conv else schema.DepthwiseConv2DOptionsT
            options = kind(dilationWFactor=1, dilationHFactor=1, **steps)
            if not conv:
                options.depthMultiplier = 1
        return one_op(op, inputs, [output], options)

    with HostRuntime(model(1000)):
        pass
    for extent in (65536, 65537):
        with pytest.raises(RuntimeRefusedError, match="out of range"):
            HostRuntime(model(extent))


# All that the runtime says of a model is joined by semicolons. A custom op says itself what is
# wrong, as upstream's do, and the runtime of which node; so it does of an op whose subgraph is.
_ONE_MESSAGE = (
    r"^[^;]+(; \w+ \(node \d+\): (its prepare function refused|its subgraph cannot be run))?$"
)


def _without_input(content: bytes, position: int) -> bytes:
    """The model with -1 for an input of its first op that has so many."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    op = next(op for op in model.subgraphs[0].operators if len(op.inputs) > position)
    op.inputs = [-1 if i == position else index for i, index in enumerate(op.inputs)]
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@pytest.mark.parametrize("op", sorted(CASES))
def test_no_op_goes_without_a_required_input(op: str, tmp_path: Path) -> None:
    """Each input left out in turn: refused, or, as a bias, the oracle's bytes."""
    content = CASES[op](np.random.default_rng(3)).model
    ops = Model.parse(content).ops
    most = max(len(each.inputs) for each in ops)
    models = [_without_input(content, position) for position in range(most)]
    for position, (model, verdict) in enumerate(zip(models, compare(models), strict=True)):
        path = tmp_path / f"{position}.tflite"
        path.write_bytes(model)
        said = check_find(path, 1 << 20)  # under sanitizers
        allowed = [REFUSED, ACCEPTED]
        if position == 2 and next(o for o in ops if len(o.inputs) > 2).name.startswith("DEPTHWISE"):
            # Its bias; -1 ends the oracle's process.
            allowed = [ORACLE_REFUSED]
        assert verdict in allowed, f"{op} without input {position}: {verdict.words}"
        assert (said == "accepted") == (verdict != REFUSED), said
        if verdict == REFUSED:  # for that input, not for what was read in its place
            with pytest.raises(RuntimeRefusedError) as refused:
                HostRuntime(model)
            assert re.match(_ONE_MESSAGE, refused.value.reason)


def test_softmax_over_rows_whose_sum_would_overflow() -> None:
    def model(depth: int) -> bytes:
        return one_op(
            "SOFTMAX",
            [{"shape": [1, depth], "scale": 0.1}],
            [{"shape": [1, depth], "scale": 1 / 256, "zero_point": -128}],
            schema.SoftmaxOptionsT(beta=1.0),
        )

    equal = np.zeros((1, 600), np.int8)  # each below half a step; the oracle does not round so far
    with HostRuntime(model(600)) as runtime:
        runtime.invoke(equal)
        assert runtime.output() == b"\x80" * 600
    peaks = np.full((1, 4095), -128, np.int8)
    peaks[0, ::100] = 60
    with HostRuntime(model(4095)) as runtime:
        runtime.invoke(peaks)
        assert runtime.output() == Oracle(model(4095)).run([peaks])[0].tobytes()
    with pytest.raises(RuntimeRefusedError, match=r"SOFTMAX \(node 0\): .*at most 4095 elements"):
        HostRuntime(model(4096))


def test_softmax_of_a_scale_at_which_upstream_ends_the_process() -> None:
    def model(scale: float) -> bytes:
        return one_op(
            "SOFTMAX",
            [{"shape": [1, 4], "scale": scale}],
            [{"shape": [1, 4], "scale": 1 / 256, "zero_point": -128}],
            schema.SoftmaxOptionsT(beta=1.0),
        )

    values = np.array([[-128, -1, 60, 127]], np.int8)
    with HostRuntime(model(1.01 * 2**-26)) as runtime:
        runtime.invoke(values)
        assert runtime.output() == Oracle(model(1.01 * 2**-26)).run([values])[0].tobytes()
    with pytest.raises(RuntimeRefusedError, match=r"beta times the input's scale is too small"):
        HostRuntime(model(0.99 * 2**-26))


@pytest.mark.parametrize("stride", [-1, 255, 256, 600])
@pytest.mark.parametrize("op", ["CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D"])
def test_strides_of_no_byte(op: str, stride: int) -> None:
    """They are computed where they lead nowhere, as a pooling of all there is; none leads back."""

    def model(outputs: int) -> bytes:
        width = (outputs - 1) * abs(stride) + 4
        source = {"shape": [1, 1, width, 2], "scale": 0.1, "zero_point": 3}
        steps = {"padding": VALID, "strideW": stride, "strideH": stride}
        if op == "MAX_POOL_2D":
            options = schema.Pool2DOptionsT(filterWidth=4, filterHeight=1, **steps)
            inputs = [source]
        else:
            conv = op == "CONV_2D"
            if conv:
                options = schema.Conv2DOptionsT(**steps)
            else:
                options = schema.DepthwiseConv2DOptionsT(depthMultiplier=1, **steps)
            weights = np.arange(16 if conv else 8, dtype=np.int8)
            shape = [2, 1, 4, 2] if conv else [1, 1, 4, 2]
            bias = {"values": np.array([7, -9], np.int32), "scale": 0.01}
            inputs = [source, {"values": weights.reshape(shape), "scale": 0.1}, bias]
        output = {"shape": [1, 1, outputs, 2], "scale": 0.1, "zero_point": 3}
        return one_op(op, inputs, [output], options, version=3)

    for outputs in (1, 2):
        if stride < 0 or (outputs == 2 and stride > 255):
            with pytest.raises(RuntimeRefusedError, match=r"stride \(up to 255\)"):
                HostRuntime(model(outputs))
            continue
        values = np.random.default_rng(stride).integers(
            -20, 20, (1, 1, (outputs - 1) * stride + 4, 2), np.int8
        )
        with HostRuntime(model(outputs)) as runtime:
            runtime.invoke(values)
            assert runtime.output() == Oracle(model(outputs)).run([values])[0].tobytes()


def test_a_slice_whose_size_contradicts_its_output() -> None:
    def model(size: list[int]) -> bytes:
        b = ModelBuilder()
        source = b.tensor([4, 6], scale=0.1)
        output = b.tensor([2, 3], scale=0.1)
        b.op("SLICE", [source, b.constant([1, 3]), b.constant(size)], [output])
        return b.build([source], [output])

    values = np.arange(24, dtype=np.int8).reshape(4, 6)
    for size in ([2, 3], [2, -1]):
        with HostRuntime(model(size)) as runtime:
            runtime.invoke(values)
            assert runtime.output() == Oracle(model(size)).run([values])[0].tobytes()
    for size in ([2, 2], [-1, 3], [3, 3], [2, -2]):
        with pytest.raises(RuntimeRefusedError, match=r"SLICE \(node 0\): .* is not the size"):
            HostRuntime(model(size))


def _pool_s16(op: str, width: int) -> bytes:
    same = {"dtype": "INT16", "scale": 0.1}
    options = schema.Pool2DOptionsT(
        padding=VALID, strideW=1, strideH=1, filterWidth=width, filterHeight=255
    )
    source = {"shape": [1, 255, width, 1], **same}
    return one_op(op, [source], [{"shape": [1, 1, 1, 1], **same}], options, version=2)


def _row(op: str, depth: int, kind: str, options: object = None, scale: float = 0.1) -> bytes:
    """An op from rows to rows of as many elements."""
    made = {"SOFTMAX": 2**-15, "LOG_SOFTMAX": 1 / 16, "L2_NORMALIZATION": 1 / 128}[op]
    zero_point = {"LOG_SOFTMAX": 127}.get(op, 0)
    source = {"shape": [1, depth], "dtype": kind, "scale": scale}
    output = {"shape": [1, depth], "dtype": kind, "scale": made, "zero_point": zero_point}
    return one_op(op, [source], [output], options)


def _matmul(depth: int, kind: str) -> bytes:
    same = {"dtype": kind, "scale": 0.1}
    a, b = {"shape": [1, depth], **same}, {"shape": [depth, 1], **same}
    options = schema.BatchMatMulOptionsT()
    return one_op("BATCH_MATMUL", [a, b], [{"shape": [1, 1], **same}], options)


def _mean_s16(op: str, count: int) -> bytes:
    same = {"dtype": "INT16", "scale": 0.1}
    axis = {"values": np.array([1], np.int32)}
    options = schema.ReducerOptionsT(keepDims=True)
    return one_op(op, [{"shape": [1, count], **same}, axis], [{"shape": [1, 1], **same}], options)


def _dense_f32(rows: int, features: int, channels: int) -> bytes:
    real = {"dtype": "FLOAT32"}
    weights = {"values": np.zeros((channels, features), np.float32)}
    source, output = {"shape": [rows, features], **real}, {"shape": [rows, channels], **real}
    return one_op("FULLY_CONNECTED", [source, weights], [output], schema.FullyConnectedOptionsT())


@pytest.mark.parametrize(
    ("model", "most", "message"),
    [
        (lambda n: _pool_s16("MAX_POOL_2D", n), 257, "a window of at most 65535"),
        (lambda n: _pool_s16("AVERAGE_POOL_2D", n), 257, "a window of at most 65535"),
        (lambda n: _row("SOFTMAX", n, "INT16", schema.SoftmaxOptionsT(beta=1.0)), 32768, "32768"),
        (lambda n: _row("LOG_SOFTMAX", n, "INT8"), 4095, "at most 4095 elements a row"),
        (lambda n: _row("L2_NORMALIZATION", n, "INT8"), 33025, "at most 33025"),
        (lambda n: _matmul(n, "INT8"), 33025, "at most 33025 products"),
        (lambda n: _matmul(n, "INT16"), 131071, "at most 131071 products"),
        (lambda n: _mean_s16("MEAN", n), 65536, "at most 65536 elements"),
        (lambda n: _mean_s16("SUM", n), 65536, "at most 65536 elements"),
        (lambda n: _dense_f32(n, 1, 1), 65535, "at most 65535 rows"),
        (lambda n: _dense_f32(1, n, 1), 65535, "at most 65535 rows"),
        (lambda n: _dense_f32(1, 1, n), 65535, "at most 65535 rows"),
    ],
)
def test_more_elements_than_a_sum_or_a_size_holds(
    model: Callable[[int], bytes], most: int, message: str
) -> None:
    with HostRuntime(model(most)):
        pass
    with pytest.raises(RuntimeRefusedError, match=message):
        HostRuntime(model(most + 1))


@pytest.mark.parametrize("kind", ["INT8", "INT16"])
@pytest.mark.parametrize("alpha", [np.inf, -np.inf, np.nan])
def test_a_slope_that_is_no_number(kind: str, alpha: float) -> None:
    same = {"shape": [1, 8], "dtype": kind, "scale": 0.1}
    with pytest.raises(RuntimeRefusedError, match="needs a finite alpha"):
        HostRuntime(one_op("LEAKY_RELU", [same], [same], schema.LeakyReluOptionsT(alpha=alpha)))


@pytest.mark.parametrize("join", [True, False])
def test_more_parts_than_an_op_may_have(join: bool) -> None:
    for count in (1024, 1025):
        parts = [{"shape": [1, 1], "scale": 0.5}] * count
        whole = {"shape": [1, count], "scale": 0.5}
        if join:
            model = one_op("CONCATENATION", parts, [whole], schema.ConcatenationOptionsT(axis=1))
        else:
            axis = {"values": np.array(1, np.int32)}
            options = schema.SplitOptionsT(numSplits=count)
            model = one_op("SPLIT", [axis, whole], parts, options)
        if count == 1024:
            HostRuntime(model).close()
            continue
        with pytest.raises(RuntimeRefusedError, match="has too many inputs or outputs"):
            HostRuntime(model)
