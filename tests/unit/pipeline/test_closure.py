"""Which files a module depends on, asked of small trees of sources."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from codegen.files import imports
from codegen.files.build_id import build_id
from pipeline.closure import closure


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "room/__init__.py": "from room import registered",
        "room/registered.py": "",
        "room/entry.py": (
            "import os, numpy\n"
            "from typing import TYPE_CHECKING\n"
            "from other.part import function\n"
            "from . import beside\n"
            "if TYPE_CHECKING:\n    from other import never_run\n"
            "else:\n    import other.otherwise\n"
            "def work():\n    from other import inside as renamed\n"
        ),
        "room/beside.py": "from .deep.down import x\n",
        "room/deep/down.py": "from ...nowhere import x\nfrom ..entry import work\n",
        "room/unused.py": "",
        "other/__init__.py": "",
        "other/part.py": (
            "from pathlib import Path\n"
            "TEMPLATES = Path(__file__).parent / 'templates'\n"
            "TABLE = Path(__file__).with_name('table.json')\n"
        ),
        "other/templates/a.jinja": "1",
        "other/table.json": "{}",
        "other/unnamed.json": "{}",
        "other/inside.py": "NAME = 'unnamed.json'  # of some other folder\n",
        "other/never_run.py": "",
        "other/otherwise.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_imports_packages_and_named_data_are_in_it(root: Path) -> None:
    assert sorted(closure(["room.entry"], root=root)) == [
        "other/__init__.py",
        "other/inside.py",
        "other/otherwise.py",
        "other/part.py",
        "other/table.json",
        "other/templates",
        "room/__init__.py",
        "room/beside.py",
        "room/deep/down.py",
        "room/entry.py",
        "room/registered.py",
    ]


def test_a_module_left_out_takes_its_imports_along(root: Path) -> None:
    found = closure(["room.entry"], without=["room", "room.beside"], root=root)
    assert not {"room/__init__.py", "room/registered.py", "room/deep/down.py"} & {*found}
    assert "other/part.py" in found


def test_any_edit_changes_the_digest_and_is_seen_in_the_same_process(root: Path) -> None:
    def digest() -> str:
        return build_id(closure(["room.entry"], root=root), [])

    before = digest()
    (root / "room/unused.py").write_text("changed = 1\n")
    assert digest() == before
    (root / "other/templates/a.jinja").write_text("2")
    changed = digest()
    assert changed != before
    (root / "other/inside.py").write_text("import room.unused\n")
    assert "room/unused.py" in closure(["room.entry"], root=root)
    assert digest() != changed


def test_a_name_that_is_no_module_is_an_error(root: Path) -> None:
    with pytest.raises(ValueError, match=r"room\.entri is no module below"):
        closure(["room.entri"], root=root)


def test_installed_as_one_package_the_rooms_have_a_prefix(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = closure(["room.entry"], root=root)
    for path in root.rglob("*.py"):
        text = path.read_text()
        for name in ("room", "other"):
            text = text.replace(f"from {name}", f"from mcuforge.{name}")
            text = text.replace(f"import {name}", f"import mcuforge.{name}")
        path.write_text(text)
    monkeypatch.setattr(imports, "PREFIX", "mcuforge.")
    imports.read.cache_clear()
    assert closure(["mcuforge.room.entry"], root=root) == plain
    assert closure(["room.entry"], root=root) == plain
    imports.read.cache_clear()


def test_it_costs_little() -> None:
    closure(["pipeline.image"])
    start_s = time.process_time()
    closure(["pipeline.image"])
    assert time.process_time() - start_s < 0.05
