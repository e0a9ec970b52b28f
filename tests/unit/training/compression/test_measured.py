"""What is measured of a compressed model, and how it is shown beside the plain one."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, METRICS
from training import artifacts
from training.compression import compress
from training.compression.compress import Measured
from training.compression.options import Options
from training.errors import ConversionError
from verification.cases.model_builder import SAME, ModelBuilder, schema


def network(convolution: np.ndarray, depthwise: np.ndarray, dense: np.ndarray) -> bytes:
    """CONV_2D of [2, 1, 1, 1], DEPTHWISE_CONV_2D of [1, 1, 1, 2], FULLY_CONNECTED of [3, 8], after
    a RELU without weights, of 2x2 pixels."""
    b = ModelBuilder()
    image, relu = (b.tensor([1, 2, 2, 1], scale=1.0) for _ in range(2))
    maps = [b.tensor([1, 2, 2, 2], scale=1.0) for _ in range(2)]
    flat, result = b.tensor([1, 8], scale=1.0), b.tensor([1, 3], scale=1.0)
    b.op("RELU", [image], [relu])
    one = {"padding": SAME, "strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    weights = b.constant(convolution.astype(np.int8), scale=1.0)
    b.op("CONV_2D", [relu, weights], [maps[0]], schema.Conv2DOptionsT(**one))
    weights = b.constant(depthwise.astype(np.int8), scale=1.0)
    options = schema.DepthwiseConv2DOptionsT(depthMultiplier=1, **one)
    b.op("DEPTHWISE_CONV_2D", [maps[0], weights], [maps[1]], options)
    b.op("RESHAPE", [maps[1]], [flat], schema.ReshapeOptionsT(newShape=[1, 8]))
    weights = b.constant(dense.astype(np.int8), scale=1.0)
    b.op("FULLY_CONNECTED", [flat, weights], [result], schema.FullyConnectedOptionsT())
    return b.build([image], [result])


CONVOLUTION = np.array([5, 0]).reshape(2, 1, 1, 1)
DEPTHWISE = np.array([0, 7]).reshape(1, 1, 1, 2)
DENSE = np.array([[1, 2, 3, 3, 3, 3, 3, 3], [0] * 8, [9] * 8])
CONTENT = network(CONVOLUTION, DEPTHWISE, DENSE)


def test_sizes_zeros_and_distinct_weights_of_a_filter() -> None:
    found = compress.measure(CONTENT, "prune", split=None, known=0.5)  # type: ignore[arg-type]
    assert found == Measured(
        method="prune",
        bytes=len(CONTENT),
        gzip_bytes=len(gzip.compress(CONTENT, mtime=0)),
        sparsity=10 / 28,  # of all layers together
        distinct_weights=3,  # of dense's first, which no other weights count to
        macs=4 * 2 + 4 * 2 + 3 * 8,
        int8_accuracy=0.5,
    )


def test_a_filter_is_what_makes_one_channel() -> None:
    depthwise = np.arange(18).reshape(1, 3, 3, 2)
    content = network(CONVOLUTION, depthwise, np.zeros((3, 8)))
    found = compress.measure(content, "qat", split=None, known=0.5)  # type: ignore[arg-type]
    assert found.distinct_weights == 9


def test_an_accuracy_that_nobody_knows_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def measures(*of: Any) -> Any:
        given.append(of)
        return SimpleNamespace(values={"accuracy": 0.75})

    monkeypatch.setattr(compress, "int8_measures", measures)
    split: Any = object()
    assert compress.measure(CONTENT, "qat", split).int8_accuracy == 0.75
    assert compress.measure(CONTENT, "qat", split, known=0.0).int8_accuracy == 0.0
    assert [of[1] for of in given] == [split]


@pytest.fixture
def build_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With the plain model's files; the split is nothing."""
    monkeypatch.setattr(compress.split_file, "load", lambda _: None)
    artifacts.atomic_write(tmp_path / FLOAT_MODEL, b"")
    artifacts.atomic_write(tmp_path / INT8_MODEL, CONTENT)
    artifacts.write_json(tmp_path / METRICS, {"int8_accuracy": 0.985})
    return tmp_path


def test_the_table_begins_with_the_plain_model(build_dir: Path) -> None:
    row = Measured("prune", 12_345, 6_789, 0.5, 16, 1_000_000, 0.9725)
    artifacts.write_json(compress.model_file(build_dir, "prune").with_suffix(".json"), asdict(row))
    *_, plain, pruned = compress.table(build_dir, ["prune"]).splitlines()
    assert plain.split()[-4:] == ["3", "40", "98.50%", "+0.00"]
    assert plain.split()[0] == "none"
    assert pruned.split() == [
        *("prune", "12,345", "6,789", "50.0%", "16", "1,000,000", "97.25%", "-1.25"),
    ]


def test_what_the_worker_makes_is_checked_written_and_measured(
    build_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[Any] = []

    def work(order: Any) -> None:
        orders.append(order)
        Path(order.output).write_bytes(CONTENT)

    monkeypatch.setattr(compress, "_run_worker", work)
    monkeypatch.setattr(
        compress, "int8_measures", lambda *_: SimpleNamespace(values={"accuracy": 0.75})
    )
    monkeypatch.setattr(compress, "require_same_outputs", lambda *_: None)
    compress.compress(build_dir, "tiny", "cluster", Options(clusters=8), seed=3, calibration=20)
    (order,) = orders
    assert (order.build_dir, order.recipe, order.method) == (str(build_dir), "tiny", "cluster")
    assert (order.options["clusters"], order.seed, order.calibration) == (8, 3, 20)
    path = compress.model_file(build_dir, "cluster")
    assert path == build_dir / "compressed" / f"{build_dir.name}-cluster.tflite"
    measured = json.loads(path.with_suffix(".json").read_text())
    assert (measured["method"], measured["int8_accuracy"]) == ("cluster", 0.75)
    assert measured["bytes"] == path.stat().st_size

    path.unlink()
    for check in ("require_int8", "require_same_outputs"):

        def refused(*_: Any) -> None:
            raise ConversionError("no")

        with monkeypatch.context() as patch:
            patch.setattr(compress, check, refused)
            with pytest.raises(ConversionError):
                compress.compress(build_dir, "tiny", "cluster", Options(), seed=3, calibration=20)
        assert not path.exists()
