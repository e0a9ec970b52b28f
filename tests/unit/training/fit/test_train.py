"""What a recipe cannot be trained on is said before TensorFlow is loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data import datasets
from training.errors import DataError
from training.fit import train as room


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": (40, 20, 28)}, "takes images of 24x24 or more, these are 20x28; give --image-size"),
        ({"x": (40, 6)}, "takes data of kind image and task classify, these are table 6 uint8"),
    ],
)
def test_data_that_a_recipe_does_not_take_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arrays: dict[str, tuple[int, ...]],
    message: str,
) -> None:
    monkeypatch.setattr(room, "load_tensorflow", lambda seed: pytest.fail("it was loaded"))
    random = np.random.default_rng(1)
    values = {name: random.integers(0, 256, shape, np.uint8) for name, shape in arrays.items()}
    np.savez(tmp_path / "own.npz", y=np.arange(40) % 2, **values)  # type: ignore[arg-type]
    datasets.prepare(str(tmp_path / "own.npz"), tmp_path / "build")
    with pytest.raises(DataError, match=message):
        room.train("tiny", tmp_path / "build")
    assert not (tmp_path / "build" / "float.keras").exists()
