"""One short training for all tests of this suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.training import digits
from training import recipes
from training.fit import train
from training.int8 import contained, quantize
from training.judge import evaluate


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build directory with digits and a float model of one epoch on 400 of them."""
    build_dir = tmp_path_factory.mktemp("build")
    digits.write(build_dir)
    train_briefly(build_dir)
    return build_dir


def train_briefly(build_dir: Path) -> None:
    """One epoch of `tiny`, without the seconds of compilation that only a long training is worth.

    Every build of the default model trains as the recipe says; test_batch_last.py has the details.
    """
    briefly = replace(recipes.get_recipe("tiny"), batch_last=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(recipes.RECIPES, "tiny", briefly)
        train.train("tiny", build_dir, epochs=1)


@pytest.fixture(scope="session")
def built(trained: Path) -> Path:
    """A build directory after train, quantize and evaluate."""
    quantize.quantize(trained, calibration=20)
    evaluate.evaluate(trained)
    return trained


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spares a test that is not about it the process of its own in which models are converted:
    half of its time is TensorFlow's import."""

    def call(
        function: Callable[..., Any], folder: Path, what: str, confined: bool = True, **given: Any
    ) -> Any:
        return function(**given)

    monkeypatch.setattr(contained, "call", call)
