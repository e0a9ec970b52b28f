"""A converter of models with long recurrent layers. TensorFlow's calibrates no loop, so it gets the
model without its loops and one step of each; WHILE is written around the step here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from codegen.model.tables import with_tables
from training.errors import ConversionError
from training.int8.float_function import FloatFunction
from training.int8.recurrent import fused_lstm, time_loops, while_model
from training.int8.recurrent.time_loops import TimeLoop
from training.int8.recurrent.while_model import Loop, Wiring

_MOST_STEPS = 20_000  # that a cell is calibrated with
_LIKE = 1e-3


def converter(tf: Any, one: FloatFunction, function: Any) -> Any:
    """Of a float model and its function without variables: a TFLiteConverter, or what has its
    settings and does its work."""
    if one.loops:
        return LoopConverter(tf, function, list(zip(one.loops, one.steps(tf), strict=True)))
    return _without_loops(tf, function)


def _without_loops(tf: Any, function: Any) -> Any:
    if fused_lstm.is_in(function):
        return fused_lstm.converter(tf, function)
    # Without a trackable object the converter takes the frozen graph as it is.
    return tf.lite.TFLiteConverter.from_concrete_functions([function])


class LoopConverter:
    """Has what is used of a TFLiteConverter: its settings, as attributes, and `convert`."""

    def __init__(self, tf: Any, function: Any, loops: Sequence[tuple[TimeLoop, Any]]) -> None:
        """function: of the whole model, without variables. loops: each with a step of it."""
        self._tf, self._loops = tf, loops
        self._graph = _Graph(tf, function)
        self.optimizations: list[Any] = []
        self.representative_dataset: Callable[[], Sequence[list[np.ndarray]]] | None = None
        self.target_spec = tf.lite.TargetSpec()
        self.allow_custom_ops = False
        self.inference_input_type = self.inference_output_type = tf.float32

    def convert(self) -> bytes:
        """Raises ConversionError for what is not int8 from end to end."""
        edges = {self.inference_input_type, self.inference_output_type}
        if self.representative_dataset is None or edges != {self._tf.int8}:
            raise ConversionError(
                "a recurrent layer of many steps becomes int8 alone, with int8 inputs and outputs; "
                "quantize the model without --mode, or build the layer with unroll=True"
            )
        graph = self._graph
        seen = graph.seen(self.representative_dataset())
        sources = {mark: graph.source(name) for mark, name in graph.marks.items()}
        outputs = [graph.source(one) for one in graph.outputs]
        given = [key for mark, key in sources.items() if mark[1] == "given"]
        fetches = list(dict.fromkeys(key for key in (*given, *outputs) if isinstance(key, str)))
        feeds = graph.feeds(fetches)
        rest = None
        if fetches:
            function = graph.function(list(feeds.values()), fetches)
            rest = self._converted(function, [[one[key] for key in feeds] for one in seen])
        loops = []
        for number, (one, step) in enumerate(self._loops):
            taken = [sources[(number, "given", i)] for i in range(one.given)]
            results = [key for key in seen[0] if key[:2] == ("loop", number)]
            rows = _steps_of(
                one,
                [[sample[(number, "given", i)] for i in range(one.given)] for sample in seen],
                [sample[results[0]] for sample in seen],
            )
            content = self._converted(step, rows)
            loops.append(Loop(content, one.kept, one.steps, one.rows, taken, len(results)))
        wiring = Wiring(graph.shapes, list(feeds), fetches, outputs)
        return while_model.written(rest, wiring, loops)

    def _converted(self, function: Any, samples: Sequence[list[np.ndarray]]) -> bytes:
        converter = _without_loops(self._tf, function)
        converter.optimizations = self.optimizations
        converter.representative_dataset = lambda: samples
        converter.target_spec = self.target_spec
        converter.allow_custom_ops = self.allow_custom_ops
        converter.inference_input_type = self.inference_input_type
        converter.inference_output_type = self.inference_output_type
        return fused_lstm.with_outputs_as_states(with_tables(converter.convert()))


def _steps_of(
    loop: TimeLoop, given: Sequence[list[np.ndarray]], last: Sequence[np.ndarray]
) -> list[list[np.ndarray]]:
    """What the cell gets at some of the steps of all samples: a row and the states.

    Raises ConversionError if it does not come to what the layer gives.
    """
    import keras

    sequences = np.concatenate([one[0] for one in given])
    states = [np.concatenate(column) for column in zip(*(one[1:] for one in given), strict=True)]
    if not states:
        states = [np.repeat(one, len(sequences), axis=0) for one in loop.first_states()]
    structure = list(loop.layer.get_initial_state(1))
    stride = -(-len(sequences) * loop.steps // _MOST_STEPS)
    taken: list[list[np.ndarray]] = []
    made = np.empty(0)
    for t in range(loop.steps):
        row = sequences[:, t]
        # another part of the samples at each step, so that all of them are seen
        taken += [
            [one[i : i + 1] for one in (row, *states)] for i in range(t % stride, len(row), stride)
        ]
        output, after = loop.layer.cell(
            row, keras.tree.pack_sequence_as(structure, states), training=False
        )
        made, states = np.asarray(output), [np.asarray(x) for x in keras.tree.flatten(after)]
    wanted = np.concatenate(last)
    wanted = wanted[:, -1] if loop.rows else wanted
    if np.abs(made - wanted).max() > _LIKE * max(1e-6, float(np.abs(wanted).max())):
        raise ConversionError(
            f"the layer {loop.layer.name!r} does more than its cell does at each of its "
            f"{loop.steps} steps; build it with unroll=True"
        )
    return taken


class _Graph:
    """The whole model's, and parts of it as functions.

    A key says where a tensor comes from: ("input", i), ("loop", its number, which of its results)
    or, as text, the tensor that ops make.
    """

    def __init__(self, tf: Any, function: Any) -> None:
        self._tf = tf
        graph = function.graph.as_graph_def()
        self._whole = tf.compat.v1.wrap_function(
            lambda: tf.graph_util.import_graph_def(graph, name=""), []
        )
        self._nodes = {one.name: one for one in graph.node}
        self.shapes = [one.shape.as_list() for one in function.inputs]
        self.outputs = [one.name for one in function.outputs]
        self._inputs = [one.name for one in function.inputs]
        found = ((time_loops.mark(one), f"{one}:0") for one in self._nodes)
        self.marks = dict(sorted((mark, name) for mark, name in found if mark))
        self._ends = {name: ("input", i) for i, name in enumerate(self._inputs)} | {
            name: ("loop", mark[0], mark[2])
            for mark, name in self.marks.items()
            if mark[1] == "made"
        }

    def function(self, given: Sequence[str], made: Sequence[str]) -> Any:
        tensor = self._whole.graph.get_tensor_by_name
        return self._whole.prune(list(map(tensor, given)), list(map(tensor, made)))

    def seen(self, samples: Sequence[list[np.ndarray]]) -> list[dict[Any, np.ndarray]]:
        """Of each sample the inputs and what loops give, by their keys, and what loops are given,
        by their marks."""
        keys = [self._ends.get(name, mark) for mark, name in self.marks.items()]
        whole = self.function(self._inputs, list(self.marks.values()))
        return [
            {("input", i): one for i, one in enumerate(sample)}
            | dict(zip(keys, map(np.asarray, whole(*map(self._tf.constant, sample))), strict=True))
            for sample in samples
        ]

    def source(self, name: str) -> Any:
        """The key of a tensor."""
        while name not in self._ends:
            node = self._nodes[name.partition(":")[0]]
            if node.op != "Identity":
                return name
            name = _tensor(node.input[0])
        return self._ends[name]

    def feeds(self, wanted: Sequence[str]) -> dict[Any, str]:
        """Keys and names of what tensors are computed from."""
        waiting, seen = list(wanted), set[str]()
        for name in waiting:
            if name in self._ends:
                seen.add(name)
            else:
                given = self._nodes[name.partition(":")[0]].input
                new = dict.fromkeys(_tensor(one) for one in given if not one.startswith("^"))
                waiting += [one for one in new if one not in set(waiting)]
        return {key: name for name, key in self._ends.items() if name in seen}


def _tensor(name: str) -> str:
    return name if ":" in name else f"{name}:0"
