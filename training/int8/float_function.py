"""A float model as one function for a batch of 1, of constants and ops, for the converter.

It is traced from the model itself; nothing is cloned, so that what lives outside of weights comes
along. What only Keras's conveniences put into the graph goes: an input that is cast before anything
else is taken in the type that it is cast to, indices below 0 are not looked for, and zeros have no
sign.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from codegen.model.pixels import UNIT
from training.errors import ArtifactError, ConversionError, first_line
from training.int8 import lacking_ops
from training.int8.edges import LEVELS, Edge, Edges
from training.int8.recurrent import fused_lstm, time_loops
from training.int8.recurrent.time_loops import TimeLoop

_CASTS_KEPT = ("float32", "int32")  # what the runtime's kernels read
_MOVES = ("Identity", "Cast", "Reshape", "ExpandDims", "Squeeze", "Transpose")
# A scale of 1/64 or less is meant for pixels of 0..255; a mean above 1 was taken from such.
_PIXEL_SCALE = 64
_UNROLLED_STEPS = 128
_LIKE = 1e-3  # of the largest output, which sums in another order stay far below


@dataclass(frozen=True)
class FloatFunction:
    """name: in messages. edges: as the model declares them. traced: a concrete function of its
    inputs, and `owner` what its variables live in. own: the model itself, called with a list of
    its inputs [1, *shape]. loops: of layers that go over more steps than are unrolled."""

    name: str
    edges: Edges
    traced: Any
    owner: Any
    own: Callable[[list[Any]], Any]
    loops: tuple[TimeLoop, ...] = ()

    def frozen(self, tf: Any) -> Any:
        """A concrete function without variables. Raises ArtifactError for weights that are no
        numbers and for arithmetic of half precision, ConversionError for a loop."""
        from tensorflow.python.framework.convert_to_constants import (  # the only place that has it
            convert_variables_to_constants_v2,
        )

        self._require_numbers()
        _refuse_halves(tf, self.traced.graph, self.name)
        _refuse_loops(self.traced.graph.as_graph_def(), self.name)
        constant = convert_variables_to_constants_v2(self.traced, lower_control_flow=not self.loops)
        graph = constant.graph.as_graph_def()
        inputs = [one.op.name for one in constant.inputs]
        outputs = [one.name for one in constant.outputs]
        nodes = _Nodes(tf, graph)
        for name in inputs:
            nodes.settle_type(name, outputs)
        nodes.drop_negative_indices()
        nodes.drop_signs_of_zero()
        lacking_ops.replace(tf, graph, lambda name: _shape(constant.graph, name))
        fused_lstm.mark(graph, self.traced.graph.as_graph_def())
        whole = tf.compat.v1.wrap_function(
            lambda: tf.graph_util.import_graph_def(graph, name=""), []
        )
        tensor = whole.graph.get_tensor_by_name
        return whole.prune([tensor(f"{name}:0") for name in inputs], list(map(tensor, outputs)))

    def steps(self, tf: Any) -> list[Any]:
        """Of each of the loops, what it does in a round, as `frozen` has the model."""
        return [
            FloatFunction(
                f"{self.name}: {one.layer.name}", self.edges, one.step, one.layer, one.step
            ).frozen(tf)
            for one in self.loops
        ]

    def answers(self, tf: Any, samples: Sequence[list[np.ndarray]]) -> list[np.ndarray]:
        """For each output an array [N, ...]. samples: each a list of the inputs [1, *shape]."""
        rows = [
            [np.asarray(one)[0] for one in tf.nest.flatten(self.traced(*self._given(tf, sample)))]
            for sample in samples
        ]
        return [np.stack(column) for column in zip(*rows, strict=True)]

    def _given(self, tf: Any, sample: list[np.ndarray]) -> list[Any]:
        return [
            tf.constant(values.astype(edge.dtype))
            for values, edge in zip(sample, self.edges.inputs, strict=True)
        ]

    def require_same(self, tf: Any, function: Any, samples: Sequence[list[np.ndarray]]) -> None:
        """Raises ConversionError if the function's outputs are not the model's for each of the
        samples, a list of its inputs [1, *shape]."""
        for sample in samples:
            given = self._given(tf, sample)
            wanted = [np.asarray(one) for one in tf.nest.flatten(self.own(given))]
            typed = zip(given, function.inputs, strict=True)
            made = function(*(tf.cast(values, tensor.dtype) for values, tensor in typed))
            for one, other in zip(wanted, map(np.asarray, made), strict=True):
                _require_close(self.name, one, other)

    def _require_numbers(self) -> None:
        for variable in self.traced.variables:
            values = np.asarray(variable)
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                count = int((~np.isfinite(values)).sum())
                raise ArtifactError(
                    f"{self.name}: {count} of the {values.size} weights of "
                    f"{getattr(variable, 'path', variable.name)!r} are NaN or infinite; train it "
                    "again, with a lower learning rate"
                )


def of_keras(tf: Any, model: Any, called: str) -> FloatFunction:
    """A keras.Model, `called` so in messages. In the model itself names that no graph can have are
    changed, and recurrent layers unrolled or, where they are long LSTMs, one op each.

    Raises ArtifactError if it is not built or has an open dimension.
    """
    import keras

    _require_built(model, called)
    _rename(model)
    structure = model.inputs[0] if isinstance(model, keras.Sequential) else model.input
    inputs = keras.tree.flatten(structure)
    names = [one.name for one in inputs]
    if isinstance(structure, dict) and len(structure) == len(inputs):
        names = sorted(structure)  # as they are flattened
    specs = [
        _fixed(tf, tf.TensorSpec(one.shape, one.dtype, f"x{i}"), name)
        for i, (one, name) in enumerate(zip(inputs, names, strict=True))
    ]

    def own(given: Sequence[Any]) -> Any:
        return model(keras.tree.pack_sequence_as(structure, list(given)), training=False)

    @tf.function
    def call(*given: Any) -> Any:
        return own(given)

    with _recurrent_as_ops(tf, model) as loops:
        traced = call.get_concrete_function(*specs)
    if loops:  # step by step outside of a graph takes seconds a sample
        own = tf.function(own)
    return FloatFunction(called, _edges(tf, traced, names), traced, model, own, tuple(loops))


def _require_built(model: Any, name: str) -> None:
    """Raises ArtifactError for a model of which nobody said what it takes."""
    if not getattr(model, "built", False) or not getattr(model, "inputs", None):
        raise ArtifactError(
            f"{name}: the model does not know its input's shape; give it a keras.Input, or call it "
            "once on data before it is saved"
        )


def _rename(model: Any) -> None:
    """Names of layers become scopes of the graph, which are ASCII without spaces."""
    taken: set[str] = set()
    for layer in model._flatten_layers():
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", layer.name)
        if not name[:1].isalnum():
            name = f"layer{name}"
        if name != layer.name:
            while name in taken:
                name += "_"
            layer.name = name
        taken.add(name)


@contextlib.contextmanager
def _recurrent_as_ops(tf: Any, model: Any) -> Iterator[list[TimeLoop]]:
    """What recurrent layers do over time is unrolled, of a long LSTM one op, else one of the loops
    that are listed while the model is traced; what is left of them is refused."""
    layers = [one for one in model._flatten_layers() if getattr(one, "unroll", None) is False]
    owns = [layer.call for layer in layers]
    loops: list[TimeLoop] = []
    for layer, own in zip(layers, owns, strict=True):
        layer.call = _over_time(tf, layer, own, loops)
    try:
        yield loops
    finally:
        for layer, own in zip(layers, owns, strict=True):
            layer.call = own


def _over_time(
    tf: Any, layer: Any, own: Callable[..., Any], loops: list[TimeLoop]
) -> Callable[..., Any]:
    def call(sequences: Any, *others: Any, **named: Any) -> Any:
        steps, initial = sequences.shape[1], named.get("initial_state")
        if steps is not None and steps <= _UNROLLED_STEPS:
            layer.unroll = True
            # Gates have a product each: SPLIT, which would take one product of all apart, has one
            # scale for them, which the converter gives them now and then only.
            cell: Any = getattr(layer, "cell", None)
            if hasattr(cell, "implementation"):
                cell.implementation = 1
        elif steps is not None and not others and named.get("mask") is None:
            if initial is None and fused_lstm.fits(layer):
                return fused_lstm.call(tf, layer, sequences)
            if not layer.stateful:
                return time_loops.call(tf, layer, own, (sequences, initial), loops)
        return own(sequences, *others, **named)

    return call


def of_saved_model(tf: Any, folder: Path) -> FloatFunction:
    """The signature serving_default of a SavedModel, else its first. Loading it runs its code.

    Raises ArtifactError.
    """
    if not (folder / "saved_model.pb").is_file():
        raise ArtifactError(f"{folder}: no SavedModel, saved_model.pb is missing")
    try:
        loaded = tf.saved_model.load(str(folder))
    except tf.errors.PermissionDeniedError:  # it wrote a file
        raise
    except Exception as error:  # noqa: BLE001 - ValueError, OSError, tf.errors of any kind
        raise ArtifactError(
            f"{folder}: no SavedModel that can be read ({first_line(error)}); export it again"
        ) from None
    signatures = dict(loaded.signatures)
    if not signatures:
        raise ArtifactError(f"{folder}: the SavedModel has no signature to call; export it anew")
    signature = signatures.get("serving_default") or next(iter(signatures.values()))
    specs = signature.structured_input_signature[1]
    names = sorted(specs)

    @tf.function
    def call(*given: Any) -> Any:
        return signature(**dict(zip(names, given, strict=True)))

    traced = call.get_concrete_function(
        *(
            _fixed(tf, tf.TensorSpec(specs[one].shape, specs[one].dtype, f"x{i}"), one)
            for i, one in enumerate(names)
        )
    )
    return FloatFunction(str(folder), _edges(tf, traced, names), traced, loaded, lambda x: call(*x))


def _edges(tf: Any, traced: Any, names: Sequence[str]) -> Edges:
    def edge(tensor: Any, name: str) -> Edge:
        if not tensor.dtype.is_numpy_compatible or tensor.dtype.name == "string":
            raise ArtifactError(
                f"{name or 'an output'!r} is {tensor.dtype.name}; microcontrollers take numbers: "
                "leave layers for text out of the model"
            )
        return Edge(name, tuple(tensor.shape[1:]), tensor.dtype.name)

    given = traced.inputs[: len(names)]  # captured variables and constants come behind
    inputs = tuple(map(edge, given, names))
    made = traced.structured_outputs
    labels = sorted(made) if isinstance(made, dict) else [""] * len(traced.outputs)
    if len(labels) != len(traced.outputs):
        labels = [""] * len(traced.outputs)
    outputs = tuple(map(edge, traced.outputs, labels))
    return Edges(inputs, outputs, _pixels(tf, traced, inputs))


def _fixed(tf: Any, spec: Any, name: str) -> Any:
    """The spec with a batch of 1. Raises ArtifactError if another dimension is open."""
    if spec.shape.rank is None:
        raise ArtifactError(
            f"input {name!r} has any shape; state one, with an open batch, when exporting the model"
        )
    shape = [1 if axis == 0 else extent for axis, extent in enumerate(spec.shape)]
    if any(extent is None for extent in shape):
        raise ArtifactError(
            f"input {name!r} has shape {list(spec.shape)}; only the batch may be open: give the "
            "other dimensions when building the model"
        )
    return tf.TensorSpec(shape, spec.dtype, spec.name)


def _shape(graph: Any, name: str) -> list[int]:
    """Of a node's first output, as it was before anything was changed; [] if it is open."""
    shape = graph.get_tensor_by_name(f"{name}:0").shape
    return shape.as_list() if shape.is_fully_defined() else []


