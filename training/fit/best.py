"""The weights of the best epoch, which a small set's training ends with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_LOSS = "held_out_loss"


class Best:
    """Of a training without a patience nothing is kept: the last weights are its result."""

    def __init__(self, tf: Any, model: Any, patience: int | None) -> None:
        """patience: epochs, 1 or more, without a better one after which no better one is waited
        for."""
        self._patience = patience
        self._kept = [] if patience is None else [(v, tf.Variable(v)) for v in model.variables]

    @property
    def variables(self) -> list[Any]:
        """What a training that is resumed needs besides the model's own."""
        return [copy for _, copy in self._kept]

    def keep(self, past: Sequence[Mapping[str, float]]) -> None:
        """Called after each epoch, whose entry is the last of `past`."""
        if self._kept and _best(past) == len(past) - 1:
            for variable, copy in self._kept:
                copy.assign(variable)

    def number(self, past: Sequence[Mapping[str, float]]) -> int:
        """Of the epoch, from 1 on, whose weights are the result."""
        return 1 + _best(past) if self._kept else len(past)

    def is_long_ago(self, past: Sequence[Mapping[str, float]]) -> bool:
        if self._patience is None or not past:
            return False
        return len(past) - 1 - _best(past) >= self._patience

    def restore(self) -> None:
        """The model has the best weights again, those of epoch `number`."""
        for variable, copy in self._kept:
            variable.assign(copy)


def _best(past: Sequence[Mapping[str, float]]) -> int:
    """Index of the epoch with the lowest held-out loss, the first of equals."""
    return min(range(len(past)), key=lambda index: past[index][_LOSS])
