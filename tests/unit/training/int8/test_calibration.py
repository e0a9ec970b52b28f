"""Calibration samples of a user's own, and which data a float model takes. No TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.samples.facts import DataInfo
from training.errors import ArtifactError, DataError
from training.int8 import edges
from training.int8.calibration import read_samples
from training.int8.edges import Edge, Edges

AGE = Edge("age", (6,), "float32")
IMAGE = Edge("image", (8, 8, 1), "uint8")
SCORES = Edge("", (3,), "float32")
TWO = Edges((AGE, IMAGE), (SCORES, SCORES))
ONE = Edges((IMAGE,), (SCORES,))
AGES = np.arange(30, dtype=np.float64).reshape(5, 6)
IMAGES = np.arange(320).reshape(5, 8, 8) % 256


@pytest.mark.parametrize("names", [("age", "image"), ("x0", "x1")])
def test_arrays_go_by_name_or_number(tmp_path: Path, names: tuple[str, str]) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, **{names[1]: IMAGES, names[0]: AGES, "labels": np.zeros(5)})  # type: ignore[arg-type]
    ages, images = read_samples(path, TWO, 500)
    assert (ages.shape, ages.dtype.name) == ((5, 6), "float32")
    assert (images.shape, images.dtype.name) == ((5, 8, 8, 1), "uint8")
    np.testing.assert_array_equal(ages, AGES)
    np.testing.assert_array_equal(images[..., 0], IMAGES)


def test_one_array_is_that_of_one_input_and_some_of_it_the_same_at_each_call(
    tmp_path: Path,
) -> None:
    np.savez(tmp_path / "own.npz", anything=IMAGES)
    np.save(tmp_path / "own.npy", IMAGES)
    (first,) = read_samples(tmp_path / "own.npz", ONE, 3)
    (second,) = read_samples(tmp_path / "own.npy", ONE, 3)
    assert first.shape == (3, 8, 8, 1)
    np.testing.assert_array_equal(first, second)


def test_rows_of_different_inputs_stay_together(tmp_path: Path) -> None:
    rows = np.arange(50)
    np.savez(
        tmp_path / "own.npz", x0=rows[:, None] * np.ones(6), x1=rows[:, None, None] + IMAGES[0]
    )
    ages, images = read_samples(tmp_path / "own.npz", TWO, 20)
    np.testing.assert_array_equal(ages[:, 0], images[:, 0, 0, 0])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"age": AGES},
            r"holds 'age' \[5, 6\]; .* 'age' \[N, 6\] and 'image' \[N, 8, 8, 1\], or x0",
        ),
        ({"x0": AGES, "x1": AGES}, r"'x1' has shape \[5, 6\], the model's input 'image' .* \[N, 8"),
        ({"x0": AGES, "x1": IMAGES[:4]}, "5 of 'x0', 4 of 'x1'; give as many samples for each"),
        ({"x0": AGES[:0], "x1": IMAGES[:0]}, "'x0' has no samples"),
        ({"x0": AGES * np.nan, "x1": IMAGES}, "'x0' has NaN or infinity"),
        ({"x0": AGES.astype(str), "x1": IMAGES}, "'x0' is <U32; give numbers"),
        ({"x0": AGES, "x1": IMAGES / 255}, r"'x1' has 0 to 1, .* takes whole numbers 0 to 255"),
        ({"x0": AGES, "x1": IMAGES + 1}, "'x1' has 1 to 256, .* takes whole numbers 0 to 255"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, arrays: Any, message: str) -> None:
    np.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(DataError, match=message):
        read_samples(tmp_path / "own.npz", TWO, 500)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half", b"1,2,3"])
def test_a_file_of_another_kind(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "own.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"no \.npz or \.npy of numbers"):
        read_samples(tmp_path / "own.npz", TWO, 500)


def info(labels: int) -> DataInfo:
    return DataInfo("image-folder", "", 4, 2, {}, [f"class {i}" for i in range(labels)])


def test_an_image_may_come_in_any_shape() -> None:
    for shape in ((28, 28, 1), (28, 28), (784,)):
        taken = Edges((Edge("x", shape, "float32"),), (SCORES,))
        taken.require_fitting("net", info(3), (28, 28, 1))
    single = Edges((Edge("x", (784,), "float32"),), (Edge("", (1,), "float32"),))
    single.require_fitting("net", info(2), (28, 28, 1))


@pytest.mark.parametrize(
    ("taken", "message"),
    [
        (
            ONE,
            r"net: takes 'image' \[8, 8, 1\] uint8, the data are image 28x28 uint8; .* \[N, 8, 8",
        ),
        (TWO, r"takes 'age' \[6\] float32 and 'image' .* --calibration-data .*arrays 'age'"),
        (
            Edges((Edge("x", (28, 28), "float32"),), (SCORES,)),
            r"net: gives \[3\], the data have 10 classes",
        ),
    ],
)
def test_a_model_for_other_data_is_refused(taken: Edges, message: str) -> None:
    with pytest.raises(DataError, match=message):
        taken.require_fitting("net", info(10), (28, 28, 1))


def test_edges_are_kept_whole_or_called_damaged(tmp_path: Path) -> None:
    wanted = Edges(TWO.inputs, TWO.outputs, (0.0, 255.0))
    edges.write(tmp_path, wanted)
    assert edges.load(tmp_path) == wanted
    (tmp_path / "float_edges.json").write_text("{}")
    with pytest.raises(ArtifactError, match="damaged"):
        edges.load(tmp_path)
