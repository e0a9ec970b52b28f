"""A user's own Keras model and SavedModel, of any inputs and outputs, become float edges and int8.

What a child process does is called in this one, where that says as much: TensorFlow is loaded once.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import FLOAT_EDGES, FLOAT_MODEL, INT8_MODEL, TEST_SPLIT
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import numpy_dtype
from codegen.host.runtime import HostRuntime
from codegen.host.scores import oracle_scores
from codegen.model.int8_checks import check_int8
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model, Tensor
from codegen.samples.encode import dequantize, quantize
from tests.training import digits
from training.data import datasets
from training.errors import ArtifactError, ConversionError, DataError
from training.int8 import confinement, edges, user_model
from training.int8 import quantize as room
from training.int8.edges import Edges
from training.tf_runtime import load_tensorflow, quiet_output


def network() -> Any:
    """Takes images without a channel, as many tutorials' models do."""
    load_tensorflow(seed=1)
    import keras

    layers = keras.layers
    image = keras.Input((28, 28))
    x = layers.Dense(10, activation="softmax")(layers.Flatten()(image))
    return keras.Model(image, x)


def test_a_keras_file_and_a_saved_model_become_int8(tmp_path: Path) -> None:
    digits.write(tmp_path, train_count=40, test_count=10)
    model = network()
    pixels, _ = datasets.load_split(tmp_path, TEST_SPLIT)
    expected = np.asarray(model(datasets.to_float(pixels)[..., 0]))
    with quiet_output():
        model.save(tmp_path / "net.h5")
        model.export(tmp_path / "net")
    said: list[str] = []

    user_model.import_float(tmp_path / "net.h5", tmp_path)
    kept = room.load_float_model(tmp_path / FLOAT_MODEL)
    np.testing.assert_allclose(kept(datasets.to_float(pixels)[..., 0]), expected, atol=1e-6)
    room.quantize(tmp_path, calibration=20)
    _require_like(tmp_path, pixels, expected)

    user_model.import_float(tmp_path / "net", tmp_path, said.append)
    assert "loading a SavedModel runs its code: in a process of its own" in said[0]
    assert not (tmp_path / FLOAT_MODEL).exists()
    room.quantize(tmp_path, calibration=20, preset="size", saved_model=tmp_path / "net")
    _require_like(tmp_path, pixels, expected)


def test_constants_of_a_saved_model_are_no_inputs(tmp_path: Path) -> None:
    """A Normalization keeps its mean and deviation beside the weights."""
    tf = load_tensorflow(seed=1)
    import keras

    normalization = keras.layers.Normalization(axis=None)
    normalization.adapt(np.random.default_rng(1).normal(40, 9, (50, 6, 6, 1)))
    image = keras.Input((6, 6, 1))
    x = keras.layers.Flatten()(normalization(image))
    with quiet_output():
        keras.Model(image, keras.layers.Dense(3)(x)).export(tmp_path / "net")
        found = room.open_float(tf, tmp_path / "net").edges
    assert [one.shape for one in found.inputs] == [(6, 6, 1)]


def _require_like(build_dir: Path, pixels: np.ndarray, expected: np.ndarray) -> None:
    int8 = Model.read(build_dir / INT8_MODEL)
    scores = oracle_scores(int8, quantize_pixels(int8, pixels))
    assert np.abs((scores + 128.0) / 256 - expected).max() < 0.02


# ---------------------------------------------------------------- any structure


def _two(as_inputs: Callable[[Any, Any], Any], as_outputs: Callable[[Any, Any], Any]) -> Any:
    import keras

    layers = keras.layers
    age, image = keras.Input((6,), name="age"), keras.Input((8, 8, 1), name="image")
    x = layers.Concatenate()([layers.Dense(4)(age), layers.Flatten()(layers.Conv2D(2, 3)(image))])
    logits = layers.Dense(3)(x)
    return keras.Model(as_inputs(age, image), as_outputs(logits, layers.Softmax()(logits)))


def _of(shape: tuple[int | None, ...], *added: str, dtype: str = "float32") -> Any:
    """A model of an input and layers, each as Python has it."""
    import keras

    layers = keras.layers
    given = x = keras.Input(shape, dtype=dtype, name="x")
    for one in added:
        x = eval(one, {"layers": layers, "keras": keras})(x)
    return keras.Model(given, x)


