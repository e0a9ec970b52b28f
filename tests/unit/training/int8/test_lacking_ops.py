"""What TFLM lacks, written otherwise: how near that comes."""

from __future__ import annotations

import math

import numpy as np

from training.int8 import lacking_ops


def test_gelu_by_a_logistic_function_is_as_near_as_documented() -> None:
    x = np.linspace(-8, 8, 40_001)
    exact = x * np.array([0.5 * math.erfc(-one / math.sqrt(2)) for one in x])
    t = -x / math.sqrt(2)  # of the erfc that is replaced
    erfc = 2 / (1 + np.exp(-t * (lacking_ops._SLOPE + lacking_ops._BEND * t * t)))
    assert np.abs(0.5 * x * erfc - exact).max() < 0.0005  # docs/models.md
