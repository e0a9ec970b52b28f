"""From a model to NAME_model.h and NAME_model.cc: C++ that calls lib/nn, one call an op.

Everything is decided here and in recording.py; the templates lay out text only. The same model,
name and ISAs give the same bytes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from codegen.aot import custom_ops, lookups, packing, stream_calls
from codegen.aot.calls import Spotted, flow, is_flow, needed_ops, of_all_isas, symbolic
from codegen.aot.layout import Layout, Spot, lay_out
from codegen.aot.recording import (
    Address,
    Call,
    Constant,
    Recording,
    Struct,
    Text,
    record,
)
from codegen.aot.rows.stream_ops import OpRun
from codegen.aot.rows.strips import by_strips
from codegen.boards.facts import ISAS
from codegen.compile.compiler_flags import isa_macro
from codegen.errors import CodegenError, UnsupportedModelError
from codegen.files.cpp_text import rows
from codegen.files.templates import fill
from codegen.host.runtime import ALIGNMENT
from codegen.memory import planner
from codegen.memory.planner import ArenaPlan
from codegen.model.tflite import Model, Op, Tensor

TEMPLATES = Path(__file__).parent / "templates"
_WITHOUT_CALL = {"VAR_HANDLE"}  # stands for a variable
_WITH_SUBGRAPHS = {"IF", "WHILE"}
STRIP_COST = 0.03
"""What a lower arena by strips may cost on any core, as a part of all instructions."""
_NUMPY = {
    "int8_t": "i1",
    "uint8_t": "u1",
    "int16_t": "<i2",
    "uint16_t": "<u2",
    "int32_t": "<i4",
    "uint32_t": "<u4",
    "int64_t": "<i8",
}
_CALL_WIDTH = 90
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*\Z")
_UNSAFE = re.compile(r"[^A-Za-z0-9_/.:;-]")  # in a comment
_RESERVED = frozenset(("nn", "std", "tflm", "tflite", "mcuforge"))


@dataclass(frozen=True)
class _Compiled:
    """A model as it is on one ISA."""

    recording: Recording
    interpreters: ArenaPlan
    layout: Layout


def generate_aot(
    model: bytes,
    name: str,
    isas: Sequence[str] = ISAS,
    after_op: str | None = None,
    strip_cost: float = STRIP_COST,
) -> dict[str, bytes]:
    """{file name: bytes} of NAME_model.h and NAME_model.cc, in namespace NAME.

    name: a C++ identifier in lower case. isas: with more than one, the compiler's own macros choose
    (lib/nn/nn/isa.h). after_op: a C function, void(uint32_t op), that is told after each op.
    strip_cost: what a lower arena by strips may cost (choice.py), as a part of all
    instructions.
    Raises ModelError, RuntimeRefusedError (the runtime's reason), UnsupportedModelError,
    CodegenError (no such name), CppBuildError, MissingToolError.
    """
    if not _IDENTIFIER.match(name) or name in _RESERVED:
        raise CodegenError(
            f"{name!r} cannot be a namespace of C++; take lower-case letters, digits and _"
        )
    parsed = Model.parse(model)
    compiled = {isa: _compile(parsed, isa, strip_cost) for isa in isas}
    values = _Emitter(parsed, compiled, after_op is not None).values(name, after_op)
    return {
        f"{name}_model.{end}": fill(TEMPLATES / f"model.{end}.jinja", values).encode()
        for end in ("h", "cc")
    }


def plan_aot(model: Model, isa: str, strip_cost: float = STRIP_COST) -> ArenaPlan:
    """The arena of generated code on one ISA; persistent are the model's variables.

    Raises as generate_aot() does.
    """
    return _compile(model, isa, strip_cost).layout.plan


def count_constants(model: Model, isa: str) -> int:
    """Bytes of the arrays in the code generated for one ISA: weights, biases, scales, tables. Not
    those of ops' parameters, which are part of the code.

    Raises as generate_aot() does.
    """
    emitter = _Emitter(model, {isa: _compile(model, isa, STRIP_COST)}, watched=False)
    emitter.values("count", None)
    return sum(definition["bytes"] for definition in emitter.definitions)


_ALONE = threading.Lock()  # the C++ that is asked has one model at a time; bench has threads


def _compile(model: Model, isa: str, strip_cost: float) -> _Compiled:
    with _ALONE:
        return _compile_bytes(model.data, isa, strip_cost)


@lru_cache(maxsize=len(ISAS))  # the plan of one model is asked for again and again
def _compile_bytes(data: bytes, isa: str, strip_cost: float) -> _Compiled:
    model, tables = lookups.without_indices(Model.parse(data))
    recorded = lookups.with_tables(record(model.data, isa), tables)
    recording = packing.packed(model, recorded, isa)
    interpreters = planner.plan_model(model, isa)
    layout = lay_out(model, recording, interpreters, isa, strip_cost)
    return _Compiled(recording, interpreters, layout)


@dataclass(frozen=True)
class _OnIsas:
    """An op's calls on some ISAs, of which the condition says so in C++; None: on all."""

    condition: str | None
    isas: tuple[str, ...]
    calls: Sequence[Call]


@dataclass
class _Emitter:
    """Collects what the templates lay out.

    watched: somebody looks at each op's output; else what nothing needs is left out.
    """

    model: Model
    compiled: dict[str, _Compiled]
    watched: bool
    constants: dict[tuple[str, object], str] = field(default_factory=dict)
    definitions: list[dict[str, Any]] = field(default_factory=list)
    spots: dict[Spot, str] = field(default_factory=dict)
    headers: set[str] = field(default_factory=set)

    def values(self, name: str, after_op: str | None) -> dict[str, Any]:
        ops = list(self._ops())
        model, first = self.model, next(iter(self.compiled.values()))
        inputs = [self._spot(Spot("tensor", t.index)) for t in model.inputs]
        outputs = [self._spot(Spot("tensor", t.index)) for t in model.outputs]
        resets = [
            (self._spot(Spot("variable", index)), variable.fill, variable.nbytes)
            for index, variable in enumerate(first.recording.variables)
        ]
        resets += [
            (self._spot(Spot("tensor", index)), fill, model.tensors[index].nbytes)
            for index, fill in first.recording.kept
        ]
        customs = [
            custom_ops.describe(
                model,
                custom,
                any(scratch.first == custom.op for scratch in first.layout.plan.scratch),
                self._spot,
                self._array,
            )
            for custom in first.recording.customs
        ]
        headers = self.headers | ({"cstring"} if resets else set())
        headers |= set(custom_ops.HEADERS) if customs else set()
        return {
            "name": name,
            "guard": f"{name.upper()}_MODEL_H_",
            "sha256": model.sha256,
            "alignment": ALIGNMENT,
            "arenas": self._arenas(),
            "one_isa": isa_macro(next(iter(self.compiled))) if len(self.compiled) == 1 else None,
            "system_headers": sorted(h for h in headers if not h.endswith(".h")),
            "headers": sorted({h for h in headers if h.endswith(".h")} | {"nn/isa.h"}),
            "customs": customs,
            "constants": self.definitions,
            "ops": ops,
            "computes": any(op["calls"] or op["streams"] for op in ops),
            "once": any(op["once"] for op in ops),
            "inputs": [_io(t, at) for t, at in zip(model.inputs, inputs, strict=True)],
            "outputs": [_io(t, at) for t, at in zip(model.outputs, outputs, strict=True)],
            "resets": resets,
            "after_op": after_op,
        }

    @property
    def _recording(self) -> Recording:
        return next(iter(self.compiled.values())).recording

    def _ops(self) -> Iterator[dict[str, Any]]:
        all_ways = [self._calls(op) for op in self.model.ops]
        all_calls = [ways[0].calls for ways in all_ways]  # packed ones have the same places
        kept = {index for index, _ in self._recording.kept}
        needed = needed_ops(self.model, all_calls, kept)
        for op in self.model.ops:
            self._check_computed(op, all_calls[op.index])
            calls = all_calls[op.index] if self.watched or op.index in needed else ()
            ways = all_ways[op.index] if calls else ()
            is_custom = any(op.index == c.op for c in self._recording.customs)
            yield {
                "index": op.index,
                "title": f"{op.label} {_shapes(self.model, op.inputs)} -> "
                f"{_shapes(self.model, op.outputs)}",
                "is_needed": bool(calls) or not all_calls[op.index],
                "once": op.name == "CALL_ONCE" and bool(calls),
                "streams": [
                    self._stream(run, all_ways)
                    for run in self._streams.values()
                    if run.first == op.index
                ],
                "streamed": any(run.has(op.index) for run in self._streams.values()),
                "calls": list(self._laid_out(op, ways)) or [custom_ops.call(op)] * is_custom,
            }

    def _laid_out(self, op: Op, ways: Sequence[_OnIsas]) -> Iterator[dict[str, Any]]:
        """The calls as the template has them. depth: levels of control flow around one."""
        depth, loops = 0, 0
        for position, condition, call in self._ways(op, ways):
            if is_flow(call):
                owner = f"Op{op.index}Call{position}"
                arguments = [self._expression(value, owner, name) for name, value in call.arguments]
                loops += call.function == "loop"
                step = flow(call, f"round{loops}", arguments)
                depth -= step.ends
                yield {"depth": depth, "flow": step.lines}
                depth += step.begins
                continue
            yield {
                "depth": depth,
                "flow": (),
                "condition": condition,
                "fails": call.fails,
                "function": call.function,
                "rows": self._call(op, position, len(ways[0].calls), call),
            }

    def _calls(self, op: Op) -> list[_OnIsas]:
        """The op's calls; where there are packed ones on some ISAs, these and those of the rest."""
        found: dict[str | None, dict[str, Sequence[Call]]] = {}
        for isa, one in self.compiled.items():
            calls = one.recording.calls[op.index]
            key = next((key for call in calls if (key := packing.condition(call))), None)
            found.setdefault(key, {})[isa] = [
                symbolic(call, op, one.interpreters, one.recording.variables) for call in calls
            ]
        conditions = {key: key for key in found if len(found) > 1}
        if len(found) > 1 and None in found:
            conditions[None] = " && ".join(f"!({key})" for key in found if key)
        return [
            _OnIsas(conditions.get(key), tuple(of_isas), of_all_isas(op, list(of_isas.values())))
            for key, of_isas in found.items()
        ]

    def _ways(self, op: Op, ways: Sequence[_OnIsas]) -> Iterator[tuple[int, str | None, Call]]:
        """(position, what it is for, call): by strips, in one piece, or either, and packed or not,
        by the ISA."""
        rows = _rows_name(op.index)
        for way in ways:
            isas = [isa for isa in way.isas if not self._is_streamed(op, isa)]
            if not isas:
                continue
            runs = [run for run in self._streams.values() if run.has(op.index)]
            alone = _both(way.condition, *(f"{stream_calls.name(run)}Rows == 0" for run in runs))
            by_strips_on = [op.index in self.compiled[isa].layout.rows for isa in isas]
            for position, call in enumerate(way.calls):
                if not all(by_strips_on):
                    in_one = f"{rows} == 0" if any(by_strips_on) else None
                    yield position, _both(alone, in_one), call
                if any(by_strips_on):
                    in_strips = None if all(by_strips_on) else f"{rows} != 0"
                    yield position, _both(alone, in_strips), by_strips(call, rows)

    def _is_streamed(self, op: Op, isa: str) -> bool:
        return any(one.ops.has(op.index) for one in self.compiled[isa].layout.streams)

    @property
    def _streams(self) -> dict[tuple[int, int], OpRun]:
        """The runs of ops that go by pieces on one ISA at least, by first op and end."""
        runs = [one.ops for of_isa in self.compiled.values() for one in of_isa.layout.streams]
        return {run.span: run for run in sorted(runs, key=lambda run: run.end)}

    def _stream(self, run: OpRun, all_ways: Sequence[Sequence[_OnIsas]]) -> dict[str, Any]:
        """A run as the template has it: one call for all, and what that calls for a piece."""
        self.headers.add(stream_calls.HEADER)
        name = stream_calls.name(run)
        on = [run.span in of_isa.layout.spans for of_isa in self.compiled.values()]
        cases, params = [], []
        for op in self.model.ops[run.first : run.end]:
            ways = all_ways[op.index]
            calls = [
                {
                    "condition": way.condition,
                    "function": call.function,
                    "rows": self._call(op, 0, 1, stream_calls.of_piece(call, op, run)),
                }
                for way in ways
                for call in way.calls
            ]
            cases.append({"title": op.label, "calls": calls})
            first = ways[0].calls[0].arguments[0][1]
            params.append(self._expression(first, f"Op{op.index}", "params"))
        places = [self._spot(Spot("tensor", index)) for index in run.tensors]
        for declaration, values in stream_calls.definitions(run, places, params):
            self.definitions.append(
                {"declaration": f"constexpr {declaration}", "rows": rows(values), "bytes": 0}
            )
        return {
            "name": name,
            "condition": None if all(on) else f"{name}Rows != 0",
            "first": run.first,
            "last": run.end - 1,
            "cases": cases,
        }

    @property
    def _by_strips(self) -> list[int]:
        """Ops that go by strips on one ISA at least."""
        return sorted({op for one in self.compiled.values() for op in one.layout.rows})

    def _check_computed(self, op: Op, calls: Sequence[Call]) -> None:
        """An op without a call is one that has nothing to compute: its output is its input."""
        if op.name in _WITH_SUBGRAPHS:
            self._check_subgraphs(op)
        if calls or op.name in _WITHOUT_CALL or op.custom_name or not op.outputs:
            return
        layout = next(iter(self.compiled.values())).layout
        places = {t.index: t.offset for t in layout.plan.tensors}
        made, given = (places.get(ends[0]) for ends in (op.outputs, op.inputs))
        if made is None or made != given:
            raise UnsupportedModelError(
                f"the engine aot cannot run {op.label} (op {op.index}): its kernel calls nothing; "
                "use --engine interpreter"
            )

    def _check_subgraphs(self, op: Op) -> None:
        """Only calls of kernels are recorded in them."""
        for graph in self.model.subgraphs[1:]:
            for inner in graph.ops:
                if inner.custom_name or inner.name == "CALL_ONCE":
                    raise UnsupportedModelError(
                        f"the engine aot cannot run {inner.label} in subgraph {graph.index}, which "
                        f"may be one of {op.label} (op {op.index}); use --engine interpreter"
                    )

    def _call(self, op: Op, position: int, count: int, call: Call) -> list[str]:
        """One of `count` calls, in lines."""
        self.headers.add(call.header)
        owner = f"Op{op.index}" + (f"Call{position}" if count > 1 else "")
        arguments = (self._expression(value, owner, name) for name, value in call.arguments)
        lines = rows(arguments, _CALL_WIDTH)
        lines[-1] = lines[-1].rstrip(",")
        return lines

    def _expression(self, value: object, owner: str, name: str) -> str:
        """C++ for a value; defines the constant that it names."""
        if isinstance(value, Text):
            return value.cpp
        if isinstance(value, Spotted):
            return self._pointer(value)
        if isinstance(value, Constant):
            return self._array(value, owner, name)
        if isinstance(value, Address):
            return "&" + self._expression(value.of, owner, name)
        assert isinstance(value, Struct)
        fields = [
            f"/*{field_name}*/ {text}" if field_name else text
            for field_name, inner in value.fields
            for text in [self._field(inner, owner, field_name)]
        ]
        key = (value.type, tuple(fields))
        if key not in self.constants:
            self.constants[key] = f"k{owner}{_camel(name)}"
            self.definitions.append(
                {
                    "declaration": f"constexpr {value.type} {self.constants[key]}",
                    "rows": rows(fields),
                    "bytes": 0,
                }
            )
        return self.constants[key]

    def _field(self, value: object, owner: str, name: str) -> str:
        """A field: a struct or an array in it is written in its place."""
        if not isinstance(value, Struct):
            return self._expression(value, owner, name)
        inner = (
            self._field(field, owner, own_name or f"{name}_{i}")  # an element has none
            for i, (own_name, field) in enumerate(value.fields)
        )
        return "{" + ", ".join(inner) + "}"

    def _array(self, value: Constant, owner: str, name: str) -> str:
        kind = "int8_t" if value.type == "void" else value.type
        key = (kind, value.data)
        if key not in self.constants:
            self.constants[key] = f"k{owner}{_camel(name)}"
            numbers = np.frombuffer(value.data, _NUMPY[kind]).tolist()
            alignment = "alignas(4) " if np.dtype(_NUMPY[kind]).itemsize < 4 else ""
            self.definitions.append(
                {
                    "declaration": f"{alignment}constexpr {kind} {self.constants[key]}"
                    f"[{len(numbers)}]",
                    "rows": rows(map(str, numbers)),
                    "bytes": len(value.data),
                }
            )
        return self.constants[key]

    def _spot(self, spot: Spot) -> str:
        """The name of a spot's offset."""
        start = Spot(spot.kind, spot.index)
        return self.spots.setdefault(start, f"k{spot.kind.capitalize()}{spot.index}")

    def _pointer(self, value: Spotted) -> str:
        at = f"arena + {self._spot(value.spot)}"
        if value.spot.delta:
            at += f" + {value.spot.delta}"
        return at if value.type == "void" else f"As<{value.type}>({at})"

    def _arenas(self) -> list[dict[str, Any]]:
        """Of each ISA: the condition of the preprocessor, sizes, and the offset of each spot."""
        arenas: list[dict[str, Any]] = []
        order = sorted(self.spots, key=lambda spot: (spot.kind, spot.index))
        for isa in reversed(self.compiled):  # scalar, the last, is what is left
            layout = self.compiled[isa].layout
            arenas.append(
                {
                    "isa": isa,
                    "condition": isa_macro(isa),
                    "bytes": layout.plan.arena_bytes,
                    "offsets": [
                        {"name": self.spots[s], "at": layout.offset(s), "title": self._title(s)}
                        for s in order
                    ],
                    "strips": [
                        {
                            "name": _rows_name(op),
                            "rows": layout.rows.get(op, 0),
                        }
                        for op in self._by_strips
                    ]
                    + [
                        {
                            "name": f"{stream_calls.name(run)}Rows",
                            "rows": layout.spans.get(span, 0),
                        }
                        for span, run in self._streams.items()
                    ],
                }
            )
        same = all(
            all(arena[key] == arenas[0][key] for key in ("bytes", "offsets", "strips"))
            for arena in arenas
        )
        return arenas[:1] if same else arenas

    def _title(self, spot: Spot) -> str:
        if spot.kind != "tensor":
            return ""
        tensor = self.model.tensors[spot.index]
        return f"{_UNSAFE.sub('_', tensor.name)[:60]} {tensor.dtype} {_shape(tensor)}"


def _both(*conditions: str | None) -> str | None:
    return " && ".join(one for one in conditions if one) or None


def _rows_name(op: int) -> str:
    return f"kOp{op}Rows"


def _io(tensor: Tensor, offset: str) -> dict[str, Any]:
    return {"bytes": tensor.nbytes, "offset": offset, "title": f"{tensor.dtype} {_shape(tensor)}"}


def _shape(tensor: Tensor) -> str:
    return "[" + ", ".join(map(str, tensor.shape)) + "]"


def _shapes(model: Model, indices: Sequence[int]) -> str:
    """Of the computed ones; for the comment beside a call."""
    shapes = [_shape(model.tensors[i]) for i in indices if i >= 0 and not model.tensors[i].is_const]
    return ", ".join(shapes) or "nothing"


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
