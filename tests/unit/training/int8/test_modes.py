"""Modes of the converter and errors of layers, on numbers that are reckoned by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.model.tflite import Model
from training.errors import ArtifactError, ConversionError, DataError
from training.int8 import layer_errors, modes, quantize
from training.int8.layer_errors import LayerError
from training.int8.modes import ModeResult
from verification.cases.model_builder import one_op, small_cnn

SETS = SimpleNamespace(
    TFLITE_BUILTINS_INT8="int8 ops",
    EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8="16x8 ops",
)
TF: Any = SimpleNamespace(
    lite=SimpleNamespace(
        OpsSet=SETS, Optimize=SimpleNamespace(DEFAULT="default", EXPERIMENTAL_SPARSITY="sparse")
    ),
    int8="int8", uint8="uint8", int16="int16", float16="float16",
)  # fmt: skip


def converter(**more: Any) -> Any:
    return SimpleNamespace(
        target_spec=SimpleNamespace(supported_ops=[], supported_types=[]),
        representative_dataset="samples", optimizations=["default"],
        inference_input_type="float32", inference_output_type="float32", **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "ops", "types", "edge", "samples", "optimizations"),
    [
        ("int8", ["int8 ops"], [], "int8", "samples", ["default"]),
        ("int8-uint8io", ["int8 ops"], [], "uint8", "samples", ["default"]),
        ("int16x8", ["16x8 ops"], [], "int16", "samples", ["default"]),
        ("dynamic", [], [], "float32", None, ["default"]),
        ("float16", [], ["float16"], "float32", None, ["default"]),
        ("float32", [], [], "float32", None, []),
    ],
)
def test_what_a_mode_asks_of_the_converter(
    mode: str, ops: list[str], types: list[str], edge: str, samples: Any, optimizations: list[str]
) -> None:
    one = converter()
    modes.MODES[mode](TF, one)
    assert (one.target_spec.supported_ops, one.target_spec.supported_types) == (ops, types)
    assert one.inference_input_type == one.inference_output_type == edge
    assert (one.representative_dataset, one.optimizations) == (samples, optimizations)
    modes.check(mode)


def test_modes_that_are_known() -> None:
    modes.check("all")
    with pytest.raises(DataError, match=r"^unknown quantization mode 'int4'; known: int8, int8-u"):
        modes.check("int4")


def test_real_numbers_become_the_tensors_steps() -> None:
    values = np.array([[-1.0, 0.0, 0.5, 1000.0, -1000.0]], np.float32)
    tensor = {"quantization": (0.5, 3), "dtype": np.int8}
    assert modes.quantized_input(values, tensor).tolist() == [[1, 3, 4, 127, -128]]
    assert modes.quantized_input(values, tensor).dtype == np.int8
    plain = modes.quantized_input(values, {"quantization": (0.0, 0), "dtype": np.float32})
    assert plain.tolist() == values.tolist()


class Interpreter:
    """Gives back each sample's steps, and one more."""

    def __init__(self, model_content: bytes) -> None:
        self.scale, self.zero_point = (0.5, 2) if model_content == b"int8" else (0.0, 0)
        self.dtype = np.int8 if model_content == b"int8" else np.float32
        self.values = np.zeros(0)

    def allocate_tensors(self) -> None:
        self.values = np.zeros(1)

    def _details(self, index: int) -> list[dict[str, Any]]:
        one = {"quantization": (self.scale, self.zero_point), "dtype": self.dtype}
        return [{**one, "index": index, "shape": np.array([1, 3])}]

    def get_input_details(self) -> list[dict[str, Any]]:
        return self._details(4)

    def get_output_details(self) -> list[dict[str, Any]]:
        return self._details(7)

    def set_tensor(self, index: int, values: np.ndarray) -> None:
        assert index == 4 and values.shape == (1, 3) and values.dtype == self.dtype
        self.values = values

    def invoke(self) -> None:
        self.values = self.values + self.dtype(1)

    def get_tensor(self, index: int) -> np.ndarray:
        assert index == 7
        return self.values


