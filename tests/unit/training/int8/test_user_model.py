"""Which models of a user's own fit the data. No TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, TRAIN_SPLIT
from codegen.model.lean import lean
from codegen.model.tflite import Model
from pipeline import choice, stages
from training import artifacts
from training.data import datasets
from training.errors import DataError
from training.int8 import user_model
from verification.cases.model_builder import small_cnn


@pytest.fixture
def build_dir(tmp_path: Path) -> Path:
    info = datasets.DataInfo("image-folder", "", 4, 2, {}, ["a", "b"])
    artifacts.write_json(tmp_path / "data.json", vars(info))
    images, labels = np.zeros((4, 28, 28), np.uint8), np.arange(4, dtype=np.uint8) % 2
    artifacts.write_npz(tmp_path / TRAIN_SPLIT, images=images, labels=labels)
    return tmp_path


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28), (784,)])
def test_an_image_may_come_in_any_shape(build_dir: Path, shape: tuple[int, ...]) -> None:
    assert user_model._require_fitting(build_dir, Path("net"), [shape], [(2,)]) == (28, 28, 1)


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ([(32, 32, 3)], [(2,)], r"net: takes \[32, 32, 3\], the data are image 28x28 uint8"),
        ([(None, 28, 1)], [(2,)], r"takes \[None, 28, 1\]"),
        ([(28, 28, 1), (4,)], [(2,)], r"takes \[28, 28, 1\] and \[4\]"),
        ([(28, 28, 1)], [(10,)], r"net: gives \[10\], the data have 2 classes"),
    ],
)
def test_a_model_for_other_data_is_refused(
    build_dir: Path, inputs: Any, outputs: Any, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        user_model._require_fitting(build_dir, Path("net"), inputs, outputs)


def test_a_tflite_that_takes_the_place_of_a_keras_model_leaves_no_float_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "BUILD", tmp_path)
    (tmp_path / "net.tflite").write_bytes(small_cnn())
    artifacts.atomic_write(tmp_path / "net" / FLOAT_MODEL, b"of net.keras")
    stages._import_model(choice.Choice("host", "tiny", "auto", model=tmp_path / "net.tflite"))
    assert [path.name for path in (tmp_path / "net").glob("*.[tk]*")] == [INT8_MODEL]


def test_a_tflite_is_taken_lean_where_its_outputs_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = small_cnn()
    path = tmp_path / "net.tflite"
    path.write_bytes(given)
    user_model.import_tflite(path, tmp_path)
    taken = (tmp_path / INT8_MODEL).read_bytes()
    assert len(taken) < len(given)
    assert Model.parse(taken).op_names == Model.parse(given).op_names

    def other(content: bytes) -> bytes:
        """Shorter, with another bias."""
        model = Model.parse(lean(content))
        bias = model.tensors[model.ops[0].inputs[2]].data
        assert bias is not None
        return lean(content).replace(bias, b"\x7f\x7f\x00\x00" * (len(bias) // 4))

    monkeypatch.setattr(user_model, "lean", other)
    user_model.import_tflite(path, tmp_path)
    assert (tmp_path / INT8_MODEL).read_bytes() == given
