"""The anomaly score against fractions, bit for bit, and against the real mean squared error."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests import front_end_requests as requests
from tests.front_end_requests import Quantization, Scores
from verification.front_end import HostCases

scales = st.one_of(
    st.floats(2**-20, 2**20, width=32),
    st.sampled_from([2.0**-149, 2.0**-126, float(np.nextafter(np.float32(1), np.float32(0))), 1.0]),
    st.sampled_from([float(np.finfo(np.float32).max)]),
)
quantizations = st.builds(Quantization, scale=scales, zero_point=st.integers(-128, 127))
pairs = st.integers(1, 40).flatmap(
    lambda count: hnp.arrays(
        np.int8,
        (2, count),
        elements=st.one_of(st.integers(-128, 127), st.sampled_from([-128, 127])),
    )
)
WIDEST = np.array([[-128] * 9, [127] * 9], np.int8)
JUST_BELOW_2 = float(np.nextafter(np.float32(2), np.float32(0)))


def _multipliers(ends: tuple[Quantization, Quantization]) -> tuple[list[int], int]:
    """Both scales times 2^power, to nearest, the larger one from 2^14 to 2^15."""
    largest = max(end.scale for end in ends)
    power = 14 - (math.frexp(largest)[1] - 1)
    factor = Fraction(2) ** power
    return [math.floor(Fraction(end.scale) * factor + Fraction(1, 2)) for end in ends], power


@settings(max_examples=300, deadline=None)
@given(ends=st.tuples(quantizations, quantizations), pair=pairs)
@example(ends=(Quantization(JUST_BELOW_2, 127), Quantization(JUST_BELOW_2, -128)), pair=WIDEST)
@example(ends=(Quantization(1.0, 0), Quantization(2.0**-15, 0)), pair=WIDEST)  # a half
@example(
    ends=(Quantization(JUST_BELOW_2, -128), Quantization(JUST_BELOW_2, 127)), pair=WIDEST[::-1]
)
def test_score_is_its_definitions(
    cases: HostCases, ends: tuple[Quantization, Quantization], pair: Scores
) -> None:
    reply = np.frombuffer(cases.reply(requests.anomaly(ends, *pair)), np.uint32).tolist()
    multipliers, power = _multipliers(ends)
    values = [
        [multiplier * (int(q) - end.zero_point) for q in row]
        for multiplier, end, row in zip(multipliers, ends, pair, strict=True)
    ]
    total = sum((x - y) ** 2 for x, y in zip(*values, strict=True))
    assert reply == [*multipliers, total // len(pair[0]) // 2**16]
    unit = Fraction(2) ** (2 * (8 - power))
    real = [
        [Fraction(end.scale) * (int(q) - end.zero_point) for q in row]
        for end, row in zip(ends, pair, strict=True)
    ]
    root = math.sqrt(sum((x - y) ** 2 for x, y in zip(*real, strict=True)) / len(pair[0]) / unit)
    # Each multiplier is off by at most 1/2, of up to 255 steps: 1 of 2^8.
    assert abs(math.sqrt(reply[2]) - root) <= 1 + math.sqrt(1)


def test_the_most_values_with_the_largest_differences_fit(cases: HostCases) -> None:
    ends = (Quantization(JUST_BELOW_2, 127), Quantization(JUST_BELOW_2, -128))
    values = np.full(65536, -128, np.int8)
    reply = cases.reply(requests.anomaly(ends, values, ~values))
    assert np.frombuffer(reply, np.uint32)[2] == (2 * 255 * 2**15) ** 2 >> 16


@pytest.mark.parametrize("scale", [0.0, -1.0, math.inf, math.nan, -math.inf])
def test_scales_that_are_none_are_refused(cases: HostCases, scale: float) -> None:
    right, wrong = Quantization(1.0, 0), Quantization(scale, 0)
    for ends in ((right, wrong), (wrong, right)):
        assert cases.reply(requests.anomaly(ends, *WIDEST)) == b""