@pytest.mark.parametrize(("content", "more"), [(b"int8", 0.5), (b"float", 1.0)])
def test_answers_are_real_numbers(content: bytes, more: float) -> None:
    tf = SimpleNamespace(lite=SimpleNamespace(Interpreter=Interpreter))
    inputs = np.array([[1.0, 2.0, 3.0], [0.5, -4.0, 0.0]], np.float32)
    found = modes._answers(tf, content, inputs)
    assert found.dtype == np.float32 and found.tolist() == (inputs + np.float32(more)).tolist()


def test_the_table_of_modes() -> None:
    results = [
        ModeResult("int8", 1234, {"accuracy": 0.987, "other": 1.0}, 0.5, 0.01, ""),
        ModeResult("float32", 5678, {"accuracy": 0.991}, 0.0, 0.0, "its ops are float32"),
    ]
    lines = modes.table(results).splitlines()
    assert lines[0].split()[:3] == ["mode", "bytes", "accuracy"]
    rows = {line.split()[0]: line.split() for line in lines if line}
    assert rows["int8"][1:] == ["1,234", "98.70%", "0.5000", "0.01000", "yes"]
    assert rows["float32"][1] == "5,678" and rows["float32"][-1] == "no"
    assert lines[-1] == "float32: its ops are float32" and lines[-2] == ""
    bare = modes.table([ModeResult("int8", 1, {}, 0.0, 0.0, "")]).splitlines()
    assert bare[-1].split()[:3] == ["int8", "1", "-"]


def test_why_a_board_cannot_run_a_mode() -> None:
    assert modes._refusal(small_cnn()) == ""
    assert modes._refusal(b"none") != ""


# ---------------------------------------------------------------- errors of layers


def test_what_an_op_loses_is_summed_up() -> None:
    sums = layer_errors._Sums()
    # Steps are real / 0.5 + 1: 3, -4, 401 and -300.
    real = np.array([1.0, -2.5, 200.0, -150.5], np.float32)
    sums.add(real, np.array([3, -3, 127, -128], np.int8), 0.5, 1)
    sums.add(np.array([0.0], np.float32), np.array([1], np.int8), 0.5, 1)
    assert sums.signal == 1 + 6.25 + 40000 + 150.5**2
    assert sums.noise == 0.25 * (1 + (127 - 401) ** 2 + (-128 + 300) ** 2)
    assert (sums.count, sums.saturated, sums.low, sums.high) == (5, 2, -128, 127)
    error = sums.error(4, "ADD", 2.0)
    assert (error.index, error.op, error.scale) == (4, "ADD", 0.5)
    assert error.range_use == 1.0 and error.saturated == 2 / 5
    assert error.own_sqnr_db == pytest.approx(10 * np.log10(sums.signal / 5 / 2))
    assert error.sqnr_db == pytest.approx(10 * np.log10(sums.signal / sums.noise))


@pytest.mark.parametrize(
    ("steps", "q", "saturated"),
    [(127.5, 127, 0), (127.6, 127, 1), (-128.5, -128, 0), (-128.6, -128, 1), (300.0, 126, 0)],
)
def test_saturated_is_what_lies_beyond_the_last_step(steps: float, q: int, saturated: int) -> None:
    sums = layer_errors._Sums()
    sums.add(np.array([steps]), np.array([q], np.int8), 1.0, 0)
    assert sums.saturated == saturated
    assert sums.error(0, "X", 1.0).range_use == 0


@pytest.mark.parametrize(
    ("signal", "noise", "decibel"), [(100, 1, 20), (1, 10, -10), (0, 1, np.inf), (1, 0, np.inf)]
)
def test_decibels(signal: float, noise: float, decibel: float) -> None:
    assert layer_errors._decibel(signal, noise) == pytest.approx(decibel)


