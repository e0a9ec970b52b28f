"""Without MLflow, and where it fails: nothing is recorded, everything else goes on."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegen.errors import MissingToolError
from codegen.files.manifest import Manifest
from codegen.files.places import PROGRAM
from training.errors import ArtifactError
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


class Store:
    """As much of MLflow's client as is used, in memory."""

    def __init__(self) -> None:
        self.experiments: dict[str, str] = {}
        self.runs: list[Any] = []
        self.versions: list[Any] = []
        self.aliases: dict[str, int] = {}

    def get_experiment_by_name(self, name: str) -> Any:
        there = name in self.experiments
        return SimpleNamespace(experiment_id=name) if there else None

    def create_experiment(self, name: str, where: str) -> str:
        assert name not in self.experiments
        self.experiments[name] = where
        return name

    def search_experiments(self) -> list[Any]:
        return [SimpleNamespace(experiment_id=name, name=name) for name in self.experiments]

    def create_run(self, experiment_id: str, run_name: str) -> Any:
        run_id = f"{len(self.runs)}abcdef0123"
        info = SimpleNamespace(run_id=run_id, experiment_id=experiment_id, artifact_uri="u")
        data = SimpleNamespace(params={}, metrics={}, tags={"mlflow.x": run_id})
        self.runs.append(SimpleNamespace(info=info, data=data, name=run_name, files=[]))
        return self.runs[-1]

    def _run(self, run_id: str) -> Any:
        return next(one for one in self.runs if one.info.run_id == run_id)

    def log_param(self, run_id: str, key: str, value: str) -> None:
        self._run(run_id).data.params[key] = value

    def log_metric(self, run_id: str, key: str, value: float) -> None:
        self._run(run_id).data.metrics[key] = value

    def set_tag(self, run_id: str, key: str, value: str) -> None:
        self._run(run_id).data.tags[key] = value

    def log_artifact(self, run_id: str, path: str) -> None:
        self._run(run_id).files.append(Path(path).name)

    def set_terminated(self, run_id: str) -> None:
        self._run(run_id).ended = True

    def search_registered_models(self, what: str) -> list[str]:
        return [one.name for one in self.versions if what == f"name = '{one.name}'"]

    def create_registered_model(self, name: str) -> None:
        assert not self.search_registered_models(f"name = '{name}'")

    def create_model_version(self, name: str, source: str, run_id: str, tags: Any) -> Any:
        assert source == "u/model.tflite"
        version = str(len(self.versions) + 8)  # of one digit and of two
        self.versions.append(SimpleNamespace(name=name, version=version, run_id=run_id, tags=tags))
        return self.versions[-1]

    def set_registered_model_alias(self, _: str, alias: str, version: str) -> None:
        self.aliases[alias] = int(version)

    def search_model_versions(self, what: str) -> list[Any]:
        return [one for one in self.versions if what == f"name = '{one.name}'"]

    def search_runs(self, ids: list[str], order_by: list[str]) -> list[Any]:
        assert order_by == ["attributes.start_time DESC"]
        return [one for one in reversed(self.runs) if one.info.experiment_id in ids]

    def get_registered_model(self, _: str) -> Any:
        return SimpleNamespace(aliases=self.aliases)

    def get_model_version(self, _: str, version: int) -> Any:
        return next(one for one in self.versions if int(one.version) == version)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    found = Store()
    monkeypatch.setattr(lineage, "_client", lambda _: found)
    return found


