"""What an export is refused for before anything is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.errors import ExportError
from codegen.export import request
from codegen.files.places import BUILD


def test_all_instruction_sets_or_one(tmp_path: Path) -> None:
    assert request.check("c", "aot", "net", "all", tmp_path).isas == ("scalar", "dsp", "mve")
    assert request.check("c", "aot", "net", "dsp", tmp_path).isas == ("dsp",)


@pytest.mark.parametrize("name", ["", "a-b", "1a", "_a", "a__b", "A", "int", "std", "nn", "é"])
def test_names_that_are_none(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no name for C functions"):
        request.check("c", "interpreter", name, "all", tmp_path)


@pytest.mark.parametrize("folder", [BUILD, BUILD / "tiny", BUILD / "tiny" / ".." / "x"])
def test_folders_of_mcuforges_own(folder: Path) -> None:
    with pytest.raises(ExportError, match="choose another folder"):
        request.check("c", "interpreter", "net", "all", folder)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"target": "c", "engine": "aot"}, None),
        ({"target": "tflm", "engine": "interpreter"}, None),
        ({"target": "arduino", "zipped": True}, None),
        ({"target": "c", "isa": "mve"}, None),
        ({"target": "cc"}, "--to cc: choose c, platformio"),
        ({"target": "c", "isa": "avx"}, "--isa avx: choose all, scalar"),
        ({"target": "c", "zipped": True}, "--zip: is for --to arduino, not c"),
        ({"target": "tflm", "engine": "aot"}, "--engine aot: tflm is an interpreter"),
    ],
)
def test_what_goes_together(asked: dict[str, Any], message: str | None, tmp_path: Path) -> None:
    asked = {"engine": "interpreter", "name": "net", "isa": "all", "folder": tmp_path, **asked}
    if message:
        with pytest.raises(ExportError, match=message):
            request.check(**asked)
        return
    made = request.check(**asked)
    assert (made.target, made.engine, made.name) == (asked["target"], asked["engine"], "net")
    assert (made.folder, made.force, made.zipped) == (tmp_path, False, "zipped" in asked)
    assert made.has_runtime == (made.target != "tflm")