def test_layers_that_lose_much_are_marked(tmp_path: Path) -> None:
    errors = [
        LayerError(0, "CONV_2D", 20.0, 18.26, 0.87, 0.0123, 0.5),
        LayerError(1, "SOFTMAX", 19.9, 3.0, 1.0, 0.0, 0.25),
    ]
    assert layer_errors.rows(errors) == [
        ("0", "CONV_2D", "20.0", "18.3", "87%", "1.23%", ""),
        ("1", "SOFTMAX", "19.9", "3.0", "100%", "0.00%", "bad"),
    ]


class Tensors:
    """In place of a .tflite whose ops are all seen: two ops, the second off by a step."""

    def __init__(self, _: Any, content: str) -> None:
        self.content = content
        self.ops = ["CONV_2D", "SOFTMAX"] if content != "other" else ["CONV_2D"]

    def run(self, image: np.ndarray) -> Any:
        for at in (0, 1):
            if self.content == "float32":
                yield image[np.newaxis], 0.0, 0
            else:
                yield (image[np.newaxis] / 0.5 + at).astype(np.int8), 0.5, 0


def test_each_op_is_measured_beside_its_float_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = np.array([[1.0, 2.0], [3.0, 5.0]], np.float32)
    asked: list[int] = []
    kind = ["int8"]
    for name, answer in (
        ("load_tensorflow", lambda: TF),
        ("load_float_model", lambda path: SimpleNamespace(name=path.parent.name)),
        ("calibrating", lambda _, count: asked.append(count)),
        ("as_taken", lambda *_: images),
        ("_own_noise", lambda *_: [0.5, 0.25]),
        ("convert_in_mode", lambda *given: "float32" if given[3] == "float32" else kind[0]),
        ("_Tensors", Tensors),
    ):
        monkeypatch.setattr(layer_errors, name, answer)
    (tmp_path / "float.keras").touch()
    first, second = layer_errors.measure(tmp_path, 30, 7)
    assert asked == [30, 7]
    assert (first.op, second.op, first.index, second.index) == ("CONV_2D", "SOFTMAX", 0, 1)
    assert first.sqnr_db == np.inf and second.sqnr_db == pytest.approx(10 * np.log10(39 / 1.0))
    assert first.own_sqnr_db == pytest.approx(10 * np.log10(39 / 4 / 0.5))
    assert layer_errors.read(tmp_path) == [first, second]
    text = layer_errors.show(str(tmp_path), 30)
    assert asked[-2:] == [30, 200] and "CONV_2D" in text and text.splitlines()[0].split()[0] == "op"
    kind[0] = "other"
    with pytest.raises(ConversionError, match=r"different ops \(1 and 2\); their layers cannot"):
        layer_errors.measure(tmp_path, 30)


# ---------------------------------------------------------------- around the converter


def test_the_converter_is_told_of_preset_and_samples() -> None:
    one = converter()
    samples = [[np.zeros(1)]]
    quantize.calibrate(TF, one, samples, "sparsity")
    assert one.optimizations == ["default", "sparse"] and one.representative_dataset() is samples


def test_what_the_converter_says_is_one_line() -> None:
    def fails() -> bytes:
        raise ValueError("first\nsecond")

    with pytest.raises(ConversionError, match=r"^net: the TFLite converter failed: first; replace"):
        quantize.run_converter(SimpleNamespace(convert=fails), "net")
    assert quantize.run_converter(SimpleNamespace(convert=lambda: b"x"), "net") == b"x"


