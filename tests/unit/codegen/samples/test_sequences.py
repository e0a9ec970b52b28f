"""Recordings in their order, for models that keep state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from codegen.samples.sequences import in_order, resets
from tests.unit.codegen.samples.data import split

STATEFUL: Any = SimpleNamespace(is_stateful=True)
STATELESS: Any = SimpleNamespace(is_stateful=False)


def test_a_recording_after_the_other() -> None:
    data = split(np.arange(6)[:, None], groups=["b", "a", "b", "a", "a", "c"])
    ordered = in_order(STATEFUL, data)
    assert ordered.values[:, 0].tolist() == [1, 3, 4, 0, 2, 5]
    assert resets(STATEFUL, ordered) == [0, 3, 5]


def test_without_recordings_each_sample_is_one() -> None:
    data = split(np.arange(3)[:, None])
    assert in_order(STATEFUL, data) is data
    assert resets(STATEFUL, data) == [0, 1, 2]


def test_without_state_the_order_does_not_matter() -> None:
    data = split(np.arange(3)[:, None], groups=["b", "a", "b"])
    assert in_order(STATELESS, data) is data
    assert resets(STATELESS, data) == [0]