def _refuse_halves(tf: Any, graph: Any, name: str) -> None:
    """Raises ArtifactError: the converter would blame a layer that it knows well."""
    halves = (tf.float16, tf.bfloat16)
    made = (tensor for op in graph.get_operations() for tensor in op.outputs)
    found = next((one for one in made if one.dtype in halves), None)
    if found is not None:
        raise ArtifactError(
            f"{name}: {found.op.name!r} computes in {found.dtype.name}; build the model under the "
            "policy float32, without mixed precision, load its weights, and save that"
        )


def _refuse_loops(graph: Any, name: str) -> None:
    """Raises ConversionError: with a loop in the model the converter's calibration crashes."""
    nodes = [*graph.node, *(node for part in graph.library.function for node in part.node_def)]
    loops = (node.name for node in nodes if node.op in ("While", "StatelessWhile"))
    known = (fused_lstm.is_its_loop, time_loops.is_its_loop)
    loop = next((one for one in loops if not any(is_its(one) for is_its in known)), None)
    if loop:
        raise ConversionError(
            f"{name}: {loop} is a loop, as recurrent layers make them, and the converter cannot "
            "calibrate one; give the .keras file, whose layers may have any number of steps unless "
            f"they are stateful or masked (then up to {_UNROLLED_STEPS}), replace the layer by "
            "convolutions over time, make a model of one step of it (docs/models.md), or, if flash "
            "allows, build it with unroll=True"
        )


