"""An image that is damaged is one message, whatever the reader made of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from codegen.errors import CodegenError
from codegen.files.elf_file import opened


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ValueError("version \x00, expecting 'A'"), r"version \\x00, expecting 'A'"),
        (KeyError("x"), "'x'"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_damage_is_one_printable_message(
    error: Exception, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_: Any) -> None:
        raise error

    monkeypatch.setattr("elftools.elf.elffile.ELFFile", damaged)
    path = tmp_path / "firmware.elf"
    path.touch()
    with (
        pytest.raises(
            CodegenError, match=rf"^cannot read the image {path}: {why}; build it again$"
        ),
        opened(path),
    ):
        pass


def test_other_errors_pass_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elftools.elf.elffile.ELFFile", lambda file: io.BytesIO(file.read()))
    with pytest.raises(FileNotFoundError), opened(tmp_path / "none"):
        pass
    (tmp_path / "x").write_bytes(b"12")
    with pytest.raises(CodegenError, match=r"^of our own$"), opened(tmp_path / "x") as file:
        assert file.read() == b"12"
        raise CodegenError("of our own")
