"""A process that does what it likes ends as one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.training.int8 import misbehaving
from training.errors import ArtifactError, ConversionError, DataError
from training.int8 import confinement, contained


def test_the_answer_comes_back_and_nothing_else_does(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert contained.call(misbehaving.add, tmp_path, "add", a=2, b=3) == 5
    assert capfd.readouterr() == ("", "")


def test_an_error_is_the_same_one_here(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is refused"):
        contained.call(misbehaving.refuse, tmp_path, "refuse", thing="it")


def test_a_signal_is_a_message_with_the_last_words(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"net: .*SIGSEGV \(a library's last words\)") as told:
        contained.call(misbehaving.crash, tmp_path, "net")
    assert told.value.exit_code == 1


def test_what_is_no_error_of_ours_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"net: .* \(ZeroDivisionError: a fault of ours\)"):
        contained.call(misbehaving.stumble, tmp_path, "net")


def test_memory_is_limited(tmp_path: Path) -> None:
    beyond = (confinement.MEMORY_BYTES >> 30) + 1
    with pytest.raises(ArtifactError, match="net: takes more than 3 GB of memory") as told:
        contained.call(misbehaving.take_memory, tmp_path, "net", gigabytes=beyond)
    assert told.value.exit_code == 2
    contained.call(misbehaving.take_memory, tmp_path, "net", gigabytes=beyond - 2)


def test_only_the_own_folder_can_be_written(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (tmp_path / "there").write_text("before")
    paths = [own / "file", tmp_path / "outside", tmp_path / "there"]
    free = not confinement.can_restrict_writes()
    found = contained.call(misbehaving.write, own, "net", paths=list(map(str, paths)))
    assert found == [True, free, free]
    assert ((tmp_path / "there").read_text() == "before") != free
    assert contained.call(
        misbehaving.write, own, "net", confined=False, paths=[str(tmp_path / "other")]
    ) == [True]
