"""Recorded calls by what their arguments are, so that they are the same on all ISAs."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from codegen.aot.layout import Spot, spot_of
from codegen.aot.recording import Call, Place, Text, Value, Variable
from codegen.errors import CodegenError
from codegen.memory.planner import ArenaPlan
from codegen.model.tflite import Model, Op


@dataclass(frozen=True)
class Spotted:
    """A Place by what lies there, so that it is the same on all ISAs."""

    spot: Spot
    type: str
    written: bool


def symbolic(call: Call, op: Op, interpreters: ArenaPlan, variables: Sequence[Variable]) -> Call:
    """The call with places by what lies there."""

    def change(value: Value) -> Any:
        if isinstance(value, Place):
            return Spotted(spot_of(value, op, interpreters, variables), value.type, value.written)
        return value

    arguments = tuple((name, change(value)) for name, value in call.arguments)
    return Call(call.header, call.function, call.fails, arguments)


def of_all_isas(op: Op, per_isa: Sequence[Sequence[Call]]) -> Sequence[Call]:
    """The calls that are right on each ISA: those of the one that has most scratch buffers, for
    where a kernel needs none it does not look at it."""
    most = max(per_isa, key=lambda calls: sum(_scratches(call) for call in calls))
    for calls in per_isa:
        if [_without_scratch(call) for call in calls] != [_without_scratch(call) for call in most]:
            raise CodegenError(f"{op.label} (op {op.index}) is called otherwise on another ISA")
    return most


def _is_scratch(value: object) -> bool:
    return isinstance(value, Spotted) and value.spot.kind == "scratch"


def _scratches(call: Call) -> int:
    return sum(_is_scratch(value) for _, value in call.arguments)


def _without_scratch(call: Call) -> Call:
    arguments = tuple(
        (name, Text("nullptr") if _is_scratch(value) else value) for name, value in call.arguments
    )
    return replace(call, arguments=arguments)


def needed_ops(model: Model, calls: Sequence[Sequence[Call]], kept: Set[int]) -> frozenset[int]:
    """The ops whose calls something needs: an output, a variable, another such op.

    A shape that is computed and handed to RESHAPE is not: shapes are known. kept: tensors that keep
    their value from one Invoke to the next.
    """
    wanted = {*model.main.outputs, *kept}
    needed = set()
    for op in reversed(model.ops):
        places = [
            v for call in calls[op.index] for _, v in call.arguments if isinstance(v, Spotted)
        ]
        acts = op.custom_name or any(call.fails for call in calls[op.index])
        written = {place.spot.index for place in places if _is(place, "tensor", True)}
        if not (acts or written & wanted or any(_is(p, "variable", True) for p in places)):
            if not places and wanted & set(op.outputs):
                wanted.add(op.inputs[0])  # where the output is, too
            continue
        needed.add(op.index)
        wanted |= {place.spot.index for place in places if _is(place, "tensor", False)}
        wanted |= set(op.inputs) if op.custom_name else set()
    return frozenset(needed)


def _is(place: Spotted, kind: str, written: bool) -> bool:
    return place.spot.kind == kind and place.written == written
