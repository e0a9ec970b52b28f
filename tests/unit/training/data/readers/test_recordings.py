"""CSV files in a folder a class: windows, rates, splits by recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import TEST_SPLIT, TRAIN_SPLIT
from codegen.samples import split as split_file
from training.data import datasets
from training.data.options import DataOptions
from training.data.readers import csv_file, recordings
from training.errors import DataError

HEADER = "time_ms,x,y,z"


def record(path: Path, rows: int, seed: int, step_ms: float = 20, header: str = HEADER) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).normal(size=(rows, 3))
    lines = [f"{n * step_ms},{a},{b},{c}" for n, (a, b, c) in enumerate(values)]
    path.write_text("\n".join([header, *lines]) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of five recordings of 30 rows at 50 Hz."""
    for number in range(10):
        record(tmp_path / "own" / ("run", "walk")[number % 2] / f"{number}.csv", 30, number)
    record(tmp_path / "own" / "__MACOSX" / "1.csv", 3, 0)
    record(tmp_path / "own" / ".hidden" / "1.csv", 3, 0)
    return tmp_path / "own"


def splits(build: Path) -> list[Any]:
    return [split_file.load(build, name) for name in (TRAIN_SPLIT, TEST_SPLIT)]


def test_each_recording_is_one_sample(folder: Path, tmp_path: Path) -> None:
    info = datasets.prepare(str(folder), tmp_path / "build")
    assert (info.kind, info.shape, info.dtype) == ("signal", [30, 3], "float32")
    assert (info.rate_hz, info.columns, info.labels) == (50, ["x", "y", "z"], ["run", "walk"])
    assert (info.train_count, info.test_count) == (8, 2)


