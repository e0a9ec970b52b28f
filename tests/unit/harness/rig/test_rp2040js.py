"""The emulator's package is unpacked once, by each Python that invokew takes."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from harness.rig import rp2040js

_CONTENT = b"export {};"


def _package() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("package/index.js")
        entry.size = len(_CONTENT)
        archive.addfile(entry, io.BytesIO(_CONTENT))
    return packed.getvalue()


@pytest.mark.parametrize("has_filters", [True, False])
def test_a_package_is_unpacked_once(
    has_filters: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    def pack(package: str, *_: str) -> bytes:
        fetched.append(package)
        return _package()

    extractall = tarfile.TarFile.extractall

    def as_before_filters(files: tarfile.TarFile, path: Any) -> None:
        files.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        extractall(files, path)

    if not has_filters:
        monkeypatch.setattr(tarfile.TarFile, "extractall", as_before_filters)
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    monkeypatch.setattr(rp2040js.npm, "pack", pack)
    monkeypatch.setattr(rp2040js.tools, "find", lambda *_: "node")
    monkeypatch.setattr(rp2040js, "FOLDER", tmp_path / "emulators" / rp2040js.PACKAGE)
    rp2040js.require()
    rp2040js.require()
    assert fetched == [rp2040js.PACKAGE]
    assert (rp2040js.FOLDER / "index.js").read_bytes() == _CONTENT
    assert [path.name for path in (tmp_path / "emulators").iterdir()] == [rp2040js.PACKAGE]
