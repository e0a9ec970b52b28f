"""The IDX reader: what it reads back, and one clear error for each way a file can be wrong."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from training.data.idx import parse_idx, read_idx, read_images, read_labels
from training.errors import DataError


def idx_bytes(array: np.ndarray, type_code: int = 0x08) -> bytes:
    header = struct.pack(">HBB", 0, type_code, array.ndim)
    return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


small_arrays = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, max_side=6))


@given(small_arrays)
def test_reads_back_what_was_written(array: np.ndarray) -> None:
    np.testing.assert_array_equal(parse_idx(idx_bytes(array), "a"), array)


@given(small_arrays, st.data())
def test_every_truncation_is_an_error(array: np.ndarray, data: st.DataObject) -> None:
    content = idx_bytes(array)
    length = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(DataError):
        parse_idx(content[:length], "a")


@given(st.binary(max_size=64))
def test_foreign_bytes_never_raise_anything_else(content: bytes) -> None:
    try:
        parse_idx(content, "a")
    except DataError as error:
        assert str(error).startswith("a: ")


def test_gzipped_or_not_is_told_by_content(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    (tmp_path / "plain.gz").write_bytes(idx_bytes(array))
    (tmp_path / "packed").write_bytes(gzip.compress(idx_bytes(array)))
    np.testing.assert_array_equal(read_idx(tmp_path / "plain.gz"), array)
    np.testing.assert_array_equal(read_idx(tmp_path / "packed"), array)


LABELS = np.array([3, 1, 9], np.uint8)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "0 B is too short"),
        (b"\x89PNG\r\n\x1a\n", "not an IDX file"),
        (b"<html>not found</html>", "not an IDX file"),
        (idx_bytes(LABELS, type_code=0x0D), "holds float32"),
        (idx_bytes(LABELS, type_code=0x42), "unknown type 0x42"),
        (idx_bytes(LABELS)[:6], "truncated in its header"),
        (idx_bytes(LABELS)[:-1], "truncated: 10 B, shape 3 needs 11 B"),
        (idx_bytes(LABELS) + b"\0", "longer than its header says"),
        (gzip.compress(idx_bytes(LABELS), mtime=0)[:-9], "damaged gzip file"),
        (gzip.compress(b"x" * 99, mtime=0)[:15] + b"\xff" * 9, "damaged gzip file"),
    ],
)
def test_damage_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_idx(tmp_path / "absent")


def test_label_out_of_range_states_value_and_place(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_bytes(idx_bytes(np.array([0, 9, 10, 200], np.uint8)))
    with pytest.raises(DataError, match=r"label 10 at index 2 is outside 0\.\.9"):
        read_labels(path)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((2, 28, 27), np.uint8), "shape 2x28x27"),
        (np.zeros(28, np.uint8), "shape 28"),
        (np.zeros((0, 28, 28), np.uint8), "holds no image"),
    ],
)
def test_images_of_a_wrong_shape(tmp_path: Path, array: np.ndarray, says: str) -> None:
    path = tmp_path / "images"
    path.write_bytes(idx_bytes(array))
    with pytest.raises(DataError, match=says):
        read_images(path)


def test_labels_of_a_wrong_rank(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_bytes(idx_bytes(np.zeros((2, 28, 28), np.uint8)))
    with pytest.raises(DataError, match="one label an image"):
        read_labels(path)
