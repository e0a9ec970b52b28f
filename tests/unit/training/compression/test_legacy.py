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


@pytest.mark.parametrize(
    ("limits", "is_plain"),
    [
        ({}, True),
        ({"max_value": 6.0}, False),
        ({"negative_slope": 0.1}, False),
        ({"threshold": 1.0}, False),
    ],
)
def test_a_relu_with_a_limit_or_a_slope_stays_a_layer(
    limits: dict[str, float], is_plain: bool
) -> None:
    class ReLU:
        max_value, negative_slope, threshold = None, 0.0, 0.0

    layer = ReLU()
    vars(layer).update(limits)
    assert legacy._is_relu(layer) is is_plain
