"""Compressed models of a build directory: made in a process of their own, checked and measured."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, METRICS
from codegen.files.places import PROJECT
from codegen.files.text_table import text_table
from codegen.model.lean import lean
from codegen.model.tflite import Model
from codegen.progress import left_to_another_process
from codegen.samples import split as split_file
from codegen.samples.measures import ACCURACY
from codegen.samples.split import Split
from training import artifacts
from training.compression.options import Options
from training.compression.worker import Order
from training.errors import TrainingError
from training.int8.quantize import require_int8, require_same_outputs
from training.judge.evaluate import int8_measures
from training.judge.footprint import footprint

FOLDER = "compressed"
TOOLS = ("tensorflow", "tf-keras", "tensorflow-model-optimization")
_INTERRUPTED = 130


class WorkerError(TrainingError):
    """What the worker reported, with its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Measured:
    """One row. gzip_bytes: of the .tflite, as an update over the air would send it. sparsity: share
    of the int8 weights that are 0. distinct_weights: of one filter, the most that any has.
    """

    method: str
    bytes: int
    gzip_bytes: int
    sparsity: float
    distinct_weights: int
    macs: int
    int8_accuracy: float


def model_file(build_dir: Path, method: str) -> Path:
    """The .tflite of a method: named so that, given by --model, it has its own build folder."""
    return build_dir / FOLDER / f"{build_dir.name}-{method}.tflite"


def compress(
    build_dir: Path, recipe: str, method: str, options: Options, seed: int, calibration: int
) -> None:
    """Compresses float.keras; writes the .tflite and, beside it, what was measured.

    Raises ArtifactError, ConversionError, DataError, and what the worker reports as WorkerError; an
    older result stays then.
    """
    artifacts.require(build_dir / FLOAT_MODEL, "train")
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "converted.tflite"
        _run_worker(
            Order(
                build_dir=str(build_dir.resolve()),
                recipe=recipe,
                method=method,
                options=asdict(options),
                seed=seed,
                calibration=calibration,
                output=str(output),
            )
        )
        converted = output.read_bytes()
    require_int8(converted, method)
    content = lean(converted)
    require_same_outputs(converted, content)
    measured = measure(content, method, split_file.load(build_dir))
    path = model_file(build_dir, method)
    artifacts.atomic_write(path, content)
    artifacts.write_json(path.with_suffix(".json"), asdict(measured))


def measure(content: bytes, method: str, split: Split, known: float | None = None) -> Measured:
    """known: the accuracy on the split, if it need not be computed."""
    model = Model.parse(content)
    filters = [one for op in model.ops for one in _filters(model, op)]
    weights = np.concatenate(filters)
    if known is None:
        known = int8_measures(model, split).values[ACCURACY]
    return Measured(
        method=method,
        bytes=len(content),
        gzip_bytes=len(gzip.compress(content, mtime=0)),
        sparsity=float((weights == 0).mean()),
        distinct_weights=max(len(np.unique(one)) for one in filters),
        macs=footprint(model).macs,
        int8_accuracy=known,
    )


def table(build_dir: Path, methods: Sequence[str]) -> str:
    """What was measured; the first row is the model without compression."""
    known = json.loads((build_dir / METRICS).read_text())["int8_accuracy"]
    split = split_file.load(build_dir)
    plain = measure((build_dir / INT8_MODEL).read_bytes(), "none", split, known)
    rows = [plain] + [_read(model_file(build_dir, m).with_suffix(".json")) for m in methods]
    header = ("method", "bytes", "gzipped", "zeros", "distinct a filter", "MACs")
    cells = [
        (
            row.method,
            f"{row.bytes:,}",
            f"{row.gzip_bytes:,}",
            f"{row.sparsity:.1%}",
            str(row.distinct_weights),
            f"{row.macs:,}",
            f"{row.int8_accuracy:.2%}",
            f"{100 * (row.int8_accuracy - plain.int8_accuracy):+.2f}",
        )
        for row in rows
    ]
    return "\n".join(text_table((*header, "int8", "change"), "lrrrrrrr", cells))


def _read(path: Path) -> Measured:
    content = json.loads(path.read_text())
    return Measured(**{field.name: content[field.name] for field in fields(Measured)})


def _filters(model: Model, op: Any) -> list[np.ndarray]:
    """The int8 weights that make each output channel of an op; none of an op without weights."""
    if op.name not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        return []
    tensor = model.tensors[op.inputs[1]]
    if tensor.data is None:
        return []
    weights = np.frombuffer(tensor.data, np.int8).reshape(tensor.shape)
    outputs = -1 if op.name == "DEPTHWISE_CONV_2D" else 0
    return list(np.moveaxis(weights, outputs, 0).reshape(weights.shape[outputs], -1))


def _run_worker(order: Order) -> None:
    """Waits for the worker; its progress goes to our stderr. Raises what it reports."""
    with left_to_another_process():
        result = subprocess.run(
            [sys.executable, "-m", f"{__package__}.worker", json.dumps(asdict(order))],
            cwd=PROJECT,
            env={**os.environ, "TF_USE_LEGACY_KERAS": "1"},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if result.returncode == 0:
        return
    if result.returncode == _INTERRUPTED:
        raise KeyboardInterrupt
    try:
        told = json.loads(result.stdout)
    except ValueError:
        raise WorkerError(
            f"{order.method}: its process ended with code {result.returncode}; its messages are "
            "above",
            exit_code=1,
        ) from None
    raise WorkerError(told["message"], told["exit_code"])
