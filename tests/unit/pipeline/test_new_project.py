"""What `invoke new` refuses, and that nothing of it stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.errors import CodegenError
from pipeline import new_project

BOARD = load_board("mps2_an386")


def make(folder: Path) -> list[Path]:
    return new_project.make(folder, BOARD, "tiny", 'a "quoted": name')


def test_every_file_is_there_and_filled(tmp_path: Path) -> None:
    files = make(tmp_path / "mine")
    assert sorted(path for path in (tmp_path / "mine").rglob("*") if path.is_file()) == sorted(
        files
    )
    assert not any("{{" in path.read_text().replace("${{", "") for path in files)
    assert (tmp_path / "mine/check.sh").stat().st_mode & 0o100
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_is_taken_a_full_one_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    make(folder)
    with pytest.raises(CodegenError, match="is there, and not empty"):
        make(folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(CodegenError, match="is there, and not empty"):
        make(tmp_path / "file")


@pytest.mark.parametrize("name", ["a$b", "a\nb", "-x", "a;b"])
def test_a_name_that_a_shell_obeys_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CodegenError, match="a project's name has letters"):
        make(tmp_path / name)


def test_nothing_stays_of_a_project_that_could_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new_project.shutil, "move", fails)
    with pytest.raises(CodegenError, match="No space left on device"):
        make(tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CodegenError, match="is no folder; make it first"):
        make(tmp_path / "none" / "mine")
