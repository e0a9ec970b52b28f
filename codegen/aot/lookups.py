"""Tables without their indices: QUANTIZE of int8 and GATHER of 256 values are one look-up.

codegen/model/tables.py writes functions of one number so, for an interpreter has no other op that
takes a table; so may a user. Indices of int32 are four times what they are made of, and were the
highest point of such a model's arena. Generated code looks up the int8 itself: for planning and
recording, the indices are a view of it and GATHER is an op by a table, whose values are put in
afterwards. Tensors and ops keep their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from codegen.aot.recording import Call, Constant, Recording
from codegen.model.op_options import op_options
from codegen.model.rewriter import Rewriter
from codegen.model.tflite import Model, Op

_ENTRIES = 256
_HEADER, _FUNCTION = "nn/table_s8.h", "nn::LookUpS8"
_SAME = ("count", "input", "output")  # as in the recorded call


def without_indices(model: Model) -> tuple[Model, dict[int, bytes]]:
    """A model for which the runtime plans and calls what generated code does, and by op the table
    that it looks up, by the bits of an int8; the same model where there is none."""
    tables: dict[int, bytes] = {}
    if len(model.subgraphs) != 1:
        return model, tables
    changed = Rewriter(model.data)
    for op in model.ops:
        if not _makes_indices(model, op):
            continue
        indices = op.outputs[0]
        readers = [other for other in model.ops if indices in other.inputs]
        if indices in model.main.outputs or not all(_looks_up(model, r, indices) for r in readers):
            continue
        changed.view(indices, op.inputs[0])
        for reader in readers:
            changed.replace(reader.outputs[0], "RELU", [indices])
            values = np.frombuffer(model.tensors[reader.inputs[0]].data or b"", np.int8)
            tables[reader.index] = np.roll(values, -_ENTRIES // 2).tobytes()
    return (Model.parse(changed.content()), tables) if tables else (model, tables)


def with_tables(recording: Recording, tables: Mapping[int, bytes]) -> Recording:
    """The recording of such a model with its look-ups."""
    calls = [
        (_look_up(of_op[0], tables[index]),) if index in tables else of_op
        for index, of_op in enumerate(recording.calls)
    ]
    return replace(recording, calls=tuple(calls))


def _look_up(call: Call, table: bytes) -> Call:
    given = dict(call.arguments)
    own = (("table", Constant(table, "int8_t")), *((n, given[n]) for n in _SAME))
    return Call(_HEADER, _FUNCTION, False, own)


def _makes_indices(model: Model, op: Op) -> bool:
    """Whether an op adds 128 to each int8, and does nothing else."""
    if op.name != "QUANTIZE":
        return False
    given, made = (model.tensors[index] for index in (op.inputs[0], op.outputs[0]))
    return (
        (given.dtype, made.dtype) == ("INT8", "INT32")
        and len(given.scales) == len(made.scales) == 1
        and given.scale == made.scale
        and made.zero_point == given.zero_point + _ENTRIES // 2
        and not given.is_const
    )


def _looks_up(model: Model, op: Op, indices: int) -> bool:
    """Whether an op makes an int8 of each index by a constant table."""
    if op.name != "GATHER" or op.inputs[1] != indices:
        return False
    table, made = model.tensors[op.inputs[0]], model.tensors[op.outputs[0]]
    options = op_options(model)[op.index]
    return (
        table.is_const
        and table.shape == (_ENTRIES,)
        and table.dtype == made.dtype == "INT8"
        and made.shape == model.tensors[indices].shape
        and (options is None or (options.axis, options.batchDims) == (0, 0))
    )
