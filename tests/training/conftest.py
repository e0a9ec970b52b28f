"""One short training for all tests of this suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import digits
from training import evaluate, quantize, train


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build directory with digits and a float model of one epoch on 400 of them."""
    build_dir = tmp_path_factory.mktemp("build")
    digits.write(build_dir)
    train.train("tiny", build_dir, epochs=1)
    return build_dir


@pytest.fixture(scope="session")
def built(trained: Path) -> Path:
    """A build directory after train, quantize and evaluate."""
    quantize.quantize(trained, calibration=20)
    evaluate.evaluate(trained)
    return trained