def test_windows_of_a_recording_stay_in_one_split(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = DataOptions(window=8, stride=4, columns="z,x")
    info = datasets.prepare(str(folder), tmp_path / "build", options=options)
    assert info.shape == [8, 2] and info.columns == ["z", "x"]
    assert (
        "10 recordings give 60 windows of 8 rows, one every 4; 20 rows" in capsys.readouterr().out
    )
    datasets.prepare(str(folder), tmp_path / "b", options=DataOptions(window=7, stride=5))
    assert "give 50 windows of 7 rows, one every 5; 30 rows at their" in capsys.readouterr().out
    # a window that began a row later would be a row short
    datasets.prepare(str(folder), tmp_path / "c", options=DataOptions(window=7, stride=8))
    assert "give 30 windows of 7 rows, one every 8; 70 rows at their" in capsys.readouterr().out
    train, test = splits(tmp_path / "build")
    assert len(train) == 48 and len(test) == 12
    assert not set(train.groups) & set(test.groups)
    assert set(test.targets) == set(train.targets) == {0, 1}
    assert [name.startswith("run/") for name in test.groups] == (test.targets == 0).tolist()
    whole = np.loadtxt(folder / test.groups[0], delimiter=",", skiprows=1, dtype=np.float32)
    first = min(np.flatnonzero(test.groups == test.groups[0]), default=-1)
    assert any(np.array_equal(test.values[first : first + 1][0], whole[s : s + 8, [3, 1]])
               for s in range(0, 23, 4))  # fmt: skip


def test_folders_train_and_test_are_the_splits(tmp_path: Path) -> None:
    for number in range(12):
        part, kind = ("train", "test")[number % 3 == 2], ("run", "walk")[number % 2]
        record(tmp_path / "own" / part / kind / f"{number}.csv", 30, number)
    datasets.prepare(str(tmp_path / "own"), tmp_path / "build")
    train, test = splits(tmp_path / "build")
    assert (len(train), len(test)) == (8, 4)
    assert all(name.startswith("test/") for name in test.groups)
    record(tmp_path / "own" / "test" / "sit" / "1.csv", 30, 99)
    with pytest.raises(DataError, match=r"test/sit: no such class in .*train"):
        datasets.prepare(str(tmp_path / "own"), tmp_path / "build2")


class TestBadInput:
    def refused(self, folder: Path, tmp_path: Path, message: str, **options: Any) -> None:
        with pytest.raises(DataError, match=message) as caught:
            datasets.prepare(str(folder), tmp_path / "build", options=DataOptions(**options))
        assert "\n" not in str(caught.value) and caught.value.exit_code == 2
        assert not (tmp_path / "build").exists()

    def test_unequal_lengths(self, folder: Path, tmp_path: Path) -> None:
        record(folder / "run" / "2.csv", 25, 2)
        message = r"2\.csv: 25 rows, but 30 in .*; recordings of unequal lengths need --window"
        self.refused(folder, tmp_path, message)
        self.refused(folder, tmp_path, r"2\.csv: 25 rows, --window 26 needs as many", window=26)

    def test_mixed_rates(self, folder: Path, tmp_path: Path) -> None:
        record(folder / "walk" / "3.csv", 30, 3, step_ms=10)
        self.refused(folder, tmp_path, r"3\.csv: 100 rows a second, but 50 in .*resample")

    def test_times_that_stand_still(self, folder: Path, tmp_path: Path) -> None:
        record(folder / "walk" / "3.csv", 30, 3, step_ms=0)
        self.refused(folder, tmp_path, "the times in column time_ms do not grow")

    def test_other_columns(self, folder: Path, tmp_path: Path) -> None:
        record(folder / "walk" / "3.csv", 30, 3, header="time_ms,x,y,temperature")
        self.refused(folder, tmp_path, r"3\.csv: columns .*temperature, but .*name those to use")
        self.refused(folder, tmp_path, r"3\.csv: --columns z: no such column", columns="x,z")

    def test_a_broken_line(self, folder: Path, tmp_path: Path) -> None:
        path = folder / "walk" / "3.csv"
        lines = path.read_text().splitlines()
        path.write_text("\n".join([*lines[:9], "180,1,oops,2", *lines[10:]]))
        self.refused(folder, tmp_path, r"3\.csv: line 10: y is 'oops', no number")

    def test_one_recording_of_a_class(self, folder: Path, tmp_path: Path) -> None:
        record(folder / "sit" / "1.csv", 30, 77)
        message = "class sit has 1 different sample or recording, too few to train on some"
        self.refused(folder, tmp_path, message)

    def test_one_class(self, folder: Path, tmp_path: Path) -> None:
        (folder / "walk").rename(folder / ".walk")
        self.refused(folder, tmp_path, r"1 class \(run\); 2 to 256 folders with CSV files")

    def test_files_of_two_kinds(self, folder: Path, tmp_path: Path) -> None:
        (folder / "walk" / "1.wav").write_bytes(b"")
        self.refused(folder, tmp_path, r"files of several kinds \(.csv, .wav\); keep one")

    def test_numbers_to_estimate(self, folder: Path, tmp_path: Path) -> None:
        self.refused(folder, tmp_path, "--task regress needs numbers, folders", task="regress")


def table(path: str, header: str, *rows: str) -> csv_file.Table:
    lines = list(range(2, 2 + len(rows)))
    return csv_file.Table(Path(path), header.split(","), [row.split(",") for row in rows], lines)


@pytest.mark.parametrize(
    ("header", "rows", "rate_hz"),
    [
        ("time,x", ("0,1", "0.5,1", "1,1"), 2.0),
        ("x,Time_MS", ("1,0", "1,20", "1,40"), 50.0),
        ("time_us,x", ("0,1", "250,1"), 4000.0),
        ("t,x", ("0,1", "1,1", "2,1", "90,1"), 1.0),  # the median
        ("t,x", ("0,1",), 0.0),
        ("x,y", ("0,1", "1,1"), 0.0),
        ("seconds,x", ("0,1", "0.3,1"), 3.333),
    ],
)
def test_times_give_the_rate(header: str, rows: tuple[str, ...], rate_hz: float) -> None:
    assert recordings._rate(table("x.csv", header, *rows)) == rate_hz


@pytest.mark.parametrize("second", ["0", "-1"])
def test_times_have_to_grow(second: str) -> None:
    with pytest.raises(
        DataError, match=r"x\.csv: the times in column t do not grow; sort the rows"
    ):
        recordings._rate(table("x.csv", "t,x", "0,1", f"{second},1"))


def test_rates_are_as_good_as_one() -> None:
    first, near, far = (table(f"{n}.csv", "t,x", "0,1", f"{n},1") for n in (1, 0.953, 0.95))
    assert recordings._one_rate([first, near]) == 1.0
    with pytest.raises(DataError, match=r"0\.95\.csv: 1\.053 rows a second, but 1 in 1\.csv"):
        recordings._one_rate([first, near, far])


def test_columns_are_those_of_the_first_recording() -> None:
    first, other = table("1.csv", "x,y", "1,2"), table("2.csv", "x,z", "3,4")
    assert recordings._columns(first, ["y", "x"], first, False).tolist() == [[2, 1]]
    assert recordings._columns(other, ["x"], first, True).tolist() == [[3]]
    with pytest.raises(DataError, match=r"2\.csv: columns x, z, but x, y in 1\.csv; name those"):
        recordings._columns(other, ["x"], first, False)
    with pytest.raises(DataError, match=r"1\.csv: no column beside the time"):
        recordings._columns(first, [], first, False)


def test_recordings_have_one_length() -> None:
    paths = [Path(f"{n}.csv") for n in range(3)]
    assert recordings._one_length(paths, [np.zeros(4)] * 3) == 4
    with pytest.raises(DataError, match=r"1\.csv: 2 rows, but 5 in 2\.csv; .* at most 2"):
        recordings._one_length(paths, [np.zeros(n) for n in (4, 2, 5)])


def test_what_is_in_no_window_is_counted(tmp_path: Path) -> None:
    for label in "ab":
        for name, rows in (("1", 10), ("2", 4)):
            path = tmp_path / label / f"{name}.csv"
            path.parent.mkdir(exist_ok=True)
            path.write_text("x\n" + "".join(f"{n}\n" for n in range(rows)))
    made = recordings.read(tmp_path, DataOptions(window=4, stride=4))
    assert made.notes == (
        "4 recordings give 6 windows of 4 rows, one every 4; 4 rows at their ends are in none",
    )
    assert made.train.values[:][1, :, 0].tolist() == [4, 5, 6, 7]
    assert made.train.groups is not None and made.train.groups.tolist()[:3] == [
        "a/1.csv", "a/1.csv", "a/2.csv",
    ]  # fmt: skip
    overlapping = recordings.read(tmp_path, DataOptions(window=4, stride=3))
    assert overlapping.notes[0].startswith(
        "4 recordings give 8 windows of 4 rows, one every 3; 0 r"
    )
