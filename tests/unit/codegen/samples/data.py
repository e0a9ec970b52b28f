"""Splits for the tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from codegen.samples.facts import DataInfo
from codegen.samples.split import Split


def split(values: Any, targets: Any = None, groups: Any = None, **facts: Any) -> Split:
    """kind: table unless stated."""
    values = np.asarray(values)
    described: dict[str, Any] = {
        "kind": "table",
        "task": "none",
        "labels": [],
        "shape": list(values.shape[1:]),
        "dtype": str(values.dtype),
        **facts,
    }
    info = DataInfo("npz", "x.npz", len(values), len(values), {}, **described)
    return Split(
        info,
        values,
        None if targets is None else np.asarray(targets),
        None if groups is None else np.asarray(groups),
    )