def _require_close(name: str, wanted: np.ndarray, made: np.ndarray) -> None:
    if not np.isfinite(wanted).all():
        raise ConversionError(
            f"{name}: its answer to a calibration sample is NaN or infinite; look at its weights, "
            "and at whether the samples are what it was trained on"
        )
    limit = _LIKE * max(1e-6, float(np.abs(wanted.astype(np.float64)).max(initial=0)))
    off = float(np.abs(wanted.astype(np.float64) - made).max(initial=0))
    if wanted.shape != made.shape or off > limit:
        raise ConversionError(
            f"{name}: the function that is converted gives answers up to {off:.3g} from the "
            "model's own; a layer of it is random, or keeps a state that is not saved"
        )


def _pixels(tf: Any, traced: Any, inputs: tuple[Edge, ...]) -> tuple[float, float]:
    """0 to 255 where the model takes bytes, or scales or shifts its input as only pixels of that
    range need it; else 0 to 1."""
    if len(inputs) != 1:
        return UNIT
    if inputs[0].dtype == "uint8":
        return LEVELS
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    constant = convert_variables_to_constants_v2(traced)
    nodes = _Nodes(tf, constant.graph.as_graph_def())
    return LEVELS if nodes.scales_pixels(constant.inputs[0].op.name) else UNIT