def test_the_converter_is_asked_again_where_it_left_float(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [b"bad", b"worse", b"good", b"better"]
    asked: list[bytes] = []
    monkeypatch.setattr(quantize.Model, "parse", lambda content: content)
    monkeypatch.setattr(quantize, "check_ops", lambda one: None)

    def check(one: bytes, float_forms: bool) -> None:
        assert not float_forms
        asked.append(one)
        if one != b"good":
            raise quantize.CodegenError("float")

    monkeypatch.setattr(quantize, "check_types", check)
    one: Any = SimpleNamespace(convert=lambda: answers.pop(0))
    assert quantize._settled(one, "net") == b"good" and asked == [b"bad", b"worse", b"good"]
    answers[:] = [b"bad"] * 20
    assert quantize._settled(one, "net") == b"bad" and len(answers) == 20 - 1 - 8

    def refuses(_: object) -> None:
        raise quantize.CodegenError("no such op")

    monkeypatch.setattr(quantize, "check_ops", refuses)  # which another try does not change
    answers[:] = [b"bad"] * 20
    quantize._settled(one, "net")
    assert len(answers) == 19


def test_large_files_are_refused_before_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.keras"
    with quantize.zipfile.ZipFile(path, "w", quantize.zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(600))
        archive.writestr("b", bytes(400))
    monkeypatch.setattr(quantize, "_UNPACKED_BYTES", 1000)
    quantize._require_small(path)
    monkeypatch.setattr(quantize, "_UNPACKED_BYTES", 999)
    with pytest.raises(ArtifactError, match=r"x\.keras: 0 MB when unpacked; 0 are allowed, and"):
        quantize._require_small(path)
    (tmp_path / "y.h5").write_bytes(bytes(5000))  # no zip says what it holds
    quantize._require_small(tmp_path / "y.h5")
    assert "1,500 MB when unpacked" in str(quantize._too_large(path, 1_500_000_000))


def test_an_op_that_is_not_int8_is_named_with_its_layer() -> None:
    quantize.require_int8(small_cnn(), "net")
    spec: Any = {"shape": [1, 4], "dtype": "FLOAT32"}
    content = one_op("COS", [dict(spec, name="given")], [dict(spec, name="dense/cos")])
    left = one_op("GELU", [dict(spec, name="given")], [dict(spec, name="dense/gelu")])
    with pytest.raises(
        ConversionError, match=r"^net: not a full-int8 model after conversion: .*GELU"
    ):
        quantize.require_int8(left, "net")
    assert quantize._origin(content, "COS (op 0) is float32; op 0 does") == (
        " (made from 'dense/cos')"
    )
    assert quantize._origin(content, "nothing is said") == ""
    assert quantize._origin(content, "what op 7 does") == ""
    nameless = one_op("COS", [dict(spec)], [dict(spec, name="")])
    assert quantize._origin(nameless, "what op 0 does") == ""


def test_both_files_are_written_where_they_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    given = small_cnn()
    quantize.write_int8(tmp_path, given, said.append)
    assert (tmp_path / "converted.tflite").read_bytes() == given
    lean = (tmp_path / "model.tflite").read_bytes()
    assert Model.parse(lean).op_names == Model.parse(given).op_names
    assert said[0].startswith(f"quantize: {len(lean):,} B, {len(given) - len(lean):,} B less than")
    monkeypatch.setattr(quantize, "slim", lambda _: small_cnn(seed=2))
    with pytest.raises(ConversionError, match="making the model lean changed its outputs"):
        quantize.write_int8(tmp_path, given, said.append)


class DeniedError(Exception):
    pass


FOREIGN: Any = SimpleNamespace(errors=SimpleNamespace(PermissionDeniedError=DeniedError))


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (DataError("ours"), DataError, "^ours$"),
        (DeniedError("x\n /a/b; Permission denied \ny"), ConversionError, r"\(/a/b; Permission d"),
        (DeniedError("no line"), ConversionError, r"^net: writes files when it is loaded \(\)"),
        (KeyError("k"), ConversionError, "^net: cannot be converted: .*k.*; replace the layer"),
    ],
)
def test_what_others_raise_is_one_message(
    error: Exception, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said), quantize.foreign_errors(FOREIGN, "net"):
        raise error


