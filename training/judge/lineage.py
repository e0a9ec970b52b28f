"""Every evaluated model, and each trial of a search, as a run in MLflow's tracking store, if MLflow
is installed.

build/mlflow.db (SQLite) has parameters, metrics and tags, build/mlflow/ the artifacts; both only
repeat what the build folders state. The registry knows each recipe's versions: the alias
`candidate` is the last one that was evaluated, `blessed` the one that the gate accepted.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.errors import MissingToolError
from codegen.files.artifacts import DATA_INFO, INT8_MODEL, MANIFEST, METRICS
from codegen.files.manifest import Manifest
from codegen.files.text_table import text_table
from training.errors import ArtifactError, first_line

REQUIREMENT = "mlflow>=3,<4"  # the extra `lineage` in pyproject.toml
DATABASE, ARTIFACTS = "mlflow.db", "mlflow"
CANDIDATE, BLESSED = "candidate", "blessed"
_FILES = (INT8_MODEL, METRICS, MANIFEST, DATA_INFO)
_SHA_TAG = "model_sha256"
_TRIALS = "search/"  # the experiments of studies: their trials are not among the evaluated models
_TRIAL_TAG = "trial"


@dataclass(frozen=True)
class Trial:
    """A trial of a search that has ended. params, metrics: by name. tags: its model's hash, say."""

    number: int
    params: Mapping[str, object]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


def installed() -> bool:
    return importlib.util.find_spec("mlflow") is not None


def keep(store: Path, action: Callable[..., None], *args: Any) -> None:
    """action(store, *args), one of `record`, `record_trials` and `bless`, if MLflow is installed.

    What fails there is a warning: no model is worse for not being recorded.
    """
    if not installed():
        return
    try:
        action(store, *args)
    except Exception as error:  # noqa: BLE001 - MLflow raises what SQLAlchemy and the disk raise
        sys.stderr.write(f"warning: not recorded in {store / DATABASE}: {first_line(error)}\n")


def record(store: Path, build_dir: Path, git_commit: str) -> None:
    """Adds build_dir's evaluated model as a run, and as its recipe's candidate."""
    client = _client(store)
    name = build_dir.name
    metrics = json.loads((build_dir / METRICS).read_text())
    params, tags = _recorded(Manifest.load(build_dir))
    run = _run(
        client,
        _experiment(client, store, name),
        metrics[_SHA_TAG][:8],
        params,
        {key: value for key, value in metrics.items() if isinstance(value, int | float)},
        {**tags, "git_commit": git_commit, _SHA_TAG: metrics[_SHA_TAG]},
    )
    run_id = run.info.run_id
    for file in _FILES:
        if (build_dir / file).is_file():
            client.log_artifact(run_id, str(build_dir / file))
    client.set_terminated(run_id)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    version = client.create_model_version(
        name,
        source=f"{run.info.artifact_uri}/{INT8_MODEL}",
        run_id=run_id,
        tags={_SHA_TAG: metrics[_SHA_TAG]},
    )
    client.set_registered_model_alias(name, CANDIDATE, version.version)


def record_trials(store: Path, study: str, trials: Sequence[Trial], git_commit: str) -> None:
    """Adds those that are not recorded yet, each as a run of the study's experiment."""
    client = _client(store)
    experiment_id = _experiment(client, store, f"{_TRIALS}{study}")
    known = {
        run.data.tags.get(_TRIAL_TAG) for run, name in _runs(client) if name == f"{_TRIALS}{study}"
    }
    for trial in trials:
        if str(trial.number) in known:
            continue
        tags = {**trial.tags, "git_commit": git_commit, _TRIAL_TAG: str(trial.number)}
        name = f"trial {trial.number}"
        run = _run(client, experiment_id, name, trial.params, trial.metrics, tags)
        client.set_terminated(run.info.run_id)


def _run(
    client: Any,
    experiment_id: str,
    name: str,
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
) -> Any:
    """A new run with all that is said of it; it is not ended yet."""
    run = client.create_run(experiment_id, run_name=name)
    for key, param in params.items():
        client.log_param(run.info.run_id, key, param)
    for key, metric in metrics.items():
        client.log_metric(run.info.run_id, key, metric)
    for key, tag in tags.items():
        client.set_tag(run.info.run_id, key, tag)
    return run


def _experiment(client: Any, store: Path, name: str) -> str:
    """Its id; it is made where there is none."""
    found = client.get_experiment_by_name(name)
    where = (store / ARTIFACTS / name).resolve().as_uri()
    made: str = found.experiment_id if found else client.create_experiment(name, where)
    return made


