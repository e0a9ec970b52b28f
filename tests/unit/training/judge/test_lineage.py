"""Without MLflow, and where it fails: nothing is recorded, everything else goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.errors import MissingToolError
from codegen.files.places import PROGRAM
from training.judge import lineage


@pytest.fixture
def without_mlflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "installed", lambda: False)


@pytest.mark.usefixtures("without_mlflow")
def test_runs_without_mlflow_says_how_to_install_it(tmp_path: Path) -> None:
    for ask in (lineage.table, lambda store: lineage.comparison(store, "a,b")):
        with pytest.raises(MissingToolError, match='pip install "mlflow>=3,<4"') as caught:
            ask(tmp_path)
        assert caught.value.exit_code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("without_mlflow")
def test_a_stage_without_mlflow_records_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lineage.keep(tmp_path, lineage.record, tmp_path, "")
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


def test_a_failed_record_is_a_warning_of_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def locked(*_: object) -> None:
        raise RuntimeError("database is locked\n[SQL: INSERT ...]")

    monkeypatch.setattr(lineage, "installed", lambda: True)
    lineage.keep(tmp_path, locked, "tiny")
    assert capsys.readouterr().err == (
        f"warning: not recorded in {tmp_path / lineage.DATABASE}: database is locked\n"
    )


def test_the_extra_is_what_the_message_says() -> None:
    pyproject = (PROGRAM / "pyproject.toml").read_text()
    assert f'lineage = ["{lineage.REQUIREMENT}"]' in pyproject
