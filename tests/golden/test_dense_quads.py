"""FULLY_CONNECTED with four channels' weights in a word, for generated code on cores without SIMD.

Weights and inputs at their ends, groups at the bound, channels and inputs that are no multiple of
four, more inputs than the kernel has offsets for at once.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from codegen.aot import quads
from codegen.aot.generate import generate_aot
from codegen.engines import AOT
from verification.cases import draw
from verification.cases.case import Case
from verification.cases.model_builder import OPTIONAL, ModelBuilder, schema
from verification.golden import run_golden

pytestmark = pytest.mark.golden

_CHANNELS = (2, 3, 4, 5, 7, 8, 18, 33)
_INPUTS = (1, 3, 4, 8, 31, 96, 125, 128, 129, 133, 300)
_AT_THE_BOUND = ([127, -127, -2, 0], [-128, 64, 64, 0], [64, 64, 64, 64], [-128, -127, 0, 0])


def _dense(rng: np.random.Generator) -> Case:
    channels, inputs = int(rng.choice(_CHANNELS)), int(rng.choice(_INPUTS))
    batches = int(rng.choice([1, 1, 1, 3]))
    weights = _weights(rng, channels, inputs)
    per_channel = bool(rng.random() < 0.5)
    scales = [float(s) for s in rng.uniform(0.004, 0.008, channels if per_channel else 1)]
    b = ModelBuilder()
    source = b.tensor([batches, inputs], scale=0.02, zero_point=draw.zero_point(rng))
    filters = b.constant(weights, scale=scales, axis=0)
    bias = OPTIONAL
    if rng.random() < 0.8:
        values = rng.integers(-20000, 20000, channels, dtype=np.int32)
        bias = b.constant(values, scale=[0.02 * s for s in scales])
    output_scale = float(rng.choice([0.05, 0.5, 3.0]))
    output = b.tensor([batches, channels], scale=output_scale, zero_point=draw.zero_point(rng))
    b.op("FULLY_CONNECTED", [source, filters, bias], [output], schema.FullyConnectedOptionsT())
    x = draw.int8_values(rng, [batches, inputs])
    if rng.random() < 0.7:  # the worst for one channel
        row = weights[rng.integers(channels)]
        x[0] = np.where((row > 0) == (rng.random() < 0.5), 127, -128)
    label = f"{channels} channels of {inputs}, {batches=}, {per_channel=}"
    return Case(b.build([source], [output]), [x], label)


def _weights(rng: np.random.Generator, channels: int, inputs: int) -> NDArray[np.int8]:
    most = int(rng.choice([20, 60, 128]))
    weights = rng.integers(-most, most, (channels, inputs), dtype=np.int8)
    for _ in range(channels):  # as many groups at the bound
        row, at = rng.integers(channels), 4 * rng.integers((inputs + 3) // 4)
        given = rng.permutation(_AT_THE_BOUND[rng.integers(len(_AT_THE_BOUND))])
        weights[row, at : at + 4] = (given * rng.choice([1, -1])).clip(-128, 127)[: inputs - at]
    return weights


@pytest.fixture
def always_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of random cases are small, and of large weights many are shortened."""
    monkeypatch.setattr(quads, "_FEWEST_WEIGHTS", 0)
    monkeypatch.setattr(quads, "_WEIGHTS_A_SHORTAGE", 1)


@pytest.mark.usefixtures("always_packed")
@pytest.mark.parametrize(
    "core",
    [
        "host",
        pytest.param("cortex-m0", marks=pytest.mark.emulated),
        pytest.param("cortex-m3", marks=pytest.mark.emulated),
    ],
)
def test_dense_layers_give_the_oracles_bytes(core: str) -> None:
    report = run_golden({"FULLY_CONNECTED": _dense}, 60, seed=3, boards=[core], engine=AOT)
    assert report.passed, "\n".join(map(str, report.failures))


@pytest.mark.usefixtures("always_packed")
def test_most_cases_are_packed_with_and_without_shortages() -> None:
    texts = [
        generate_aot(_dense(np.random.default_rng(seed)).model, "net", ["scalar"])["net_model.cc"]
        for seed in range(3, 23)
    ]
    assert sum(b"FullyConnectedQuadsS8" in text for text in texts) >= 12
    assert any(b"Shortages" in text for text in texts)
