"""How good a model is on the whole test split: metrics.json, and oracle.npz for the harness."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, METRICS, ORACLE_SCORES, TEST_SPLIT
from codegen.host.scores import oracle_name, oracle_scores
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from training import artifacts
from training.data import datasets
from training.errors import DataError
from training.int8.quantize import load_float_model
from training.judge.footprint import footprint


def evaluate(build_dir: Path) -> dict[str, Any]:
    """Measure float.keras and model.tflite on digits.npz; write and return the metrics.

    The int8 scores come from the oracle that `oracle` names, and are kept in oracle.npz: `scores`
    int8 [N, classes], `model_sha256`, `digits_sha256`. Without a float.keras, which a model made
    elsewhere does not have, `float_accuracy` is None.

    Raises ArtifactError, DataError, codegen.errors.CodegenError; nothing is written then.
    """
    digits = artifacts.require(build_dir / TEST_SPLIT, "train")
    model = Model.read(artifacts.require(build_dir / INT8_MODEL, "quantize"))
    images, labels = datasets.load_split(build_dir, TEST_SPLIT)

    scores = oracle_scores(model, quantize_pixels(model, images))
    if scores.shape[1] <= int(labels.max()):
        raise DataError(
            f"{build_dir / INT8_MODEL} has {scores.shape[1]} outputs, "
            f"{digits} has labels up to {labels.max()}"
        )
    float_model = build_dir / FLOAT_MODEL
    metrics = {
        "float_accuracy": _float_accuracy(float_model, images, labels),
        "int8_accuracy": accuracy(scores, labels),
        "test_count": len(labels),
        "oracle": oracle_name(model),
        "model_sha256": model.sha256,
        "model_bytes": model.size,
        **asdict(footprint(model)),
    }
    artifacts.write_npz(
        build_dir / ORACLE_SCORES,
        scores=scores,
        model_sha256=np.array(model.sha256),
        digits_sha256=np.array(artifacts.sha256_file(digits)),
    )
    artifacts.write_json(build_dir / METRICS, metrics)
    return metrics


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Share of rows whose highest score, the first of equals, is at the label's index."""
    return float((scores.argmax(axis=1) == labels).mean())


def _float_accuracy(path: Path, images: np.ndarray, labels: np.ndarray) -> float | None:
    if not path.is_file():
        return None
    scores = load_float_model(path).predict(datasets.to_float(images), 500, verbose=0)
    return accuracy(scores, labels)
