"""In a checkout the program's folder is the project's, and `invoke` runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.files import places


def test_in_this_checkout() -> None:
    root = Path(__file__).resolve().parents[4]
    assert root == places.PROGRAM == places.PROJECT
    assert places.IN_CHECKOUT and places.COMMAND == "invoke"
    assert (root / "build", root / "runs") == (places.BUILD, places.RUNS)


def test_installed_it_is_where_the_user_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "IN_CHECKOUT", False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(places.PROJECT_VARIABLE, raising=False)
    assert places._project() == tmp_path.resolve()
    monkeypatch.setenv(places.PROJECT_VARIABLE, str(tmp_path / "other"))
    assert places._project() == (tmp_path / "other").resolve()
