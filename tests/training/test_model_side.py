"""Training, conversion and evaluation for real, with TensorFlow, on a handful of digits.

One epoch on 400 digits: what is checked is that stages fit together, repeat and fail well, not
how good the model is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.files.artifacts import (
    CONVERTED_MODEL,
    DATA_INFO,
    FLOAT_MODEL,
    INT8_MODEL,
    METRICS,
    ORACLE_SCORES,
    TEST_SPLIT,
    TRAIN_SPLIT,
)
from codegen.files.manifest import sha256_file
from codegen.host.scores import oracle_scores
from codegen.model.lean import DATA_ALIGNMENT, lean
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from tests.training import digits
from tests.training.conftest import train_briefly
from training import artifacts, recipes
from training.data import datasets
from training.data.examples import calibrating
from training.errors import ArtifactError, ConversionError, DataError, DivergedError, RecipeError
from training.fit import seeds, train
from training.int8 import quantize
from training.judge import evaluate
from training.judge.footprint import footprint
from training.tf_runtime import load_tensorflow, quiet_output

# What the first version of the runtime is promised to have; `tiny` must convert to nothing else.
PROMISED_OPS = {
    "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D", "AVERAGE_POOL_2D",
    "RESHAPE", "SOFTMAX", "ADD", "PAD", "MEAN",
}  # fmt: skip


@pytest.fixture(scope="session")
def model(built: Path) -> Model:
    return Model.read(built / INT8_MODEL)


def test_the_same_inputs_give_the_same_bytes(
    built: Path, tmp_path: Path, in_this_process: None
) -> None:
    digits.write(tmp_path)
    train_briefly(tmp_path)
    quantize.quantize(tmp_path, calibration=20)
    for name in (FLOAT_MODEL, INT8_MODEL):
        assert sha256_file(tmp_path / name) == sha256_file(built / name), name


def test_tiny_keeps_its_budgets(model: Model) -> None:
    limits = recipes.get_recipe("tiny")
    needs = footprint(model)
    assert limits.weight_bytes_limit and limits.activation_bytes_limit
    assert 0 < needs.weight_bytes <= limits.weight_bytes_limit
    assert 0 < needs.activation_bytes <= limits.activation_bytes_limit


def test_tiny_converts_to_promised_ops_with_a_batch_of_1(model: Model) -> None:
    assert set(model.op_names) <= PROMISED_OPS
    assert [t.shape for t in (*model.inputs, *model.outputs)] == [(1, 28, 28, 1), (1, 10)]


def test_model_is_leaner_than_converted_with_the_same_scores(built: Path, model: Model) -> None:
    converted = Model.read(built / CONVERTED_MODEL)
    assert model.size < converted.size - 2000
    assert model.op_names == converted.op_names
    inputs = np.random.default_rng(1).integers(-128, 128, (20, 28, 28, 1), dtype=np.int8)
    np.testing.assert_array_equal(oracle_scores(model, inputs), oracle_scores(converted, inputs))


def test_nothing_unread_is_left_in_the_model_and_nothing_stands_twice(built: Path) -> None:
    content = (built / INT8_MODEL).read_bytes()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    assert not (model.description or model.signatureDefs or model.metadata)
    tensors = [tensor for graph in model.subgraphs for tensor in graph.tensors]
    assert not any(tensor.name for tensor in tensors)
    contents = [b"" if buffer.data is None else bytes(buffer.data) for buffer in model.buffers]
    assert len(set(contents)) == len(contents)
    assert {tensor.buffer for tensor in tensors} | {0} == set(range(len(contents)))
    assert lean(content) == content


def test_constants_of_the_model_are_aligned(built: Path) -> None:
    model = schema.Model.GetRootAs((built / INT8_MODEL).read_bytes())
    buffers = [model.Buffers(index) for index in range(model.BuffersLength())]
    data_field = 4  # vtable offset of the schema's first field
    starts = [b._tab.Vector(b._tab.Offset(data_field)) for b in buffers if b.DataLength()]
    assert starts and all(start % DATA_ALIGNMENT == 0 for start in starts)


def test_a_lean_model_with_another_score_is_refused(built: Path) -> None:
    content = (built / INT8_MODEL).read_bytes()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    weights = max((bytes(b.data) for b in model.buffers if b.data is not None), key=len)
    changed = content.replace(weights, bytes(len(weights)))
    with pytest.raises(ConversionError, match="changed its outputs"):
        quantize.require_same_outputs(content, changed)


def test_pixels_map_to_int8_without_loss(model: Model) -> None:
    pixels = np.arange(784, dtype=np.uint32).astype(np.uint8).reshape(1, 28, 28)
    levels = quantize_pixels(model, pixels)
    np.testing.assert_array_equal(levels.reshape(-1), pixels.astype(np.int16).reshape(-1) - 128)


def test_metrics_and_scores_agree_with_the_oracle(built: Path, model: Model) -> None:
    images, labels = datasets.load_split(built, TEST_SPLIT)
    expected = oracle_scores(model, quantize_pixels(model, images))
    with np.load(built / ORACLE_SCORES) as kept:
        np.testing.assert_array_equal(kept["scores"], expected)
        assert str(kept["model_sha256"]) == model.sha256
        assert str(kept["digits_sha256"]) == sha256_file(built / TEST_SPLIT)
    metrics = json.loads((built / METRICS).read_text())
    assert metrics["int8_accuracy"] == np.mean(expected.argmax(axis=1) == labels)
    assert 0.0 <= metrics["float_accuracy"] <= 1.0
    assert metrics["test_count"] == 50
    assert metrics["model_sha256"] == model.sha256
    assert metrics["oracle"].startswith("tflite-micro ")

    training = seeds.read_training(built)
    assert training.values["int8"] == metrics["int8_accuracy"]
    assert training.seconds > 0
    assert f"model {model.size:,} B" in training.cost


def test_a_model_without_float_counterpart_is_evaluated(built: Path, tmp_path: Path) -> None:
    for name in (INT8_MODEL, TEST_SPLIT, DATA_INFO):
        (tmp_path / name).write_bytes((built / name).read_bytes())
    assert evaluate.evaluate(tmp_path)["float_accuracy"] is None


def test_an_op_that_stays_float_is_named() -> None:
    tf = load_tensorflow()
    import keras

    image = keras.Input((4, 4, 1), name="image")
    keras_model = keras.Model(image, keras.layers.Flatten()(image))
    converter = tf.lite.TFLiteConverter.from_keras_model(keras_model)
    with quiet_output():
        content = converter.convert()
    with pytest.raises(ConversionError, match=r"foreign: .*op \d+ \([A-Z_]+\).*FLOAT32"):
        quantize.require_int8(content, "foreign")


def test_an_op_that_the_converter_refuses_is_named() -> None:
    load_tensorflow()
    import keras

    image = keras.Input((4, 4, 1), name="image")
    keras_model = keras.Model(image, keras.ops.erf(image), name="odd")
    pixels = np.zeros((2, 4, 4, 1), np.float32)
    with pytest.raises(ConversionError, match=r"odd: .*(?i:erf)"):
        quantize.convert(keras_model, pixels)


def test_a_model_stored_without_its_zeros_is_refused() -> None:
    load_tensorflow()
    import keras

    image = keras.Input((4, 4, 1), name="image")
    dense = keras.layers.Dense(32)
    model = keras.Model(image, dense(keras.layers.Flatten()(image)), name="pruned")
    dense.kernel.assign(np.eye(16, 32))
    pixels = np.random.default_rng(1).random((2, 4, 4, 1), np.float32)
    with pytest.raises(ConversionError, match=r"pruned: .*tensor \d+ .*stored without its zeros"):
        quantize.convert(model, pixels, preset="sparsity")


@pytest.mark.parametrize("calibration", [0, -1])
def test_calibration_with_nothing_is_refused(built: Path, calibration: int) -> None:
    with pytest.raises(DataError, match=f"--calibration {calibration}: give 1 or more"):
        quantize.quantize(built, calibration=calibration)


def test_a_small_set_calibrates_with_what_there_is(built: Path) -> None:
    said: list[str] = []
    assert len(calibrating(built, 401, said.append)) == 400
    assert said == ["quantize: calibrated with all 400 training samples"]


def test_missing_and_damaged_float_model(built: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="invoke train"):
        quantize.quantize(tmp_path)
    for name in (TRAIN_SPLIT, FLOAT_MODEL, DATA_INFO):
        (tmp_path / name).write_bytes((built / name).read_bytes())
    whole = (tmp_path / FLOAT_MODEL).read_bytes()
    (tmp_path / FLOAT_MODEL).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtifactError, match="no Keras model"):
        quantize.quantize(tmp_path, calibration=20)
    assert not (tmp_path / INT8_MODEL).exists()


@pytest.fixture
def stubbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build directory where `train` makes a linear model and steps of a given loss, at once."""

    def linear_model(_: recipes.Recipe, shape: tuple[int, ...], outputs: int, _task: str) -> Any:
        import keras

        image = keras.Input(shape, name="image")
        logits = keras.layers.Dense(outputs, name="logits")(keras.layers.Flatten()(image))
        return keras.Model(image, keras.layers.Softmax()(logits), name="linear")

    monkeypatch.setattr(recipes.Recipe, "build_model", linear_model)
    monkeypatch.setattr(train, "_compiled_step", lambda *_: lambda *_: 1.25)
    digits.write(tmp_path)
    return tmp_path


