"""A normalization that goes into the layer before it computes what both computed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from training.compression import legacy

CHANNELS, EPSILON = 5, 0.01


@pytest.mark.parametrize("has_bias", [False, True])
@pytest.mark.parametrize("scales", [False, True])
def test_a_layer_computes_its_normalization_too(has_bias: bool, scales: bool) -> None:
    draw = np.random.default_rng(8).normal
    kernel, inputs = draw(size=(3, CHANNELS)), draw(size=(20, 3))
    bias = draw(size=CHANNELS) if has_bias else np.zeros(CHANNELS)
    mean, variance = draw(size=CHANNELS), draw(size=CHANNELS) ** 2
    gamma, beta = (draw(size=(2, CHANNELS))) if scales else (np.ones(CHANNELS), np.zeros(CHANNELS))
    named = {"moving_mean": mean, "moving_variance": variance}
    named |= {"gamma": gamma, "beta": beta} if scales else {}
    normalization = SimpleNamespace(
        epsilon=EPSILON,
        weights=[
            SimpleNamespace(name=name, numpy=lambda values=values: values)
            for name, values in named.items()
        ],
    )
    # Ioffe and Szegedy, "Batch Normalization", 2015, algorithm 1, with the moving statistics
    wanted = gamma * (inputs @ kernel + bias - mean) / np.sqrt(variance + EPSILON) + beta
    folded, offset = legacy._folded([kernel, *([bias] if has_bias else [])], normalization)
    np.testing.assert_allclose(inputs @ folded + offset, wanted, atol=1e-9)