def _normalized() -> Any:
    """With mean and variance in a model of its own inside."""
    import keras

    normalization = keras.layers.Normalization()
    normalization.adapt(np.random.default_rng(1).normal(40, 9, (100, 4)))
    given = keras.Input((4,))
    inner = keras.Model(given, normalization(given), name="inner")
    outer = keras.Input((4,), name="x")
    return keras.Model(outer, keras.layers.Dense(3)(inner(outer)))


def _from_a_state() -> Any:
    """Of a long GRU's two results one is read, and both are given."""
    import keras

    layers = keras.layers
    x, y = keras.Input((150, 3), name="x"), keras.Input((140, 2), name="y")
    state = layers.Dense(5, activation="tanh")(layers.GlobalAveragePooling1D()(y))
    gru = layers.GRU(5, return_sequences=True, return_state=True)
    rows, last = gru(x, initial_state=state)
    return keras.Model([x, y], [rows, last, layers.Dense(2)(last)])


_FLAT = ("layers.Flatten()", "layers.Dense(3)")
MODELS: dict[str, Callable[[], Any]] = {
    "list": lambda: _two(lambda a, b: [b, a], lambda c, d: [c, d]),
    "dict": lambda: _two(lambda a, b: {"picture": b, "years": a}, lambda c, d: {"y": c, "p": d}),
    "one_in_a_dict": lambda: _two(lambda a, b: {"b": b, "a": a}, lambda c, d: c),
    "rank_2": lambda: _of((5,), "layers.Dense(8, activation='relu')", "layers.Dense(3)"),
    "rank_3": lambda: _of((20, 3), "layers.Conv1D(4, 3)", "layers.GlobalAveragePooling1D()"),
    "rank_5": lambda: _of((2, 4, 4, 3), "layers.Reshape((2, 48))", *_FLAT),
    "sequential": lambda: _of((6, 6, 1), "keras.Sequential([layers.Conv2D(2, 3)])", *_FLAT),
    "augmented": lambda: _of((6, 6, 1), "layers.RandomFlip()", "layers.Dropout(0.5)", *_FLAT),
    "normalized": _normalized,
    "bytes": lambda: _of((6, 6, 1), "layers.Rescaling(1 / 255)", *_FLAT, dtype="uint8"),
    "indices": lambda: _of((10,), "layers.Embedding(50, 8)", *_FLAT, dtype="int32"),
    "indices_as_float": lambda: _of((10,), "layers.Embedding(50, 8)", *_FLAT),
    "lstm": lambda: _of((6, 3), "layers.LSTM(4)"),
    "both_ways": lambda: _of(
        (8, 3), "layers.Bidirectional(layers.LSTM(4, return_sequences=True))", "layers.LSTM(5)"
    ),
    "long_lstm": lambda: _of(
        (160,),
        *("layers.Embedding(50, 8)", "layers.LSTM(8)", "layers.Dense(2)"),
        dtype="int32",
    ),
    "long_both_ways": lambda: _of(
        (140, 4), "layers.Bidirectional(layers.LSTM(8, use_bias=False))", "layers.Dense(3)"
    ),
    "long_gru": lambda: _of((150, 4), "layers.GRU(6)", "layers.Dense(3)"),
    "long_gru_alone": lambda: _of((150, 4), "layers.GRU(6, return_sequences=True)"),
    "long_rnn": lambda: _of(
        (150,),
        *("layers.Embedding(50, 8)", "layers.SimpleRNN(8)", "layers.Dense(2)"),
        dtype="int32",
    ),
    "long_grus_both_ways": lambda: _of(
        (140, 4),
        "layers.Bidirectional(layers.GRU(8, return_sequences=True))",
        "layers.SimpleRNN(6, return_sequences=True)",
        "layers.Dense(3)",
    ),
    "long_cells": lambda: _of(
        (140, 4),
        "layers.Conv1D(5, 3, activation='relu')",
        "layers.RNN([layers.GRUCell(4), layers.LSTMCell(3, recurrent_activation='hard_sigmoid')])",
        "layers.Dense(3)",
    ),
    "from_a_state": _from_a_state,
    "gru": lambda: _of((6, 3), "layers.GRU(4, return_sequences=True)", "layers.Dense(2)"),
    "upsampled": lambda: _of((4, 6, 3), "layers.UpSampling2D((2, 3))", "layers.Conv2D(2, 3)"),
    "repeated": lambda: _of((6,), "layers.RepeatVector(5)", "layers.UpSampling1D(2)"),
    "tiled": lambda: _of((4, 3), "lambda x: keras.ops.tile(x, (1, 3, 2))", "layers.Conv1D(2, 3)"),
    "gelu": lambda: _of((6,), "layers.Dense(9, activation='gelu')", "layers.Dense(3)"),
    "gelu_as_tanh": lambda: _of(
        (6,), "lambda x: keras.activations.gelu(4 * x, approximate=True)", "layers.Dense(3)"
    ),
    "softplus": lambda: _of((6,), "layers.Dense(9, activation='softplus')", "layers.Dense(3)"),
    "selu": lambda: _of((6,), "layers.Dense(9, activation='selu')", "layers.Dense(3)"),
    "elu": lambda: _of(
        (6, 6, 1), "layers.Conv2D(4, 3, activation='elu')", "layers.MaxPooling2D(2)", *_FLAT
    ),
    "negative": lambda: _of((6, 6, 1), "lambda x: keras.ops.max(-x * -x, axis=1)", *_FLAT),
    "layer_norm": lambda: _of((5, 8), "layers.LayerNormalization()", *_FLAT),
    "sliced": lambda: _of(
        (4, 4, 14),
        "layers.Reshape((4, 4, 2, 7))",
        "lambda x: x[..., 2:4] + x[:, :, :, :, 5:]",
        "lambda x: x[..., 1, -1, None][..., None]",
    ),
    "masked": lambda: _of(
        (10,),
        *("layers.Embedding(50, 8, mask_zero=True)", "layers.GlobalAveragePooling1D()"),
        dtype="int32",
    ),
    "masking": lambda: _of((8, 3), "layers.Masking(0.25)", "layers.GlobalAveragePooling1D()"),
    "best": lambda: _of((3,), "lambda x: keras.ops.argmax(x, axis=-1)"),
    "names": lambda: _of(
        (6, 6, 1), "layers.Conv2D(2, 3, name='my conv')", "layers.Flatten(name='größe')"
    ),
}

