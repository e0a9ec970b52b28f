"""One file of a user's as samples like those of the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.samples.facts import DataInfo
from training.data import one_sample
from training.data.image_folder import IMAGE_FOLDER
from training.errors import DataError

DIGITS = [str(number) for number in range(10)]


def info(kind: str, shape: list[int], **more: Any) -> DataInfo:
    values: dict[str, Any] = {"labels": ["a", "b"], "source": "own", "dtype": "uint8", **more}
    source, labels = values.pop("source"), values.pop("labels")
    return DataInfo(source, "here", 1, 1, {}, labels, kind=kind, shape=shape, **values)


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked of those that read pictures."""
    calls: list[Any] = []

    def said(name: str, answer: Any) -> Any:
        def call(*given: Any) -> Any:
            calls.append((name, *given[1:]))
            return answer

        return call

    monkeypatch.setattr(one_sample, "read_image", said("read_image", np.zeros((4, 6))))
    monkeypatch.setattr(one_sample, "read_grey", lambda path: path)
    monkeypatch.setattr(one_sample, "as_digit", said("as_digit", np.zeros((28, 28))))
    monkeypatch.setattr(one_sample, "as_garment", said("as_garment", np.zeros((28, 28))))
    return calls


@pytest.mark.parametrize(
    ("data", "call"),
    [
        (info("image", [28, 28], labels=DIGITS), ("as_digit", (28, 28))),
        (info("image", [28, 28], source="fashion"), ("as_garment", (28, 28))),
        (info("image", [4, 6]), ("read_image", (4, 6), 1, "stretch")),
        (info("image", [4, 6], fit="crop"), ("read_image", (4, 6), 1, "crop")),
        (info("image", [4, 6, 3]), ("read_image", (4, 6), 3, "stretch")),
        (info("image", [4, 6, 1]), ("read_image", (4, 6), 1, "stretch")),
        (
            info("image", [28, 28], labels=DIGITS, source=IMAGE_FOLDER),
            ("read_image", (28, 28), 1, "stretch"),
        ),
        (info("image", [28, 28, 3], source="fashion"), ("read_image", (28, 28), 3, "stretch")),
    ],
)
def test_a_picture_is_made_as_the_training_images_were(
    data: DataInfo, call: tuple[Any, ...], rooms: list[Any]
) -> None:
    assert one_sample.read(data, Path("x.png")).shape[0] == 1
    assert rooms == [call]


@pytest.mark.parametrize(
    ("length", "count"),
    [(3, [[0, 1, 2, 0]]), (4, [[0, 1, 2, 3]]), (9, [[0, 1, 2, 3], [4, 5, 6, 7]])],
)
def test_a_sound_is_filled_up_or_cut_into_windows(
    length: int, count: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pcm = np.arange(length, dtype=np.int16)
    monkeypatch.setattr(one_sample, "read_wav", lambda _: (pcm, 16_000, 1))
    assert one_sample.read(info("audio", [4]), Path("x.wav")).tolist() == count


def test_a_recording_is_cut_and_a_table_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n" + "".join(f"{n},{10 * n},{100 * n}\n" for n in range(5)))
    signal = info("signal", [2, 2], columns=["c", "a"], dtype="float32")
    assert one_sample.read(signal, path).tolist() == [[[0, 0], [100, 1]], [[200, 2], [300, 3]]]
    table = info("table", [3], dtype="float32")
    assert one_sample.read(table, path).tolist() == [[n, 10 * n, 100 * n] for n in range(5)]
    with pytest.raises(DataError, match=r"x\.csv: 5 rows, a sample has 6; give a longer file"):
        one_sample.read(info("signal", [6, 3], dtype="float32"), path)
    assert len(one_sample.read(info("signal", [5, 3], dtype="float32"), path)) == 1
    monkeypatch.setattr(one_sample, "_WINDOWS_AT_MOST", 2)
    assert len(one_sample.read(info("signal", [1, 3], dtype="float32"), path)) == 2


def test_other_data_take_arrays_alone() -> None:
    with pytest.raises(DataError, match=r"x.bin: the data are tensor 2x3 uint8; give a \.npy with"):
        one_sample.read(info("tensor", [2, 3]), Path("x.bin"))


@pytest.mark.parametrize(
    ("values", "count"),
    [
        (np.zeros((2, 3), np.uint8), 1),
        (np.zeros((4, 2, 3), np.uint8), 4),
        (np.zeros((4, 2, 3), np.float64), 0),
        (np.zeros((3, 2), np.uint8), 0),
        (np.zeros((4, 3, 2), np.uint8), 0),
        (np.zeros((2,), np.uint8), 0),
    ],
)
def test_an_array_is_one_sample_or_several(values: np.ndarray, count: int, tmp_path: Path) -> None:
    np.save(tmp_path / "x.NPY", values)
    (tmp_path / "x.NPY.npy").rename(tmp_path / "x.NPY")
    data = info("tensor", [2, 3])
    if count:
        found = one_sample.read(data, tmp_path / "x.NPY")
        assert found.shape == (count, 2, 3) and found.dtype == np.uint8
    else:
        with pytest.raises(DataError, match="the data are tensor 2x3 uint8; give one such sample"):
            one_sample.read(data, tmp_path / "x.NPY")


def test_arrays_that_are_too_long_damaged_or_not_finite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.npy"
    monkeypatch.setattr(one_sample, "_WINDOWS_AT_MOST", 2)
    np.save(path, np.zeros((5, 3), np.float64))
    found = one_sample.read(info("table", [3], dtype="float32"), path)
    assert found.shape == (2, 3) and found.dtype == np.float32
    np.save(path, np.array([[0, np.nan, 0]], np.float32))
    with pytest.raises(DataError, match="NaN or infinity in it; fill it in"):
        one_sample.read(info("table", [3], dtype="float32"), path)
    np.save(path, np.array([{}]), allow_pickle=True)  # Python objects, which run code
    with pytest.raises(DataError, match=r"no \.npy file that can be read"):
        one_sample.read(info("table", [3]), path)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(DataError, match=r"no \.npy file that can be read"):
        one_sample.read(info("table", [3]), path)
