"""A split's file: mapped, not read, where it can be; what is damaged or of other data is named."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.errors import CodegenError
from codegen.files import data_schema
from codegen.frontend.readings import ReadingsFrontEnd
from codegen.samples import split as room
from codegen.samples.facts import DataInfo
from codegen.samples.split import is_anomalous, load, map_npz
from codegen.samples.subset import Subset, take
from tests.unit.codegen.samples.data import split

ARRAYS: dict[str, np.ndarray] = {
    "samples": np.arange(24, dtype=np.float32).reshape(4, 6),
    "turned": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "none": np.zeros((0, 3), np.int8),
    "one": np.array(7),
}


@pytest.mark.parametrize("compressed", [False, True])
def test_arrays_are_as_they_were_saved(compressed: bool, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    save: Any = np.savez_compressed if compressed else np.savez
    save(path, **ARRAYS)
    found = map_npz(path)
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tolist() == array.tolist()
        assert isinstance(found[name], np.memmap) == (not compressed and array.size > 0)


def _entry(array: Any, version: tuple[int, int] = (1, 0)) -> bytes:
    content = io.BytesIO()
    np.lib.format.write_array(content, array, version)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_entry(np.array([{}], object)), "a.npy holds Python objects"),
        (_entry(np.arange(9))[:-1], "a.npy is not whole"),
        (_entry(np.arange(9)) + b"x", "a.npy is not whole"),
        (_entry(np.arange(9), (3, 0)), r"a.npy has format \(3, 0\)"),
    ],
)
def test_what_cannot_be_mapped_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("a.npy", content)
    with pytest.raises(ValueError, match=f"^{message}"):
        map_npz(tmp_path / "x.npz")
    whole = tmp_path / "y.npz"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.npy", _entry(np.arange(9), (2, 0)))
    assert map_npz(whole)["a"].tolist() == list(range(9))


def _folder(path: Path, **arrays: np.ndarray) -> Path:
    info = replace(split(ARRAYS["samples"], kind="table").info, labels=["a", "b"])
    (path / "data.json").write_text(json.dumps(asdict(info)))
    np.savez(path / "digits.npz", **arrays)  # type: ignore[arg-type]
    return path


def test_a_split_has_samples_targets_and_groups(tmp_path: Path) -> None:
    values, targets, groups = ARRAYS["samples"], np.array([0, 1, 1, 0]), np.array(list("xyyx"))
    found = load(_folder(tmp_path, samples=values, targets=targets, groups=groups))
    assert len(found) == 4 and found.values.tolist() == values.tolist()
    assert found.classes is found.targets is not None and found.groups is not None
    some = found.take([3, 1])
    assert isinstance(some.values, Subset) and some.values[:].tolist() == values[[3, 1]].tolist()
    assert some.targets is not None and some.targets.tolist() == [0, 1]
    assert some.groups is not None and some.groups.tolist() == ["x", "y"]
    np.savez(tmp_path / "other.npz", images=values, labels=targets)
    old = load(tmp_path, "other.npz")
    assert old.values.tolist() == values.tolist() and old.groups is None
    assert old.targets is not None and old.targets.tolist() == targets.tolist()


def test_what_is_wrong_with_a_split_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match=r"digits.npz is missing; run `invoke data` first"):
        load(tmp_path)
    _folder(tmp_path, other=ARRAYS["samples"])
    with pytest.raises(CodegenError, match=r"digits.npz: damaged .*; run `invoke clean data`"):
        load(tmp_path)
    (tmp_path / "digits.npz").write_bytes(b"PK")
    with pytest.raises(CodegenError, match=r"digits.npz: damaged"):
        load(tmp_path)
    _folder(tmp_path, samples=ARRAYS["samples"], targets=np.array([0, 1, 1, 0]))
    values = ARRAYS["samples"]
    data_schema.write(tmp_path, data_schema.infer("x", values, values, ["a", "b"], "table"))
    load(tmp_path)
    _folder(tmp_path, samples=ARRAYS["samples"], targets=np.array([0, 1, 1, 2]))
    with pytest.raises(CodegenError, match="the label of sample 3 is 2, not 0 to 1"):
        load(tmp_path)


def test_rows_of_a_map_are_fetched_when_they_are_asked_for(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=np.arange(20).reshape(10, 2))
    mapped = map_npz(tmp_path / "x.npz")["a"]
    some = take(take(mapped, slice(2, 9)), [0, 3, 6])
    assert isinstance(some, Subset) and some.array is mapped
    assert (len(some), some.shape, some.dtype) == (3, (3, 2), mapped.dtype)
    assert np.asarray(some).tolist() == [[4, 5], [10, 11], [16, 17]]
    assert np.asarray(some, np.float32).dtype == np.float32
    assert some[1:].tolist() == [[10, 11], [16, 17]]
    plain = take(np.arange(20), slice(3))
    assert not isinstance(plain, Subset) and plain.tolist() == [0, 1, 2]


def test_a_front_end_takes_the_samples_that_it_was_made_for() -> None:
    front_end = ReadingsFrontEnd(8, 1, (0.0,), (1.0,))
    taken = tuple(front_end.sample_shape)
    values = np.zeros((3, 8), front_end.sample_dtype)
    given = replace(split(values, kind="signal"), front_end=front_end)
    assert given.values_for_front_end().shape == (3, *taken)
    assert given.input_shape == tuple(front_end.feature_shape)
    same = replace(given, values=np.zeros((3, *taken)), info=replace(given.info, shape=list(taken)))
    assert same.values_for_front_end() is same.values
    for wrong in ({"shape": [9]}, {"dtype": "uint8"}):
        other = replace(given, info=replace(given.info, **wrong))
        with pytest.raises(
            CodegenError, match=rf"^the front end takes {front_end.sample_dtype} of"
        ):
            other.values_for_front_end()


def test_what_is_normal_is_a_class() -> None:
    values = np.zeros((3, 1))
    known = split(values, [0, 1, 0], task="reconstruct", labels=["run", "rest"], normal="rest")
    found = is_anomalous(known)
    assert found is not None and found.tolist() == [True, False, True]
    assert is_anomalous(split(values, [0, 1, 0], labels=["run", "rest"])) is None
    assert is_anomalous(split(values, task="reconstruct", normal="rest", labels=["rest"])) is None
    assert split(values, [1.0, 2.0, 3.0]).classes is None


@pytest.mark.parametrize(
    ("changed", "text", "noun", "shape"),
    [
        ({}, "image 28x28 uint8", "image", (28, 28, 1)),
        ({"labels": list("0123456789")}, "image 28x28 uint8", "digit", (28, 28, 1)),
        ({"labels": list("0123456789"), "shape": [28, 27]}, "image 28x27 uint8", "image",
         (28, 27, 1)),
        ({"shape": [4, 5, 3]}, "image 4x5x3 uint8", "image", (4, 5, 3)),
        ({"kind": "signal", "shape": [9, 2], "rate_hz": 12.5, "labels": list("0123456789")},
         "signal 9x2 uint8 at 12.5 Hz", "sample", (9, 2)),
        ({"kind": "table", "shape": []}, "table of one value uint8", "sample", ()),
    ],
)  # fmt: skip
def test_samples_in_words(
    changed: dict[str, Any], text: str, noun: str, shape: tuple[int, ...]
) -> None:
    info = replace(DataInfo("", "", 1, 1, {}, ["a"]), **changed)
    assert (str(info), info.noun, info.input_shape) == (text, noun, shape)


def test_facts_that_are_no_facts(tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match=r"data.json is missing; run `invoke data` first"):
        DataInfo.load(tmp_path)
    for text in ("{", "{}", "[]"):
        (tmp_path / "data.json").write_text(text)
        with pytest.raises(CodegenError, match=r"data.json: damaged .*; run `invoke clean data`"):
            DataInfo.load(tmp_path)
    assert room.TEST_SPLIT == "digits.npz"