def bless(store: Path, name: str, model_sha256: str) -> None:
    """Gives the alias `blessed` to the last recorded version with that model, if there is one."""
    client = _client(store)
    versions = [
        one
        for one in client.search_model_versions(f"name = '{name}'")
        if one.tags.get(_SHA_TAG) == model_sha256
    ]
    if versions:
        last = max(versions, key=lambda one: int(one.version))
        client.set_registered_model_alias(name, BLESSED, last.version)


def table(store: Path) -> str:
    """Every evaluated model's run, newest first. Raises MissingToolError without MLflow."""
    client = _client(store)
    runs = [(run, name) for run, name in _runs(client) if not name.startswith(_TRIALS)]
    if not runs:
        raise ArtifactError("no run is recorded yet; run `invoke quantize --force`")
    header = ("run", "recipe", "seed", "float", "int8", "bytes", "commit", "alias")
    rows = []
    for run, name in runs:
        metrics, tags = run.data.metrics, run.data.tags
        aliases = _aliases(client, name).get(run.info.run_id, [])
        accuracies = [
            f"{metrics[key]:.2%}" if key in metrics else "-"
            for key in ("float_accuracy", "int8_accuracy")
        ]
        rows.append(
            (
                run.info.run_id[:8],
                name,
                run.data.params.get("train.seed", "-"),
                *accuracies,
                f"{metrics['model_bytes']:,.0f}",
                tags["git_commit"][:8],
                ", ".join(sorted(aliases)),
            )
        )
    return "\n".join(text_table(header, "llrrrrll", rows))


def comparison(store: Path, ids: str) -> str:
    """What differs between two runs, given as the beginnings of their ids with a comma between."""
    client = _client(store)
    wanted = ids.split(",")
    if len(wanted) != 2 or not all(wanted):
        raise ArtifactError(f"--compare {ids}: give two runs, such as 1a2b3c4d,5e6f7a8b")
    facts = []
    for start in wanted:
        found = [run for run, _ in _runs(client) if run.info.run_id.startswith(start)]
        if len(found) != 1:
            raise ArtifactError(f"--compare {start}: {len(found)} runs begin so; see `invoke runs`")
        data = found[0].data
        own_tags = {k: v for k, v in data.tags.items() if not k.startswith("mlflow.")}
        facts.append({**data.params, **data.metrics, **own_tags})
    first, second = facts
    keys = [key for key in sorted({*first, *second}) if first.get(key) != second.get(key)]
    rows = [(key, str(first.get(key, "-")), str(second.get(key, "-"))) for key in keys]
    return "\n".join(text_table(("", *wanted), "lll", rows))


def _client(store: Path) -> Any:
    if not installed():
        raise MissingToolError(
            "MLflow is not installed, which keeps the runs; install it with "
            f'`.venv/bin/python -m pip install "{REQUIREMENT}"`, then run `invoke quantize --force`'
        )
    logging.getLogger("alembic").setLevel(logging.ERROR)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    from mlflow import MlflowClient

    store.mkdir(parents=True, exist_ok=True)
    uri = f"sqlite:///{(store / DATABASE).resolve()}"
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _runs(client: Any) -> list[tuple[Any, str]]:
    """(run, its recipe's or model's name), newest first."""
    names = {one.experiment_id: one.name for one in client.search_experiments()}
    found = client.search_runs(list(names), order_by=["attributes.start_time DESC"])
    return [(run, names[run.info.experiment_id]) for run in found]


def _aliases(client: Any, name: str) -> dict[str, list[str]]:
    """{run id: aliases} of the versions of a registered model."""
    registered = client.get_registered_model(name)
    found: dict[str, list[str]] = {}
    for alias, version in registered.aliases.items():
        run_id = client.get_model_version(name, version).run_id
        found.setdefault(run_id, []).append(alias)
    return found


def _recorded(manifest: Manifest) -> tuple[dict[str, str], Mapping[str, str]]:
    """Parameters (inputs of the stages) and tags (versions of the tools) of a build folder."""
    params: dict[str, str] = {}
    tags: dict[str, str] = {}
    for stage in ("data", "train", "import", "quantize"):
        params |= {f"{stage}.{key}": value for key, value in manifest.inputs(stage).items()}
        tags |= manifest.facts(stage).get("tools", {})
    return params, tags
