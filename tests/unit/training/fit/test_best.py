"""Which epoch's weights are kept, and when no better one is waited for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from training.fit.best import Best


class Variable:
    """As TensorFlow's, as far as it is used."""

    def __init__(self, value: Any) -> None:
        self.value: Any = value.value if isinstance(value, Variable) else value

    def assign(self, value: Any) -> None:
        self.value = value.value if isinstance(value, Variable) else value


TF = SimpleNamespace(Variable=Variable)


def trained(losses: list[float], patience: int | None) -> tuple[Best, Variable, list[Any]]:
    """After epochs with these held-out losses, whose weights are their numbers from 1 on."""
    weight = Variable(0)
    best = Best(TF, SimpleNamespace(variables=[weight]), patience)
    past: list[Any] = []
    for loss in losses:
        weight.assign(len(past) + 1)
        past.append({"held_out_loss": loss})
        best.keep(past)
    return best, weight, past


@pytest.mark.parametrize(
    ("losses", "number"),
    [([3.0, 1.0, 2.0], 2), ([1.0, 1.0], 1), ([1.0, 2.0, 3.0, 0.5], 4), ([1.0, 0.5, 0.5, 0.7], 2)],
)
def test_the_epoch_of_the_lowest_loss_the_first_of_equals(losses: list[float], number: int) -> None:
    best, weight, past = trained(losses, patience=9)
    assert best.number(past) == number and weight.value == len(losses)
    best.restore()
    assert weight.value == number
    assert [kept.value for kept in best.variables] == [number]


def test_without_a_patience_the_last_ones_are_the_result() -> None:
    best, weight, past = trained([1.0, 2.0, 3.0], patience=None)
    assert best.number(past) == 3 and best.variables == []
    assert not best.is_long_ago(past)
    best.restore()
    assert weight.value == 3


def test_a_better_one_is_waited_for_as_long_as_the_patience() -> None:
    best, _, past = trained([2.0, 1.0, 5.0, 5.0], patience=3)
    assert not best.is_long_ago([]) and not best.is_long_ago(past)
    assert best.is_long_ago([*past, {"held_out_loss": 1.0}])
    assert not best.is_long_ago([*past, {"held_out_loss": 0.9}])
