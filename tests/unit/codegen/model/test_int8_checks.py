"""Models that the firmware cannot run are refused with op, tensor, type and how to fix it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import UnsupportedModelError
from codegen.model.int8_checks import (
    check_edges,
    check_int8,
    check_ops,
    check_plain,
    check_types,
    is_plain,
)
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model
from verification.cases.model_builder import OPTIONAL, ModelBuilder, one_op


def _dense(
    activations: str = "INT8",
    weights: str = "INT8",
    bias: str = "INT32",
    batch: int = 1,
    **output: Any,
) -> Model:
    """FULLY_CONNECTED 4 -> 2 with tensors of the given types."""
    scale = None if activations.startswith("FLOAT") else 0.1
    b = ModelBuilder()
    x = b.tensor([batch, 4], activations, scale=scale, name="x")
    sizes = {"INT8": 1, "INT4": 0.5, "INT16": 2, "FLOAT32": 4, "FLOAT16": 2, "INT32": 4, "INT64": 8}
    w = b.tensor([2, 4], weights, scale=0.1, name="w", data=bytes(int(8 * sizes[weights])))
    c = b.tensor([2], bias, scale=0.01, name="bias", data=bytes(int(2 * sizes[bias])))
    y = b.tensor([batch, 2], **{"dtype": activations, "scale": scale, "name": "y"} | output)
    b.op("FULLY_CONNECTED", [x, w, c], [y], schema.FullyConnectedOptionsT())
    return Model.parse(b.build([x], [y]))


def test_full_int8_passes(cnn: Model) -> None:
    check_int8(cnn)
    check_int8(_dense())
    check_int8(_dense("INT16", "INT8", "INT64"))
    check_int8(_dense("FLOAT32", "FLOAT32", "FLOAT32"))  # slow, but there


@pytest.mark.parametrize("name", ["EXP", "L2_POOL_2D", "NEG"])
def test_an_op_that_is_there_for_float32_alone_is_not_to_be_converted_again(name: str) -> None:
    b = ModelBuilder()
    shape = [1, 2, 2, 1]
    x, y = (b.tensor(shape, scale=0.1, name=name) for name in "xy")
    b.op(name, [x], [y])
    with pytest.raises(UnsupportedModelError, match=rf"{name}.*float32 alone: give the Keras") as e:
        check_types(Model.parse(b.build([x], [y])))
    assert "convert it again" not in str(e.value)


def test_a_float_op_is_not_what_was_meant_to_become_int8() -> None:
    with pytest.raises(UnsupportedModelError, match=r"'x' is FLOAT32.*this op is float"):
        check_int8(_dense("FLOAT32", "FLOAT32", "FLOAT32"), float_forms=False)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            _dense("FLOAT32", "FLOAT32", "FLOAT32", dtype="INT8"),
            r"op 0 \(FULLY_CONNECTED\): input tensor 'x' is FLOAT32, not INT16 or INT8; this op is "
            r"float; .*"
            r"representative_dataset.*TFLITE_BUILTINS_INT8.*inference_input_type",
        ),
        (_dense("FLOAT32", "INT8", "FLOAT32"), r"'x' is FLOAT32.*hybrid op \(int8 weights"),
        (_dense("INT16", "INT16", "INT64"), r"'w' is INT16, not INT8; in the 16x8 mode"),
        (_dense("UINT8", "INT8"), r"'x' is UINT8, not INT16 or INT8"),
        (_dense("INT8", "INT4"), r"'w' is INT4, not INT8; 4-bit weights"),
        (_dense("INT8", "INT8", "FLOAT32"), r"'bias' is FLOAT32, not INT32"),
        (_dense(dtype="FLOAT32"), r"output tensor 'y' is FLOAT32"),
    ],
    ids=["float", "hybrid", "int16 weights", "uint8", "int4", "float bias", "float output"],
)
def test_other_types_are_refused(model: Model, message: str) -> None:
    with pytest.raises(UnsupportedModelError, match=message) as caught:
        check_int8(model)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("weights", "nbytes", "hybrid"), [("INT8", 12, True), ("INT4", 6, True), ("FLOAT32", 48, False)]
)
def test_a_hybrid_op_is_known_by_its_weights_alone(weights: str, nbytes: int, hybrid: bool) -> None:
    """It has no bias here."""
    b = ModelBuilder()
    x = b.tensor([1, 4], "FLOAT32", name="x")
    w = b.tensor([3, 4], weights, scale=0.1, data=bytes(nbytes))
    y = b.tensor([1, 3], "FLOAT32" if hybrid else "INT8")
    b.op("FULLY_CONNECTED", [x, w], [y], schema.FullyConnectedOptionsT())
    kind = r"a hybrid op \(int8 weights" if hybrid else "float;"
    with pytest.raises(UnsupportedModelError, match=f"'x' is FLOAT32.*; this op is {kind}"):
        check_int8(Model.parse(b.build([x], [y])))


def test_float16_weights_are_named() -> None:
    data = one_op(
        "DEQUANTIZE",
        [{"values": np.zeros(4, np.float16), "name": "half"}],
        [{"shape": [4], "dtype": "FLOAT32"}],
    )
    with pytest.raises(UnsupportedModelError, match=r"'half' is FLOAT16.*float16 only"):
        check_types(Model.parse(data))


def test_float_in_a_further_subgraph_is_found() -> None:
    b = ModelBuilder()
    _, other = b.subgraph("other")
    f = other.tensor([1, 4], "FLOAT32", name="inner")
    other.op("SVDF", [f], [f])
    x = b.tensor([1, 4], scale=0.5)
    b.op("SOFTMAX", [x], [x])
    with pytest.raises(UnsupportedModelError, match=r"op 0 \(SVDF\).*'inner'"):
        check_types(Model.parse(b.build([x], [x])))


@pytest.mark.parametrize("kind", [{"scale": 0.5}, {"dtype": "FLOAT32"}])
def test_converters_shape_arithmetic_in_int32_passes(kind: dict[str, Any]) -> None:
    """RESHAPE whose shape is computed by SHAPE, STRIDED_SLICE and PACK, as without fixed batch."""
    b = ModelBuilder()
    x = b.tensor([1, 2, 2], **kind)
    shape = b.tensor([3], "INT32")
    b.op("SHAPE", [x], [shape], schema.ShapeOptionsT(outType=schema.TensorType.INT32))
    begin, end, stride = b.constant([0]), b.constant([1]), b.constant([1])
    batch = b.tensor([], "INT32")
    b.op("STRIDED_SLICE", [shape, begin, end, stride], [batch], schema.StridedSliceOptionsT())
    packed = b.tensor([2], "INT32")
    b.op(
        "PACK",
        [batch, b.constant(np.asarray(4, np.int32))],
        [packed],
        schema.PackOptionsT(valuesCount=2),
    )
    y = b.tensor([1, 4], **kind)
    b.op("RESHAPE", [x, packed], [y])
    model = Model.parse(b.build([x], [y]))
    check_types(model)
    check_int8(model, {"SHAPE", "STRIDED_SLICE", "PACK", "RESHAPE"})


@pytest.mark.parametrize(
    ("name", "inputs", "output"),
    [
        ("MEAN", [{"shape": [1, 4, 4, 2], "scale": 1.0}, {"values": [1, 2]}], [1, 2]),
        ("PAD", [{"shape": [1, 2], "scale": 1.0}, {"values": [[0, 0], [1, 1]]}], [1, 4]),
        ("TRANSPOSE", [{"shape": [1, 2], "scale": 1.0}, {"values": [1, 0]}], [2, 1]),
        (
            "RESIZE_NEAREST_NEIGHBOR",
            [{"shape": [1, 2, 2, 1], "scale": 1.0}, {"values": [2, 2]}],
            [1, 2, 2, 1],
        ),
    ],
)
def test_index_operands_are_int32_and_only_they(
    name: str, inputs: list[dict[str, Any]], output: list[int]
) -> None:
    check_types(Model.parse(one_op(name, inputs, [{"shape": output, "scale": 1.0}])))
    for spec in inputs:
        if "shape" in spec:
            spec["dtype"] = "INT32"
    with pytest.raises(UnsupportedModelError, match="is INT32, not INT16 or INT8"):
        check_types(Model.parse(one_op(name, inputs, [{"shape": output, "scale": 1.0}])))


def test_missing_bias_is_fine() -> None:
    b = ModelBuilder()
    x, y = b.tensor([1, 4], scale=0.1), b.tensor([1, 2], scale=0.1)
    w = b.constant(np.ones((2, 4), np.int8), scale=0.1)
    b.op("FULLY_CONNECTED", [x, w, OPTIONAL], [y], schema.FullyConnectedOptionsT())
    check_int8(Model.parse(b.build([x], [y])))


def test_unsupported_op_lists_what_is_supported() -> None:
    io: dict[str, Any] = {"shape": [1, 4], "scale": 0.1}
    model = Model.parse(one_op("TILE", [io], [io]))
    with pytest.raises(UnsupportedModelError, match=r"op 0 \(TILE\) is not supported") as caught:
        check_int8(model)
    for name in load_supported_ops():
        assert name in str(caught.value)
    check_ops(model, {"TILE"})


def test_a_custom_op_that_nobody_provides_is_named() -> None:
    io: dict[str, Any] = {"shape": [1, 4], "scale": 0.1}
    model = Model.parse(one_op("CUSTOM:My\nOp", [io], [io]))
    message = r"op 0 \(CUSTOM 'My\\\\nOp'\) is a custom op that nobody provides.*are: Binarize"
    with pytest.raises(UnsupportedModelError, match=message):
        check_int8(model)
    check_int8(Model.parse(one_op("CUSTOM:Binarize", [io], [io])))


def test_model_without_ops() -> None:
    b = ModelBuilder()
    x = b.tensor([1, 4], scale=1.0)
    with pytest.raises(UnsupportedModelError, match="no operators"):
        check_int8(Model.parse(b.build([x], [x])))


def _io_model(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> Model:
    return Model.parse(one_op("CONCATENATION", inputs, outputs))


GOOD: dict[str, Any] = {"shape": [1, 4], "scale": 0.1}


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ([GOOD, GOOD], [GOOD], "has 2 inputs; samples are sent to models with exactly 1"),
        ([GOOD], [GOOD, GOOD], "has 2 outputs"),
        ([{"values": np.ones(4, np.int8)}], [GOOD], "has 0 inputs"),
        ([GOOD | {"shape": [8, 4]}], [GOOD], r"shape \[8, 4\], that is a batch of 8"),
        ([GOOD | {"dtype": "FLOAT32"}], [GOOD], "model input 't0' is FLOAT32"),
        ([GOOD], [GOOD | {"dtype": "UINT8"}], "model output 't1' is UINT8"),
        ([{"shape": [1, 4]}], [GOOD], "has 0 scales"),
        ([GOOD | {"zero_point": 128}], [GOOD], r"zero points \[128\]"),
        ([GOOD | {"shape": [1, 2], "scale": [1.0, 2.0], "axis": 1}], [GOOD], "has 2 scales"),
        ([GOOD | {"shape": [1, 0]}], [GOOD], "is empty"),
        ([GOOD | {"shape": []}], [GOOD], "is a scalar"),
    ],
)
def test_inputs_and_outputs(
    inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(UnsupportedModelError, match=message):
        check_plain(_io_model(inputs, outputs))
    assert not is_plain(_io_model(inputs, outputs))


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ([{"values": np.ones(4, np.int8)}], [GOOD], "has 0 inputs, the firmware serves 1 to 100"),
        ([GOOD] * 101, [GOOD], "has 101 inputs"),
        ([GOOD | {"shape": [1, 0]}], [GOOD], r"input 't0' is INT8 of 0 B; .*, and not empty"),
        ([GOOD], [GOOD | {"dtype": "FLOAT64"}], "output 't1' is FLOAT64 of 32 B; .* are BOOL, F"),
    ],
)
def test_what_the_wire_cannot_carry(
    inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(UnsupportedModelError, match=message):
        check_edges(_io_model(inputs, outputs))


def test_edges_of_any_number_type_and_rank() -> None:
    scalar = {"shape": [], "dtype": "FLOAT32"}
    inputs = [GOOD | {"shape": [8, 4]}, GOOD | {"dtype": "UINT8"}, scalar]
    model = _io_model(inputs, [GOOD | {"dtype": "INT16"}, {"shape": [2], "dtype": "BOOL"}])
    check_edges(model)
    assert not is_plain(model)
    assert is_plain(_io_model([GOOD], [GOOD]))


def test_an_op_that_is_not_there_is_named_before_its_types() -> None:
    io = {"shape": [1, 4], "dtype": "INT32"}
    model = Model.parse(one_op("TILE", [io], [io]))
    with pytest.raises(UnsupportedModelError, match=r"op 0 \(TILE\) is not supported"):
        check_int8(model)


@pytest.mark.parametrize(("batch", "refused"), [(1, True), (4, False)])
def test_a_dilated_convolution_of_an_open_batch_is_told_apart(batch: int, refused: bool) -> None:
    spec: dict[str, Any] = {"dtype": "INT8", "scale": 0.1, "zero_point": 0}
    content = one_op(
        "SPACE_TO_BATCH_ND",
        [
            dict(spec, shape=[1, 4, 4, 2]),
            {"values": np.array([2, 2], np.int32)},
            {"values": np.zeros((2, 2), np.int32)},
        ],
        [dict(spec, shape=[batch, 2, 2, 2])],
    )
    said = r"batch of 1 by its shape, 4 by its blocks.* with a fixed batch of 1"
    expected = pytest.raises(UnsupportedModelError, match=said) if refused else nullcontext()
    with expected:
        check_types(Model.parse(content))
