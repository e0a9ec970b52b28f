"""One trial of a study, in whichever process takes it: a design is drawn, held to the budget, and
trained only if it fits.

The study's storage is the truth. A trial whose process is lost has no heartbeat any more; Optuna
then has it run again, by whoever asks next.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen import campaign
from codegen.errors import CodegenError
from codegen.files.artifacts import DATA_INFO, TRAIN_SPLIT
from codegen.files.manifest import sha256_file
from codegen.files.places import BUILD
from codegen.model.tflite import Model
from codegen.samples.facts import DataInfo
from pipeline import stages
from pipeline.choice import Choice
from pipeline.search import space
from pipeline.search.budget import Budget, Costs, weights_left, within
from training.errors import GivenUpError, TrainingError
from training.recipes.design import weight_count

_HEARTBEAT_S, _GRACE_S = 15, 120
_LOCKED_S = 300  # that SQLite waits for another client
_BETTER_AT_MOST = 3  # finished trials that cost no more and were better at the same epoch
WHY, EPOCHS, COSTS, DESIGN, SHA = "why", "epochs", "costs", "design", "model_sha256"


@dataclass(frozen=True)
class Order:
    """What every trial of a study is given. choice: of the data and the training's seed."""

    storage: str
    study: str
    choice: Choice
    budget: Budget
    epochs: int
    samples: int
    data_sha256: str


def open_study(storage: str, name: str, seed: int) -> Any:
    """The optuna.Study, made where there is none: accuracy up; bytes, arena and cycles down.

    Raises CodegenError where the storage does not open.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    from pipeline.search.sampler import SeededByNumber

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    waits = {"connect_args": {"timeout": _LOCKED_S}} if storage.startswith("sqlite") else {}
    try:
        opened = optuna.storages.RDBStorage(
            storage,
            engine_kwargs=waits,
            heartbeat_interval=_HEARTBEAT_S,
            grace_period=_GRACE_S,
            heartbeat_stale_trial_callback=optuna.storages.RetryHeartbeatStaleTrialCallback(),
        )
        study = optuna.create_study(
            storage=opened,
            study_name=name,
            directions=["maximize", "minimize", "minimize", "minimize"],
            load_if_exists=True,
        )
    except (SQLAlchemyError, ImportError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise CodegenError(f"search: --storage {storage}: {first}; give another URL") from None
    study.sampler = SeededByNumber(seed)
    return study


def finished(study: Any) -> list[Any]:
    """The trials that fit and were trained to their end."""
    return [one for one in study.get_trials(deepcopy=False) if one.state.name == "COMPLETE"]


def run_trial(order: Order, _: int) -> None:
    """Draws, judges and records one trial. Raises CampaignError where the data are others."""
    folder = BUILD / order.choice.name
    stages.data(order.choice)
    if sha256_file(folder / TRAIN_SPLIT) != order.data_sha256:
        raise campaign.CampaignError(
            f"search: a worker has other data for --data {order.choice.data}; give each the same"
        )
    study = open_study(order.storage, order.study, order.choice.seed)
    study.optimize(lambda trial: _judged(order, study, trial), n_trials=1)


def _judged(order: Order, study: Any, trial: Any) -> tuple[float, int, int, int]:
    import optuna

    def refused(why: str) -> Exception:
        trial.set_user_attr(WHY, why)
        return optuna.TrialPruned()

    from training.judge import trial as room

    design = space.draw(trial, order.epochs, order.samples)
    trial.set_user_attr(DESIGN, design.as_json())
    with tempfile.TemporaryDirectory(prefix="trial-", dir=_scratch()) as name:
        folder = Path(name)
        recipe = folder / "trial.json"
        recipe.write_text(design.as_json())
        for file in (TRAIN_SPLIT, DATA_INFO):
            _link(BUILD / order.choice.name / file, folder / file)
        try:
            info = DataInfo.load(folder)
            # Most that is too large is so by its weights alone, which takes no converter to see.
            count = weight_count(design, info.input_shape, len(info.labels))
            if count > weights_left(order.budget):
                costs: Costs | str = f"has {count:,} weights"
            else:
                costs = within(order.budget, Model.parse(room.untrained(recipe, folder)))
        except (TrainingError, CodegenError) as error:
            costs = str(error)
        trial.set_constraint("fits", 1.0 if isinstance(costs, str) else 0.0)
        if isinstance(costs, str):
            raise refused(f"does not fit: {costs}")
        trial.set_user_attr(COSTS, vars(costs))

        def go_on(history: Sequence[Mapping[str, float]]) -> bool:
            reached = [entry["held_out_accuracy"] for entry in history]
            trial.set_user_attr(EPOCHS, reached)
            return len(reached) == order.epochs or not _is_hopeless(study, costs, reached)

        try:
            content, accuracy = room.train_and_quantize(recipe, folder, order.choice.seed, go_on)
            trained = within(order.budget, Model.parse(content))
        except GivenUpError as error:
            raise refused(str(error)) from None
        except (TrainingError, CodegenError) as error:
            raise refused(f"failed: {error}") from None
    if isinstance(trained, str):
        raise refused(f"does not fit: {trained}")
    trial.set_user_attr(SHA, hashlib.sha256(content).hexdigest())
    return accuracy, trained.bytes, trained.arena_bytes, trained.cycles


def _is_hopeless(study: Any, costs: Costs, reached: Sequence[float]) -> bool:
    """Whether several that cost no more were better after as many epochs."""
    better = 0
    for one in finished(study):
        own, epochs = one.user_attrs.get(COSTS), one.user_attrs.get(EPOCHS, [])
        if own and len(epochs) >= len(reached):
            costs_less = all(own[name] <= value for name, value in vars(costs).items())
            better += costs_less and epochs[len(reached) - 1] > reached[-1]
    return better > _BETTER_AT_MOST


def _scratch() -> Path:
    folder = BUILD / "search" / "trials"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)