# Parts of the output's span; what is rounded adds up step by step.
_OFF = {"both_ways": 0.25, "long_rnn": 0.12}


@pytest.mark.parametrize("name", list(MODELS))
def test_any_model_goes_through_exactly_as_it_is(name: str, tmp_path: Path) -> None:
    """The int8 model's outputs are near the float model's, in the order in which it gives them."""
    tf = load_tensorflow(seed=1)
    with quiet_output():
        model = MODELS[name]()
        model.save(tmp_path / "net.keras")
        told = user_model.examine(str(tmp_path / "net.keras"), str(tmp_path / FLOAT_MODEL))
    found = Edges.from_json(told)
    values = _samples(found)
    _int8(tmp_path / FLOAT_MODEL, values, tmp_path / INT8_MODEL)
    int8 = Model.read(tmp_path / INT8_MODEL)
    check_int8(int8)

    import keras

    structure = model.inputs[0] if isinstance(model, keras.Sequential) else model.input
    with quiet_output():
        given = [tf.constant(one) for one in values]
        wanted = tf.nest.flatten(
            model(keras.tree.pack_sequence_as(structure, given), training=False)
        )
    inputs = [_as_input(*pair) for pair in zip(values, int8.inputs, strict=True)]
    made = answers(int8, inputs, resets=range(len(inputs[0])))
    assert len(made) == len(wanted)
    for one, other, tensor in zip(made, wanted, int8.outputs, strict=True):
        exact = np.asarray(other)
        real = dequantize(one, tensor).reshape(exact.shape)
        span = exact.max() - exact.min()
        assert np.abs(real - exact).max() < _OFF.get(name, 0.06) * span, name
    with HostRuntime(int8.data) as runtime:
        runtime.invoke(*(one[0] for one in inputs))
        assert runtime.output(0) == made[0][0].tobytes()


