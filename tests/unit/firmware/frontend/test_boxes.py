"""Non-maximum suppression against the plain greedy way with fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests import front_end_requests as requests
from tests.front_end_requests import BOX, random_boxes
from verification.front_end import HostCases

Boxes = NDArray[np.void]


def _overlap(a: np.void, b: np.void) -> Fraction:
    """Of the union; 0 for two empty boxes."""

    def area(left: int, top: int, right: int, bottom: int) -> int:
        return max(0, right - left) * max(0, bottom - top)

    corners_a, corners_b = ([int(box[n]) for n in BOX.names[:4]] for box in (a, b))  # type: ignore[index]
    pairs = list(zip(corners_a, corners_b, strict=True))
    shared = area(*map(max, pairs[:2]), *map(min, pairs[2:]))
    union = area(*corners_a) + area(*corners_b) - shared
    return Fraction(shared, union) if union else Fraction(0)


def _suppressed(least: int, overlap: int, most: int, boxes: Boxes) -> list[int]:
    left = sorted(
        (i for i in range(len(boxes)) if boxes[i]["score"] >= least),
        key=lambda i: (-int(boxes[i]["score"]), i),
    )
    kept: list[int] = []
    while left and len(kept) < most:
        best, *others = left
        kept.append(best)
        left = [
            i
            for i in others
            if boxes[i]["label"] != boxes[best]["label"]
            or _overlap(boxes[i], boxes[best]) <= Fraction(overlap, 256)
        ]
    return kept


def _run(cases: HostCases, boxes: Boxes, least: int, overlap: int, most: int) -> list[int]:
    reply = cases.reply(requests.suppress(least, overlap, most, boxes))
    return [int(index) for index in np.frombuffer(reply, np.uint16)]


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    count=st.integers(0, 30),
    side=st.sampled_from([2, 6, 40, 20000, 32767]),
    least=st.integers(-128, 127),
    overlap=st.integers(0, 256),
    most=st.integers(0, 30),
)
def test_what_stays_is_what_the_greedy_way_keeps(
    cases: HostCases, seed: int, count: int, side: int, least: int, overlap: int, most: int
) -> None:
    boxes = random_boxes(np.random.default_rng(seed), count, side)
    wanted = _suppressed(least, overlap, most, boxes)
    assert _run(cases, boxes, least, overlap, most) == wanted


def test_the_largest_boxes_do_not_overflow(cases: HostCases) -> None:
    whole = (-32768, -32768, 32767, 32767)
    boxes = np.array(
        [(*whole, 5, 0), (*whole, 5, 0), (*whole, 5, 1), (-32768, -32768, 32767, 0, 9, 0)], BOX
    )
    # 32768 / 65535 of the larger ones: a little above 128 / 256
    assert _run(cases, boxes, -128, 128, 9) == [3, 2]
    assert _run(cases, boxes, -128, 129, 9) == [3, 0, 2]
    assert _run(cases, boxes, -128, 256, 9) == [3, 0, 1, 2]
