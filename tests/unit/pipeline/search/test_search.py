"""What a search allows, draws and shows, without Optuna; tests/search runs studies."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegen.engines import AOT
from codegen.errors import CodegenError, MissingToolError
from codegen.model.tflite import Model
from pipeline.choice import Choice
from pipeline.search import pareto, space, trial
from pipeline.search.budget import Costs, budget, weights_left, within
from pipeline.search.study import search
from training.recipes.design import Block, Design
from verification.cases.model_builder import small_cnn

ALLOWED = budget("stm32vldiscovery", AOT, "16K", "8K", "20ms")


def test_a_budget_is_the_boards_memory_or_less() -> None:
    assert (ALLOWED.flash_bytes, ALLOWED.ram_bytes, ALLOWED.latency_s) == (16384, 8192, 0.02)
    assert (ALLOWED.board.flash_bytes, ALLOWED.board.ram_bytes) == (16384, 8192)
    whole = budget("stm32vldiscovery", AOT, None, None, None)
    assert (whole.flash_bytes, whole.latency_s) == (128 * 1024, None)
    assert weights_left(ALLOWED) == 16384 - 7 * 1024


@pytest.mark.parametrize(
    ("flash", "ram", "latency", "message"),
    [
        ("16Q", None, None, "--flash 16Q: give bytes, such as 4096 or 16K"),
        ("1M", None, None, r"--flash 1,048,576 B: stm32vldiscovery has 131,072 B"),
        (None, "9K", None, r"--ram 9,216 B: stm32vldiscovery has 8,192 B"),
        (None, None, "20", "--latency 20: give a time with its unit"),
        (None, None, "0ms", "--latency 0ms: give a time"),
    ],
)
def test_what_is_no_budget(
    flash: str | None, ram: str | None, latency: str | None, message: str
) -> None:
    with pytest.raises(CodegenError, match=message):
        budget("stm32vldiscovery", AOT, flash, ram, latency)


def test_a_core_without_cycles_is_refused() -> None:
    with pytest.raises(CodegenError, match="no cycles are claimed for host"):
        budget("host", AOT, None, None, None)


def test_what_a_model_costs_and_why_it_does_not_fit() -> None:
    model = Model.parse(small_cnn())
    costs = within(ALLOWED, model)
    assert isinstance(costs, Costs)
    assert 0 < costs.bytes < 16384 and 0 < costs.arena_bytes < 8192 and costs.cycles > 0
    late = replace(ALLOWED, latency_s=1e-6)
    assert str(within(late, model)).endswith(" ms of 0.0")
    assert "of flash" in str(within(replace(ALLOWED, flash_bytes=7200), model))


class Drawn:
    """Suggests the first or the last of everything."""

    def __init__(self, place: int) -> None:
        self.place = place

    def suggest_categorical(self, _: str, choices: list[Any]) -> Any:
        return choices[self.place]

    def suggest_int(self, _: str, low: int, high: int, **__: Any) -> int:
        return (low, high)[self.place]

    def suggest_float(self, _: str, low: float, high: float, **__: Any) -> float:
        return (low, high)[self.place]


def test_the_ends_of_the_space_are_designs() -> None:
    smallest, largest = (space.draw(Drawn(place), epochs=2, samples=500) for place in (0, -1))
    assert len(smallest.blocks) == 2 and smallest.teacher is None
    assert len(largest.blocks) == 5 and largest.teacher is not None
    assert largest.teacher.epochs == 4 and largest.epochs == 2 and largest.samples == 500


def ended(number: int, *values: float, state: str = "COMPLETE", **attrs: Any) -> Any:
    design = Design((Block(4, 5, 2), Block(8, separable=True))).as_json()
    return SimpleNamespace(
        number=number,
        values=list(values) or None,
        params={"blocks": 2},
        state=SimpleNamespace(name=state),
        user_attrs={trial.DESIGN: design, trial.SHA: "0123456789abcdef0", **attrs},
    )


class Study:
    def __init__(self, *trials: Any) -> None:
        self.trials = trials

    def get_trials(self, **_: Any) -> tuple[Any, ...]:
        return self.trials


FOUND = Study(
    ended(0, 0.90, 2000, 900, 50_000),
    ended(1, 0.89, 2100, 900, 50_000),  # beaten by 0
    ended(2, 0.95, 4000, 1500, 90_000),
    ended(3, 0.80, 1000, 2000, 90_000),
    ended(4, state="PRUNED", why="does not fit: too large; choose"),
    ended(5, state="PRUNED", why="train trial: given up after epoch 1"),
    ended(6, state="FAIL"),
)


def test_what_is_recorded_of_trials() -> None:
    first, *_, pruned, lost = pareto.records(Study(*FOUND.trials, ended(7, state="RUNNING")))
    assert (first.number, first.params) == (0, {"blocks": 2})
    assert first.metrics == {
        "held_out_accuracy": 0.90, "model_bytes": 2000, "arena_bytes": 900, "cycles": 50_000
    }  # fmt: skip
    assert first.tags["fate"] == "finished" and "model_sha256" in first.tags
    assert (pruned.number, pruned.metrics, pruned.tags["fate"]) == (5, {}, "given up")
    assert (lost.number, lost.tags["fate"]) == (6, "lost with their process")


def test_the_front_is_what_nothing_beats(tmp_path: Path) -> None:
    front = pareto.front(FOUND)
    assert [one.number for one in front] == [3, 0, 2]
    assert [pareto.fate(one) for one in FOUND.trials[3:]] == [
        "finished",
        "did not fit and were not trained",
        "given up",
        "lost with their process",
    ]
    rows = pareto.table(front, ALLOWED)
    assert "| 2 | 95.00% | 4,000 | 1,500 | 90,000 | 3.8 | 4/2 8s, flat |" in rows
    files = pareto.write_recipes(front, tmp_path, "mine")
    assert [path.name for path, _ in files] == ["mine-3.json", "mine-0.json", "mine-2.json"]
    pareto.draw(FOUND, front, tmp_path / "a.svg", "mine")
    pareto.draw(FOUND, front, tmp_path / "b.svg", "mine")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_training_is_given_up_where_four_that_cost_no_more_were_better() -> None:
    costs = Costs(2000, 900, 50_000)
    others = [
        ended(n, 0.9, 2000, 900, 50_000, costs=vars(costs), epochs=[0.5, 0.9]) for n in range(4)
    ]
    assert trial._is_hopeless(Study(*others), costs, [0.4])
    assert not trial._is_hopeless(Study(*others), costs, [0.6])
    assert not trial._is_hopeless(Study(*others[:3]), costs, [0.4])
    assert not trial._is_hopeless(Study(*others), Costs(1999, 900, 50_000), [0.4])


def test_without_optuna_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingToolError, match=r'pip install "optuna'):
        search(Choice("stm32vldiscovery", "tiny", "sample"), ALLOWED, "x", 1, 1, 0)


def test_a_study_whose_name_is_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    for name in ("../x", "trials", ""):
        with pytest.raises(CodegenError, match="it becomes a folder"):
            search(Choice("stm32vldiscovery", "tiny", "sample"), ALLOWED, name, 1, 1, 0)