def evaluated(folder: Path, model: str, seed: int, **metrics: object) -> Path:
    """A build folder of the recipe `tiny` as `evaluate` leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    measured = {"model_sha256": model * 64, "model_bytes": 13136, "task": "classify", **metrics}
    (folder / "metrics.json").write_text(json.dumps(measured))
    (folder / "model.tflite").write_bytes(model.encode())
    Manifest.load(folder).record("train", {"seed": str(seed)}, [], tools={"keras": "3"})
    return folder


def test_a_run_is_recorded_with_what_it_is_made_of(store: Store, tmp_path: Path) -> None:
    for model, seed in (("a", 1), ("b", 2), ("a", 3)):
        folder = evaluated(tmp_path / "tiny", model, seed, float_accuracy=0.5, int8_accuracy=0.25)
        lineage.record(tmp_path, folder, "c0ffee0123")
    run = store.runs[0]
    assert run.name == "aaaaaaaa" and run.ended
    assert run.data.params == {"train.seed": "1"}
    assert run.data.metrics == {
        "model_bytes": 13136, "float_accuracy": 0.5, "int8_accuracy": 0.25
    }  # fmt: skip
    assert run.data.tags["git_commit"] == "c0ffee0123" and run.data.tags["keras"] == "3"
    assert run.files == ["model.tflite", "metrics.json", "manifest.json"]  # there is no data.json
    assert list(store.experiments) == ["tiny"]
    assert store.experiments["tiny"].endswith("/mlflow/tiny")
    assert store.aliases == {"candidate": 10}
    lineage.bless(tmp_path, "tiny", "b" * 64)
    assert store.aliases == {"candidate": 10, "blessed": 9}
    lineage.bless(tmp_path, "tiny", "a" * 64)  # twice recorded: the last one, 10 and not 8
    assert store.aliases["blessed"] == 10
    lineage.bless(tmp_path, "tiny", "f" * 64)
    lineage.bless(tmp_path, "nano", "b" * 64)
    assert store.aliases["blessed"] == 10


def test_trials_are_recorded_once_and_are_no_evaluated_models(store: Store, tmp_path: Path) -> None:
    trials = [
        lineage.Trial(number, {"blocks": 2}, {"cycles": 7.0}, {"fate": "finished"})
        for number in range(3)
    ]
    lineage.record_trials(tmp_path, "mine", trials[:2], "c0ffee")
    lineage.record_trials(tmp_path, "mine", trials, "c0ffee")  # it went on
    lineage.record_trials(tmp_path, "other", trials[:1], "c0ffee")
    assert [run.name for run in store.runs] == ["trial 0", "trial 1", "trial 2", "trial 0"]
    assert list(store.experiments) == ["search/mine", "search/other"]
    run = store.runs[2]
    assert run.ended and run.data.params == {"blocks": 2} and run.data.metrics == {"cycles": 7.0}
    assert (run.data.tags["trial"], run.data.tags["git_commit"]) == ("2", "c0ffee")
    with pytest.raises(ArtifactError, match="no run is recorded yet"):
        lineage.table(tmp_path)
    assert "trial" in lineage.comparison(tmp_path, "0abc,1abc")


def test_runs_are_listed_and_compared(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="no run is recorded yet"):
        lineage.table(tmp_path)
    folder = evaluated(tmp_path / "tiny", "a", 1, float_accuracy=0.5, int8_accuracy=0.25)
    lineage.record(tmp_path, folder, "c0ffee0123")
    lineage.record(tmp_path, evaluated(folder, "b", 2, int8_accuracy=0.25), "c0ffee0123")
    rows = lineage.table(tmp_path).splitlines()
    lines = [row.split() for row in rows]
    last = ["25.00%", "13,136", "c0ffee01"]
    assert lines[1] == ["1abcdef0", "tiny", "2", "-", *last, "candidate"]
    assert lines[2] == ["0abcdef0", "tiny", "1", "50.00%", *last]
    compared = lineage.comparison(tmp_path, "0abc,1abc").splitlines()
    assert [line.split()[0] for line in compared[1:]] == [
        "float_accuracy", "model_sha256", "train.seed"
    ]  # fmt: skip
    assert compared[1].split()[1:3] == ["0.5", "-"]
    for ids in ("0abc", "0abc,", "0,1,2"):
        with pytest.raises(ArtifactError, match=f"--compare {ids}: give two runs"):
            lineage.comparison(tmp_path, ids)
    with pytest.raises(ArtifactError, match="--compare 7: 0 runs begin so"):
        lineage.comparison(tmp_path, "7,0")
