"""The table of several trainings: mean and sample standard deviation."""

from __future__ import annotations

from training.fit import seeds


def _training(float_: float, int8: float) -> seeds.Training:
    return seeds.Training({"float": float_, "int8": int8}, 89.6, 144.2, "9,900 B of weights")


def test_mean_and_spread_of_several_seeds() -> None:
    text = seeds.table("tiny, adam", {1: _training(99.5, 99.0), 7: _training(99.7, 99.2)})
    assert text.splitlines() == [
        "tiny, adam: 9,900 B of weights",
        "",
        "| seed | float | int8 | seconds | processor seconds |",
        "|---:|---:|---:|---:|---:|",
        "| 1 | 99.50 % | 99.00 % | 90 | 144 |",
        "| 7 | 99.70 % | 99.20 % | 90 | 144 |",
        "| mean | 99.60 ± 0.14 % | 99.10 ± 0.14 % |  |  |",
    ]


def test_one_seed_has_no_spread() -> None:
    assert "mean" not in seeds.table("tiny, adam", {1: _training(99.5, 99.0)})
