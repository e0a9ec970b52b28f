"""Samples shared among devices: each once, what was given back again, until all are answered."""

from __future__ import annotations

import threading

import pytest

from harness.run import shards as room
from harness.run.shards import Shards


def test_each_is_handed_out_once_and_those_that_are_done_are_not() -> None:
    shards = Shards(5, {1, 3})
    assert (shards.sent, shards.started_s) == (2, None)
    first, second = iter(shards), iter(shards)
    assert [next(first), next(second), next(first)] == [0, 2, 4]
    assert list(second) == [] and shards.sent == 5
    ended: bool = shards.ended
    assert not ended


def test_the_time_runs_from_the_first_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = iter([10.0, 20.0, 30.0])
    monkeypatch.setattr(room.time, "monotonic", lambda: next(now_s))
    shards = Shards(3, ())
    assert list(shards) == [0, 1, 2] and shards.started_s == 10.0


def test_what_is_given_back_comes_first_and_counts_once() -> None:
    shards = Shards(4, ())
    taken = iter(shards)
    assert [next(taken), next(taken)] == [0, 1]
    shards.give_back([1, 0])
    assert list(shards) == [1, 0, 2, 3] and shards.sent == 4


def test_it_ends_with_the_last_answer() -> None:
    shards = Shards(2, ())
    assert shards.wait_for_more()
    assert list(shards) == [0, 1]
    shards.answered()
    waited: list[bool] = []
    other = threading.Thread(target=lambda: waited.append(shards.wait_for_more()))
    other.start()
    ended: bool = shards.ended
    assert other.is_alive() and not ended  # one may come back
    shards.answered()
    other.join(10)
    assert waited == [False] and shards.ended
    assert Shards(3, {0, 1, 2}).ended


def test_who_waits_gets_what_is_given_back() -> None:
    shards = Shards(1, ())
    assert list(shards) == [0]
    waited: list[bool] = []
    other = threading.Thread(target=lambda: waited.append(shards.wait_for_more()))
    other.start()
    shards.give_back([0])
    other.join(10)
    assert waited == [True] and list(shards) == [0]


def test_nothing_is_handed_out_after_a_stop() -> None:
    shards = Shards(9, ())
    taken = iter(shards)
    assert next(taken) == 0
    shards.stop()
    assert list(taken) == [] and shards.ended and not shards.wait_for_more()
    assert shards.sent == 1
    asked = iter([False, False, True, True])
    outside = Shards(9, (), lambda: next(asked))
    assert list(outside) == [0, 1] and outside.ended
