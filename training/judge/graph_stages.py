"""The model's graph at each stage, written for TensorBoard and Netron, and listed.

    train    forward pass in training mode (dropout, moving averages), loss, gradients
    frozen   forward pass as it is deployed: variables are constants, dropout and training are gone
    tflite   what runs on the device

The optimizer, which differs from recipe to recipe and is no part of the network, is left out.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL
from codegen.files.text_table import text_table
from codegen.model.tflite import Model
from training import artifacts
from training.errors import DataError
from training.int8.quantize import load_float_model
from training.tf_runtime import load_tensorflow, quiet_output

FOLDER = "graph"
STAGES = ("train", "frozen", "tflite")
_EVENTS = "events.out.tfevents.0.graph"  # the name by which TensorBoard knows such a file
VARIABLE_OPS = ("VarHandleOp", "ReadVariableOp", "AssignVariableOp", "AssignAddVariableOp")


@dataclass(frozen=True)
class GraphListing:
    """ops: how many of each type. tensors: outputs of ops, and constants. parameters: numbers that
    training found, moving averages included until the converter folds them.
    """

    stage: str
    ops: dict[str, int]
    tensors: int
    parameters: int


def write(build_dir: Path, stage: str) -> GraphListing:
    """Write one stage's graph to build_dir/graph/<stage>/ and list it.

    <stage>.pb (binary GraphDef; of tflite model.tflite itself is what Netron reads), an event file
    for TensorBoard, listing.json. Raises DataError (unknown stage), ArtifactError.
    """
    check(stage)
    folder = build_dir / FOLDER / stage
    if stage == "tflite":
        model = Model.read(artifacts.require(netron_file(build_dir, stage), "quantize"))
        graph = tflite_graph(load_tensorflow(), model)
        counts = Counter(op.name for op in model.ops)
        used = {index for op in model.ops for index in (*op.inputs, *op.outputs) if index >= 0}
        tensors = len(used)
        weights = [t for t in model.tensors if t.is_const and t.scales]
        parameters = sum(math.prod(tensor.shape) for tensor in weights)
    else:
        keras_model = load_float_model(artifacts.require(build_dir / FLOAT_MODEL, "train"))
        if len(keras_model.inputs) != 1 or len(keras_model.outputs) != 1:
            raise DataError(
                f"view: {stage} shows models of one input and one output, this one has "
                f"{len(keras_model.inputs)} and {len(keras_model.outputs)}; give --stage tflite"
            )
        function = training_step(keras_model) if stage == "train" else frozen(keras_model)
        graph = function.graph.as_graph_def()
        counts = Counter(node.op for node in graph.node)
        tensors = sum(len(op.outputs) for op in function.graph.get_operations())
        parameters = keras_model.count_params()
        content = graph.SerializeToString(deterministic=True)
        artifacts.atomic_write(netron_file(build_dir, stage), content)
    artifacts.atomic_write(folder / _EVENTS, _event_file(graph))
    listing = GraphListing(stage, dict(counts.most_common()), tensors, parameters)
    artifacts.write_json(folder / "listing.json", asdict(listing))
    return listing


def check(stage: str) -> None:
    """Raises DataError if there is no such stage."""
    if stage not in STAGES:
        raise DataError(f"view: no stage {stage!r}; known: {', '.join(STAGES)}")


def netron_file(build_dir: Path, stage: str) -> Path:
    """What Netron shows of a stage: its GraphDef, or model.tflite itself."""
    if stage == "tflite":
        return build_dir / INT8_MODEL
    return build_dir / FOLDER / stage / f"{stage}.pb"


def text(listing: GraphListing) -> str:
    """The listing."""
    rows = [(name, str(count)) for name, count in listing.ops.items()]
    lines = [
        *text_table(("op", "times"), "lr", rows),
        "",
        f"view: {listing.stage} has {sum(listing.ops.values())} ops, {listing.tensors} tensors, "
        f"{listing.parameters:,} parameters",
    ]
    return "\n".join(lines)


def training_step(model: Any) -> Any:
    """A concrete function (image, label) -> loss and its gradients by the trainable variables.

    image: float32 [batch, H, W, C], label: float32 [batch, classes], one-hot. model: a keras.Model
    whose output is probabilities.
    """
    tf = load_tensorflow()
    import keras

    @tf.function
    def step(image: Any, label: Any) -> Any:
        with tf.GradientTape() as tape:
            said = model(image, training=True)
            loss = tf.reduce_mean(keras.losses.categorical_crossentropy(label, said))
        return loss, tape.gradient(loss, model.trainable_variables)

    return step.get_concrete_function(
        tf.TensorSpec(model.inputs[0].shape, tf.float32, "image"),
        tf.TensorSpec(model.outputs[0].shape, tf.float32, "label"),
    )


def frozen(model: Any) -> Any:
    """A concrete function image -> [what model(image, training=False) is], without variables."""
    tf = load_tensorflow()
    from tensorflow.python.framework.convert_to_constants import (  # the only place that has it
        convert_variables_to_constants_v2,
    )

    @tf.function
    def infer(image: Any) -> Any:
        return model(image, training=False)

    with quiet_output():
        return convert_variables_to_constants_v2(
            infer.get_concrete_function(tf.TensorSpec(model.inputs[0].shape, tf.float32, "image"))
        )


def tflite_graph(tf: Any, model: Model) -> Any:
    """The main subgraph of a .tflite as a GraphDef, which TensorBoard can show: a node an op, an
    input or a constant, with its output's shape; constants without their values.
    """
    graph = tf.compat.v1.GraphDef()
    names: dict[int, str] = {}

    def add(name: str, op: str, outputs: tuple[int, ...], inputs: list[str]) -> None:
        node = graph.node.add(name=name, op=op, input=inputs)
        for place, index in enumerate(outputs):
            names[index] = name if place == 0 else f"{name}:{place}"
            shape = tf.TensorShape(model.tensors[index].shape).as_proto()
            node.attr["_output_shapes"].list.shape.append(shape)
            node.attr["type"].s = model.tensors[index].dtype.encode()

    for place, index in enumerate(model.main.inputs):
        add(f"input_{place}", "Placeholder", (index,), [])
    for op in model.ops:
        scope = f"{op.index:02}_{op.name}"
        for place, index in enumerate(op.inputs):
            if index >= 0 and index not in names:
                add(f"{scope}/constant_{place}", "Const", (index,), [])
        add(scope + "/op", op.name, op.outputs, [names[i] for i in op.inputs if i >= 0])
    for place, index in enumerate(model.main.outputs):
        graph.node.add(name=f"output_{place}", op="Identity", input=[names[index]])
    return graph


def _event_file(graph: Any) -> bytes:
    """The bytes of a TensorBoard log with this graph, the same for the same graph."""
    import tensorflow as tf
    from tensorflow.core.util.event_pb2 import Event

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / _EVENTS
        with tf.io.TFRecordWriter(str(path)) as writer:
            writer.write(Event(file_version="brain.Event:2").SerializeToString())
            content = graph.SerializeToString(deterministic=True)
            writer.write(Event(graph_def=content).SerializeToString())
        return path.read_bytes()
