"""The oracle answers as TFLM does, for inputs of any shape, and refuses with TFLM's own reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers
from tflite_micro import runtime
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import ModelError, OracleError
from codegen.host import oracle
from codegen.host.oracle import Oracle
from codegen.host.scores import oracle_name, oracle_scores
from codegen.model.tflite import Model
from verification.cases.model_builder import VALID, ModelBuilder, one_op, with_first_op

IO: dict[str, Any] = {"shape": [1, 4], "scale": 0.5}


def test_scores_are_those_of_the_wheels_interpreter(cnn_bytes: bytes) -> None:
    images = np.random.default_rng(7).integers(-128, 128, (20, 28, 28), dtype=np.int8)
    scores = oracle_scores(Model.parse(cnn_bytes), images)
    assert scores.shape == (20, 10)
    assert scores.dtype == np.int8
    interpreter = runtime.Interpreter.from_bytes(cnn_bytes, arena_size=1 << 20)
    for image, row in zip(images, scores, strict=True):
        interpreter.set_input(image.reshape(1, 28, 28, 1), 0)
        interpreter.invoke()
        assert np.array_equal(interpreter.get_output(0)[0], row)
    assert len(np.unique(scores, axis=0)) > 10  # the digits do make a difference


def test_hand_computed_sum() -> None:
    data = one_op("ADD", [IO, IO], [{"shape": [1, 4], "scale": 1.0, "zero_point": 3}],
                  schema.AddOptionsT(), version=2)  # fmt: skip
    a = np.array([[10, -10, 127, -128]], np.int8)
    (result,) = Oracle(data).run([a, a])
    # (0.5 a + 0.5 a) / 1.0 + 3, saturated
    assert result.tolist() == [[13, -7, 127, -125]]
    with pytest.raises(OracleError, match="2 inputs; use run"):
        oracle_scores(Model.parse(data), a)
    with pytest.raises(OracleError, match="1 inputs given, the model has 2"):
        Oracle(data).run([a])


def test_zero_images_give_zero_rows(cnn: Model) -> None:
    assert oracle_scores(cnn, np.empty((0, 28, 28), np.int8)).shape == (0, 10)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 28, 27), np.int8), "756 B, the model's input .* takes 784 B"),
        (np.zeros((2, 28, 28), np.uint8), "takes int8 .* got uint8"),
        (np.zeros(784, np.int8), "takes 784 B"),
    ],
)
def test_wrong_input(cnn: Model, images: np.ndarray, message: str) -> None:
    with pytest.raises(OracleError, match=message):
        oracle_scores(cnn, images)


def test_refusal_gives_tflms_reason_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    data = one_op("RNN", [IO], [IO])
    with pytest.raises(OracleError, match=r"TFLM refuses the model: .*op code RNN") as caught:
        Oracle(data)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_damaged_model() -> None:
    with pytest.raises(ModelError):
        Oracle(b"TFL3" * 3)


@pytest.mark.parametrize(("inputs", "outputs"), [(0, 1), (1, 0), (0, 0)])
def test_a_model_has_inputs_and_outputs(inputs: int, outputs: int) -> None:
    b = ModelBuilder()
    ends = [b.tensor([1, 4], scale=0.5) for _ in range(2)]
    b.op("RELU", ends[:1], ends[1:])
    with pytest.raises(ModelError, match="has no input or no output"):
        Oracle(b.build(ends[:inputs], ends[1 : 1 + outputs]))


def test_scores_are_int8() -> None:
    real = {"shape": [1, 4], "dtype": "FLOAT32"}
    model = Model.parse(one_op("DEQUANTIZE", [IO], [real], version=2))
    with pytest.raises(OracleError, match="is FLOAT32; scores are INT8"):
        oracle_scores(model, np.zeros((1, 4), np.int8))


def test_large_activations_fit_the_oracles_arena() -> None:
    io: dict[str, Any] = {"shape": [1, 256, 256, 16], "scale": 0.5}
    scores = oracle_scores(
        Model.parse(one_op("RELU", [io], [io])), np.full((1, 1 << 20), -5, np.int8)
    )
    assert not scores.any()


def test_a_model_with_a_custom_op_gets_its_scores_from_our_own_runtime(cnn_bytes: bytes) -> None:
    images = np.random.default_rng(7).integers(-128, 128, (5, 28, 28), dtype=np.int8)
    model = Model.parse(with_first_op(cnn_bytes, "Binarize", flexbuffers.Dumps(-20)))
    with pytest.raises(OracleError, match=r"op 0 \(CUSTOM 'Binarize'\): tflite-micro .* no custom"):
        Oracle(model)
    # the custom op computed here, all others by the wheel
    black_and_white = np.where(images > -20, 127, -128).astype(np.int8)
    np.testing.assert_array_equal(
        oracle_scores(model, images), oracle_scores(Model.parse(cnn_bytes), black_and_white)
    )
    with pytest.raises(OracleError, match=r"takes int8 .* got uint8"):
        oracle_scores(model, images.astype(np.uint8))
    assert oracle_name(model).startswith("mcuforge's own runtime on the host")
    assert oracle_name(Model.parse(cnn_bytes)) == oracle.VERSION


def test_version_names_the_wheel() -> None:
    assert oracle.VERSION.startswith("tflite-micro 0.dev")


def test_a_model_that_would_crash_the_oracle_is_refused() -> None:
    model = one_op(
        "DEPTHWISE_CONV_2D",
        [
            {"shape": [1, 4, 4, 2], "scale": 0.1},
            {"values": np.ones((1, 3, 3, 2), np.int8), "scale": [0.1, 0.1], "axis": 3},
            None,
        ],
        [{"shape": [1, 2, 2, 2], "scale": 0.1}],
        schema.DepthwiseConv2DOptionsT(strideW=1, strideH=1, depthMultiplier=1, padding=VALID),
    )
    with pytest.raises(OracleError, match=r"op 0 \(DEPTHWISE_CONV_2D\) has -1 for its bias"):
        Oracle(model)


def test_a_depthwise_convolution_may_have_two_inputs() -> None:
    source = {"shape": [1, 2, 2, 1], "scale": 0.5, "zero_point": 0}
    weights = {"values": np.full((1, 1, 1, 1), 2, np.int8), "scale": 0.5}
    options = schema.DepthwiseConv2DOptionsT(strideW=1, strideH=1, depthMultiplier=1)
    model = one_op("DEPTHWISE_CONV_2D", [source, weights], [dict(source)], options, version=3)
    (made,) = Oracle(model).run([np.array([1, 2, 3, -4], np.int8).reshape(1, 2, 2, 1)])
    assert made.reshape(-1).tolist() == [1, 2, 3, -4]  # times 2 * 0.5


@pytest.mark.parametrize("count", [0, 2])
def test_as_many_inputs_as_the_model_has(count: int, cnn: Model) -> None:
    with pytest.raises(OracleError, match=f"^{count} inputs given, the model has 1"):
        Oracle(cnn).run([np.zeros(cnn.inputs[0].shape, np.int8)] * count)


def test_what_the_wheel_says_to_an_input_is_told(cnn: Model) -> None:
    with pytest.raises(OracleError, match=r"^TFLM failed: Cannot set tensor: Dimension mismatch"):
        Oracle(cnn).run([np.zeros((3, 3), np.int8)])


def test_tensors_are_kept_only_where_they_are_asked_for(cnn: Model) -> None:
    image = np.random.default_rng(5).integers(-128, 128, cnn.inputs[0].shape, np.int8)
    oracle = Oracle(cnn, keep_tensors=True)
    scores = oracle.run([image])[0]
    assert np.array_equal(oracle.tensor(cnn.inputs[0].index), image)
    assert np.array_equal(oracle.tensor(cnn.outputs[0].index), scores)
    assert oracle.tensor(cnn.ops[0].outputs[0]).shape == cnn.tensors[cnn.ops[0].outputs[0]].shape
    oracle = Oracle(cnn)
    assert np.array_equal(oracle.run([image])[0], scores)
    with pytest.raises(RuntimeError):
        oracle.tensor(cnn.outputs[0].index)
