"""Compression the whole way with tensorflow-model-optimization, in a process of its own.

A suite apart, which `invoke test` leaves out: TensorFlow is imported twice, and legacy Keras once.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL
from codegen.model.tflite import Model
from tests.training import digits
from tests.training.small_network import network
from training import artifacts
from training.compression import compress
from training.compression.options import Options
from training.int8 import quantize
from training.judge import evaluate


@pytest.fixture
def build_dir(tmp_path: Path) -> Path:
    """Of a measured int8 model with a normalization and a ReLU behind its convolution."""
    folder = tmp_path / "tiny"
    digits.write(folder)
    artifacts.atomic_write(folder / FLOAT_MODEL, artifacts.keras_bytes(network(shallow=True)))
    quantize.quantize(folder, calibration=20)
    evaluate.evaluate(folder)
    return folder


def test_pruning_in_its_own_process_ends_in_a_measured_int8_model(build_dir: Path) -> None:
    options = Options(sparsity=0.75, epochs=1)
    compress.compress(build_dir, "tiny", "prune", options, seed=1, calibration=20)

    path = build_dir / "compressed" / "tiny-prune.tflite"
    plain, pruned = (Model.read(p) for p in (build_dir / INT8_MODEL, path))
    assert pruned.op_names == plain.op_names
    measured = json.loads(path.with_suffix(".json").read_text())
    assert 0.75 <= measured["sparsity"] < 0.78  # rounding adds a zero here and there
    assert measured["bytes"] == pruned.size
    rows = compress.table(build_dir, ["prune"]).splitlines()
    assert len(rows) == 3
    assert rows[1].split()[:2] == ["none", f"{plain.size:,}"]
    assert rows[2].split()[:2] == ["prune", f"{pruned.size:,}"]


def test_all_together_keep_zeros_and_shared_weights_to_the_end(build_dir: Path) -> None:
    options = Options(sparsity=0.5, clusters=8, epochs=1)
    compress.compress(build_dir, "tiny", "pcqat", options, seed=1, calibration=20)
    path = build_dir / "compressed" / "tiny-pcqat.json"
    measured = json.loads(path.read_text())
    assert measured["sparsity"] >= 0.5
    assert measured["distinct_weights"] <= 8
