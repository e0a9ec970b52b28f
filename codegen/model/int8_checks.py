"""Can this firmware run the model? Each check raises with the op, the tensor and how to fix it.

Full-int8 means: weights and activations are INT8; INT32 is allowed only where an op takes a bias,
a shape, an axis, a padding or an index, and on the integer ops with which converters compute
shapes (SHAPE, STRIDED_SLICE, PACK ...). 16x8 means: activations are INT16, weights INT8, biases
INT64; not every op has that form. What a custom op takes is its own affair. Inputs and
outputs may be of any number, type and rank; plain models, of one int8 input and one int8 output,
are served one sample a request, and pictures are sent to those alone.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Collection

from codegen.errors import UnsupportedModelError
from codegen.model.op_table import load_custom_ops, load_supported_ops
from codegen.model.tflite import Model, Op, Subgraph, Tensor

_Types = frozenset[str]

_DATA: _Types = frozenset({"INT8"})
_WIDE: _Types = frozenset({"INT8", "INT16"})  # activations that are either
_INTEGER: _Types = frozenset({"INT32"})  # shape, axes, paddings, indices
_LONG: _Types = frozenset({"INT32", "INT64"})
_BIAS = _LONG  # of int8, of 16x8
_SHAPE_ARITHMETIC: _Types = frozenset({"INT8", "INT32"})
_ARITHMETIC: _Types = _SHAPE_ARITHMETIC | _WIDE
_QUANTIZED: _Types = frozenset({"INT8", "UINT8", "INT16", "INT32"})  # QUANTIZE converts these
_REAL: _Types = frozenset({"INT8", "FLOAT32"})
_MOVED: _Types = _ARITHMETIC | {"FLOAT32"}  # converters keep some variables in float
_BOOL: _Types = frozenset({"BOOL"})
_CAST: _Types = frozenset({"INT8", "INT16", "INT32", "UINT32", "FLOAT32", "BOOL"})
_COMPARED: _Types = frozenset({"INT8", "INT32", "INT64", "FLOAT32"})
_FLOAT: _Types = frozenset({"FLOAT32"})
_SELECTED: _Types = frozenset({"INT8", "INT16", "FLOAT32"})
_CUT: _Types = _MOVED | _BOOL
_PACKED: _Types = _ARITHMETIC | {"INT64"}
_FILLED: _Types = _MOVED | {"INT64"}
_RESOURCE: _Types = frozenset({"RESOURCE"})  # handle of a streaming model's variable
_ANY: _Types = _FILLED | _BOOL | {"UINT8"}  # of whatever is moved as it is, subgraphs' edges, too
_STATE: _Types = frozenset({"INT16"})  # a recurrent cell's own

# Types of inputs and of outputs by position, the last one repeated; every op that is not
# listed takes and gives INT8 only.
_SIGNATURES: dict[str, tuple[tuple[_Types, ...], tuple[_Types, ...]]] = {
    "CONV_2D": ((_WIDE, _DATA, _BIAS), (_WIDE,)),
    "DEPTHWISE_CONV_2D": ((_WIDE, _DATA, _BIAS), (_WIDE,)),
    "FULLY_CONNECTED": ((_WIDE, _DATA, _BIAS), (_WIDE,)),
    "TRANSPOSE_CONV": ((_INTEGER, _DATA, _WIDE, _BIAS), (_WIDE,)),
    "ADD": ((_MOVED,), (_MOVED,)),
    "SUB": ((_MOVED,), (_MOVED,)),
    "DIV": ((_SHAPE_ARITHMETIC | _FLOAT,), (_SHAPE_ARITHMETIC | _FLOAT,)),
    "MUL": ((_MOVED,), (_MOVED,)),
    "MEAN": ((_WIDE, _INTEGER), (_WIDE,)),
    "SUM": ((_WIDE, _INTEGER), (_WIDE,)),
    "REDUCE_MAX": ((_DATA, _INTEGER), (_DATA,)),
    "REDUCE_MIN": ((_DATA, _INTEGER), (_DATA,)),
    "PAD": ((_WIDE, _INTEGER), (_WIDE,)),
    "PADV2": ((_WIDE, _INTEGER, _WIDE), (_WIDE,)),
    "MIRROR_PAD": ((_DATA, _INTEGER), (_DATA,)),
    "BROADCAST_TO": ((_ANY - _FLOAT, _LONG), (_ANY - _FLOAT,)),
    "TRANSPOSE": ((_WIDE, _INTEGER), (_WIDE,)),
    "RESIZE_NEAREST_NEIGHBOR": ((_WIDE, _INTEGER), (_WIDE,)),
    "RESIZE_BILINEAR": ((_DATA, _INTEGER), (_DATA,)),
    "SPLIT": ((_INTEGER, _ARITHMETIC), (_ARITHMETIC,)),
    "SPLIT_V": ((_ARITHMETIC, _INTEGER), (_ARITHMETIC,)),
    "ARG_MAX": ((_DATA, _INTEGER), (_INTEGER,)),
    "ARG_MIN": ((_DATA, _INTEGER), (_INTEGER,)),
    "SPACE_TO_BATCH_ND": ((_DATA, _INTEGER), (_DATA,)),
    "BATCH_TO_SPACE_ND": ((_DATA, _INTEGER), (_DATA,)),
    "QUANTIZE": ((_QUANTIZED | {"FLOAT32"},), (_QUANTIZED,)),
    "DEQUANTIZE": ((_QUANTIZED - {"INT32"},), (_FLOAT,)),
    "SHAPE": ((_ANY - _FLOAT,), (_INTEGER,)),
    "RESHAPE": ((_ANY, _INTEGER), (_ANY,)),
    "EXPAND_DIMS": ((_MOVED, _INTEGER), (_MOVED,)),
    "GATHER": ((_SHAPE_ARITHMETIC, _INTEGER), (_SHAPE_ARITHMETIC,)),
    "SLICE": ((_CUT, _INTEGER), (_CUT,)),
    "STRIDED_SLICE": ((_CUT, _INTEGER), (_CUT,)),
    "SQUEEZE": ((_ANY,), (_ANY,)),
    "PACK": ((_PACKED,), (_PACKED,)),
    "UNPACK": ((_ARITHMETIC,), (_ARITHMETIC,)),
    "CONCATENATION": ((_FILLED | _BOOL,), (_FILLED | _BOOL,)),
    "MINIMUM": ((_MOVED,), (_MOVED,)),
    "MAXIMUM": ((_MOVED,), (_MOVED,)),
    "SOFTMAX": ((_WIDE,), (_WIDE,)),
    "BROADCAST_ARGS": ((_INTEGER,), (_INTEGER,)),
    "CAST": ((_CAST,), (_CAST,)),
    "CUMSUM": ((_DATA, _INTEGER), (_DATA,)),
    "EMBEDDING_LOOKUP": ((_INTEGER, _REAL), (_REAL,)),
    "EQUAL": ((_COMPARED | _BOOL,), (_BOOL,)),
    "NOT_EQUAL": ((_COMPARED | _BOOL,), (_BOOL,)),
    "GREATER": ((_COMPARED,), (_BOOL,)),
    "GREATER_EQUAL": ((_COMPARED,), (_BOOL,)),
    "LESS": ((_COMPARED,), (_BOOL,)),
    "LESS_EQUAL": ((_COMPARED,), (_BOOL,)),
    "LOGICAL_AND": ((_BOOL,), (_BOOL,)),
    "LOGICAL_OR": ((_BOOL,), (_BOOL,)),
    "LOGICAL_NOT": ((_BOOL,), (_BOOL,)),
    "REDUCE_ALL": ((_BOOL, _INTEGER), (_BOOL,)),
    "SELECT_V2": ((_BOOL, _SELECTED), (_SELECTED,)),
    "FILL": ((_INTEGER, _MOVED), (_MOVED,)),
    "ZEROS_LIKE": ((_FILLED,), (_FILLED,)),
    "GATHER_ND": ((_REAL, _INTEGER), (_REAL,)),
    "SVDF": ((_DATA, _DATA, _DATA | _STATE, _INTEGER, _DATA | _STATE), (_DATA,)),
    # input, weights, peepholes, biases, projection, states, layer normalization
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (
        (_WIDE, *[_DATA] * 11, *[_BIAS] * 4, _DATA, _INTEGER, _WIDE, _STATE, _DATA),
        (_WIDE,),
    ),
    "BATCH_MATMUL": ((_WIDE,), (_WIDE,)),
    **dict.fromkeys(
        ("ABS", "AVERAGE_POOL_2D", "LEAKY_RELU", "LOGISTIC", "MAX_POOL_2D"), ((_WIDE,), (_WIDE,))
    ),
    **dict.fromkeys(("RELU", "RELU6", "RSQRT", "SQUARED_DIFFERENCE", "TANH"), ((_WIDE,), (_WIDE,))),
    **dict.fromkeys(("CEIL", "FLOOR", "NEG", "ROUND", "SQRT", "SQUARE"), ((_FLOAT,), (_FLOAT,))),
    **dict.fromkeys(("COS", "EXP", "L2_POOL_2D", "LOG", "SIN"), ((_FLOAT,), (_FLOAT,))),
    **dict.fromkeys(("FLOOR_DIV", "FLOOR_MOD"), ((_FLOAT,), (_FLOAT,))),
    "REVERSE_V2": ((_ANY, _INTEGER), (_ANY,)),
    "DYNAMIC_UPDATE_SLICE": ((_ANY, _ANY, _INTEGER), (_ANY,)),
    "VAR_HANDLE": ((), (_RESOURCE,)),
    "READ_VARIABLE": ((_RESOURCE,), (_MOVED,)),
    "ASSIGN_VARIABLE": ((_RESOURCE, _MOVED), ()),
    "CALL_ONCE": ((), ()),
    "IF": ((_BOOL, _ANY), (_ANY,)),
    "WHILE": ((_ANY,), (_ANY,)),
}

# The same of ops that have a form besides of which all is float32, weights and biases, too.
_FLOAT_FORMS: dict[str, tuple[tuple[_Types, ...], tuple[_Types, ...]]] = {
    **dict.fromkeys(
        (
            *("ABS", "ADD_N", "AVERAGE_POOL_2D", "BATCH_MATMUL", "CONV_2D", "DEPTHWISE_CONV_2D"),
            *("DEPTH_TO_SPACE", "ELU", "FULLY_CONNECTED", "HARD_SWISH", "L2_NORMALIZATION"),
            *("LEAKY_RELU", "LOGISTIC", "LOG_SOFTMAX", "MAX_POOL_2D", "PACK"),
            *("PRELU", "RELU", "RELU6", "RSQRT", "SOFTMAX", "SPACE_TO_DEPTH"),
            *("SQUARED_DIFFERENCE", "TANH", "UNPACK"),
        ),
        ((_FLOAT,), (_FLOAT,)),
    ),
    **dict.fromkeys(
        (
            *("BATCH_TO_SPACE_ND", "CUMSUM", "GATHER", "MEAN"),
            *("MIRROR_PAD", "PAD", "REDUCE_MAX", "REDUCE_MIN", "RESIZE_BILINEAR"),
            *("RESIZE_NEAREST_NEIGHBOR", "SPACE_TO_BATCH_ND", "SPLIT_V", "SUM", "TRANSPOSE"),
        ),
        ((_FLOAT, _INTEGER), (_FLOAT,)),
    ),
    "BROADCAST_TO": ((_FLOAT, _LONG), (_FLOAT,)),
    **dict.fromkeys(("ARG_MAX", "ARG_MIN"), ((_FLOAT, _INTEGER), (_INTEGER,))),
    "PADV2": ((_FLOAT, _INTEGER, _FLOAT), (_FLOAT,)),
    "SHAPE": ((_FLOAT,), (_INTEGER,)),
    "SPLIT": ((_INTEGER, _FLOAT), (_FLOAT,)),
    "TRANSPOSE_CONV": ((_INTEGER, _FLOAT), (_FLOAT,)),
}

# What TENSOR of the wire can state, and harness/wire can send.
_EDGE_TYPES: _Types = frozenset({"INT8", "UINT8", "INT16", "INT32", "INT64", "FLOAT32", "BOOL"})
_MOST_EDGES = 100  # of inputs or of outputs: RUN states a CRC-32 of each

# Ops whose second input is a matrix of weights; by it a hybrid op is told from a float one.
_WEIGHTED = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"}

_FULL_INT8_RECIPE = (
    "convert it again with full-integer quantization: optimizations = [DEFAULT], a "
    "representative_dataset, supported_ops = [TFLITE_BUILTINS_INT8], inference_input_type = "
    "inference_output_type = int8"
)


def check_int8(
    model: Model, supported: Collection[str] | None = None, float_forms: bool = True
) -> None:
    """Raises UnsupportedModelError unless the firmware can run the model.

    Checked in this order: that the runtime has each op, each op's types, inputs and outputs.
    supported: builtin op names; by default those of the runtime's own table. float_forms: as of
    check_types.
    """
    check_ops(model, supported)
    check_types(model, float_forms)
    check_edges(model)


def operand_types(op_name: str) -> tuple[tuple[_Types, ...], tuple[_Types, ...]]:
    """Allowed types of an op's inputs and of its outputs by position, the last one repeated."""
    inputs, outputs = _integer_form(op_name)
    more_inputs, more_outputs = _FLOAT_FORMS.get(op_name, ((), ()))
    return _united(inputs, more_inputs), _united(outputs, more_outputs)


