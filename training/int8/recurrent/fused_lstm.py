"""LSTMs over long sequences, as one op each: a function that says that it is an LSTM becomes the
converter's UNIDIRECTIONAL_SEQUENCE_LSTM, for which the number of steps does not matter.

What makes it one are the attributes of the function, and its arguments and results: those of
tf_keras's LSTM, which the converter knows. Freezing variables takes the first attribute away, and
functions apart that have no other; so it is set after that, and the converter has to read the
function from a SavedModel, for it freezes anew what it gets otherwise.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from typing import Any
from unittest import mock

import flatbuffers
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

_NAME = "fused_lstm"
_IMPLEMENTS = "api_implements"
# Without these an optimizer puts a function in its call's place, or takes arguments out of it.
_FOR_FREEZING = {"_noinline": True, "_nospecialize": True}
_ATTRIBUTES = {**_FOR_FREEZING, "time_major": False, "go_backwards": False}


def fits(layer: Any) -> bool:
    """Whether the op computes what the layer does, from a state of zeros on."""
    import keras

    return (
        isinstance(layer, keras.layers.LSTM)
        and layer.activation is keras.activations.tanh
        and layer.recurrent_activation is keras.activations.sigmoid
        and not (layer.stateful or layer.return_state)
    )


def call(tf: Any, layer: Any, sequences: Any) -> Any:
    """The layer's output for float32 sequences [1, steps, features]."""
    cell = layer.cell
    units = cell.units
    given = tf.reverse(sequences, [1]) if layer.go_backwards else sequences
    zeros = tf.zeros((1, units))
    bias = tf.convert_to_tensor(cell.bias) if cell.use_bias else tf.zeros((4 * units,))
    weights = [tf.convert_to_tensor(one) for one in (cell.kernel, cell.recurrent_kernel)]
    with _any_attributes():
        made = _function(tf, units, sequences.shape[1])(given, zeros, zeros, *weights, bias)
    last, rows, *_ = made
    return rows if layer.return_sequences else last


def _function(tf: Any, units: int, steps: int) -> Any:
    """Of (sequences, hidden state, cell state, kernel, recurrent kernel, bias)."""

    def fused_lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        def step(i: Any, h: Any, c: Any, rows: Any) -> Any:
            sums = tf.matmul(tf.gather(x, i, axis=1), kernel) + tf.matmul(h, recurrent) + bias
            into, kept, new, out = tf.split(sums, 4, axis=1)
            c = tf.sigmoid(kept) * c + tf.sigmoid(into) * tf.tanh(new)
            h = tf.sigmoid(out) * tf.tanh(c)
            return i + 1, h, c, rows.write(i, h)

        rows = tf.TensorArray(tf.float32, steps, element_shape=(1, units))
        _, h, c, rows = tf.while_loop(lambda i, *_: i < steps, step, (0, h, c, rows), name=_NAME)
        return h, tf.transpose(rows.stack(), [1, 0, 2]), h, c, tf.constant(0.0)

    return tf.function(fused_lstm, autograph=False, experimental_attributes=_ATTRIBUTES)


@contextlib.contextmanager
def _any_attributes() -> Iterator[None]:
    """TensorFlow lets only some attributes through; the one that keeps an optimizer from taking
    arguments out of a function is none of them."""
    from tensorflow.python.eager.polymorphic_function import attributes  # the only place

    with contextlib.ExitStack() as stack:
        for name in [one for one in vars(attributes) if one.endswith("_ALLOWLIST")]:
            wider = getattr(attributes, name) | _ATTRIBUTES.keys()
            stack.enter_context(mock.patch.object(attributes, name, wider))
        yield


def is_its_loop(node_name: str) -> bool:
    """Whether a loop of a graph is that of such a function, which does not stay."""
    return node_name.startswith(_NAME)


def mark(graph: Any, traced: Any) -> None:
    """Has the functions of a GraphDef say what they are. traced: the GraphDef before it was frozen,
    which knows the shapes of their arguments. They get names of their own, for they are no longer
    what TensorFlow knows by their old ones."""
    library = {one.signature.name: one for one in traced.library.function}
    renamed = {name: f"{name}_{_NAME}" for name, one in library.items() if _is_one(one)}
    if not renamed:
        return
    for name, new in renamed.items():
        function = graph.library.function.add()
        function.CopyFrom(library[name])
        function.signature.name = new
        function.attr[_IMPLEMENTS].s = f"lstm_{name}".encode()
        for attribute in _FOR_FREEZING:
            del function.attr[attribute]
    kept = {one.signature.name: one for one in (*traced.library.function, *graph.library.function)}
    del graph.library.function[:]
    graph.library.function.extend(one for name, one in kept.items() if name not in renamed)
    for node in graph.node:
        called = node.attr["f"].func if "f" in node.attr else None
        if called is not None and called.name in renamed:
            called.name = renamed[called.name]


def _is_one(function: Any) -> bool:
    return _ATTRIBUTES.keys() <= set(function.attr)


def is_in(function: Any) -> bool:
    """Whether a concrete function calls such functions."""
    library = function.graph.as_graph_def().library
    return any(_IMPLEMENTS in one.attr for one in library.function)


def converter(tf: Any, function: Any) -> Any:
    """A TFLiteConverter of a concrete function without variables, which is read from a SavedModel
    each time that it converts."""
    # by their names, as the converter orders them
    specs = [tf.TensorSpec(x.shape, x.dtype, f"x{i:03}") for i, x in enumerate(function.inputs)]

    @tf.function(input_signature=specs)
    def whole(*given: Any) -> Any:
        return {f"y{i:03}": y for i, y in enumerate(tf.nest.flatten(function(*given)))}

    folder = tempfile.mkdtemp()
    module = tf.Module()
    module.whole = whole
    tf.saved_model.save(module, folder, signatures=whole.get_concrete_function())
    made = tf.lite.TFLiteConverter.from_saved_model(folder)
    weakref.finalize(made, shutil.rmtree, folder, ignore_errors=True)
    return made


_HIDDEN = 18  # input of the op


def with_outputs_as_states(content: bytes) -> bytes:
    """A .tflite in which each LSTM's hidden state, which its last output becomes, has the output's
    scale and zero point. The converter leaves the state's as they were where it gives the output
    others, as for a CONCATENATION behind it. What is no .tflite is left to those who refuse it."""
    if content[4:8] != b"TFL3":
        return content
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    changed = False
    for graph in model.subgraphs:
        for op in graph.operators:
            code = model.operatorCodes[op.opcodeIndex].builtinCode
            if code == schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM:
                state, output = (graph.tensors[int(i)] for i in (op.inputs[_HIDDEN], op.outputs[0]))
                if output.quantization is None or output.quantization.scale is None:
                    continue  # float32, which others refuse
                changed |= list(state.quantization.scale) != list(output.quantization.scale)
                state.quantization = output.quantization
    if not changed:
        return content
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