class _Nodes:
    """The nodes of a graph, to be changed in place."""

    def __init__(self, tf: Any, graph: Any) -> None:
        self._tf = tf
        self._nodes = {node.name: node for node in graph.node}
        self._readers: dict[str, list[Any]] = {}
        for node in graph.node:
            for one in node.input:
                if not one.startswith("^"):
                    self._readers.setdefault(_node_name(one), []).append(node)

    def settle_type(self, name: str, outputs: Sequence[str]) -> None:
        """An input that nothing reads but casts to one type gets that type."""
        given = self._nodes[name]
        passed, casts, shapes = [given], list[Any](), list[Any]()
        kinds = {"Identity": passed, "Cast": casts, "Shape": shapes}
        for node in passed:
            for reader in self._readers.get(node.name, []):
                if reader.op not in kinds:
                    return
                kinds[reader.op].append(reader)
        types = {cast.attr["DstT"].type for cast in casts}
        returned = {_node_name(one) for one in outputs}
        if len(types) != 1 or returned & {node.name for node in passed}:
            return
        (wanted,) = types
        if self._tf.dtypes.as_dtype(wanted).name not in _CASTS_KEPT:
            return
        given.attr["dtype"].type = wanted
        for node in (*passed[1:], *shapes):
            node.attr["T"].type = wanted
        for cast in casts:
            _make_identity(cast, cast.input[0], wanted)

    def drop_negative_indices(self) -> None:
        """`where(i < 0, i + n, i)`, by which Keras counts from the end, becomes i where it is an
        index into a table."""
        for node in self._nodes.values():
            if node.op != "SelectV2":
                continue
            readers = self._readers.get(node.name, [])
            if not readers or any(one.op not in ("GatherV2", "ResourceGather") for one in readers):
                continue
            index = node.input[2]
            below = self._nodes[_node_name(node.input[0])]
            moved = self._nodes[_node_name(node.input[1])]
            if (
                below.op == "Less"
                and below.input[0] == index
                and self._is_zero(below.input[1])
                and moved.op in ("AddV2", "Add")
                and index in moved.input
            ):
                _make_identity(node, index, node.attr["T"].type)

    def drop_signs_of_zero(self) -> None:
        """`where(x is -0.0, -tiny, x)`, by which Keras puts -0.0 before 0.0 for ArgMax, becomes x:
        quantized, there is one zero."""
        least = -np.finfo(np.float32).tiny
        for node in self._nodes.values():
            chosen = self._constant(node.input[1]) if node.op == "SelectV2" else None
            if chosen is not None and chosen.dtype.kind == "f" and (chosen == least).all():
                _make_identity(node, node.input[2], node.attr["T"].type)

    def scales_pixels(self, name: str) -> bool:
        """Whether what is done first to an input is meant for pixels of 0 to 255."""
        return any(self._is_for_pixels(node) for node in self._first_sums(name))

    def _first_sums(self, name: str) -> Iterator[Any]:
        waiting = [name]
        for one in waiting:
            for reader in self._readers.get(one, []):
                if reader.op in _MOVES:
                    waiting.append(reader.name)
                else:
                    yield reader

    def _is_for_pixels(self, node: Any) -> bool:
        if node.op not in ("Mul", "RealDiv", "Sub"):
            return False
        values = [one for one in map(self._constant, node.input) if one is not None]
        value = values[0] if len(values) == 1 else np.empty(0, np.float32)
        if value.dtype.kind != "f" or not value.size:
            return False
        size = np.abs(value)
        if node.op == "Mul":
            return bool(0 < size.max() <= 1 / _PIXEL_SCALE)
        return bool(size.min() >= _PIXEL_SCALE if node.op == "RealDiv" else value.mean() > 1)

    def _is_zero(self, name: str) -> bool:
        value = self._constant(name)
        return value is not None and not value.any()

    def _constant(self, name: str) -> np.ndarray | None:
        """What a tensor always is, None where that depends on the input."""
        node = self._nodes[_node_name(name)]
        while node.op == "Identity":
            node = self._nodes[_node_name(node.input[0])]
        if node.op != "Const":
            return None
        found: np.ndarray = self._tf.make_ndarray(node.attr["value"].tensor)
        return found


def _node_name(tensor: str) -> str:
    return tensor.removeprefix("^").partition(":")[0]


def _make_identity(node: Any, source: str, dtype: int) -> None:
    node.op = "Identity"
    del node.input[:]
    node.input.append(source)
    node.attr.clear()
    node.attr["T"].type = dtype