def _integer_form(op_name: str) -> tuple[tuple[_Types, ...], tuple[_Types, ...]]:
    return _SIGNATURES.get(op_name, ((_DATA,), (_DATA,)))


def _united(one: tuple[_Types, ...], other: tuple[_Types, ...]) -> tuple[_Types, ...]:
    """By position; each tuple's last one is repeated."""
    if not one or not other:
        return one or other
    return tuple(
        one[min(i, len(one) - 1)] | other[min(i, len(other) - 1)]
        for i in range(max(len(one), len(other)))
    )


def check_types(model: Model, float_forms: bool = True) -> None:
    """Raises for the first tensor that a full-int8 model would not have. float_forms: let ops pass
    that are float32 throughout and run so, slowly; not what was meant to become int8."""
    for graph in model.subgraphs:
        for op in graph.ops:
            if op.name == "CUSTOM":
                continue  # what it takes is known to its own prepare function
            if op.name == "SPACE_TO_BATCH_ND":
                _check_batch(graph, op)
            if float_forms and _is_float_form(graph, op):
                continue
            given, made = _integer_form(op.name)
            _check_operands(graph, op, "input", op.inputs, given)
            _check_operands(graph, op, "output", op.outputs, made)


def _is_float_form(graph: Subgraph, op: Op) -> bool:
    """Whether an op that has another form besides is float32 throughout."""
    form = _FLOAT_FORMS.get(op.name)
    return form is not None and all(
        index < 0 or graph.tensors[index].dtype in types[min(position, len(types) - 1)]
        for indices, types in zip((op.inputs, op.outputs), form, strict=True)
        for position, index in enumerate(indices)
    )


