"""How good a model is on the whole test split: metrics.json, and oracle.npz for the harness."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, METRICS, ORACLE_SCORES, TEST_SPLIT
from codegen.host.oracle_child import answers
from codegen.host.scores import oracle_name
from codegen.model.int8_checks import is_plain
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.encode import dequantize, model_input, pixels_of, require_fitting
from codegen.samples.measures import ACCURACY, Measures, measure, output_of, real_outputs
from codegen.samples.sequences import in_order, resets
from codegen.samples.split import Split
from training import artifacts
from training.data.examples import Examples
from training.int8.float_answers import as_taken, predict
from training.int8.quantize import load_float_model
from training.judge.footprint import footprint


def evaluate(build_dir: Path) -> dict[str, Any]:
    """Measure float.keras and model.tflite on the test split; write and return the metrics.

    `measures` has what the data's task asks, by "float" and "int8", and `slices` int8's main
    measure of each class, recording or speaker. `float_accuracy` and `int8_accuracy` are 0..1, None
    where there are no classes, or no float.keras, which a model made elsewhere does not have.

    The int8 answers come from the oracle that `oracle` names. Those of a model with one int8 input
    and output are kept in oracle.npz: `scores` int8 [N, outputs], none of others, `model_sha256`,
    `digits_sha256`.

    Raises ArtifactError, codegen.errors.CodegenError; nothing is written then.
    """
    samples = artifacts.require(build_dir / TEST_SPLIT, "data")
    model = Model.read(artifacts.require(build_dir / INT8_MODEL, "quantize"))
    split = split_file.load(build_dir)
    require_fitting(model, split.input_shape)
    output_of(split, [int(np.prod(one.shape)) for one in model.outputs])

    split = in_order(model, split)
    inputs, outputs = oracle_answers(model, split)
    int8 = _int8_measures(model, split, inputs, outputs)
    float_ = _float_measures(build_dir, model, split)
    metrics = {
        "task": split.info.task,
        "float_accuracy": float_.values.get(ACCURACY) if float_ else None,
        "int8_accuracy": int8.values.get(ACCURACY),
        "measures": {
            name: one.values for name, one in (("float", float_), ("int8", int8)) if one is not None
        },
        "slices": [asdict(one) for one in int8.slices],
        "test_count": len(split),
        "oracle": oracle_name(model),
        "model_sha256": model.sha256,
        "model_bytes": model.size,
        **asdict(footprint(model)),
    }
    kept = is_plain(model) and not model.is_stateful
    artifacts.write_npz(
        build_dir / ORACLE_SCORES,
        scores=outputs[0].reshape(len(split), -1) if kept else np.empty((0, 0), np.int8),
        model_sha256=np.array(model.sha256),
        digits_sha256=np.array(artifacts.sha256_file(samples)),
    )
    artifacts.write_json(build_dir / METRICS, metrics)
    return metrics


def oracle_answers(model: Model, split: Split) -> tuple[np.ndarray, list[np.ndarray]]:
    """The model's input [N, *its shape], and each output [N, *its shape].

    A model that keeps state starts anew with each recording. Raises CodegenError.
    """
    inputs = model_input(model, split)
    return inputs, answers(model, [inputs], resets(model, split))


def int8_measures(model: Model, split: Split) -> Measures:
    """Of the oracle's answers. Raises CodegenError."""
    split = in_order(model, split)
    return _int8_measures(model, split, *oracle_answers(model, split))


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Share of rows whose highest score, the first of equals, is at the label's index."""
    return float((scores.argmax(axis=1) == labels).mean())


def _int8_measures(
    model: Model, split: Split, inputs: np.ndarray, outputs: list[np.ndarray]
) -> Measures:
    real = dequantize(inputs, model.inputs[0]) if split.info.task == "reconstruct" else None
    return measure(split, real, real_outputs(model, outputs))


def _float_measures(build_dir: Path, model: Model, split: Split) -> Measures | None:
    path = build_dir / FLOAT_MODEL
    if not path.is_file():
        return None
    examples = Examples(split, pixels_of(model, split.info))
    answers = predict(load_float_model(path), as_taken(build_dir, examples))
    return measure(split, examples.real(), answers)
