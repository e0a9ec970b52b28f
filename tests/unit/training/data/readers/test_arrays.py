"""NumPy files as data: what becomes of their arrays, and each that is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.errors import CodegenError
from codegen.files.artifacts import DATA_INFO, TEST_SPLIT, TRAIN_SPLIT
from codegen.samples import split as split_file
from training import artifacts
from training.data import datasets, samples
from training.data.options import DataOptions
from training.data.samples import Rows
from training.errors import ArtifactError, DataError

RNG = np.random.default_rng(1)


def saved(tmp_path: Path, **arrays: Any) -> str:
    np.savez(tmp_path / "own.npz", **arrays)
    return str(tmp_path / "own.npz")


def refused(source: str, tmp_path: Path, message: str, **options: Any) -> None:
    with pytest.raises(DataError, match=message) as caught:
        datasets.prepare(source, tmp_path / "build", options=DataOptions(**options))
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2
    assert not (tmp_path / "build").exists()


def test_keras_images_in_colour(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (30, 8, 9, 3), np.uint8)
    labels = np.arange(30)[:, None] % 3  # as CIFAR-10 has them
    source = saved(
        tmp_path, x_train=images[:20], y_train=labels[:20], x_test=images[20:], y_test=labels[20:]
    )
    info = datasets.prepare(source, tmp_path / "build")
    assert (info.kind, info.shape, info.dtype, info.task) == (
        "image",
        [8, 9, 3],
        "uint8",
        "classify",
    )
    assert info.labels == ["0", "1", "2"] and (info.train_count, info.test_count) == (20, 10)
    found, targets = datasets.load_split(tmp_path / "build", TEST_SPLIT)
    np.testing.assert_array_equal(found, images[20:])
    np.testing.assert_array_equal(targets, labels[20:, 0])
    again = split_file.load(tmp_path / "build", TEST_SPLIT)
    np.testing.assert_array_equal(again.values[:], images[20:])


def test_grey_images_lose_their_axis_of_one_channel(tmp_path: Path) -> None:
    images = RNG.integers(0, 256, (30, 28, 28, 1), np.uint8)
    info = datasets.prepare(saved(tmp_path, x=images, y=np.arange(30) % 2), tmp_path / "build")
    assert info.shape == [28, 28] and info.kind == "image"


def test_readings_with_numbers_to_estimate(tmp_path: Path) -> None:
    values = RNG.normal(size=(50, 7, 2))
    info = datasets.prepare(
        saved(tmp_path, x=values, y=values.sum(axis=(1, 2))), tmp_path / "build"
    )
    recorded = json.loads((tmp_path / "build" / DATA_INFO).read_text())
    assert recorded["task"] == info.task == "regress" and recorded["kind"] == "tensor"
    assert (info.dtype, info.labels, info.train_count, info.test_count) == ("float32", [], 40, 10)
    assert info.range == pytest.approx([values.min(), values.max()])
    test = split_file.load(tmp_path / "build", TEST_SPLIT)
    assert test.targets is not None and test.targets.shape == (10, 1)
    np.testing.assert_allclose(test.values[:].sum(axis=(1, 2)), test.targets[:, 0], atol=1e-5)
    with pytest.raises(ArtifactError, match="tensor 7x2 float32 with task regress; this step"):
        datasets.load_split(tmp_path / "build", TEST_SPLIT)


@pytest.mark.parametrize(
    ("targets", "task", "labels", "expected"),
    [
        (np.arange(40) % 2 + 1, "classify", ["0", "1", "2"], np.uint8),
        (np.eye(2)[np.arange(40) % 2], "classify", ["0", "1"], np.uint8),
        (np.array(["b", "a"])[np.arange(40) % 2], "classify", ["a", "b"], np.uint8),
        (np.arange(40) % 2 == 1, "classify", ["0", "1"], np.uint8),
        (np.arange(40) * 25, "classify", [str(n) for n in range(976)], np.uint16),
        (RNG.normal(size=(40, 3)), "regress", [], np.float32),
    ],
)
def test_what_targets_mean(
    tmp_path: Path, targets: np.ndarray, task: str, labels: list[str], expected: Any
) -> None:
    values = RNG.normal(size=(40, 4)).astype(np.float32)
    arrays = {"x_train": values, "y_train": targets, "x_test": values + 0.25, "y_test": targets}
    info = datasets.prepare(saved(tmp_path, **arrays), tmp_path / "build")
    found = split_file.load(tmp_path / "build", TRAIN_SPLIT).targets
    assert (info.kind, info.task, info.labels) == ("table", task, labels)
    assert found is not None and found.dtype == expected


@pytest.mark.parametrize("task", ["none", "reconstruct"])
def test_samples_without_targets(tmp_path: Path, task: str) -> None:
    source = saved(tmp_path, x=RNG.normal(size=(20, 4)))
    info = datasets.prepare(source, tmp_path / "build", options=DataOptions(task=task))
    assert info.task == task
    assert split_file.load(tmp_path / "build", TEST_SPLIT).targets is None


def test_npy_with_targets_beside_it(tmp_path: Path) -> None:
    values = RNG.integers(-3000, 3000, (30, 16), np.int16)
    np.save(tmp_path / "x.npy", values)
    np.save(tmp_path / "y.npy", np.arange(30) % 2)
    options = DataOptions(targets=str(tmp_path / "y.npy"))
    source = str(tmp_path / "x.npy")
    info = datasets.prepare(source, tmp_path / "build", options=options)
    assert (info.dtype, info.labels, sorted(info.sha256)) == (
        "int16",
        ["0", "1"],
        ["x.npy", "y.npy"],
    )
    before = datasets.fingerprint(source, options)
    np.save(tmp_path / "y.npy", np.arange(30) % 3)
    assert datasets.fingerprint(source, options) != before != datasets.fingerprint(source)


def test_equal_samples_are_never_in_both_splits(tmp_path: Path) -> None:
    values = RNG.normal(size=(20, 3)).repeat(3, axis=0)
    source = saved(tmp_path, x=values, y=np.arange(20).repeat(3) % 2)
    datasets.prepare(source, tmp_path / "build")
    train, test = (
        {row.tobytes() for row in split_file.load(tmp_path / "build", name).values[:]}
        for name in (TRAIN_SPLIT, TEST_SPLIT)
    )
    assert len(train | test) == 20 and not train & test


def test_a_large_npy_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_CHUNK_BYTES", 4096)
    largest = 0
    fetch = Rows.__getitem__

    def watched(self: Rows, part: slice) -> np.ndarray:
        nonlocal largest
        assert isinstance(self.array, np.memmap)
        found = fetch(self, part)
        largest = max(largest, found.nbytes)
        return found

    monkeypatch.setattr(Rows, "__getitem__", watched)
    monkeypatch.setattr("codegen.files.data_schema._CHUNK_VALUES", 1024)
    values = RNG.normal(size=(500, 64)).astype(np.float32)
    np.save(tmp_path / "x.npy", values)
    datasets.prepare(str(tmp_path / "x.npy"), tmp_path / "build")
    assert 0 < largest <= 4096
    kept = [split_file.load(tmp_path / "build", n).values for n in (TRAIN_SPLIT, TEST_SPLIT)]
    both = np.concatenate(kept)
    np.testing.assert_array_equal(np.sort(both, axis=0), np.sort(values, axis=0))


def test_a_split_has_the_bytes_that_numpy_would_write(tmp_path: Path) -> None:
    arrays = {"a": RNG.normal(size=(9, 4)), "b": np.array(["x", "yy"]), "c": np.zeros((0, 2))}
    np.savez(tmp_path / "numpy.npz", **arrays)  # type: ignore[arg-type]
    artifacts.write_npz(tmp_path / "ours.npz", a=Rows.all_of(arrays["a"]), b=arrays["b"])
    artifacts.write_npz(tmp_path / "whole.npz", **arrays)
    assert (tmp_path / "whole.npz").read_bytes() == (tmp_path / "numpy.npz").read_bytes()
    np.savez(tmp_path / "numpy.npz", a=arrays["a"].astype(np.float32), b=arrays["b"])
    assert (tmp_path / "ours.npz").read_bytes() == (tmp_path / "numpy.npz").read_bytes()
    np.savez_compressed(tmp_path / "packed.npz", **arrays)  # type: ignore[arg-type]
    for name in ("whole", "packed"):
        found = split_file.map_npz(tmp_path / f"{name}.npz")
        assert all(np.array_equal(found[key], array) for key, array in arrays.items())


X = RNG.normal(size=(20, 4)).astype(np.float32)
Y = np.arange(20) % 2
SPOILT = np.where(np.arange(80).reshape(20, 4) == 30, np.nan, X)


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        ({"images": X}, {}, "holds images; the arrays have to be called x_train, y_train"),
        ({"x": X, "y": Y[:9]}, {}, "20 samples but 9 targets"),
        ({"x": X, "y": np.array(3)}, {}, "20 samples but 1 targets"),
        ({"x": X[:, 0], "y": Y}, {}, "samples of shape 20; the first axis counts them"),
        ({"x": X, "y": Y - 1}, {}, "label at index 0 is -1; classes are numbered from 0"),
        ({"x": X, "y": Y * 5000}, {}, "5,001 classes, at most 4,096.*--task regress"),
        ({"x": X, "y": Y * 0}, {}, r"one class \(0\) to train; give a second one"),
        ({"x": X[:0], "y": Y[:0]}, {}, "there is no target"),
        ({"x": X[:1], "y": Y[:1]}, {}, "1 different sample or recording, too few"),
        ({"x": SPOILT, "y": Y}, {}, "sample .* of the train split has NaN or infinity"),
        ({"x": X * np.float64(1e39), "y": Y}, {}, "split has NaN or infinity"),
        ({"x": X, "y": np.where(Y, np.nan, 0.5)}, {}, "NaN or infinity among the targets"),
        ({"x": X, "y": X[:, 0]}, {"task": "classify"}, "--task classify needs one class"),
        ({"x": X, "y": Y.astype(str)}, {"task": "regress"}, "needs numbers; the target '0'"),
        ({"x": X}, {"task": "classify"}, "--task classify needs targets; give y or y_train"),
        ({"x": X, "y": Y}, {"window": 3}, "--window: has no meaning for .*a .npz"),
        ({"x": X.astype(str), "y": Y}, {}, r"\.npz: samples of type <U.*; give numbers"),
        ({"x": X[:, :0], "y": Y}, {}, r"\.npz: samples of shape 0 hold no value"),
        ({"x": np.array([{}])}, {}, r"no .npz file that can be read \(x.npy holds Python objects"),
        (
            {"x": np.zeros((20, 3, 8, 8), np.uint8), "y": Y},
            {},
            "3x8x8 look like images with their channels first",
        ),
        (
            {"x_train": X, "y_train": Y, "x_test": X[:, :3], "y_test": Y},
            {},
            "samples of 4 to train and of 3 to test",
        ),
        ({"x_train": X, "y_train": Y, "x_test": X[:0], "y_test": Y[:0]}, {}, "test split is empty"),
        ({"x_train": X, "y_train": Y, "x_test": X}, {}, "targets for one split only"),
        (
            {"x_train": X, "y_train": Y, "x_test": X + 1, "y_test": Y + 1},
            {},
            "test sample 1 is of class 2, of which there is no training sample",
        ),
        ({"x_train": X, "y_train": Y, "x_test": X, "y_test": Y}, {}, "20 of 20 test samples are"),
        (
            {"x_train": X, "y_train": Y, "x_test": 100 + X, "y_test": Y},
            {},
            "the values of training and test samples differ too much",
        ),
        (
            {"x_train": X, "y_train": Y, "x_test": X.astype(np.int16), "y_test": Y},
            {},
            "float32 to train and int16 to test",
        ),
    ],
)
def test_refused_npz(tmp_path: Path, arrays: Any, options: Any, message: str) -> None:
    refused(saved(tmp_path, **arrays), tmp_path, message, **options)


@pytest.mark.parametrize("cut", [0, 100, 900])
def test_damaged_files(tmp_path: Path, cut: int) -> None:
    path = Path(saved(tmp_path, x=X, y=Y))
    path.write_bytes(path.read_bytes()[:cut])
    refused(str(path), tmp_path, "no .npz file that can be read")
    np.save(tmp_path / "x.npy", X)
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[: cut // 5])
    refused(str(tmp_path / "x.npy"), tmp_path, "no .npy file that can be read")


def test_files_that_are_not_there_or_of_no_known_kind(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    refused(str(tmp_path / "x.npy"), tmp_path, "y.npy: no such file", targets="y.npy")
    (tmp_path / "x.mat").write_text("x")
    refused(str(tmp_path / "x.mat"), tmp_path, "a file of data ends in .npz, .npy, .csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "guess"}, "--task guess: choose one of classify, regress"),
        ({"channels": 2}, "--channels 2: give 1"),
        ({"image_size": "96"}, "--image-size 96: give HEIGHTxWIDTH"),
        ({"image_size": "0x96"}, "--image-size 0x96"),
        ({"window": -1}, "--window -1: give a number above 0"),
        ({"stride": 5}, "--stride 5: give --window, too"),
    ],
)
def test_options_that_no_data_could_have(options: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        DataOptions(**options)


def test_other_values_than_the_schema_states_are_refused(tmp_path: Path) -> None:
    datasets.prepare(saved(tmp_path, x=X, y=Y), tmp_path / "build")
    datasets.prepare(saved(tmp_path, x=X[:, ::-1] * 0.5, y=Y), tmp_path / "build")
    with pytest.raises(CodegenError, match=r"values of channel 2 are .* not .*schema\.json states"):
        changed = saved(tmp_path, x=X * np.array([1, 1, 3, 1], np.float32), y=Y)
        datasets.prepare(changed, tmp_path / "build")
