"""Calibration samples of a user's own, and which data a float model takes. No TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.samples.facts import DataInfo
from codegen.samples.split import Split
from training.data.examples import Examples
from training.errors import ArtifactError, DataError
from training.int8 import calibration, edges, float_answers
from training.int8.calibration import calibration_arrays, read_samples
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


def test_python_objects_are_not_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "own.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(DataError, match=r"no \.npz or \.npy of numbers"):
        read_samples(tmp_path / "own.npy", ONE, 500)


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


@pytest.mark.parametrize(
    ("outputs", "classes", "is_fine"),
    [
        (((3,),), 3, True), (((3,), (9,)), 3, True), (((3,),), 4, False), (((1,),), 2, True),
        (((1,),), 3, False), (((1,),), 1, True), (((2,),), 1, False), (((3, 1),), 3, True),
    ],
)  # fmt: skip
def test_an_output_is_scores_of_the_classes(
    outputs: tuple[tuple[int, ...], ...], classes: int, is_fine: bool
) -> None:
    made = Edges((AGE,), tuple(Edge("", shape, "float32") for shape in outputs))
    assert made.gives_classes(classes) == is_fine


def test_inputs_in_words() -> None:
    assert str(AGE) == "'age' [6] float32" and str(SCORES) == "[3] float32"
    assert AGE.batch == "[N, 6]" and Edge("", (), "int8").batch == "[N]" and IMAGE.size == 64
    assert TWO.taken == "'age' [6] float32 and 'image' [8, 8, 1] uint8"
    assert ONE.wanted_arrays == "an array [N, 8, 8, 1]"
    assert ONE.takes(64) and not ONE.takes(65) and not TWO.takes(6) and not TWO.takes(64)
    loose = DataInfo("npz", "", 1, 1, {}, ["a"], kind="tensor", shape=[64], task="none")
    ONE.require_fitting("net", loose, (64,))  # classes are asked of those who classify alone


@pytest.mark.parametrize(
    ("values", "edge", "said"),
    [
        (np.zeros((3, 1, 6)), AGE, ""),
        (np.zeros((3, 6, 1)), AGE, ""),
        (
            np.zeros(6),
            AGE,
            r"has shape \[6\], the model's input 'age' \[6\] float32 takes \[N, 6\]",
        ),
        (np.zeros(()), Edge("", (), "float32"), r"has shape \[\], "),
        (np.zeros(3), Edge("", (), "float32"), ""),
        (np.zeros((3, 6), bool), AGE, ""),
        (np.zeros((3, 6), complex), AGE, "is complex128; give numbers"),
        (np.full((3, 6), np.inf), AGE, "has NaN or infinity"),
        (np.full((3, 64), 255.0).reshape(3, 8, 8), IMAGE, ""),
        (np.full((3, 8, 8), 256), IMAGE, "has 256 to 256, .* takes whole numbers 0 to 255"),
        (np.full((3, 8, 8), -1), IMAGE, "has -1 to -1, .* takes whole numbers 0 to 255"),
        (np.full((3, 8, 8), 0.5), IMAGE, "has 0.5 to 0.5, .* takes whole numbers 0 to 255"),
    ],
)
def test_each_array_is_what_its_input_takes(values: Any, edge: Edge, said: str) -> None:
    if said:
        with pytest.raises(DataError, match=f"^x.npy: array 'a' {said}"):
            calibration._checked(Path("x.npy"), "a", values, edge)
        with pytest.raises(DataError, match=f"^x.npy {said}"):
            calibration._checked(Path("x.npy"), "", values, edge)
    else:
        found = calibration._checked(Path("x.npy"), "a", values, edge)
        assert found.shape == (3, *edge.shape) and found.dtype.name == edge.dtype


def test_as_many_as_are_asked_for_or_all(tmp_path: Path) -> None:
    path = tmp_path / "own.npy"
    np.save(path, AGES)
    ages = Edges((AGE,), (SCORES,))
    for count, there in ((1, 1), (4, 4), (5, 5), (6, 5)):
        (found,) = read_samples(path, ages, count)
        assert len(found) == len({one.tobytes() for one in found}) == there
    assert read_samples(path, ages, 5)[0].tolist() == AGES.tolist()  # in their order
    with pytest.raises(DataError, match=r"--calibration-data .*absent.npy: no such file"):
        read_samples(tmp_path / "absent.npy", ONE, 5)
    np.savez(tmp_path / "two.npz", a=IMAGES, b=IMAGES)
    with pytest.raises(DataError, match=r"holds 'a' \[5, 8, 8\], 'b' .*; the model takes an array"):
        read_samples(tmp_path / "two.npz", ONE, 5)


def test_where_calibration_samples_come_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "calibrating", lambda folder, count, say: count)
    monkeypatch.setattr(calibration, "as_taken", lambda folder, examples: f"{examples} taken")
    assert calibration_arrays(tmp_path, 7) == ["7 taken"]
    own = tmp_path / "own.npy"
    np.save(own, IMAGES)
    with pytest.raises(DataError, match="a recipe is calibrated with what it is trained on"):
        calibration_arrays(tmp_path, 7, own)
    edges.write(tmp_path, ONE)
    said: list[str] = []
    assert len(calibration_arrays(tmp_path, 2, own, said.append)[0]) == 2
    assert said == [f"quantize: calibrated with 2 samples of {own}"]


def examples() -> Examples:
    facts = DataInfo("own", "", 3, 3, {}, ["a", "b", "c"], shape=[2, 2])
    return Examples(
        Split(facts, np.array([0, 102, 255], np.uint8)[:, None, None].repeat(4, 1).reshape(3, 2, 2))
    )


@pytest.mark.parametrize(
    ("dtype", "pixels", "shape", "taken"),
    [
        ("float32", (0.0, 1.0), (2, 2, 1), [0.0, 0.4, 1.0]),
        ("float32", (-1.0, 1.0), (4,), [-1.0, -0.2, 1.0]),
        ("uint8", (0.0, 255.0), (2, 2), [0, 102, 255]),
        ("int8", (-3.0, 2.6), (4, 1), [-3, -1, 3]),  # to the nearest
    ],
)
def test_examples_are_given_as_the_model_takes_them(
    dtype: str,
    pixels: tuple[float, float],
    shape: tuple[int, ...],
    taken: list[float],
    tmp_path: Path,
) -> None:
    edges.write(tmp_path, Edges((Edge("x", shape, dtype),), (SCORES,), pixels))
    found = float_answers.as_taken(tmp_path, examples())
    assert found.shape == (3, *shape) and found.dtype.name == dtype
    assert found.reshape(3, -1)[:, 0].tolist() == pytest.approx(taken)
    plain = float_answers.as_taken(tmp_path / "recipe", examples())
    assert plain.shape == (3, 2, 2, 1) and plain.dtype == np.float32
