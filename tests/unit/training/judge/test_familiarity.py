"""What is not like the training data is known by its distance, and what is, is not accused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import FAMILIARITY
from tests.unit.codegen.samples.data import split
from training.data.examples import Examples
from training.judge import familiarity, predict

_WIDTH = 200
_DIRECTIONS = np.random.default_rng(0).normal(size=(5, _WIDTH))


def _samples(count: int, seed: int) -> np.ndarray:
    """Five hidden quantities, seen through 200 readings with a little noise."""
    rng = np.random.default_rng(seed)
    hidden = rng.standard_t(4, size=(count, 5))  # far from a normal distribution
    return (hidden @ _DIRECTIONS + 0.1 * rng.normal(size=(count, _WIDTH))).astype(np.float32)


def _examples(count: int, **facts: Any) -> Examples:
    classes = np.arange(count) % 2
    return Examples(split(_samples(count, 1), classes, task="classify", labels=["a", "b"], **facts))


@pytest.fixture(scope="module")
def known() -> familiarity.Familiarity:
    return familiarity.fit(_examples(3000))


def test_as_many_as_stated_of_those_that_are_alike_lie_beyond_the_limit(
    known: familiarity.Familiarity,
) -> None:
    beyond = (known.distances(_samples(20_000, 2)) > known.limit).mean()
    assert 0.005 < beyond < 0.016  # 1 %, of 1,500 held-out samples
    assert known.distances(_samples(1000, 2)).mean() == pytest.approx(2, rel=0.2)


@pytest.mark.parametrize("strange", ["noise", "permuted", "far", "negative"])
def test_what_is_not_alike_lies_beyond_it(known: familiarity.Familiarity, strange: str) -> None:
    rng = np.random.default_rng(3)
    alike = _samples(100, 4)
    values = {
        "noise": rng.normal(scale=alike.std(), size=alike.shape),
        "permuted": rng.permuted(alike, axis=1),  # each reading has the values that it should
        "far": 30 * alike,  # along the components: what they explain
        "negative": 50 - alike,
    }[strange]
    assert (known.distances(values.astype(np.float32)) > known.limit).mean() > 0.9


def test_of_many_samples_a_few_may_lie_beyond_by_chance(known: familiarity.Familiarity) -> None:
    alike, noise = _samples(400, 5), np.full((20, _WIDTH), 99, np.float32)
    assert known.strangers(alike) == 0
    assert known.strangers(np.concatenate([alike, noise])) >= 20
    assert known.strangers(noise[:1]) == 1


def test_too_few_samples_say_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for count, says in ((190, False), (198, True)):
        monkeypatch.setattr(familiarity, "load", lambda *_, n=count: _examples(n))
        familiarity.measure(tmp_path)
        found = familiarity.of_folder(tmp_path)
        assert found is not None
        assert bool(found.strangers(np.full((1, _WIDTH), 1e6, np.float32))) is says


def test_a_recording_gives_components_or_the_limit_but_not_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows of one recording are so alike that they would say nothing of another one."""
    examples = _examples(400)
    groups = np.repeat(np.arange(20), 20).astype(str)
    grouped = Examples(replace(examples.split, groups=groups))
    seen: list[set[str]] = []
    real = Examples.real

    def note(one: Examples, rows: Any = slice(None)) -> np.ndarray:
        assert one.split.groups is not None
        seen.append(set(one.split.groups[rows]))
        return real(one, rows)

    monkeypatch.setattr(Examples, "real", note)
    familiarity.fit(grouped)
    assert len(seen) == 2 and not seen[0] & seen[1]


def test_constant_readings_are_no_trouble() -> None:
    values = np.ones((400, 9), np.float32)
    found = familiarity.fit(
        Examples(split(values, np.arange(400) % 2, task="classify", labels=["a", "b"]))
    )
    assert found.strangers(values[:1]) == 0
    assert found.strangers(values[:1] + 1) == 1


