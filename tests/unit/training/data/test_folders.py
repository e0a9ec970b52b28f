"""Folders of a class each: which files, in which order, and which are held out."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from training.data import folders
from training.data.folders import ClassFiles, class_files, class_folders, digest, has_splits
from training.errors import DataError


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def found(folder: Path, at_least: int = 1) -> ClassFiles:
    return class_files(folder, (".wav",), "WAV files", at_least)


def test_folders_by_number_then_by_name(tmp_path: Path) -> None:
    names = ["10", "9", "b", "a", "2"]
    fill(tmp_path, *(f"{name}/x.wav" for name in names), "file.wav")
    fill(tmp_path, ".git/x", "__MACOSX/x", "_background_noise_/x.wav")
    assert [one.name for one in class_folders(tmp_path)] == ["2", "9", "10", "a", "b"]
    assert class_folders(tmp_path / "absent") == []
    made = found(tmp_path)
    assert made.names == ("2", "9", "10", "a", "b") and made.is_test is None
    assert made.labels.tolist() == [0, 1, 2, 3, 4] and made.labels.dtype == np.uint8
    assert list(made.each()) == made.paths


def test_files_of_a_class(tmp_path: Path) -> None:
    fill(tmp_path, "a/2.wav", "a/1.WAV", "a/.hidden.wav", "a/note.txt", "b/x.wav", "b/.DS_Store")
    made = found(tmp_path)
    assert [one.name for one in made.paths] == ["1.WAV", "2.wav", "x.wav"]
    assert made.labels.tolist() == [0, 0, 1]
    assert folders.suffixes(tmp_path) == {".wav", ".txt"}


def test_both_splits_as_folders(tmp_path: Path) -> None:
    fill(tmp_path, "train/a/1.wav", "train/b/2.wav", "train/c/3.wav", "test/c/4.wav")
    fill(tmp_path, "test/b/5.wav", "test/b/6.txt")
    assert has_splits(tmp_path)
    made = found(tmp_path, at_least=9)
    assert [one.name for one in made.paths] == [f"{n}.wav" for n in (1, 2, 3, 5, 4)]
    assert made.labels.tolist() == [0, 1, 2, 1, 2] and made.labels.dtype == np.uint8
    assert made.is_test is not None and made.is_test.tolist() == [False] * 3 + [True] * 2
    assert folders.suffixes(tmp_path) == {".wav", ".txt"}
    fill(tmp_path, "test/d/7.wav")
    with pytest.raises(DataError, match=f"^{tmp_path}/test/d: no such class in {tmp_path}/train"):
        found(tmp_path)


def test_one_test_class_is_enough_and_one_to_train_is_not(tmp_path: Path) -> None:
    fill(tmp_path, "train/a/1.wav", "train/b/2.wav", "test/b/5.wav")
    assert found(tmp_path).labels.tolist() == [0, 1, 1]
    alone = fill(tmp_path / "alone", "train/a/1.wav", "test/a/5.wav")
    with pytest.raises(DataError, match=r"train: 1 class \(a\); 2 to 256 folders with WAV files"):
        found(alone)
    empty = fill(tmp_path / "empty", "train/a/1.wav", "train/b/1.txt", "test/a/5.wav")
    with pytest.raises(DataError, match="b: 0 WAV files; a class needs at least 1: add some or"):
        found(empty)


@pytest.mark.parametrize(
    "names",
    [("train/a/1", "test/x"), ("train/a/1", "test/a/1", "c/1"), ("train/a/1",), ("a/1", "b/1")],
)
def test_what_are_no_splits(names: tuple[str, ...], tmp_path: Path) -> None:
    assert not has_splits(fill(tmp_path, *names))


def test_few_and_many(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r": 0 classes; 2 to 256 folders"):
        found(tmp_path)
    fill(tmp_path, "a/1.wav", "a/2.wav", "b/1.wav")
    with pytest.raises(DataError, match="b: 1 WAV files; a class needs at least 2"):
        found(tmp_path, at_least=2)
    for n in range(254):
        (tmp_path / f"c{n}").mkdir()
    assert len(found(tmp_path, at_least=0).names) == 256
    (tmp_path / "one_more").mkdir()
    with pytest.raises(DataError, match=r": 257 classes; 2 to 256 folders"):
        found(tmp_path, at_least=0)


def test_a_list_names_the_test_files(tmp_path: Path) -> None:
    fill(tmp_path, "a/1.wav", "a/2.wav", "b/3.wav")
    before = digest(tmp_path, (".wav",))
    (tmp_path / folders.TEST_LIST).write_text("a/2.wav\nother/9.wav\n")
    made = found(tmp_path)
    assert made.is_test is not None and made.is_test.tolist() == [False, True, False]
    assert digest(tmp_path, (".wav",)) != before
    for names, count in (("other/9.wav", 0), ("a/1.wav a/2.wav b/3.wav", 3)):
        (tmp_path / folders.TEST_LIST).write_text(names)
        with pytest.raises(DataError, match=f"names {count} of 3 files, so one split is empty"):
            found(tmp_path)


def test_a_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    one = fill(tmp_path / "one", "a/1.wav", "b/2.wav")
    same = fill(tmp_path / "same", "a/1.wav", "b/2.wav", "b/other.txt")
    assert digest(one, (".wav",)) == digest(same, (".wav",))
    assert digest(one, (".wav",)) != digest(same, (".wav", ".txt"))
    (same / "a/1.wav").write_bytes(b"other")
    assert digest(one, (".wav",)) != digest(same, (".wav",))
    named = fill(tmp_path / "named", "b/2.wav")
    (named / "a").mkdir()
    (named / "a/2.wav").write_bytes(b"a/1.wav")
    assert digest(one, (".wav",)) != digest(named, (".wav",))
    parts = fill(tmp_path / "parts", "train/a/1.wav", "test/a/2.wav")
    before = digest(parts, (".wav",))
    (parts / "test/a/2.wav").write_bytes(b"other")
    assert digest(parts, (".wav",)) != before
    with pytest.raises(DataError, match="absent: cannot be read \\(No such file or directory\\)"):
        folders.content(tmp_path / "absent")


def test_what_may_never_end_is_not_read(tmp_path: Path) -> None:
    """A pipe would wait for ever, /dev/zero fill the memory."""
    fill(tmp_path, "a/1.wav", "b/2.wav")
    os.mkfifo(tmp_path / "a/2.wav")
    (tmp_path / "a/3.wav").symlink_to("/dev/zero")
    for name in ("2", "3"):
        with pytest.raises(DataError, match=rf"a/{name}\.wav is a pipe or device; remove it$"):
            digest(tmp_path, (".wav",))
        (tmp_path / f"a/{name}.wav").unlink()