@pytest.mark.parametrize("of_lstms", [False, True])
def test_samples_go_to_the_converter_one_by_one(
    of_lstms: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    types = [SimpleNamespace(dtype=SimpleNamespace(as_numpy_dtype=np.dtype(one))) for one in
             ("float32", "int8")]  # fmt: skip
    compared: list[Any] = []
    one: Any = SimpleNamespace(
        loops=(),
        frozen=lambda _: SimpleNamespace(inputs=types),
        require_same=lambda tf, function, samples: compared.extend(samples),
    )
    made = converter()
    tf = SimpleNamespace(
        lite=SimpleNamespace(
            Optimize=TF.lite.Optimize,
            TFLiteConverter=SimpleNamespace(from_concrete_functions=lambda functions: made),
        )
    )
    other = converter()
    monkeypatch.setattr(quantize.loop_converter.fused_lstm, "is_in", lambda _: of_lstms)
    monkeypatch.setattr(quantize.loop_converter.fused_lstm, "converter", lambda *_: other)
    made = other if of_lstms else made
    values = [np.arange(12.0).reshape(6, 2), np.arange(6.0).reshape(6, 1)]
    assert quantize._converter_of(tf, one, values) is made
    samples = made.representative_dataset()
    assert len(samples) == 6 and len(compared) == 4 and made.optimizations == ["default"]
    assert [(part.shape, part.dtype.name) for part in samples[5]] == [
        ((1, 2), "float32"), ((1, 1), "int8"),
    ]  # fmt: skip
    assert samples[5][0].tolist() == [[10.0, 11.0]] and samples[5][1].tolist() == [[5]]


def test_ranges_come_from_samples_and_the_model_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def noted(name: str, answer: Any) -> None:
        def call(*given: Any) -> Any:
            asked.append((name, *given))
            return answer

        monkeypatch.setattr(quantize, name, call)

    noted("calibration_arrays", "samples")
    noted("converted", (b"content", "exact"))
    noted("write_int8", None)
    noted("edges_of", None)
    with pytest.raises(ArtifactError, match=r"float\.keras.* is missing; run `invoke train`"):
        quantize.quantize(tmp_path)
    assert asked == []
    (tmp_path / "float.keras").touch()
    quantize.quantize(tmp_path, say=print)
    assert asked == [
        ("calibration_arrays", tmp_path, 500, None, print),
        ("converted", tmp_path / "float.keras", "samples", tmp_path.name, "default"),
        ("write_int8", tmp_path, b"content", print),
        ("edges_of", tmp_path),
    ]
    asked.clear()
    own, saved = Path("own.npz"), Path("saved")
    quantize.quantize(tmp_path, 7, "size", print, saved, own)
    assert asked[:2] == [
        ("calibration_arrays", tmp_path, 7, own, print),
        ("converted", saved, "samples", tmp_path.name, "size"),
    ]
    asked.clear()
    said: list[str] = []
    noted("edges_of", SimpleNamespace(outputs="outputs"))
    monkeypatch.setattr(quantize.fidelity, "describe", lambda *given: f"compared {given[1:]}")
    quantize.quantize(tmp_path, say=said.append)
    assert said == ["compared ('samples', 'exact', 'outputs')"]


def test_a_folder_is_a_saved_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantize, "of_saved_model", lambda tf, path: ("saved", path))
    monkeypatch.setattr(quantize, "of_keras", lambda tf, model, name: ("keras", model, name))
    monkeypatch.setattr(quantize, "load_float_model", lambda path, *_: f"model of {path.name}")
    found: Any = quantize.open_float(TF, tmp_path)
    assert found == ("saved", tmp_path)
    path = tmp_path / "x.keras"
    found = quantize.open_float(TF, path)
    assert found == ("keras", "model of x.keras", str(path))


def test_a_model_of_this_process_is_converted_in_int8(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Any] = []
    monkeypatch.setattr(quantize, "load_tensorflow", lambda: TF)
    monkeypatch.setattr(quantize, "of_keras", lambda tf, model, name: f"function of {name}")
    monkeypatch.setattr(
        quantize, "_converter_of", lambda tf, one, values, preset: [one, *values, preset]
    )
    monkeypatch.setattr(quantize, "full_int8", lambda tf, converter: converter.append("full"))
    monkeypatch.setattr(quantize, "run_converter", lambda converter, name: (converter, name))
    monkeypatch.setattr(quantize, "require_int8", lambda content, name: done.append(name))
    samples: Any = "samples"
    made: Any = quantize.convert(SimpleNamespace(name="net"), samples, "size")
    assert made == (
        ["function of net", "samples", "size", "full"], "net",
    )  # fmt: skip
    assert done == ["net"]