@pytest.mark.parametrize("width", [50, 5000])
def test_components_are_the_same_by_either_product(width: int) -> None:
    """Of NumPy's singular values, the reference."""
    off = np.random.default_rng(6).normal(size=(60, width))
    off -= off.mean(axis=0)
    values, vectors, total = familiarity._principal(off)
    _, singular, reference = np.linalg.svd(off, full_matrices=False)
    np.testing.assert_allclose(values[:20], singular[:20] ** 2 / 60, rtol=1e-9)
    np.testing.assert_allclose(np.abs(np.sum(vectors[:20] * reference[:20], axis=1)), 1)
    assert total == pytest.approx(np.sum(singular**2) / 60)


def test_predict_says_so(tmp_path: Path) -> None:
    one = split(np.zeros((1, 4, 4), np.uint8), kind="image", labels=["a", "b"], task="classify")
    answers = {"int8": np.array([[0.1, 0.9]])}
    said = predict.table(predict.Prediction(one, 0.0, answers, {}, None, strangers=1))
    assert "do not rely on it: the image is not like the training data" in said
    said = predict.table(predict.Prediction(one, 0.0, answers, {}))
    assert "rely" not in said
    assert predict._strangers(tmp_path, one) == 0  # no training data, no claim
    assert not (tmp_path / FAMILIARITY).exists()


def test_the_two_parts_of_a_distance() -> None:
    one = familiarity.Familiarity(
        mean=np.array([1.0, 2.0, 3.0]),
        components=np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        variances=np.array([4.0, 0.25]),
        weights=np.array([0.5, 10.0]),
        limit=9.0,
    )
    samples = np.array([[[3.0], [2.5], [3.1]], [[1.0], [2.0], [3.0]]])
    # 2^2 / 4 + 0.5^2 / 0.25, and 0.1^2 that they do not explain
    np.testing.assert_allclose(
        familiarity._parts(one, samples), np.array([[2, 0.01], [0, 0]]), atol=1e-12
    )
    np.testing.assert_allclose(one.distances(samples), np.array([1.1, 0]), atol=1e-12)


@pytest.mark.parametrize(("count", "rank"), [(98, None), (99, 99), (199, 198), (1000, 991)])
def test_the_limit_is_so_rare(count: int, rank: int | None) -> None:
    distances = np.random.default_rng(1).permutation(np.arange(1.0, count + 1))
    assert familiarity._limit(distances) == (rank or np.inf)


def test_at_most_so_many_are_looked_at_always_the_same() -> None:
    rows = np.arange(5000)
    some = familiarity._some(rows)
    assert len(some) == 2000 == len(set(some.tolist())) and (np.diff(some) > 0).all()
    assert familiarity._some(rows[::-1]).tolist() != some.tolist()
    assert familiarity._some(rows).tolist() == some.tolist()
    assert familiarity._some(rows[:7]).tolist() == list(range(7))


def test_components_explain_as_much_as_stated() -> None:
    values = np.random.default_rng(2).normal(size=(4000, 80)) * np.sqrt(np.arange(80, 0, -1))
    labels: dict[str, Any] = {"task": "classify", "labels": ["a", "b"]}
    found = familiarity.fit(
        Examples(split(values.astype(np.float32), np.arange(4000) % 2, **labels))
    )
    kept = found.variances / values.var(axis=0).sum()  # of 80 to 1
    assert kept[:-1].sum() < 0.955 and kept.sum() > 0.945
    assert found.components.shape == (len(kept), 80) and len(kept) < 64
    even = np.random.default_rng(2).normal(size=(4000, 80)).astype(np.float32)
    most = familiarity.fit(Examples(split(even, np.arange(4000) % 2, **labels)))
    assert len(most.components) == 64  # at most


def test_without_a_limit_nothing_is_strange() -> None:
    none = familiarity._none(_examples(9))
    assert none.components.shape == (0, _WIDTH) and none.variances.shape == (0,)
    assert none.limit == np.inf and none.strangers(np.full((3, _WIDTH), 1e9)) == 0


@pytest.mark.parametrize(("count", "beyond", "strangers"), [(1, 1, 1), (100, 4, 0), (100, 5, 5)])
def test_more_than_chance(count: int, beyond: int, strangers: int) -> None:
    one = familiarity.Familiarity(np.zeros(1), np.zeros((0, 1)), np.zeros(0), np.ones(2), limit=1.0)
    samples = np.array([[2.0]] * beyond + [[1.0]] * (count - beyond))  # 1.0 is at the limit
    assert one.strangers(samples) == strangers
