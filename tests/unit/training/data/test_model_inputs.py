"""A .npz for a model of several inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import INT8_MODEL, MODEL_INPUTS
from codegen.host.oracle_child import answers
from codegen.model.tflite import Model
from codegen.samples.facts import DataInfo
from codegen.samples.split import map_npz
from harness.run.tensors import inputs_subject
from training.data import model_inputs
from training.errors import DataError
from verification.cases.model_builder import one_op

RNG = np.random.default_rng(4)


@pytest.fixture
def build_dir(tmp_path: Path) -> Path:
    spec: dict[str, Any] = {"shape": [1, 6], "scale": 0.5, "zero_point": 3}
    content = one_op("ADD", [dict(spec), dict(spec, scale=0.25)], [dict(spec)])
    (tmp_path / INT8_MODEL).write_bytes(content)
    return tmp_path


def test_real_numbers_become_each_inputs_own(build_dir: Path) -> None:
    first, second = (RNG.normal(0, 3, (5, 6)).astype(np.float32) for _ in range(2))
    np.savez(build_dir / "own.npz", x0=first, x1=second[:, None])
    model_inputs.prepare(build_dir / "own.npz", build_dir)
    kept = map_npz(build_dir / MODEL_INPUTS)
    np.testing.assert_allclose((kept["input0"][:, 0] - 3.0) * 0.5, first, atol=0.2500001)
    np.testing.assert_allclose((kept["input1"][:, 0] - 3.0) * 0.25, second, atol=0.1250001)
    subject = inputs_subject(build_dir, 3)
    assert len(subject) == 3 and subject.origin.endswith("accuracy not measured")
    model = Model.read(build_dir / INT8_MODEL)
    expected = answers(model, [kept["input0"][:3], kept["input1"][:3]])
    np.testing.assert_array_equal(subject.outputs[0], expected[0])


def test_what_is_recorded_of_them(build_dir: Path) -> None:
    arrays = {f"x{index}": RNG.integers(-128, 128, (4, 6), np.int8) for index in range(2)}
    np.savez(build_dir / "own.npz", y_test=np.array([0, 1, 2, 1]), **arrays)  # type: ignore[arg-type]
    said: list[str] = []
    model_inputs.prepare(build_dir / "own.npz", build_dir, say=said.append)
    info = DataInfo.load(build_dir)
    assert (info.source, info.kind, info.shape, info.dtype) == ("npz", "tensor", [6], "int8")
    assert (info.train_count, info.test_count, info.range, info.unit) == (0, 4, [0, 0], "")
    assert (info.task, info.labels) == ("classify", ["0", "1", "2"]) and list(info.sha256) == [
        "own.npz"
    ]
    assert said == [f"data: {build_dir / 'own.npz'}, 4 samples for 2 inputs, task classify"]
    assert map_npz(build_dir / MODEL_INPUTS)["targets"].tolist() == [0, 1, 2, 1]
    model_inputs.prepare(build_dir / "own.npz", build_dir, task="none", say=said.append)
    assert DataInfo.load(build_dir).task == "none"
    assert "targets" not in map_npz(build_dir / MODEL_INPUTS)


def test_targets_are_measured(build_dir: Path) -> None:
    arrays = {f"x{index}": RNG.integers(-128, 128, (4, 6), np.int8) for index in range(2)}
    np.savez(build_dir / "own.npz", y=RNG.normal(size=(4, 6)), **arrays)  # type: ignore[arg-type]
    model_inputs.prepare(build_dir / "own.npz", build_dir)
    subject = inputs_subject(build_dir, None)
    np.testing.assert_array_equal(subject.model_inputs[1][:, 0], arrays["x1"])
    assert subject.split is not None and subject.split.info.task == "regress"


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x0": (4, 6)}, r"holds x0, and nothing for input 1, .*; call its array .*x1"),
        ({"x0": (4, 6), "x1": (5, 6)}, "4, 5 samples for its inputs; give as many for each"),
        ({"x0": (4, 7), "x1": (4, 6)}, r"samples of \[7\] for input x0, which takes \[1, 6\]"),
        ({"x0": (4, 6), "x1": (4, 6), "y": (3,)}, "4 samples but 3 targets"),
        ({"x0": (4, 6), "x1": (4, 6), "y": ()}, "4 samples but 1 targets"),
        ({"x0": (), "x1": (4, 6)}, r"samples of \[\] for input x0"),
        ({"x0": (0, 6), "x1": (0, 6)}, "0, 0 samples for its inputs"),
        ({"other": (4, 6)}, "holds other, and nothing for input 0"),
    ],
)
def test_what_does_not_fit_is_refused(
    build_dir: Path, arrays: dict[str, tuple[int, ...]], message: str
) -> None:
    values = {name: np.zeros(shape, np.float32) for name, shape in arrays.items()}
    np.savez(build_dir / "own.npz", **values)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=message):
        model_inputs.prepare(build_dir / "own.npz", build_dir)
    assert not (build_dir / MODEL_INPUTS).exists()


def test_not_a_number_is_refused(build_dir: Path) -> None:
    values = np.full((2, 6), np.nan, np.float32)
    np.savez(build_dir / "own.npz", x0=values, x1=values)
    with pytest.raises(DataError, match="array x0 is not all finite numbers"):
        model_inputs.prepare(build_dir / "own.npz", build_dir)


def test_a_float_model_s_names_stay_known(build_dir: Path) -> None:
    arrays = {name: RNG.integers(-128, 128, (4, 6), np.int8) for name in ("age", "height")}
    np.savez(build_dir / "own.npz", **arrays)  # type: ignore[arg-type]
    model_inputs.prepare(build_dir / "own.npz", build_dir, names=["height", "age"])
    np.testing.assert_array_equal(map_npz(build_dir / MODEL_INPUTS)["input1"][:, 0], arrays["age"])
    with pytest.raises(DataError, match="nothing for input 1, 'width'"):
        model_inputs.prepare(build_dir / "own.npz", build_dir, names=["height", "width"])
