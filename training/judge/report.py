"""What an evaluation comes to: the parts of evaluate.json and of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from training.judge.classification import Assessment


class DeviceScores(Protocol):
    """What a board answered in a run: int8 [N, outputs] for the N test digits at `indices`."""

    @property
    def board_id(self) -> str: ...
    @property
    def run(self) -> str: ...
    @property
    def indices(self) -> np.ndarray: ...
    @property
    def scores(self) -> np.ndarray: ...


@dataclass(frozen=True)
class Robustness:
    """Accuracy of each model, by its name, on test digits corrupted at one level."""

    corruption: str
    unit: str
    level: float
    accuracy: dict[str, float]


@dataclass(frozen=True)
class WrongDigit:
    """A test digit, what it is, what int8 says, and the probability that int8 gives the truth."""

    index: int
    label: str
    predicted: str
    probability: float


@dataclass(frozen=True)
class Report:
    """`models`: float, int8 and boards, by name; `disagreements`: on how many digits each chooses
    another class than int8.
    """

    models: dict[str, Assessment]
    disagreements: dict[str, int]
    worst: list[WrongDigit]
    robustness: list[Robustness]
