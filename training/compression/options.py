"""What the user asks of a compression, checked before anything is started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.errors import CompressionError

SCHEDULES = ("polynomial", "constant")
_CLUSTERS_MAX = 256  # of int8 there are no more values

# Each method with the options that it takes.
METHODS: dict[str, tuple[str, ...]] = {
    "qat": (),
    "prune": ("sparsity", "schedule"),
    "prune-channels": ("sparsity",),
    "cluster": ("clusters",),
    "pcqat": ("sparsity", "schedule", "clusters"),
}
ALL = "all"


@dataclass(frozen=True)
class Options:
    """sparsity: share of the weights, or of each layer's channels, that goes. schedule: how
    pruning gets there. clusters: distinct weights a layer keeps. epochs: of fine-tuning, for each
    step of a method that has several.
    """

    sparsity: float = 0.5
    schedule: str = "polynomial"
    clusters: int = 16
    epochs: int = 4

    def __post_init__(self) -> None:
        if not 0 < self.sparsity < 1:
            raise CompressionError(
                f"--sparsity {self.sparsity}: give the share that goes, above 0 and below 1"
            )
        if self.schedule not in SCHEDULES:
            raise CompressionError(
                f"--schedule {self.schedule}: unknown; known: {', '.join(SCHEDULES)}"
            )
        if not 2 <= self.clusters <= _CLUSTERS_MAX:
            raise CompressionError(f"--clusters {self.clusters}: give 2 to {_CLUSTERS_MAX}")
        if self.epochs < 1:
            raise CompressionError(f"--epochs {self.epochs}: give 1 or more")


def chosen(method: str, given: dict[str, Any]) -> tuple[list[str], Options]:
    """The methods that `method` stands for, and their options.

    given: what the user stated, None for what not. Raises CompressionError for an unknown method
    or value and for an option that the method does not take.
    """
    if method not in (*METHODS, ALL):
        raise CompressionError(
            f"unknown compression method {method!r}; known: {', '.join(METHODS)}, {ALL}"
        )
    stated = {name: value for name, value in given.items() if value is not None}
    unused = [n for n in stated if method != ALL and n not in (*METHODS[method], "epochs")]
    if unused:
        takers = [name for name, taken in METHODS.items() if unused[0] in taken]
        raise CompressionError(
            f"--{unused[0]}: {method} does not take it; it is for {', '.join(takers)}"
        )
    return list(METHODS) if method == ALL else [method], Options(**stated)


def require_task(task: str) -> None:
    """Raises CompressionError for data that the fine-tuning has no loss for."""
    if task != "classify":
        raise CompressionError(
            f"compress: fine-tunes classifiers, the task of these data is {task}; "
            "quantize alone makes such a model smaller"
        )
