"""The table of several trainings: mean and sample standard deviation."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from codegen.files.artifacts import DURATION, HISTORY, METRICS
from training.fit import seeds


def _training(float_: float, int8: float, measure: str = "accuracy") -> seeds.Training:
    values = {"float": float_, "int8": int8}
    return seeds.Training(measure, values, 89.6, 144.2, "9,900 B of weights")


def test_mean_and_spread_of_several_seeds() -> None:
    text = seeds.table("tiny, adam", {1: _training(0.995, 0.99), 7: _training(0.997, 0.992)})
    assert text.splitlines() == [
        "tiny, adam, accuracy: 9,900 B of weights",
        "",
        "seed           float            int8  seconds  processor seconds",
        "   1         99.50 %         99.00 %       90                144",
        "   7         99.70 %         99.20 %       90                144",
        "mean  99.60 ± 0.14 %  99.10 ± 0.14 %",
    ]


def test_errors_are_no_shares() -> None:
    text = seeds.table(
        "dense, adam", {1: _training(1.5, 12.0, "RMSE"), 2: _training(2.5, 14.0, "RMSE")}
    )
    assert text.startswith("dense, adam, RMSE: ")
    rows = [line.split() for line in text.splitlines()]
    assert ["1", "1.5", "12", "90", "144"] in rows
    assert ["mean", "2", "±", "0.7071", "13", "±", "1.414"] in rows


def test_one_seed_has_no_spread() -> None:
    assert "mean" not in seeds.table("tiny, adam", {1: _training(0.995, 0.99)})


@pytest.mark.parametrize(
    ("task", "measures", "epochs", "measure", "values"),
    [
        (
            "classify",
            {"float": {"accuracy": 0.9, "top-3": 1.0}, "int8": {"accuracy": 0.8, "top-3": 1.0}},
            [{"held_out_accuracy": 0.7}, {"held_out_accuracy": 0.6}],
            "accuracy",
            {"float": 0.9, "int8": 0.8, "held out": 0.7},
        ),
        (
            "regress",
            {"float": {"MAE": 1.0, "RMSE": 2.0}, "int8": {"MAE": 3.0, "RMSE": 4.0}},
            [{"held_out_loss": 0.1}],
            "RMSE",
            {"float": 2.0, "int8": 4.0},
        ),
        (
            "reconstruct",
            {"float": {"mean error": 0.25}, "int8": {"mean error": 0.5}},
            [{"held_out_loss": 0.1}],
            "mean error",
            {"float": 0.25, "int8": 0.5},
        ),
    ],
)
def test_every_task_has_its_measure(
    task: str,
    measures: dict[str, dict[str, float]],
    epochs: list[dict[str, float]],
    measure: str,
    values: dict[str, float],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seeds, "_cost", lambda *_: "")
    for name, content in {
        METRICS: {"task": task, "measures": measures},
        DURATION: {"seconds": 2.0, "processor_seconds": 3.0},
        HISTORY: {"epochs": epochs, "kept": 1},
    }.items():
        (tmp_path / name).write_text(json.dumps(content))
    found = seeds.read_training(tmp_path)
    assert (found.measure, found.values) == (measure, values)


@pytest.mark.parametrize("has_front_end", [False, True])
def test_the_cost_is_the_models_and_its_front_ends(
    has_front_end: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    front_end = object() if has_front_end else None
    plans = {"scalar": 1000, "dsp": 2000, "mve": 3000}
    monkeypatch.setattr(
        seeds.planner, "plan", lambda path, isa: SimpleNamespace(arena_bytes=plans[isa])
    )
    monkeypatch.setattr(seeds.parameters, "load", lambda _: front_end)
    monkeypatch.setattr(seeds.host, "memory_bytes", lambda given: {front_end: 4000}[given])
    names = ("weight_bytes", "activation_bytes", "macs", "model_bytes")
    assert seeds._cost(tmp_path, dict(zip(names, (10, 20, 30, 40), strict=True))) == (
        "10 B of weights, 20 B of activations, 30 MACs, arena 1,000, 2,000, 3,000 B "
        f"(scalar, dsp, mve){', front end 4,000 B' if has_front_end else ''}, model 40 B"
    )
