"""CONV_2D at the edges of its kernels' blocks: channels that fill none, or one more than that.

The dsp and mve kernels prepare 32 channels at a time and work by pairs or fours, the scalar one
prepares 16; without a bias the dsp kernel has zeros for one pair only.
"""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest

from verification.cases import draw
from verification.cases.case import Case
from verification.cases.model_builder import OPTIONAL, VALID, ModelBuilder, schema
from verification.golden import run_golden

pytestmark = pytest.mark.golden

_CORES = ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55"]


def _conv(
    per_group: int,
    groups: int,
    filter_c: int,
    with_bias: bool,
    rare: bool,
    rng: np.random.Generator,
) -> Case:
    """2x2 windows of a 4x4 image: 9 pixels, so that the last one of each kernel's is alone.

    rare: half of the channels, the first and the last among them, have scales or biases that the
    kernels' short way cannot take, as dead channels have.
    """
    channels = per_group * groups
    shape = [1, 4, 4, filter_c * groups]
    filter_shape = [channels, 2, 2, filter_c]
    scales = [float(s) for s in rng.uniform(0.004, 0.008, channels)]
    odd_ones = [0, channels - 1, *np.flatnonzero(rng.random(channels) < 0.5)] if rare else []
    for i in odd_ones:
        scales[i] = float(rng.choice([1e-10, 1e-7, 40.0, scales[i]]))
    b = ModelBuilder()
    source = b.tensor(shape, scale=0.02, zero_point=draw.zero_point(rng))
    weights = b.constant(draw.weights(rng, filter_shape), scale=scales, axis=0)
    bias = OPTIONAL
    if with_bias:
        values = rng.integers(-2000, 2000, channels, dtype=np.int32)
        values[odd_ones] = rng.choice([-(1 << 30), 7, 1 << 30], len(odd_ones))
        bias = b.constant(values, scale=[0.02 * s for s in scales])
    output = b.tensor([1, 3, 3, channels], scale=0.2, zero_point=draw.zero_point(rng))
    options = schema.Conv2DOptionsT(padding=VALID, strideW=1, strideH=1)
    b.op("CONV_2D", [source, weights, bias], [output], options, version=3)
    label = f"{groups} of {per_group} channels, filter_c {filter_c}, {with_bias=}, {rare=}"
    return Case(b.build([source], [output]), [draw.int8_values(rng, shape)], label)


def _wrapping_channel(rng: np.random.Generator) -> Case:
    """A second channel whose sums are shifted up by 13: at both ends of what they can be they wrap
    to the same output, as a dead channel's do, and in between to another one."""
    scales = [0.005, 6144.0, 0.005, 0.005]
    b = ModelBuilder()
    shape = [1, 8, 8, 1]
    source = b.tensor(shape, scale=1.0, zero_point=0)
    # The second bias goes with these weights.
    values = np.random.default_rng(1).integers(-127, 128, (4, 3, 3, 1), dtype=np.int8)
    weights = b.constant(values, scale=scales, axis=0)
    bias = b.constant(np.array([5, 393760, 7, 9], np.int32), scale=scales)
    output = b.tensor([1, 6, 6, 4], scale=1.0, zero_point=0)
    options = schema.Conv2DOptionsT(padding=VALID, strideW=1, strideH=1)
    b.op("CONV_2D", [source, weights, bias], [output], options, version=3)
    return Case(b.build([source], [output]), [draw.int8_values(rng, shape)], "a wrapping channel")


_CASES = {
    f"{per_group}x{groups}, {filter_c}, {with_bias}, {rare}": partial(
        _conv, per_group, groups, filter_c, with_bias, rare
    )
    for (per_group, groups), filter_c, with_bias, rare in itertools.product(
        [(1, 1), (1, 3), (2, 1), (3, 2), (15, 1), (17, 1), (31, 1), (33, 2), (34, 1), (65, 1)],
        [3, 4],
        [True, False],
        [True, False],
    )
}


@pytest.mark.emulated
@pytest.mark.parametrize("core", _CORES)
def test_channels_that_fill_no_block_are_exact(core: str) -> None:
    # M0 and M3 have the same scalar kernels but for their inner loops: each takes every other case.
    scalar = ("cortex-m0", "cortex-m3")
    first, step = (scalar.index(core), 2) if core in scalar else (0, 1)
    cases = dict(list(_CASES.items())[first::step])
    report = run_golden(cases, len(cases), seed=0, boards=[core])
    assert not report.failures, "\n".join(map(str, report.failures))
    assert report.cases == {core: len(cases)}


@pytest.mark.emulated
@pytest.mark.parametrize("core", _CORES)
def test_a_channel_that_wraps_is_not_taken_for_a_dead_one(core: str) -> None:
    report = run_golden({"CONV_2D": _wrapping_channel}, 3, seed=1, boards=[core])
    assert report.cases == {core: 3} and not report.failures, report.failures