def check_ops(model: Model, supported: Collection[str] | None = None) -> None:
    """Raises for the first op that the runtime lacks."""
    if supported is None:
        supported = load_supported_ops()
    for graph in model.subgraphs:
        for op in graph.ops:
            if op.custom_name is not None:
                _check_custom_op(op)
            elif op.name not in supported:
                raise UnsupportedModelError(
                    f"{_describe(op)} is not supported; replace the layer by one that converts "
                    f"to supported ops: {', '.join(sorted(supported))}"
                )
    if not model.ops:
        raise UnsupportedModelError("the model has no operators; there is nothing to run")


def _check_custom_op(op: Op) -> None:
    provided = load_custom_ops()
    if op.custom_name not in provided:
        raise UnsupportedModelError(
            f"{_describe(op)} is a custom op that nobody provides; write it and name it in "
            "firmware/lib/custom_ops/custom_ops.def (docs/porting.md, A custom op); there are: "
            f"{', '.join(sorted(provided)) or 'none'}"
        )


def check_edges(model: Model) -> None:
    """Raises unless the wire can carry the inputs and outputs."""
    for what, tensors in (("input", model.inputs), ("output", model.outputs)):
        if not 1 <= len(tensors) <= _MOST_EDGES:
            raise UnsupportedModelError(
                f"the model has {len(tensors)} {what}s, the firmware serves 1 to {_MOST_EDGES}"
            )
        for tensor in tensors:
            if tensor.dtype not in _EDGE_TYPES or tensor.nbytes == 0:
                raise UnsupportedModelError(
                    f"model {what} {tensor.name!r} is {tensor.dtype} of {tensor.nbytes} B; inputs "
                    f"and outputs are {', '.join(sorted(_EDGE_TYPES))}, and not empty"
                )


