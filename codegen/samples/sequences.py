"""The order in which a model that keeps state is shown samples: recordings one after the other.

Within a recording the samples stand as they were cut from it; before each recording the state is
that of the start. A sample that belongs to no recording is one of its own.
"""

from __future__ import annotations

import numpy as np

from codegen.model.tflite import Model
from codegen.samples.split import Split


def in_order(model: Model, split: Split) -> Split:
    """The split as it is, or by recordings where the model keeps state."""
    if not model.is_stateful or split.groups is None:
        return split
    return split.take(np.argsort(split.groups, kind="stable"))


def resets(model: Model, split: Split) -> list[int]:
    """The samples before which the state goes back to its start."""
    if not model.is_stateful:
        return [0]
    if split.groups is None:
        return list(range(len(split)))
    starts = np.flatnonzero(split.groups[1:] != split.groups[:-1]) + 1
    return [0, *starts.tolist()]
