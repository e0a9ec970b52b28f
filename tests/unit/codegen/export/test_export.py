"""From what a package holds to the files of an export's folder."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegen.errors import ExportError
from codegen.export import export as room
from codegen.export.folder import RECORD
from codegen.export.request import check


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """A package of two sources and a paper in the place of what is generated; what was asked."""
    asked: list[tuple[Any, ...]] = []

    def make(*given: Any) -> Any:
        asked.append(given)
        return SimpleNamespace(
            request=given[0], values={"version": "1.2"}, papers={"README.md": "read"}
        )

    monkeypatch.setattr(room.package, "make", make)
    monkeypatch.setattr(room.package, "bill", lambda _, texts: "".join(sorted(texts)).encode())
    layout = {"src/a.cc": "a", "b.txt": "b"}
    monkeypatch.setattr(
        room, "LAYOUTS", dict.fromkeys(("c", "arduino", "cmsis-pack"), lambda _: layout)
    )
    return asked


WHOLE = {
    "src/a.cc": b"a",
    "b.txt": b"b",
    "README.md": b"read",
    "sbom.cdx.json": b"README.mdb.txtsrc/a.cc",
}


def export(folder: Path, target: str, zipped: bool = False) -> tuple[int, dict[str, bytes]]:
    """How many files it says, and those that are there."""
    asked = check(target, "interpreter", "net", "all", folder, zipped=zipped)
    count = room.export(asked, folder.parent, "command")
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != RECORD
    }
    return count, found


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_folder_has_layout_papers_and_bill(tmp_path: Path, made: list[tuple[Any, ...]]) -> None:
    assert export(tmp_path / "out", "c") == (4, WHOLE)
    assert [given[1:] for given in made] == [(tmp_path, "command", ())]


def test_a_zip_holds_all_in_one_folder(tmp_path: Path) -> None:
    count, found = export(tmp_path / "out", "arduino", zipped=True)
    assert (count, list(found)) == (1, ["net.zip"])
    assert unzipped(found["net.zip"]) == {f"net/{name}": data for name, data in WHOLE.items()}
    assert export(tmp_path / "other", "arduino") == (4, WHOLE)


def test_a_pack_has_beside_it_what_is_read_before(tmp_path: Path) -> None:
    count, found = export(tmp_path / "out", "cmsis-pack")
    (name,) = (name for name in found if name.endswith(".net.1.2.pack"))
    assert unzipped(found.pop(name)) == WHOLE
    assert found == {name: data for name, data in WHOLE.items() if "/" not in name}
    assert count == 4


def test_a_folder_that_is_somebodys_is_refused_before_anything_is_made(
    tmp_path: Path, made: list[tuple[Any, ...]]
) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(ExportError, match="is not empty"):
        export(tmp_path, "c")
    assert not made