def is_plain(model: Model) -> bool:
    """True if check_plain() passes."""
    try:
        check_plain(model)
    except UnsupportedModelError:
        return False
    return True


def takes_pixels(model: Model, count: int) -> bool:
    """Whether `count` pixels are an input of the model, and its output is int8 scores."""
    return is_plain(model) and model.inputs[0].nbytes == count


def check_plain(model: Model) -> None:
    """Raises unless there is one int8 input and one int8 output, per-tensor quantized, batch 1."""
    for what, tensors in (("input", model.inputs), ("output", model.outputs)):
        if len(tensors) != 1:
            raise UnsupportedModelError(
                f"the model has {len(tensors)} {what}s; samples are sent to models with exactly 1"
            )
        tensor = tensors[0]
        if tensor.dtype != "INT8":
            raise UnsupportedModelError(
                f"model {what} {tensor.name!r} is {tensor.dtype}, samples need INT8; "
                f"{_FULL_INT8_RECIPE}"
            )
        if len(tensor.scales) != 1 or not -128 <= tensor.zero_point <= 127:
            raise UnsupportedModelError(
                f"model {what} {tensor.name!r} has {len(tensor.scales)} scales and zero points "
                f"{list(tensor.zero_points[:4])}; one scale and one zero point in -128..127 are "
                f"needed; {_FULL_INT8_RECIPE}"
            )
        if tensor.is_const or not tensor.shape or tensor.nbytes == 0:
            kind = "a constant" if tensor.is_const else "empty" if tensor.shape else "a scalar"
            raise UnsupportedModelError(
                f"model {what} {tensor.name!r} of shape {list(tensor.shape)} is {kind}; convert a "
                "model that computes an array from an array"
            )
    shape = model.inputs[0].shape
    if shape and shape[0] != 1:
        raise UnsupportedModelError(
            f"model input {model.inputs[0].name!r} has shape {list(shape)}, that is a batch of "
            f"{shape[0]}; samples are sent one at a time: convert with a fixed batch of 1 "
            "(keras.Input(batch_shape=(1, ...)))"
        )


