"""A study from its beginning, or from where it stopped, to its Pareto front."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from codegen import campaign
from codegen.errors import CodegenError, MissingToolError
from codegen.files.artifacts import TRAIN_SPLIT
from codegen.files.git import git_commit
from codegen.files.manifest import sha256_file
from codegen.files.places import BUILD, COMMAND, PROJECT
from codegen.progress import progress
from pipeline import stages
from pipeline.choice import Choice
from pipeline.search import pareto
from pipeline.search.budget import Budget
from pipeline.search.trial import Order, finished, open_study, run_trial
from pipeline.stage import shown
from training.judge import lineage

REQUIREMENT = "optuna>=5,<6"  # of the extra `search` in pyproject.toml
_GIVEN = "given"
_ENDED = ("COMPLETE", "PRUNED")


def search(
    choice: Choice,
    budget: Budget,
    name: str,
    trials: int,
    epochs: int,
    samples: int,
    storage: str = "",
    workers: str = campaign.ALONE,
    say: Callable[[str], None] = print,
) -> None:
    """Runs the study until it has `trials` that ended; writes the front's recipes, a table and a
    picture to build/search/<name>/.

    choice: of data and seed. epochs, samples: of each training. storage: an RDB's URL; by default
    SQLite in that folder. workers: as of codegen.campaign.

    Raises CodegenError (other budgets than the study began with, storage), MissingToolError,
    CampaignError.
    """
    if importlib.util.find_spec("optuna") is None:
        raise MissingToolError(
            "search: needs Optuna; install it with "
            f'`.venv/bin/python -m pip install "{REQUIREMENT}" "{campaign.REQUIREMENT}"`'
        )
    if not re.fullmatch(r"[A-Za-z0-9][\w-]*", name) or name == "trials":
        raise CodegenError(f"--study {name}: it becomes a folder; use letters and digits")
    folder = BUILD / "search" / name
    folder.mkdir(parents=True, exist_ok=True)
    storage = storage or f"sqlite:///{folder / 'study.db'}"
    choice = replace(choice, variant=f"{choice.variant}-search")
    stages.data(choice)
    from training.judge.trial import require_classes

    require_classes(choice.build_dir)
    data_sha256 = sha256_file(choice.build_dir / TRAIN_SPLIT)
    order = Order(storage, name, choice, budget, epochs, samples, data_sha256)
    study = open_study(storage, name, choice.seed)
    _require_same(study, order)

    ended = _ended(study)
    with progress("search", trials, "trials") as step:
        step.advance(ended)
        while ended < trials or _waiting(study):
            missing = max(trials - ended, _waiting(study))
            pieces = campaign.each(partial(run_trial, order), range(missing), workers)
            for _ in pieces:
                step.advance(1, _state(study))
            if _ended(study) == ended:
                raise CodegenError("search: no trial ended; look into the study with optuna")
            ended = _ended(study)
    say(_summary(study))
    lineage.keep(BUILD, lineage.record_trials, name, pareto.records(study), git_commit(PROJECT))
    front = pareto.front(study)
    if not front:
        reasons = Counter(pareto.why(one) for one in study.get_trials(deepcopy=False))
        most = reasons.most_common(1)[0][0]
        raise CodegenError(f"search: nothing fits; mostly: {most}; give more --flash or --ram")
    recipes = pareto.write_recipes(front, folder, name)
    for path, one in recipes:
        say(f"search: {shown(path)}: {one}")
    say("\n".join(["", *pareto.table(front, budget)]))
    picture = folder / "pareto.svg"
    pareto.draw(study, front, picture, name)
    best, _ = recipes[-1]
    say(
        f"\nsearch: {shown(picture)} shows them; `{COMMAND} evaluate --recipe {shown(best)}` "
        "trains the most accurate again, to the same bytes, and judges it on the test split"
    )


def _require_same(study: Any, order: Order) -> None:
    """What the study began with holds for all of its trials. Raises CodegenError."""
    given = {
        **asdict(order.budget),
        "epochs": order.epochs,
        "samples": order.samples,
        "seed": order.choice.seed,
        "data": order.data_sha256,
    }
    text = json.dumps(given, sort_keys=True)
    began = json.loads(study.user_attrs.get(_GIVEN, text))
    other = [key for key in given if began.get(key) != given[key]]
    if other:
        key = other[0]
        raise CodegenError(
            f"search: study {order.study} began with {key} {began.get(key)}, not {given[key]}; "
            "give that, or another --study"
        )
    study.set_user_attr(_GIVEN, text)


def _ended(study: Any) -> int:
    return sum(one.state.name in _ENDED for one in study.get_trials(deepcopy=False))


def _waiting(study: Any) -> int:
    """Trials of lost processes that nobody took up yet."""
    import optuna

    optuna.storages.fail_stale_trials(study)
    return sum(one.state.name == "WAITING" for one in study.get_trials(deepcopy=False))


def _state(study: Any) -> str:
    values = [one.values[0] for one in finished(study)]
    return f"best held-out accuracy {max(values):.2%}" if values else "none fits yet"


def _summary(study: Any) -> str:
    trials = study.get_trials(deepcopy=False)
    count = Counter(pareto.fate(one) for one in trials)
    parts = ", ".join(f"{number} {what}" for what, number in count.items())
    return f"search: {len(trials)} trials: {parts}"
