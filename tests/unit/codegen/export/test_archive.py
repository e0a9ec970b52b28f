"""Zips whose bytes depend on nothing but what is in them."""

from __future__ import annotations

import io
import zipfile

from codegen.export.archive import zip_bytes


def test_the_order_of_files_does_not_matter() -> None:
    assert zip_bytes({"b": b"2", "a/c": b"1"}) == zip_bytes({"a/c": b"1", "b": b"2"})


def test_what_went_in_comes_out() -> None:
    files = {"a/c": b"1" * 1000, "b": b""}
    with zipfile.ZipFile(io.BytesIO(zip_bytes(files))) as archive:
        assert {one.filename: archive.read(one) for one in archive.infolist()} == files
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