def test_one_step_of_a_long_gru_is_a_model_that_runs_any_number(tmp_path: Path) -> None:
    """A sequence need not be complete before it is looked at, as docs/models.md says: the state
    comes out of the model and goes into it again."""
    load_tensorflow(seed=1)
    rng = np.random.default_rng(1)
    sequences = rng.normal(size=(20, 150, 3)).astype(np.float32)
    with quiet_output():
        import keras

        layers = keras.layers
        whole = _of((150, 3), "layers.GRU(6)", "layers.Dense(3)")
        x, state = keras.Input((3,)), keras.Input((6,))
        cell, dense = layers.GRUCell(6), layers.Dense(3)
        after, _ = cell(x, [state])
        step = keras.Model([x, state], [dense(after), after])
        cell.set_weights(whole.layers[1].get_weights())
        dense.set_weights(whole.layers[2].get_weights())
        states = [np.zeros((20, 6), np.float32)]
        for values in sequences.swapaxes(0, 1):
            states.append(np.asarray(step([values, states[-1]])[1]))
        step.save(tmp_path / "net.keras")
        user_model.examine(str(tmp_path / "net.keras"), str(tmp_path / FLOAT_MODEL))
        wanted = np.asarray(whole(sequences))
    before = np.stack(states[:-1], axis=1)
    _int8(
        tmp_path / FLOAT_MODEL,
        [sequences.reshape(-1, 3)[::7], before.reshape(-1, 6)[::7]],
        tmp_path / INT8_MODEL,
    )
    int8 = Model.read(tmp_path / INT8_MODEL)
    check_int8(int8)
    assert int8.size < 8000
    given, kept = int8.inputs
    made, next_state = int8.outputs
    with HostRuntime(int8.data) as runtime:
        for sequence, exact in zip(sequences[:4], wanted, strict=False):
            now = np.zeros((1, 6), np.float32)
            for values in sequence:
                runtime.invoke(quantize(values, given), quantize(now, kept))
                now = dequantize(np.frombuffer(runtime.output(1), np.int8), next_state)
            real = dequantize(np.frombuffer(runtime.output(0), np.int8), made)
            assert np.abs(real - exact).max() < 0.06 * np.ptp(wanted)


def _as_input(values: np.ndarray, tensor: Tensor) -> np.ndarray:
    if tensor.scales:
        values = quantize(values.astype(np.float32), tensor)
    return values.astype(numpy_dtype(tensor)).reshape(-1, *tensor.shape)


def _samples(found: Edges) -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    high = {"uint8": 255, "int32": 49, "float32": 1}
    return [
        rng.uniform(0, high[one.dtype], (60, *one.shape)).astype(one.dtype) for one in found.inputs
    ]


def _int8(path: Path, values: Sequence[np.ndarray], target: Path) -> None:
    """As `quantize` has it done in another process."""
    samples = target.with_name("samples.npz")
    np.savez(samples, **{f"x{i}": one for i, one in enumerate(values)})  # type: ignore[arg-type]
    answers = target.with_name("answers.npz")
    room.convert_files(str(path), "net", str(samples), "default", str(target), str(answers))


def test_edges_have_the_user_s_names_shapes_types_and_range(tmp_path: Path) -> None:
    load_tensorflow(seed=1)
    found = {}
    for name in ("dict", "list", "bytes", "indices", "normalized"):
        with quiet_output():
            MODELS[name]().save(tmp_path / "net.keras")
            told = user_model.examine(str(tmp_path / "net.keras"), str(tmp_path / FLOAT_MODEL))
        found[name] = Edges.from_json(told)
    assert [(one.name, one.shape) for one in found["dict"].inputs] == [
        ("picture", (8, 8, 1)),
        ("years", (6,)),
    ]
    assert [one.name for one in found["dict"].outputs] == ["p", "y"]
    assert [one.name for one in found["list"].inputs] == ["image", "age"]
    assert (found["bytes"].inputs[0].dtype, found["bytes"].pixels) == ("uint8", (0, 255))
    assert (found["indices"].inputs[0].dtype, found["indices"].pixels) == ("int32", (0, 1))
    assert found["normalized"].pixels == (0, 255)  # a mean of 40 is none of 0 to 1


