"""An export's folder: made whole, made again, never at the cost of what somebody changed."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.errors import ExportError
from codegen.export import folder
from codegen.export.request import Request, check

FILES = {"a.txt": b"a", "src/b.txt": b"b"}


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    return check("c", "interpreter", "net", "all", tmp_path / "out")


def contents(path: Path) -> dict[str, bytes]:
    return {
        one.relative_to(path).as_posix(): one.read_bytes()
        for one in path.rglob("*")
        if one.is_file() and one.name != folder.RECORD
    }


def write(request: Request, files: dict[str, bytes]) -> None:
    folder.check(request)
    folder.write(request, files)


def test_a_new_folder_and_nothing_beside_it(request_: Request) -> None:
    write(request_, FILES)
    assert contents(request_.folder) == FILES
    assert list(request_.folder.parent.iterdir()) == [request_.folder]


def test_a_new_folder_is_as_open_as_others(request_: Request) -> None:
    write(request_, FILES)
    (request_.folder.parent / "other").mkdir()
    assert request_.folder.stat().st_mode == (request_.folder.parent / "other").stat().st_mode


def test_again_over_itself(request_: Request) -> None:
    write(request_, FILES)
    before = (request_.folder / "a.txt").stat().st_mtime_ns
    (request_.folder / "mine.txt").write_bytes(b"mine")
    write(request_, {"a.txt": b"a", "c/d.txt": b"d"})
    assert contents(request_.folder) == {"a.txt": b"a", "c/d.txt": b"d", "mine.txt": b"mine"}
    assert not (request_.folder / "src").exists()
    assert (request_.folder / "a.txt").stat().st_mtime_ns == before


def test_folders_go_with_the_last_of_their_files(request_: Request) -> None:
    old = {"a/b/c.txt": b"c", "a/d.txt": b"d", "e/f/g.txt": b"g", "h/i.txt": b"i", "j.txt": b"j"}
    write(request_, old)
    (request_.folder / "h/mine.txt").write_bytes(b"mine")
    new = {"a/d.txt": b"d", "j.txt": b"j"}
    write(request_, new)
    assert contents(request_.folder) == {**new, "h/mine.txt": b"mine"}
    folders = {one.name for one in request_.folder.rglob("*") if one.is_dir()}
    assert folders == {"a", "h"}


def test_the_record_is_the_same_for_the_same_files(request_: Request) -> None:
    write(request_, FILES)
    first = (request_.folder / folder.RECORD).read_bytes()
    write(request_, dict(reversed(FILES.items())))
    assert (request_.folder / folder.RECORD).read_bytes() == first


def test_changed_files_are_named_and_kept(request_: Request) -> None:
    write(request_, FILES)
    (request_.folder / "src/b.txt").write_bytes(b"mine")
    with pytest.raises(ExportError, match=r"changed by hand: src/b\.txt; --force"):
        folder.check(request_)
    assert (request_.folder / "src/b.txt").read_bytes() == b"mine"
    write(replace(request_, force=True), FILES)
    assert contents(request_.folder) == FILES


@pytest.mark.parametrize(
    ("count", "end"), [(3, "c.txt; --force"), (4, "c.txt and 1 more; --force")]
)
def test_a_message_names_three_of_them(count: int, end: str, request_: Request) -> None:
    names = [f"{letter}.txt" for letter in "abcd"][:count]
    write(request_, dict.fromkeys(names, b"x"))
    for name in names:
        (request_.folder / name).write_bytes(b"mine")
    with pytest.raises(ExportError, match=f"changed by hand: a.txt, b.txt, {end}"):
        folder.check(request_)


def test_a_file_of_the_users_that_has_a_new_files_name(request_: Request) -> None:
    write(request_, FILES)
    (request_.folder / "new.txt").write_bytes(b"mine")
    with pytest.raises(ExportError, match=r"new\.txt is there, and not mcuforge's"):
        write(request_, {**FILES, "new.txt": b"new"})
    assert contents(request_.folder) == {**FILES, "new.txt": b"mine"}


def test_an_interrupted_export_can_be_run_again(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(request_, FILES)
    replaced: list[Path] = []
    rename = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        replaced.append(path)
        if len(replaced) == 3:  # the record and one file are new, the other one is not
            raise KeyboardInterrupt
        return rename(path, target)

    new = {"a.txt": b"A", "src/b.txt": b"B"}
    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        folder.write(request_, new)
    monkeypatch.undo()
    assert sorted(contents(request_.folder).values()) == [b"A", b"b"]
    write(request_, new)
    assert contents(request_.folder) == new
    assert list(request_.folder.parent.iterdir()) == [request_.folder]


def test_a_full_disk_leaves_the_folder_as_it_was(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(request_, FILES)

    def full(path: Path, _: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ExportError, match=r"cannot write .*: No space left"):
        folder.write(request_, {"a.txt": b"A"})
    monkeypatch.undo()
    assert contents(request_.folder) == FILES
    assert list(request_.folder.parent.iterdir()) == [request_.folder]


def test_folders_that_are_not_ours(request_: Request) -> None:
    request_.folder.mkdir()
    folder.check(request_)  # an empty one may be taken
    (request_.folder / "x").touch()
    with pytest.raises(ExportError, match="is not empty"):
        folder.check(request_)
    (request_.folder / folder.RECORD).write_text("{")
    with pytest.raises(ExportError, match="cannot read"):
        folder.check(request_)


def test_the_folder_of_another_export(request_: Request) -> None:
    write(request_, FILES)
    with pytest.raises(ExportError, match="holds net for c, not other for c"):
        folder.check(replace(request_, name="other"))


def test_a_record_that_leads_out_of_the_folder(request_: Request) -> None:
    write(request_, FILES)
    record = request_.folder / folder.RECORD
    record.write_text(record.read_text().replace("a.txt", "../a.txt"))
    with pytest.raises(ExportError, match="cannot read"):
        folder.check(request_)


def test_a_file_in_the_folders_place(request_: Request) -> None:
    request_.folder.touch()
    with pytest.raises(ExportError, match="is a file"):
        folder.check(request_)
    with pytest.raises(ExportError, match="cannot write"):
        folder.check(replace(request_, folder=request_.folder / "below"))
