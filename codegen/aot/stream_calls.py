"""Runs of ops by pieces (streams.py) as C++: what describes one, and its ops' calls for a piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codegen.aot.calls import Spotted
from codegen.aot.recording import Call, Text, Value
from codegen.aot.rows.stream_ops import OpRun
from codegen.aot.rows.streams import has_windows
from codegen.model.tflite import Op

HEADER = "nn/row_stream.h"


def name(run: OpRun) -> str:
    """Of the constant that describes the run."""
    return f"kOps{run.first}To{run.end - 1}"


def definitions(
    run: OpRun, places: Sequence[str], params: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    """Declarations with their values. places: of the run's tensors, params: of its ops, names."""
    tensors = [
        f"{{{place}, {tensor.row_bytes}, {tensor.rows}, {str(tensor.whole).lower()}}}"
        for tensor, place in zip(run.run.tensors, places, strict=True)
    ]
    yield f"nn::StreamTensor {name(run)}Tensors[]", tensors
    ops = [
        f"{{{f'&{own}' if op.windows else 'nullptr'}, "
        f"{{{op.inputs[0]}, {op.inputs[-1]}}}, {op.output}}}"
        for op, own in zip(run.run.ops, params, strict=True)
    ]
    yield f"nn::StreamOp {name(run)}Ops[]", ops
    counts = f"{len(tensors)}, {len(ops)}"
    yield f"nn::RowStream {name(run)}", [f"{name(run)}Tensors, {name(run)}Ops, {counts}"]


def of_piece(call: Call, op: Op, run: OpRun) -> Call:
    """The op's call as it is for a piece."""
    sources = [index for index in op.inputs if index in run.tensors]
    sizes = {"shape": Text("piece.shape()"), "count": Text("piece.elements")}
    if has_windows(call):
        sizes = {"params": Text("piece.params")}

    def change(argument: str, value: Value | Spotted) -> Value | Spotted:
        if isinstance(value, Spotted) and value.spot.kind == "tensor":
            number = sources.index(value.spot.index) if not value.written else 0
            return Text("piece.output" if value.written else f"piece.inputs[{number}]")
        return sizes.get(argument, value)

    changed = tuple((argument, change(argument, value)) for argument, value in call.arguments)
    return replace(call, arguments=changed)  # type: ignore[arg-type]  # as symbolic() has them
