"""Targets with mean 0 and deviation 1, and back."""

from __future__ import annotations

import numpy as np

from training.fit.target_scale import TargetScale


def test_each_number_by_itself() -> None:
    targets = np.array([[1.0, 5.0], [3.0, 5.0]], np.float32)
    scale = TargetScale.of(targets)
    assert scale.mean.tolist() == [2.0, 5.0]
    assert scale.deviation.tolist() == [1.0, 1.0]  # what never changes keeps its size
    assert scale.scaled(targets).tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    assert scale.scaled(targets).dtype == np.float32
    wide = TargetScale.of(10 * targets)
    assert wide.deviation.tolist() == [10.0, 1.0]
    assert wide.restored(wide.scaled(10 * targets)).tolist() == (10 * targets).tolist()


def test_what_is_reconstructed_has_one_deviation() -> None:
    examples = np.array([[0.0, 10.0], [2.0, 16.0]], np.float32)
    scale = TargetScale.of_examples(examples)
    assert scale.mean.tolist() == [1.0, 13.0]
    assert np.allclose(scale.deviation, [5**0.5, 5**0.5])
    same = TargetScale.of_examples(np.ones((3, 2), np.float32))
    assert same.deviation.tolist() == [1.0, 1.0]
