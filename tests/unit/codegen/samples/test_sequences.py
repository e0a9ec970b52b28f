"""Recordings in their order, for models that keep state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from codegen.samples.real import real_values
from codegen.samples.sequences import in_order, resets
from codegen.samples.subset import Subset
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


def test_samples_larger_than_the_memory_are_fetched_when_asked_for(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.float32).reshape(6, 4)
    np.save(tmp_path / "x.npy", values)
    mapped = split(np.load(tmp_path / "x.npy"))
    mapped = replace(mapped, values=np.load(tmp_path / "x.npy", mmap_mode="r"))
    taken = mapped.take(np.array([5, 1, 3])).take(slice(1, None))
    assert isinstance(taken.values, Subset)
    assert taken.values.shape == (2, 4) and taken.values.dtype == np.float32
    np.testing.assert_array_equal(np.asarray(taken.values), values[[1, 3]])
    np.testing.assert_array_equal(taken.values[1], values[3])
    np.testing.assert_array_equal(real_values(taken), values[[1, 3]])