@pytest.mark.usefixtures("in_this_process")
def test_bytes_are_calibrated_as_bytes(tmp_path: Path) -> None:
    digits.write(tmp_path, train_count=40, test_count=10)
    load_tensorflow(seed=1)
    with quiet_output():
        _of((28, 28, 1), "layers.Rescaling(1 / 255)", "layers.Flatten()", "layers.Dense(10)").save(
            tmp_path / "net.keras"
        )
    user_model.import_float(tmp_path / "net.keras", tmp_path)
    assert edges.load(tmp_path).pixels == (0, 255)
    room.quantize(tmp_path, calibration=20)
    int8 = Model.read(tmp_path / INT8_MODEL)
    assert int8.inputs[0].scale == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(
        quantize_pixels(int8, np.full((1, 28, 28), 255, np.uint8)), np.full((1, 28, 28, 1), 127)
    )


@pytest.mark.usefixtures("in_this_process")
def test_two_inputs_are_calibrated_with_the_user_s_own_set(tmp_path: Path) -> None:
    load_tensorflow(seed=1)
    with quiet_output():
        MODELS["dict"]().save(tmp_path / "net.keras")
    user_model.import_float(tmp_path / "net.keras", tmp_path)
    own = tmp_path / "own.npz"
    np.savez(own, years=np.full((9, 6), 80.0), picture=np.random.default_rng(1).random((9, 8, 8)))
    room.quantize(tmp_path, calibration=5, calibration_data=own)
    image, age = Model.read(tmp_path / INT8_MODEL).inputs
    assert (image.shape, age.shape) == ((1, 8, 8, 1), (1, 6))
    assert 255 * age.scale == pytest.approx(80, rel=0.01)
    assert 255 * image.scale == pytest.approx(1, rel=0.05)
    digits.write(tmp_path, train_count=40, test_count=10)
    with pytest.raises(DataError, match=r"--calibration-data FILE\.npz \(arrays 'picture' "):
        room.quantize(tmp_path, calibration=5)


# ---------------------------------------------------------------- what is refused


def _saved(tmp_path: Path, model: Any) -> Path:
    path: Path = tmp_path / "net.keras"
    with quiet_output():
        model.save(path)
    return path


def _random(x: Any) -> Any:
    import tensorflow as tf

    return tf.random.uniform(tf.shape(x))


def _nan() -> Any:
    model = _of((4,), "layers.Dense(3, name='broken')")
    weights = model.get_weights()
    weights[0][0] = np.nan
    model.set_weights(weights)
    return model


REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "unbuilt": (
        lambda: __import__("keras").Sequential([__import__("keras").layers.Dense(3)]),
        ArtifactError,
        r"net\.keras: the model does not know its input's shape; give it a keras\.Input",
    ),
    "open": (
        lambda: _of((None, 3), "layers.GlobalAveragePooling1D()"),
        ArtifactError,
        "input 'x' has shape .*only the batch may be open",
    ),
    "nan": (_nan, ArtifactError, "3 of the 12 weights of '.*broken/kernel.*' are NaN"),
    "lambda": (
        lambda: _of((4,), "layers.Lambda(lambda x: x * 2)"),
        ArtifactError,
        "no Keras model .*Lambda",
    ),
    "long": (
        lambda: _of((200, 2), "layers.Masking(0.5)", "layers.GRU(3)"),
        ConversionError,
        "is a loop, as recurrent layers make them.*any number of steps unless.*a model of one step",
    ),
    "text": (
        lambda: _of((1,), "layers.Hashing(4)", dtype="string"),
        ArtifactError,
        "'x' is string; microcontrollers take numbers",
    ),
    "half": (
        lambda: _of((4, 4, 1), "layers.Conv2D(2, 2, dtype='mixed_float16')"),
        ArtifactError,
        "computes in float16; build the model under the policy float32",
    ),
    "bfloat16": (
        lambda: _of((4,), "layers.Dense(3, dtype='mixed_bfloat16')"),
        ArtifactError,
        "computes in bfloat16; build the model under the policy float32",
    ),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_is_one_clear_message(name: str, tmp_path: Path) -> None:
    load_tensorflow(seed=1)
    make, error, message = REFUSED[name]
    path = _saved(tmp_path, make())
    with pytest.raises(error, match=message):
        user_model.examine(str(path), str(tmp_path / FLOAT_MODEL))
    assert not (tmp_path / FLOAT_MODEL).exists()


