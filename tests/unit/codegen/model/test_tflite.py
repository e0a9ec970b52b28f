"""The .tflite reader: what it says of sound files, and that damaged ones get one clear error."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import ModelError, UnsupportedModelError
from codegen.model.tflite import Model
from verification.cases.model_builder import OPTIONAL, ModelBuilder, one_op, small_cnn

# Models that others trained; read in addition where they are at hand.
SHARED_MODELS = sorted((Path(__file__).parents[5] / "shared/models").glob("*.tflite"))


def test_reads_ops_tensors_and_quantization(cnn: Model, cnn_bytes: bytes) -> None:
    assert [op.name for op in cnn.ops] == [
        "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX",
    ]  # fmt: skip
    assert cnn.op_names == tuple(op.name for op in cnn.ops)
    assert cnn.size == len(cnn_bytes)
    assert cnn.sha256 == hashlib.sha256(cnn_bytes).hexdigest()

    (image,) = cnn.inputs
    assert (image.name, image.shape, image.dtype) == ("image", (1, 28, 28, 1), "INT8")
    assert (image.scale, image.zero_point) == (float(np.float32(1 / 255)), -128)
    assert (image.is_const, image.nbytes) == (False, 784)
    (scores,) = cnn.outputs
    assert (scores.shape, scores.scale, scores.zero_point) == ((1, 10), 1 / 256, -128)

    weights = cnn.tensors[cnn.ops[0].inputs[1]]
    assert weights.is_const
    assert weights.data is not None
    assert len(weights.data) == weights.nbytes == 36
    assert (len(weights.scales), weights.axis) == (4, 0)
    bias = cnn.tensors[cnn.ops[0].inputs[2]]
    assert (bias.dtype, bias.nbytes) == ("INT32", 16)
    with pytest.raises(ValueError, match="unpack"):
        _ = weights.scale


def test_reads_optional_inputs_custom_ops_and_subgraphs() -> None:
    b = ModelBuilder()
    index, init = b.subgraph("init")
    init.constant(np.zeros(3, np.int8), scale=0.5)
    x = b.tensor([1, 4], scale=0.5, name="x")
    y = b.tensor([1, 4], scale=0.5, name="y")
    b.op("CALL_ONCE", [], [], schema.CallOnceOptionsT(initSubgraphIndex=index))
    b.op("CUSTOM:Blur", [x, OPTIONAL], [y], custom_options=b"\x01\x02")
    model = Model.parse(b.build([x], [y]))
    assert [op.name for op in model.ops] == ["CALL_ONCE", "CUSTOM"]
    assert model.ops[1].custom_name == "Blur"
    assert model.ops[1].inputs == (x, -1)
    assert [graph.name for graph in model.subgraphs] == ["main", "init"]


def test_reads_a_builtin_above_127() -> None:
    data = one_op(
        "VAR_HANDLE", [], [{"shape": [], "dtype": "RESOURCE"}], schema.VarHandleOptionsT()
    )
    assert Model.parse(data).op_names == ("VAR_HANDLE",)


def test_reads_whole_models(tmp_path: Path) -> None:
    own = tmp_path / "own.tflite"
    own.write_bytes(small_cnn())
    for path in (own, *SHARED_MODELS):
        model = Model.read(path)
        assert model.ops and model.inputs and model.outputs
        assert 0 <= model.weight_bytes < model.size


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"TFL3", "not a .tflite model"),
        (b"PK\x03\x04" + b"\0" * 100, "not a .tflite model"),
        (b"\x1c\0\0\0TFL3", "damaged or truncated"),
        (b"\xff\xff\xff\xffTFL3" + b"\xff" * 64, "damaged or truncated"),
        (b"\0\0\0\0TFL3" + b"\0" * 64, "schema version|damaged"),
    ],
)
def test_foreign_bytes(data: bytes, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Model.parse(data)


def test_unreadable_path(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read model .*absent.tflite: No such file"):
        Model.read(tmp_path / "absent.tflite")
    with pytest.raises(ModelError, match="cannot read model"):
        Model.read(tmp_path)
    empty = tmp_path / "empty.tflite"
    empty.touch()
    with pytest.raises(ModelError, match=r"empty\.tflite: the file is empty") as caught:
        Model.read(empty)
    assert caught.value.exit_code == 2


def test_wrong_schema_version() -> None:
    b = ModelBuilder(version=2)
    x = b.tensor([1, 2], scale=1.0)
    with pytest.raises(ModelError, match="schema version is 2, only 3"):
        Model.parse(b.build([x], [x]))


def _model_with(damage: str) -> bytes:
    b = ModelBuilder()
    x = b.tensor([1, 4], scale=0.5, name="x")
    y = b.tensor([1, 4], scale=0.5, name="y")
    b.op("LOGISTIC", [x], [y])
    tensor, op = b.table.tensors[x], b.table.operators[0]
    if damage == "op tensor":
        op.inputs = [7]
    elif damage == "missing output":
        op.outputs = [-1]
    elif damage == "op code":
        op.opcodeIndex = 3
    elif damage == "buffer index":
        tensor.buffer = 99
    elif damage == "buffer size":
        tensor.buffer = b.add_buffer(b"123")
    elif damage == "negative shape":
        tensor.shape = [1, -4]
    elif damage == "rank":
        tensor.shape = [1] * 9
    elif damage == "huge":
        tensor.shape = [2**31 - 1] * 8
    elif damage == "type":
        tensor.type = 77
    elif damage == "scale":
        tensor.quantization.scale = [float("nan")]
    elif damage == "zero scale":
        tensor.quantization.scale = [0.0]
    elif damage == "zero points":
        tensor.quantization.zeroPoint = [0, 0]
    elif damage == "channels":
        tensor.quantization.scale = [0.5, 0.5]
        tensor.quantization.zeroPoint = [0, 0]
    elif damage == "graph input":
        return b.build([5], [y])
    else:
        raise AssertionError(damage)
    return b.build([x], [y])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("op tensor", r"op 0 \(LOGISTIC\) uses tensor 7, its subgraph has 2"),
        ("missing output", r"op 0 \(LOGISTIC\) uses tensor -1"),
        ("op code", "op 0 has operator code 3, the model lists 1"),
        ("buffer index", "tensor 0 'x' has buffer 99"),
        ("buffer size", r"tensor 0 'x' \(INT8 \[1, 4\]\) needs 4 B of data, its buffer holds 3 B"),
        ("negative shape", r"tensor 0 'x' has shape \[1, -4\]"),
        ("rank", "at most 8 dimensions"),
        ("huge", "at most 2 GiB"),
        ("type", "unknown type 77"),
        ("scale", "tensor 0 'x' has a scale that is not a positive number"),
        ("zero scale", "not a positive number"),
        ("zero points", "1 scales and 2 zero points"),
        ("channels", r"2 scales along dimension 0 of shape \[1, 4\]"),
        ("graph input", "subgraph 0 uses tensor 5"),
    ],
)
def test_contradictions_inside_a_model(damage: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Model.parse(_model_with(damage))


def test_no_subgraph() -> None:
    b = ModelBuilder()
    b._subgraphs.clear()
    with pytest.raises(ModelError, match="0 subgraphs"):
        Model.parse(b.build([], []))


FUZZED = [small_cnn(image=8, channels=2, classes=3), *(p.read_bytes() for p in SHARED_MODELS[-1:])]
PATCHES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.one_of(
            st.binary(min_size=1, max_size=8),
            st.sampled_from([b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\0\0\0\x80"]),
        ),
    ),
    max_size=8,
)


@pytest.mark.parametrize("original", FUZZED, ids=lambda data: f"{len(data)} B")
@given(patches=PATCHES, kept=st.one_of(st.just(1.0), st.floats(0, 1)), tail=st.booleans())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_fuzzed_models_give_a_model_or_a_model_error(
    original: bytes, patches: list[tuple[float, bytes]], kept: float, tail: bool
) -> None:
    """Mutated anywhere (or only in the tail, where tables stand) and cut at any length."""
    data = bytearray(original[: int(len(original) * kept)])
    for where, patch in patches:
        # A converter and our builder put most structure into the last part or the first.
        span = min(len(data), 2000) if tail else len(data)
        start = len(data) - span + int(where * span) if tail else int(where * span)
        data[start : start + len(patch)] = patch
    with contextlib.suppress(ModelError, UnsupportedModelError):
        model = Model.parse(bytes(data))
        _ = model.op_names, model.weight_bytes, model.inputs, model.outputs


def test_options_of_another_op_are_refused() -> None:
    model = one_op(
        "DEPTHWISE_CONV_2D",
        [
            {"shape": [1, 4, 4, 2], "scale": 0.1},
            {"values": np.ones((1, 3, 3, 2), np.int8), "scale": 0.1},
        ],
        [{"shape": [1, 2, 2, 2], "scale": 0.1}],
        schema.RankOptionsT(),
    )
    with pytest.raises(ModelError, match=r"op 0 \(DEPTHWISE_CONV_2D\) has the options of another"):
        Model.parse(model)


def test_one_zero_point_stands_for_all_scales_and_a_bias_has_one_dimension() -> None:
    """TFLM's own person_detect repeats the weights' dimension in the bias."""
    b = ModelBuilder()
    source = b.tensor([1, 2], scale=0.1)
    weights = b.constant(np.ones((3, 2), np.int8), scale=[0.5, 1.0, 2.0])
    bias = b.constant(np.ones(3, np.int32), scale=[0.5, 1.0, 2.0], axis=3)
    output = b.tensor([1, 3], scale=0.1)
    b.op("FULLY_CONNECTED", [source, weights, bias], [output], schema.FullyConnectedOptionsT())
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAs(b.build([source], [output])))
    for index in (weights, bias):
        tables.subgraphs[0].tensors[index].quantization.zeroPoint = [0]
    builder = flatbuffers.Builder(1024)
    builder.Finish(tables.Pack(builder), b"TFL3")
    model = Model.parse(bytes(builder.Output()))
    assert model.tensors[weights].zero_points == (0, 0, 0)
    assert (model.tensors[bias].scales, model.tensors[bias].axis) == ((0.5, 1.0, 2.0), 0)
