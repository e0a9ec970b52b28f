"""What the tests of this room share: one small model."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.model.tflite import Model
from verification.cases.model_builder import small_cnn


@pytest.fixture(scope="session")
def cnn_bytes() -> bytes:
    return small_cnn()


@pytest.fixture(scope="session")
def cnn(cnn_bytes: bytes) -> Model:
    return Model.parse(cnn_bytes)


@pytest.fixture
def cnn_path(cnn_bytes: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "model.tflite"
    path.write_bytes(cnn_bytes)
    return path