def test_another_answer_than_the_model_s_is_refused() -> None:
    tf = load_tensorflow(seed=1)
    one = room.of_keras(tf, MODELS["rank_2"](), "net")
    function = one.frozen(tf)
    sample = [np.ones((1, 5), np.float32)]
    one.require_same(tf, function, [sample])
    other = room.of_keras(tf, MODELS["rank_2"](), "other").frozen(tf)  # with other weights
    with pytest.raises(ConversionError, match="net: the function that is converted gives answers"):
        one.require_same(tf, other, [sample])


def test_a_conversion_that_leaves_floats_by_chance_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tf = load_tensorflow(seed=1)
    model = MODELS["rank_2"]()
    with quiet_output():
        left_float = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    int8 = room.convert(model, np.random.default_rng(1).random((9, 5), np.float32))
    made = iter([left_float, left_float, int8])
    monkeypatch.setattr(room, "run_converter", lambda *_: next(made))
    assert room._settled(None, "net") == int8


def test_an_op_that_is_not_int8_is_named_with_its_layer() -> None:
    load_tensorflow(seed=1)
    turned = "keras.ops.transpose(x > 1, (0, 2, 1, 3))"
    odd = f"layers.Conv2D(2, 3, name='odd', activation=lambda x: keras.ops.where({turned}, x, 0.0))"
    model = _of((6, 6, 1), odd, "layers.Conv2D(2, 3)")
    values = np.random.default_rng(1).random((9, 6, 6, 1), np.float32)
    with pytest.raises(ConversionError, match=r"made from '.*/odd") as told:
        room.convert(model, values)
    assert "convert it again" not in str(told.value)
    assert "; replace that layer, or its activation, by one" in str(told.value)


def test_a_file_that_is_large_when_unpacked_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.keras"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("model.weights.h5", "w") as entry,
    ):
        for _ in range(300):
            entry.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ArtifactError, match=r"bomb\.keras: 315 MB when unpacked; 268 are allowed"):
        room.load_float_model(path)


def test_a_network_that_takes_all_memory_is_a_message(tmp_path: Path) -> None:
    load_tensorflow(seed=1)
    path = _saved(tmp_path, _of((40, 1), "layers.Flatten()", "layers.Dense(40)"))
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["config.json"] = entries["config.json"].replace(b'"units": 40', b'"units": 40000000')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(ArtifactError, match=r"net\.keras: .*(no Keras model|GB of memory)"):
        user_model.import_float(path, tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_a_saved_model_that_writes_files_writes_none(tmp_path: Path) -> None:
    tf = load_tensorflow(seed=1)
    target = tmp_path / "written"

    class Writes(tf.saved_model.experimental.TrackableResource):  # type: ignore[name-defined]
        def _create_resource(self) -> Any:
            return tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[])

        def _initialize(self) -> None:
            tf.io.write_file(str(target), tf.constant("x"))

    module = tf.Module()
    module.resource = Writes()
    _ = module.resource.resource_handle
    module.call = tf.function(
        lambda x: {"y": x * 2}, input_signature=[tf.TensorSpec((None, 2), name="x")]
    )
    with quiet_output():
        tf.saved_model.save(module, str(tmp_path / "net"), signatures=module.call)
    target.unlink(missing_ok=True)
    said: list[str] = []
    if confinement.can_restrict_writes():
        with pytest.raises(ConversionError, match="net: writes files when it is loaded"):
            user_model.import_float(tmp_path / "net", tmp_path, said.append)
        assert not target.exists() and not (tmp_path / FLOAT_EDGES).exists()
        assert "scratch folder alone (Linux's Landlock)" in said[0]
    else:
        user_model.import_float(tmp_path / "net", tmp_path, said.append)
        assert "with all your rights" in said[0]
