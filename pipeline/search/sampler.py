"""Where a study's next trial is drawn. In: its trials, and a seed. Out: Optuna's sampler.

Imported where Optuna is there: it is an extra.
"""

from __future__ import annotations

from typing import Any

from optuna.samplers import BaseSampler, TPESampler

_STARTUP_TRIALS = 12  # drawn at random, before there is anything to learn from


class SeededByNumber(BaseSampler):
    """Optuna's multi-objective TPE, seeded anew for each trial by `seed` and the trial's number.

    One that was seeded once would begin anew in each process; one that was seeded before the trial
    has its number, by how many there are, gives two workers that ask at once the same trial.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawing: Any = None

    def before_trial(self, study: Any, trial: Any) -> None:
        self._drawing = TPESampler(
            seed=self._seed + trial.number,
            n_startup_trials=_STARTUP_TRIALS,
            multivariate=True,
            group=True,
        )
        self._drawing.before_trial(study, trial)

    def infer_relative_search_space(self, study: Any, trial: Any) -> Any:
        return self._drawing.infer_relative_search_space(study, trial)

    def sample_relative(self, study: Any, trial: Any, search_space: Any) -> Any:
        return self._drawing.sample_relative(study, trial, search_space)

    def sample_independent(self, study: Any, trial: Any, name: str, distribution: Any) -> Any:
        return self._drawing.sample_independent(study, trial, name, distribution)

    def after_trial(self, study: Any, trial: Any, state: Any, values: Any) -> None:
        self._drawing.after_trial(study, trial, state, values)
