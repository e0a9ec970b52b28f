"""What a source says that it imports, and which files beside it it reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.files import imports
from codegen.files.imports import module_file, read

TEXT = """
import room.one as it, other
from room import two, three
from . import beside
from .near import x
from .. import above
from ..room2.far import y
if TYPE_CHECKING:
    import never
else:
    import always
def f():
    from late import z
    name = "table.txt", "folder", "source.py", "", "a/b", "../up", "none.txt", ".", "x" * 100
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    package = tmp_path / "top/room"
    (package / "folder").mkdir(parents=True)
    for name in ("table.txt", "source.py"):
        (package / name).touch()
    (tmp_path / "up").touch()
    return package


def test_imports_of_every_kind(folder: Path) -> None:
    path = folder / "module.py"
    path.write_text(TEXT)
    found = read(path, "top.room.module", 1)
    assert found.imports == {
        *("room.one", "other", "room", "room.two", "room.three", "always", "late", "late.z"),
        *("top.room", "top.room.beside", "top.room.near", "top.room.near.x"),
        *("top", "top.above", "top.room2.far", "top.room2.far.y"),
    }
    assert found.data == ()  # it does not say where it is


def test_files_beside_it_that_it_names(folder: Path) -> None:
    path = folder / "module.py"
    path.write_text(TEXT + "HERE = __file__\n")
    found = read(path, "top.room.module", 2)
    assert [one.name for one in found.data] == ["folder", "table.txt"]
    path.write_text(f'HERE = __file__\nlong = "{"x" * 99}", "{"y" * 100}"\n')
    for name in ("x" * 99, "y" * 100):
        (folder / name).touch()
    assert [one.name for one in read(path, "top.room.module", 3).data] == ["x" * 99]


def test_a_package_is_its_own_origin(folder: Path) -> None:
    path = folder / "__init__.py"
    path.write_text("from . import beside\nfrom .. import above\n")
    assert read(path, "top.room", 1).imports == {"top.room", "top.room.beside", "top", "top.above"}


def test_a_module_is_a_file_or_a_package(folder: Path) -> None:
    root = folder.parents[1]
    assert module_file("top.room.source", root) == folder / "source.py"
    assert module_file("top.room", root) is None
    (folder / "__init__.py").touch()
    assert module_file("top.room", root) == folder / "__init__.py"
    assert module_file("top.none", root) is None


def test_names_are_the_rooms_wherever_they_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    assert imports.own_name("codegen.x") == "codegen.x"
    monkeypatch.setattr(imports, "PREFIX", "mcuforge.")
    assert imports.own_name("mcuforge.codegen.x") == "codegen.x"