class TestFailedTraining:
    """An older float.keras survives, and nothing else appears."""

    @pytest.fixture(autouse=True)
    def nothing_changes(self, stubbed: Path) -> Iterator[None]:
        (stubbed / FLOAT_MODEL).write_bytes(b"the older one")
        before = set(stubbed.iterdir())
        yield
        assert (stubbed / FLOAT_MODEL).read_bytes() == b"the older one"
        assert set(stubbed.iterdir()) == before

    @pytest.mark.parametrize("loss", [math.nan, math.inf])
    def test_a_loss_that_is_no_number_stops_it(
        self, stubbed: Path, monkeypatch: pytest.MonkeyPatch, loss: float
    ) -> None:
        losses = iter([1.5, loss])
        monkeypatch.setattr(train, "_compiled_step", lambda *_: lambda *_: next(losses))
        with pytest.raises(DivergedError, match=f"train tiny: the loss became {loss}") as caught:
            train.train("tiny", stubbed, epochs=1)
        assert caught.value.exit_code == 1

    def test_an_interrupt(self, stubbed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(train.EpochProgress, "epoch", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train.train("tiny", stubbed, epochs=1)

    def test_a_class_with_one_digit(self, stubbed: Path) -> None:
        images, _ = datasets.load_split(stubbed, TRAIN_SPLIT)
        labels = np.zeros(len(images), np.uint8)
        labels[0] = 3
        artifacts.write_npz(stubbed / TRAIN_SPLIT, images=images, labels=labels)
        with pytest.raises(DataError, match=r"class 3 has 1 images, 1 of them .* none would be"):
            train.train("tiny", stubbed, epochs=1)

    def test_an_optimizer_that_the_recipe_has_not(self, stubbed: Path) -> None:
        with pytest.raises(RecipeError, match="tiny has no optimizer 'sgd'; it has: adam"):
            train.train("tiny", stubbed, epochs=1, optimizer="sgd")

    def test_nothing_to_resume(self, stubbed: Path) -> None:
        with pytest.raises(ArtifactError, match=r"checkpoint\.npz is missing: nothing to resume"):
            train.train("tiny", stubbed, epochs=1, resume=True)


def test_progress_off_a_terminal_is_one_line_an_epoch(
    stubbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train.train("tiny", stubbed, epochs=2)
    *lines, last = capsys.readouterr().err.splitlines()
    assert last.startswith("train tiny: ") and last.endswith(" s of processor time")
    assert [line.split(" held-out")[0] for line in lines] == [
        "train tiny: 2 epochs of 8 steps, compiling",
        "train tiny: epoch 1/2, loss 1.2500,",
        "train tiny: epoch 2/2, loss 1.2500,",
    ]
