"""What turns a model's scores into decisions, against plain Python, bit for bit."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from codegen.host.oracle import Oracle
from tests import front_end_requests as requests
from tests.front_end_requests import Scores
from verification.cases.model_builder import ModelBuilder, schema
from verification.front_end import HostCases

int8s = st.integers(-128, 127)


def scores_of(least: int, most: int) -> st.SearchStrategy[Scores]:
    """Few distinct values, so that there are ties, or any."""
    elements = st.one_of(int8s, st.sampled_from([-128, 0, 127]))
    return hnp.arrays(np.int8, st.integers(least, most), elements=elements)


streams = st.integers(1, 50).flatmap(
    lambda frames: hnp.arrays(np.int8, (frames, 3), elements=int8s)
)


@settings(max_examples=100, deadline=None)
@given(scores=scores_of(0, 40), k=st.integers(0, 40))
def test_top_k_is_a_stable_sort(cases: HostCases, scores: Scores, k: int) -> None:
    k = min(k, len(scores))
    reply = np.frombuffer(cases.reply(requests.top_k(scores, k)), np.uint16)
    assert reply.tolist() == sorted(range(len(scores)), key=lambda i: (-int(scores[i]), i))[:k]


def _softmax_model(scale: float, classes: int) -> bytes:
    b = ModelBuilder()
    logits = b.tensor([1, classes], scale=scale)
    probabilities = b.tensor([1, classes], scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [logits], [probabilities], schema.SoftmaxOptionsT(beta=1.0))
    return b.build([logits], [probabilities])


@settings(max_examples=40, deadline=None)
@given(
    logits=scores_of(1, 30),
    scale=st.floats(2**-20, 8, width=32),
)
@example(logits=np.array([-128, 127], np.int8), scale=8.0)
@example(logits=np.array([127] * 30, np.int8), scale=2**-20)
def test_a_label_is_that_of_softmax_at_the_models_end(
    cases: HostCases, logits: Scores, scale: float
) -> None:
    reply = cases.reply(requests.label(scale, logits))
    (wanted,) = Oracle(_softmax_model(scale, len(logits))).run([logits[np.newaxis]])
    assert reply[3:] == wanted.tobytes()
    best = int(wanted.argmax())
    assert int.from_bytes(reply[:2], "little") == best
    assert reply[2] == int(wanted[0, best]) + 128


@pytest.mark.parametrize(
    ("scale", "classes"),
    [(0.0, 2), (-1.0, 2), (math.inf, 2), (math.nan, 2), (2.0**-28, 2), (1.0, 0), (1.0, 4096)],
)
def test_a_label_without_sense_is_refused(cases: HostCases, scale: float, classes: int) -> None:
    assert cases.reply(requests.label(scale, np.zeros(classes, np.int8))) == b""
    assert len(cases.reply(requests.label(1.0, np.zeros(4095, np.int8)))) == 3 + 4095


@settings(max_examples=100, deadline=None)
@given(scores=streams, frames=st.integers(1, 16))
def test_a_moving_average_is_the_mean_of_the_last_frames(
    cases: HostCases, scores: Scores, frames: int
) -> None:
    reply = cases.reply(requests.moving_average(frames, scores))
    rows = np.frombuffer(reply, np.int8).reshape(len(scores), 4)
    for i, row in enumerate(rows.tolist()):
        recent = scores[max(0, i + 1 - frames) : i + 1].astype(int)
        means = recent.sum(axis=0) // len(recent)
        assert row == [*means.tolist(), int(means.argmax()) if i + 1 >= frames else 3]


@settings(max_examples=100, deadline=None)
@given(scores=streams, weight=st.integers(1, 256))
@example(scores=np.array([[0] * 3, [1] * 3], np.int8), weight=128)  # a half
@example(scores=np.array([[-128] * 3, [127] * 3] * 20, np.int8), weight=256)
@example(scores=np.array([[127] * 3, [-128] * 3] * 20, np.int8), weight=255)
def test_an_exponential_average_is_one_to_half_a_step(
    cases: HostCases, scores: Scores, weight: int
) -> None:
    reply = cases.reply(requests.exponential_average(weight, scores))
    got = np.frombuffer(reply, np.int8).reshape(scores.shape)
    for column in range(3):
        real = fixed = Fraction(int(scores[0, column]))
        for score, mean in zip(scores[:, column].tolist(), got[:, column].tolist(), strict=True):
            fixed += Fraction(math.floor((score - fixed) * weight * 2**7), 2**15)
            real += (score - real) * Fraction(weight, 256)
            assert mean == math.floor(fixed + Fraction(1, 2))
            assert abs(mean - real) <= Fraction(1, 2) + Fraction(256, weight * 2**15)


@settings(max_examples=100, deadline=None)
@given(scores=scores_of(0, 60), threshold=int8s, pause=st.integers(0, 255))
def test_a_detection_is_followed_by_its_pause(
    cases: HostCases, scores: Scores, threshold: int, pause: int
) -> None:
    got = cases.reply(requests.refractory(threshold, pause, scores))
    last = -1000
    for frame, score in enumerate(scores.tolist()):
        wanted = score >= threshold and frame - last > pause
        assert got[frame] == wanted
        last = frame if wanted else last


@settings(max_examples=100, deadline=None)
@given(scores=scores_of(0, 60), levels=st.tuples(int8s, int8s))
def test_between_its_thresholds_a_detector_stays_as_it_is(
    cases: HostCases, scores: Scores, levels: tuple[int, int]
) -> None:
    off, on = sorted(levels)
    got = cases.reply(requests.hysteresis(on, off, scores))
    for frame in range(len(scores)):
        decisive = [s for s in scores[: frame + 1].tolist() if s >= on or s < off]
        is_on = bool(decisive) and decisive[-1] >= on
        was_on = frame > 0 and bool(got[frame - 1] & 2)
        assert bool(got[frame] & 2) == is_on
        assert bool(got[frame] & 1) == (is_on and not was_on)
