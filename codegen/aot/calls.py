"""Recorded calls by what their arguments are, so that they are the same on all ISAs."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from codegen.aot.layout import Spot, spot_of
from codegen.aot.recording import Call, Place, Text, Value, Variable
from codegen.errors import CodegenError, UnsupportedModelError
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


@dataclass(frozen=True)
class Flow:
    """A step of control flow: C++ lines, the levels that it ends and those that it begins."""

    lines: tuple[str, ...]
    ends: int
    begins: int


def is_flow(call: Call) -> bool:
    """Whether a call, which no header declares, stands for a step of control flow."""
    return not call.header


def flow(call: Call, rounds: str, arguments: Sequence[str]) -> Flow:
    """rounds: the name of a loop's counter. arguments: C++ for the call's."""
    if call.function == "loop":
        return Flow((f"for (uint32_t {rounds} = 0;; ++{rounds}) {{",), 0, 1)
    if call.function == "goes on":
        condition, most = arguments
        ends = (f"if (*{condition} == 0) {{", "  break;", "}")
        return Flow((*ends, f"if ({rounds} == {most}) {{", "  return false;", "}"), 0, 0)
    if call.function == "if":
        return Flow((f"if (*{arguments[0]} != 0) {{",), 0, 1)
    return Flow(("} else {",), 1, 1) if call.function == "else" else Flow(("}",), 1, 0)


def of_all_isas(op: Op, per_isa: Sequence[Sequence[Call]]) -> Sequence[Call]:
    """The calls that are right on each ISA: those of the one that has most scratch buffers, for
    where a kernel needs none it does not look at it."""
    most = max(per_isa, key=lambda calls: sum(_scratches(call) for call in calls))
    for calls in per_isa:
        if [_without_scratch(call) for call in calls] != [_without_scratch(call) for call in most]:
            raise CodegenError(f"{op.label} (op {op.index}) is called otherwise on another ISA")
        for one, other in zip(calls, most, strict=True):
            _check_parts(op, one, other)
    return most


def _check_parts(op: Op, call: Call, other: Call) -> None:
    """A subgraph's tensors lie in the op's scratch; where is the same on all ISAs."""
    for (_, here), (_, there) in zip(call.arguments, other.arguments, strict=True):
        if _is_scratch(here) and _is_scratch(there) and here.spot.delta != there.spot.delta:
            raise UnsupportedModelError(
                f"the engine aot cannot run {op.label} (op {op.index}): its subgraphs have an op "
                "that needs other memory on another core; use --engine interpreter"
            )


def _is_scratch(value: object) -> TypeGuard[Spotted]:
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
