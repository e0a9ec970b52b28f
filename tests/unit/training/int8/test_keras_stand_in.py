"""What is asked of Keras and TensorFlow, by stand-ins that note it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import COMPARED_MODES, SAVED_MODEL, SAVED_MODEL_FILES
from training.errors import ArtifactError, DataError
from training.int8 import (
    float_answers,
    float_function,
    layer_errors,
    modes,
    quantize,
    saved_model,
)
from training.int8.float_function import of_keras, of_saved_model


class Sequential:
    pass


class Softmax:
    def __init__(self, given: str) -> None:
        self.input = given


class Dense:
    """A layer with an activation."""

    def __init__(self, activation: Any) -> None:
        self.activation, self.input, self.weights = activation, "before", ["w"]

    def get_config(self) -> dict[str, Any]:
        return {"activation": self.activation, "units": 3}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Dense:
        assert config["units"] == 3
        return cls(config["activation"])

    def __call__(self, given: str) -> str:
        return f"{self.activation} of {given}"

    def get_weights(self) -> list[str]:
        return self.weights

    def set_weights(self, weights: list[str]) -> None:
        self.weights = [*weights, "set"]


class Tree:
    """keras.tree for lists, dicts and single values."""

    @staticmethod
    def flatten(one: Any) -> list[Any]:
        if isinstance(one, dict):
            return [one[name] for name in sorted(one)]
        return list(one) if isinstance(one, list) else [one]

    @staticmethod
    def pack_sequence_as(structure: Any, values: list[Any]) -> Any:
        if isinstance(structure, dict):
            return dict(zip(sorted(structure), values, strict=True))
        return values if isinstance(structure, list) else values[0]


@pytest.fixture
def keras(monkeypatch: pytest.MonkeyPatch) -> Any:
    fake = SimpleNamespace(
        tree=Tree,
        Sequential=Sequential,
        Model=lambda given, made, name: ("Model", given, made, name),
        layers=SimpleNamespace(Softmax=Softmax),
        activations=SimpleNamespace(softmax="softmax"),
        models=SimpleNamespace(),
    )
    monkeypatch.setitem(sys.modules, "keras", fake)
    return fake


def test_a_model_is_asked_in_the_structure_that_it_takes(keras: Any) -> None:
    given = np.ones((2, 3))

    def model(structure: Any, kind: type = SimpleNamespace) -> Any:
        made = kind()
        made.name, made.inputs, made.input = "net", ["x"], structure
        made.predict = lambda *values, verbose: (values, verbose)
        return made

    assert float_answers.predict(model("x"), given) == [((given, 500), 0)]
    for structure, wanted in ((["x"], [given]), ({"a": "x"}, {"a": given})):
        (((asked, batch), verbose),) = float_answers.predict(model(structure), given)
        assert (str(asked), batch, verbose) == (str(wanted), 500, 0)
    (((asked, _), _),) = float_answers.predict(model(["x"], Sequential), given)
    assert asked is given  # a Sequential takes it bare
    two = model(["x", "y"])
    two.inputs = ["x", "y"]
    with pytest.raises(DataError, match=r"^net: has 2 inputs, the data one sample each"):
        float_answers.predict(two, given)


def test_logits_are_what_a_softmax_is_given(keras: Any) -> None:
    def model(last: Any, inputs: int = 1, outputs: int = 1) -> Any:
        ends = [f"x{n}" for n in range(inputs)]
        return SimpleNamespace(
            inputs=ends, outputs=["y"] * outputs, layers=["first", last], name="net"
        )

    assert modes._without_softmax(model(Softmax("z"))) == ("Model", "x0", "z", "net")
    assert modes._without_softmax(model(Softmax("z"), inputs=2))[1] == ["x0", "x1"]
    assert modes._without_softmax(model(Dense("softmax")))[2] == "linear of before"
    for whole in (model(Dense("relu")), model(Softmax("z"), outputs=2), model(SimpleNamespace())):
        assert modes._without_softmax(whole) is whole


def test_a_linear_layer_has_the_weights(keras: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    monkeypatch.setattr(Dense, "set_weights", lambda self, weights: made.append(weights))
    last = Dense("softmax")
    model = SimpleNamespace(inputs=["x"], outputs=["y"], layers=[last], name="net")
    modes._without_softmax(model)
    assert made == [["w"]]


def test_a_keras_file_is_opened_without_its_code(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.keras"
    path.write_bytes(b"none")
    asked: list[Any] = []
    model = SimpleNamespace(weights=[SimpleNamespace(shape=(10, 20)), SimpleNamespace(shape=())])

    def load_model(given: Path, **how: Any) -> Any:
        asked.append((given, how))
        return model

    monkeypatch.setattr(quantize, "load_tensorflow", lambda: None)
    keras.models.load_model = load_model
    monkeypatch.setattr(quantize, "_UNPACKED_BYTES", 4 * 201)
    assert quantize.load_float_model(path) is model
    assert asked == [(path, {"compile": False, "safe_mode": True})]
    monkeypatch.setattr(quantize, "_UNPACKED_BYTES", 4 * 201 - 1)
    with pytest.raises(ArtifactError, match="MB when unpacked"):
        quantize.load_float_model(path)

    def fails(*_: Any, **__: Any) -> None:
        raise KeyError("layer")

    keras.models.load_model = fails
    with pytest.raises(ArtifactError, match=r"no Keras model \(.*layer.*\); run `invoke train`"):
        quantize.load_float_model(path)


class Function:
    """As tf.function makes them: traced for its specs."""

    def __init__(self, call: Any) -> None:
        self.call = call

    def __call__(self, *given: Any) -> Any:
        return self.call(*given)

    def get_concrete_function(self, *specs: Any) -> Any:
        tensors = [
            SimpleNamespace(
                shape=one.shape, dtype=SimpleNamespace(name=one.dtype, is_numpy_compatible=True),
                name=one.name,
            )
            for one in specs
        ]  # fmt: skip
        return SimpleNamespace(
            inputs=tensors, outputs=tensors[:1], structured_outputs=tensors[:1], call=self.call
        )


class Shape(tuple[Any, ...]):
    @property
    def rank(self) -> int:
        return len(self)


def spec(shape: Any, dtype: str, name: str) -> Any:
    return SimpleNamespace(shape=Shape(shape), dtype=dtype, name=name)


TF: Any = SimpleNamespace(function=Function, TensorSpec=spec, saved_model=SimpleNamespace())


@pytest.fixture(autouse=True)
def no_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(float_function, "_pixels", lambda *_: (0.0, 1.0))


def keras_model(structure: Any, inputs: list[Any], kind: type = SimpleNamespace) -> Any:
    class Made(kind):
        built = True

        def __call__(self, given: Any, training: bool) -> Any:
            assert training is False
            return given

    made = Made()
    made.inputs, made.input, made._flatten_layers = inputs, structure, list
    return made


def test_a_keras_model_is_traced_for_a_batch_of_one(keras: Any) -> None:
    age, size = spec((None, 3), "float32", "age"), spec((None, 4), "int32", "size")
    one = of_keras(TF, keras_model([age, size], [age, size]), "net")
    assert one.name == "net" and [str(part) for part in one.edges.inputs] == [
        "'age' [3] float32", "'size' [4] int32",
    ]  # fmt: skip
    assert [(part.shape, part.name) for part in one.traced.inputs] == [
        ((1, 3), "x0"),
        ((1, 4), "x1"),
    ]
    assert one.own([5, 6]) == [5, 6] and one.traced.call(5, 6) == [5, 6]
    named = of_keras(TF, keras_model({"b": size, "a": age}, [age, size]), "net")
    assert [part.name for part in named.edges.inputs] == ["a", "b"]
    assert named.own([5, 6]) == {"a": 5, "b": 6}
    bare = of_keras(TF, keras_model("not asked", [age], Sequential), "net")
    assert bare.own([5]) == 5 and [part.name for part in bare.edges.inputs] == ["age"]


def test_a_saved_model_is_called_by_its_signature(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"no SavedModel, saved_model\.pb is missing"):
        of_saved_model(TF, tmp_path)
    (tmp_path / "saved_model.pb").touch()
    loaded = SimpleNamespace(signatures={})
    TF.saved_model.load = lambda folder: loaded if folder == str(tmp_path) else None
    with pytest.raises(ArtifactError, match="has no signature to call; export it anew"):
        of_saved_model(TF, tmp_path)

    def signature(tag: str) -> Any:
        class Signature:
            structured_input_signature = (
                (), {"b": spec((None, 4), "int32", "b"), "a": spec((None, 3), "float32", "a")},
            )  # fmt: skip

            def __call__(self, **given: Any) -> Any:
                return tag, given

        return Signature()

    loaded.signatures = {"other": signature("other")}
    assert of_saved_model(TF, tmp_path).own([1, 2]) == ("other", {"a": 1, "b": 2})
    loaded.signatures = {"other": signature("other"), "serving_default": signature("serving")}
    one = of_saved_model(TF, tmp_path)
    assert one.own([1, 2])[0] == "serving" and one.owner is loaded and one.name == str(tmp_path)
    assert [str(part) for part in one.edges.inputs] == ["'a' [3] float32", "'b' [4] int32"]
    assert [part.name for part in one.traced.inputs] == ["x0", "x1"]


def test_modes_are_compared_by_logits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "float.keras").touch()
    split = SimpleNamespace(split="SPLIT")
    inputs = np.zeros((2, 3), np.float32)
    exact = np.array([[1.0, 2.0], [3.0, 4.0]])
    scores = {b"int8 MODEL": "scores", b"int8 LOGITS": exact + np.array([[0.5, 0], [0, -1]])}
    measured: list[Any] = []

    def measure(*given: Any) -> Any:
        measured.append(given)
        return SimpleNamespace(values={"accuracy": 0.5})

    for name, answer in (
        ("load_tensorflow", lambda: TF),
        ("load_float_model", lambda path: "MODEL"),
        ("_without_softmax", lambda model: "LOGITS"),
        ("calibrating", lambda _, count: count),
        ("load", lambda _, name: split if name == "digits.npz" else None),
        ("as_taken", lambda _, examples: inputs if examples is split else f"{examples} samples"),
        ("predict", lambda model, given: [exact if model == "LOGITS" else None, "second"]),
        ("convert_in_mode", lambda tf, model, given, mode, preset: f"{mode} {model}".encode()),
        ("_answers", lambda tf, content, given: scores[content]),
        ("measure", measure),
        ("_refusal", lambda content: "no" if b"LOGITS" in content else ""),
    ):
        monkeypatch.setattr(modes, name, answer)
    (result,) = modes.compare(tmp_path, ["int8"], 9)
    assert result == modes.ModeResult("int8", 10, {"accuracy": 0.5}, 1.0, 0.375, "")
    assert measured == [("SPLIT", inputs, ["scores"])]
    assert (tmp_path / "modes/int8.tflite").read_bytes() == b"int8 MODEL"
    assert (tmp_path / COMPARED_MODES).is_file()
    assert "int8" in modes.show(str(tmp_path), ["int8"], 9, "default")
    with pytest.raises(DataError, match="unknown quantization mode"):
        modes.compare(tmp_path, ["int8", "int4"], 9)


def test_a_mode_is_set_before_the_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []
    monkeypatch.setattr(modes, "converter_for", lambda tf, model, given, preset: [given, preset])
    monkeypatch.setitem(modes.MODES, "int8", lambda tf, one: done.append(list(one)))
    monkeypatch.setattr(modes, "run_converter", lambda one, what: f"{what} {done}".encode())
    model = SimpleNamespace(name="net")
    calibration: Any = "samples"
    assert modes.convert_in_mode(TF, model, calibration, "int8") == (
        b"net in mode int8 [['samples', 'default']]"
    )


def test_files_are_converted_with_their_samples_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = {f"x{n}": np.full(2, n) for n in range(11)}
    np.savez(tmp_path / "samples.npz", **arrays)  # type: ignore[arg-type]
    seen: list[Any] = []

    def answered(tf: Any, rows: Any) -> list[np.ndarray]:
        assert [one.shape for one in rows[0]] == [(1,)] * 11
        return [np.full((len(rows), 3), 7.0), np.ones((len(rows), 1))]

    def settled(converter: Any, name: str) -> bytes:
        seen.append((converter, name))
        return b"made"

    for name, answer in (
        (
            "load_tensorflow",
            lambda: SimpleNamespace(errors=SimpleNamespace(PermissionDeniedError=OSError)),
        ),
        ("open_float", lambda tf, path: SimpleNamespace(name=path.name, answers=answered)),
        ("_converter_of", lambda tf, one, values, preset: [one.name, values, preset]),
        ("full_int8", lambda tf, converter: converter.append("full")),
        ("_settled", settled),
    ):
        monkeypatch.setattr(quantize, name, answer)
    target, answers = tmp_path / "made.tflite", tmp_path / "answers.npz"
    samples = str(tmp_path / "samples.npz")
    quantize.convert_files("a/x.keras", "net", samples, "size", str(target), str(answers))
    (((one, values, preset, full), name),) = seen
    assert (one, preset, full, name) == ("x.keras", "size", "full", "net")
    assert [int(part[0]) for part in values] == list(range(11))
    assert target.read_bytes() == b"made"
    assert [one.shape for one in quantize._read_numbered(answers)] == [(2, 3), (2, 1)]


def test_a_saved_model_takes_any_batch_and_has_no_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "float.keras").touch()
    specs: list[Any] = []
    saved: list[Any] = []

    class Model:
        inputs = (SimpleNamespace(shape=(None, 28, 28), name="image"),)
        output_names = ("scores",)
        variables = (SimpleNamespace(value="w"), SimpleNamespace(value="b"))

        def __call__(self, given: Any, training: bool) -> Any:
            assert training is False
            return f"answer to {given}"

    def save(module: Any, folder: str, signatures: Any, options: Any) -> None:
        saved.append((module.weights, module.serve("x"), signatures is module.serve, options))
        for name in (*SAVED_MODEL_FILES, "fingerprint.pb"):
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_bytes(name.encode())

    def function(call: Any, signature: list[Any]) -> Any:
        specs.extend(signature)
        return call

    tf = SimpleNamespace(
        TensorSpec=lambda *given: given, float32="float32", Module=SimpleNamespace,
        function=function,
        saved_model=SimpleNamespace(save=save, SaveOptions=lambda **given: given),
    )  # fmt: skip
    monkeypatch.setattr(saved_model, "load_tensorflow", lambda: tf)
    monkeypatch.setattr(saved_model, "load_float_model", lambda path: Model())
    saved_model.export(tmp_path)
    assert specs == [((None, 28, 28), "float32", "image")]
    assert saved == [(["w", "b"], {"scores": "answer to x"}, True, {"save_debug_info": False})]
    kept = {
        path.relative_to(tmp_path / SAVED_MODEL).as_posix()
        for path in (tmp_path / SAVED_MODEL).rglob("*")
        if path.is_file()
    }
    assert kept == set(SAVED_MODEL_FILES)


class Kept:
    """In place of tf.lite.Interpreter: an input, two ops, of which the first has two outputs."""

    told: dict[str, Any] = {}  # noqa: RUF012 (one test's)

    def __init__(self, **told: Any) -> None:
        Kept.told = told
        self.calls: list[Any] = []

    def allocate_tensors(self) -> None:
        self.calls.append("allocated")

    def _get_ops_details(self) -> list[dict[str, Any]]:
        return [
            {"op_name": "SPLIT", "outputs": np.array([5, 6])},
            {"op_name": "ADD", "outputs": np.array([2])},
        ]

    def get_tensor_details(self) -> list[dict[str, Any]]:
        return [{"index": index, "quantization": (index / 4, -index)} for index in (1, 2, 5, 6)]

    def get_input_details(self) -> list[dict[str, Any]]:
        return [{"index": 1, "quantization": (0.5, 3), "dtype": np.int8}, {"index": 9}]

    def set_tensor(self, index: int, values: np.ndarray) -> None:
        self.calls.append((index, values.tolist()))

    def invoke(self) -> None:
        self.calls.append("invoked")

    def get_tensor(self, index: int) -> str:
        return f"tensor {index}"


def test_each_ops_first_output_is_kept_by_reference_kernels() -> None:
    lite = SimpleNamespace(
        Interpreter=Kept,
        experimental=SimpleNamespace(OpResolverType=SimpleNamespace(BUILTIN_REF="reference")),
    )
    made = layer_errors._Tensors(SimpleNamespace(lite=lite), b"content")
    assert Kept.told == {
        "model_content": b"content",
        "experimental_preserve_all_tensors": True,
        "experimental_op_resolver_type": "reference",
    }
    assert made.ops == ["SPLIT", "ADD"]
    found: list[Any] = list(made.run(np.array([1.0, -1.0])))
    assert found == [("tensor 5", 1.25, -5), ("tensor 2", 0.5, -2)]
    assert made._interpreter.calls == ["allocated", (1, [[5, 1]]), "invoked"]


def test_an_ops_own_noise_is_the_debuggers(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[Any] = []

    class Debugger:
        def __init__(self, converter: Any, debug_dataset: Any) -> None:
            log.extend([converter, [[one.tolist() for one in row] for row in debug_dataset()]])
            self.layer_statistics: dict[str, Any] = {}

        def run(self) -> None:
            self.layer_statistics = {
                name: {"mean_squared_error": value} for name, value in (("b", 2), ("a", 0.5))
            }

    monkeypatch.setattr(layer_errors, "converter_for", lambda tf, model, given: ["converter"])
    monkeypatch.setattr(layer_errors, "full_int8", lambda tf, converter: converter.append("full"))
    experimental = SimpleNamespace(QuantizationDebugger=Debugger)
    tf = SimpleNamespace(lite=SimpleNamespace(experimental=experimental))
    shown = np.array([[1.0], [2.0]])
    assert layer_errors._own_noise(tf, "model", shown, shown) == [2.0, 0.5]
    assert log == [["converter", "full"], [[[[1.0]]], [[[2.0]]]]]
