"""What an export is refused for before anything is made."""

from __future__ import annotations

from pathlib import Path

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
