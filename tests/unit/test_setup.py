"""Imports of rooms get the package's name before them, messages name the installed program."""

from __future__ import annotations

from pathlib import Path

import pytest

from setup import ROOMS, ROOT, inside_package


def inside(text: str) -> str:
    return inside_package(text.encode(), "it.py").decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from codegen import tools", "from mcuforge.codegen import tools"),
        ("from codegen.a.b import (\n    c,\n)", "from mcuforge.codegen.a.b import (\n    c,\n)"),
        ("import verbs", "from mcuforge import verbs"),
        ("import verbs as v", "import mcuforge.verbs as v"),
        ("import codegen.a as b", "import mcuforge.codegen.a as b"),
        ("def f():\n    from harness.a import b", "def f():\n    from mcuforge.harness.a import b"),
        ("a = 'é'; from harness.a import b", "a = 'é'; from mcuforge.harness.a import b"),
    ],
)
def test_imports_of_rooms(before: str, after: str) -> None:
    assert inside(f"# kept\n{before}\nx = 1\n") == f"# kept\n{after}\nx = 1\n"


@pytest.mark.parametrize(
    "text",
    [
        "from codegenerator import a",
        "from . import codegen",
        "import numpy, os",
        "# from codegen import tools",
        "a = 'from codegen import tools'",
        "from invoke import Context",
        '"""\nfrom codegen import tools\n"""',
        "codegen.tools.find()",
    ],
)
def test_all_else_stays(text: str) -> None:
    assert inside(text) == text


def test_messages_name_the_program_that_is_there() -> None:
    assert inside("a = 'run `invoke build` first'") == "a = 'run `mcuforge build` first'"


@pytest.mark.parametrize("text", ["import codegen.tools", "import os, codegen"])
def test_an_import_that_would_bind_another_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"it\.py:1: write `from \.\.\. import"):
        inside(text)


def test_every_room_is_in_the_wheel() -> None:
    rooms = {path.parent.name for path in Path(ROOT).glob("*/__init__.py")}
    assert rooms | {"firmware"} == set(ROOMS)
