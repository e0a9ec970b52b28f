"""The graph at each stage: what freezing takes away, and that the answers stay."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

from codegen.model.tflite import Model, Op, Subgraph, Tensor
from training.errors import DataError
from training.judge import graph_stages
from training.tf_runtime import load_tensorflow


@pytest.fixture(scope="module")
def network() -> Any:
    """Untrained, with all that training needs and inference does not."""
    load_tensorflow(seed=1)
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def ops(function: Any) -> Counter[str]:
    return Counter(node.op for node in function.graph.as_graph_def().node)


def is_random(op: str) -> bool:
    return "Random" in op or "Dropout" in op


def test_the_training_graph_has_variables_dropout_loss_and_gradients(network: Any) -> None:
    found = ops(graph_stages.training_step(network))
    assert any(is_random(op) for op in found)
    assert found["ReadVariableOp"] and found["AssignVariableOp"]
    assert found["Conv2DBackpropFilter"] == 1


def test_the_frozen_graph_has_no_variable_and_no_dropout_and_the_same_answers(
    network: Any,
) -> None:
    function = graph_stages.frozen(network)
    found = ops(function)
    assert not set(found) & set(graph_stages.VARIABLE_OPS)
    assert not any(is_random(op) or "Grad" in op or "Backprop" in op for op in found)
    assert not any(tensor.dtype.name == "resource" for tensor in function.inputs)
    images = np.random.default_rng(1).random((50, 8, 8, 1), np.float32)
    tf = load_tensorflow()
    (answers,) = function(tf.constant(images))
    expected = np.asarray(network(images, training=False))
    # Freezing folds constants, which may change the last bit.
    np.testing.assert_allclose(answers, expected, rtol=1e-5)
    np.testing.assert_array_equal(np.argmax(answers, axis=1), expected.argmax(axis=1))


def test_every_stage_is_written_and_listed(network: Any, tmp_path: Path) -> None:
    network.save(tmp_path / "float.keras")
    for stage in ("train", "frozen"):
        listing = graph_stages.write(tmp_path, stage)
        folder = tmp_path / graph_stages.FOLDER / stage
        assert listing.parameters == network.count_params()
        assert json.loads((folder / "listing.json").read_text())["ops"] == listing.ops
        events = list(EventFileLoader(str(next(folder.glob("events.*")))).Load())
        graph = load_tensorflow().compat.v1.GraphDef.FromString(events[1].graph_def)
        assert Counter(node.op for node in graph.node) == Counter(listing.ops)
        netron = graph_stages.netron_file(tmp_path, stage)
        assert netron.read_bytes() == graph.SerializeToString(deterministic=True)
        assert f"\n{next(iter(listing.ops))} " in graph_stages.text(listing)


def test_a_tflite_is_a_graph_of_its_ops_and_constants() -> None:
    def tensor(index: int, shape: tuple[int, ...], data: bytes | None = None) -> Tensor:
        return Tensor(index, "", shape, "INT8", (1.0,), (0,), 0, data, 8, False)

    tensors = (tensor(0, (1, 4)), tensor(1, (2, 4), bytes(8)), tensor(2, (1, 2)))
    op = Op(0, "FULLY_CONNECTED", None, 1, (0, 1, -1), (2,))
    graph = graph_stages.tflite_graph(
        load_tensorflow(), Model(b"", (Subgraph(0, "", tensors, (op,), (0,), (2,)),))
    )
    nodes = {node.name: node for node in graph.node}
    assert list(nodes["00_FULLY_CONNECTED/op"].input) == [
        "input_0",
        "00_FULLY_CONNECTED/constant_1",
    ]
    assert list(nodes["output_0"].input) == ["00_FULLY_CONNECTED/op"]
    shape = nodes["00_FULLY_CONNECTED/op"].attr["_output_shapes"].list.shape[0]
    assert [one.size for one in shape.dim] == [1, 2]


def test_an_unknown_stage(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no stage 'int8'; known: train, frozen, tflite"):
        graph_stages.write(tmp_path, "int8")
