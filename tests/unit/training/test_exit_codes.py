"""Exit codes of the room's errors: 1 a check failed, 2 bad input, 3 missing on this machine."""

from __future__ import annotations

import pytest

from training import errors
from training.compression.compress import WorkerError
from training.judge.bless import NotBlessedError

CODES: dict[int, tuple[type[errors.TrainingError], ...]] = {
    1: (errors.ConversionError, errors.DivergedError, errors.GivenUpError, NotBlessedError),
    2: (errors.ArtifactError, errors.CompressionError, errors.DataError, errors.RecipeError),
    3: (errors.DataUnavailableError,),
}


@pytest.mark.parametrize(
    ("error", "code"), [(error, code) for code, of in CODES.items() for error in of]
)
def test_an_error_has_the_code_of_its_kind(error: type[errors.TrainingError], code: int) -> None:
    assert error.exit_code == code


def test_a_workers_error_has_the_workers_code() -> None:
    assert WorkerError("it ended", 3).exit_code == 3
