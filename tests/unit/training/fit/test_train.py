"""What a recipe cannot be trained on is said before TensorFlow is loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data import datasets
from training.errors import DataError
from training.fit import train as room


@pytest.mark.parametrize("shape", [(32, 32), (28, 28, 3)])
def test_images_of_another_shape_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...]
) -> None:
    monkeypatch.setattr(room, "load_tensorflow", lambda seed: pytest.fail("it was loaded"))
    images = np.random.default_rng(1).integers(0, 256, (40, *shape), np.uint8)
    np.savez(tmp_path / "own.npz", x=images, y=np.arange(40) % 2)
    datasets.prepare(str(tmp_path / "own.npz"), tmp_path / "build")
    sizes = "x".join(map(str, shape))
    with pytest.raises(DataError, match=f"takes grey images of 28x28, these are {sizes}; leave"):
        room.train("tiny", tmp_path / "build")
    assert not (tmp_path / "build" / "float.keras").exists()