def _check_operands(
    graph: Subgraph, op: Op, role: str, indices: tuple[int, ...], allowed: tuple[_Types, ...]
) -> None:
    for position, index in enumerate(indices):
        if index < 0:
            continue
        types = allowed[min(position, len(allowed) - 1)] if allowed else frozenset[str]()
        tensor = graph.tensors[index]
        if tensor.dtype not in types:
            raise UnsupportedModelError(_type_message(graph, op, role, tensor, types))


def _check_batch(graph: Subgraph, op: Op) -> None:
    """Where the batch was open the converter writes a batch of 1 into every shape, also where
    blocks make more of it; with a fixed batch it makes a dilated convolution instead."""
    given, block, made = (graph.tensors[i] for i in (*op.inputs[:2], *op.outputs[:1]))
    if block.dtype != "INT32" or not block.data or not given.shape or not made.shape:
        return
    batch = given.shape[0] * math.prod(struct.unpack(f"<{block.nbytes // 4}i", block.data))
    if made.shape[0] == 1 < batch:
        raise UnsupportedModelError(
            f"{_describe(op)}: its output is a batch of 1 by its shape, {batch} by its blocks, as "
            "the converter writes it of a dilated convolution where the batch is open; convert "
            "with a fixed batch of 1 (keras.Input(batch_shape=(1, ...))), or give the Keras file"
        )


def _type_message(graph: Subgraph, op: Op, role: str, tensor: Tensor, types: _Types) -> str:
    expected = " or ".join(sorted(types)) or "nothing"
    fault = f"{_describe(op)}: {role} tensor {tensor.name!r} is {tensor.dtype}, not {expected}"
    if types == _FLOAT and tensor.dtype in ("INT8", "UINT8", "INT16"):
        return (
            f"{fault}; TFLM has this op for float32 alone: give the Keras file or SavedModel "
            "(./invokew quantize --model), of which a function of one number becomes a table, or "
            "put other layers in its place"
        )
    if tensor.dtype == "FLOAT32":
        kind = "a hybrid op (int8 weights, float activations)" if _is_hybrid(graph, op) else "float"
        fault += f"; this op is {kind}"
    elif tensor.dtype == "FLOAT16":
        fault += "; the weights were quantized to float16 only"
    elif tensor.dtype in ("INT16", "INT64"):
        fault += "; in the 16x8 mode with int16 activations this op is not there"
    elif tensor.dtype == "INT4":
        fault += "; 4-bit weights are not supported"
    return f"{fault}; the firmware runs full-int8 models only: {_FULL_INT8_RECIPE}"


def _is_hybrid(graph: Subgraph, op: Op) -> bool:
    if op.name not in _WEIGHTED or len(op.inputs) < 2 or op.inputs[1] < 0:
        return False
    return graph.tensors[op.inputs[1]].dtype in ("INT8", "INT4")


def _describe(op: Op) -> str:
    return f"op {op.index} ({op.label})"
