"""The arena of generated code: variables, then tensors and scratch; nothing of an interpreter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from codegen.aot import arena_search
from codegen.aot.arena_search import Apart, Buffer
from codegen.aot.recording import Call, Place, Recording, Variable
from codegen.aot.strip_check import check_strips
from codegen.aot.strip_choice import StripOp, choose
from codegen.aot.strips import (
    channel_blocks,
    ready_once,
    row_windows,
    scratch_bytes,
    strips_function,
)
from codegen.memory import planner
from codegen.memory.planner import ArenaPlan, PlannedTensor, StripPlan, align
from codegen.model.tflite import Model, Op


@dataclass(frozen=True)
class Spot:
    """Where an argument lies: `delta` bytes from the start of what `kind` and `index` name.

    kind: "tensor" (index: of the model), "scratch" (of the op), "variable" (of the recording) or
    "persistent" (what the custom op of that index allocates).
    """

    kind: str
    index: int
    delta: int = 0


@dataclass(frozen=True)
class Layout:
    """The arena on one ISA. plan: without an interpreter; its persistent part are variables, and
    what custom ops allocate.

    persistent: where each of them lies. rows: {op: output rows of a strip} of the ops that are
    called by strips (strips.py), negative from the bottom up; all of its rows where a kernel is
    linked that others need.
    """

    plan: ArenaPlan
    persistent: Mapping[Spot, int]
    rows: Mapping[int, int]

    def offset(self, spot: Spot) -> int:
        """Bytes from the arena's start to the spot, without its delta; 0 for the scratch of an op
        that needs none on this ISA."""
        if spot in self.persistent:
            return self.persistent[spot]
        if spot.kind == "scratch":
            return next((s.offset for s in self.plan.scratch if s.first == spot.index), 0)
        return next(t.offset for t in self.plan.tensors if t.index == spot.index)


def lay_out(
    model: Model, recording: Recording, interpreters: ArenaPlan, isa: str, most_more: float
) -> Layout:
    """The same arena without what an interpreter keeps in it, and lower by strips where that costs
    no more instructions than `most_more` of all. interpreters: its plan.

    Raises PlanError.
    """
    wanted = [(Spot("variable", i), v.nbytes) for i, v in enumerate(recording.variables)]
    wanted += [(Spot("persistent", c.op), c.persistent_bytes) for c in recording.customs]
    persistent = {}
    end = 0
    for spot, nbytes in wanted:
        persistent[spot] = end
        end += align(nbytes)
    buffers = (*interpreters.tensors, *interpreters.scratch)
    candidates = strip_ops(model, recording, buffers, isa)
    alive = _alive(interpreters, model, buffers)
    heights, cost = choose(model, list(candidates.values()), alive, isa, most_more)
    moved = _lowest(model, recording, interpreters, buffers, {}, end)
    strips, whole = None, dict[int, int]()
    if heights:
        chosen = {candidates[op]: height for op, height in heights.items()}
        more = {one.op: one.more_scratch for one in chosen}
        lower = _lowest(model, recording, interpreters, _grown(buffers, more), chosen, end)
        alike = _alike(model, recording, buffers, heights, isa)
        more |= {op: nbytes for op, (_, nbytes) in alike.items()}
        other = _lowest(model, recording, interpreters, _grown(buffers, more), chosen, end)
        if _height(other, end) <= _height(lower, end):
            lower, whole = other, {op: rows for op, (rows, _) in alike.items()}
        saved = _height(moved, end) - _height(lower, end)
        if saved > 0:
            moved, strips = lower, StripPlan(_directions(chosen, lower), saved, cost)
            whole |= {one.op: one.windows.out_h for one in chosen if one.op not in strips.rows}
    tensors, scratch = moved[: len(interpreters.tensors)], moved[len(interpreters.tensors) :]
    arena_bytes = _height(moved, end)
    plan = replace(
        interpreters,
        arena_bytes=arena_bytes,
        activation_bytes=arena_bytes - end,
        persistent_bytes=end,
        tensors=tensors,
        scratch=scratch,
        strips=strips,
    )
    rows_of = strips.rows if strips is not None else {}
    by_strips = {(model.ops[op].outputs[0], model.ops[op].inputs[0]) for op in rows_of}
    planner.verify(model, moved, plan.in_place_inputs, end, arena_bytes, by_strips)
    for op, rows in rows_of.items():
        one = candidates[op]
        what = f"{model.ops[op].label} (op {op})"
        places = moved[one.input].offset, moved[one.output].offset
        check_strips(what, one.windows, *places, rows, one.blocks)
    return Layout(plan, persistent, {**rows_of, **(whole if strips is not None else {})})


def _height(buffers: Sequence[PlannedTensor], least: int) -> int:
    return max((align(b.offset + b.nbytes) for b in buffers), default=least)


def _grown(buffers: Sequence[PlannedTensor], more: Mapping[int, int]) -> tuple[PlannedTensor, ...]:
    """The buffers, with more bytes of scratch. more: by op."""
    return tuple(
        replace(b, nbytes=b.nbytes + more[b.first])
        if b.index == planner.SCRATCH and b.first in more
        else b
        for b in buffers
    )


def _alike(
    model: Model,
    recording: Recording,
    buffers: Sequence[PlannedTensor],
    chosen: Collection[int],
    isa: str,
) -> dict[int, tuple[int, int]]:
    """{op: (all its rows, bytes of scratch more)} of what may be called as the chosen ops are,
    in one strip, so that the kernel is not linked twice."""
    functions = {strips_function(recording.calls[op][0]) for op in chosen}
    found = {}
    for op in model.ops:
        calls = recording.calls[op.index]
        windows = row_windows(calls)
        if windows and op.index not in chosen and strips_function(calls[0]) in functions:
            more = _more_scratch(calls[0], op.index, buffers, isa)
            found[op.index] = windows.out_h, more
    return found


def _more_scratch(call: Call, op: int, buffers: Sequence[PlannedTensor], isa: str) -> int:
    """Aligned bytes that the op's call needs by strips beyond what it has."""
    has = sum(align(b.nbytes) for b in buffers if b.index == planner.SCRATCH and b.first == op)
    needs = scratch_bytes(call, isa)
    return 0 if needs is None else align(needs) - has


def strip_ops(
    model: Model, recording: Recording, buffers: Sequence[PlannedTensor], isa: str
) -> dict[int, StripOp]:
    """By op, those that may go by strips: nobody needs their input afterwards."""
    number = {b.index: n for n, b in enumerate(buffers) if b.index != planner.SCRATCH}
    found = {}
    for op in model.ops:
        windows = row_windows(recording.calls[op.index])
        source = number.get(op.inputs[0]) if windows else None
        output = number.get(op.outputs[0]) if windows else None
        if windows is None or source is None or output is None:
            continue
        if buffers[source].last == op.index + 1 and buffers[output].first == op.index:
            (call,) = recording.calls[op.index]
            found[op.index] = StripOp(
                op.index,
                windows,
                output,
                source,
                in_bytes=align(buffers[source].nbytes),
                out_bytes=align(buffers[output].nbytes),
                blocks=channel_blocks(call),
                ready_once=ready_once(call),
                more_scratch=_more_scratch(call, op.index, buffers, isa),
            )
    return found


def _directions(chosen: Mapping[StripOp, int], buffers: Sequence[PlannedTensor]) -> dict[int, int]:
    """Rows with the direction that the places ask for; without ops whose two lie apart."""
    strips = {}
    for one, height in chosen.items():
        source, output = buffers[one.input], buffers[one.output]
        if (
            output.offset + output.nbytes <= source.offset
            or source.offset + source.nbytes <= output.offset
        ):
            continue
        goes_down = output.offset + one.windows.down(height) <= source.offset
        strips[one.op] = height if goes_down else -height
    return strips


def spot_of(place: Place, op: Op, interpreters: ArenaPlan, variables: Sequence[Variable]) -> Spot:
    """What a place of the interpreter's arena, an argument of the op's kernel, stands for."""
    for index, variable in enumerate(variables):
        if variable.offset <= place.offset < variable.offset + variable.nbytes:
            return Spot("variable", index, place.offset - variable.offset)
    # What is written and no output is one of the op's states, which are inputs.
    for own in (op.outputs, op.inputs) if place.written else (op.inputs,):
        for tensor in interpreters.tensors:
            begin = tensor.offset
            if tensor.index in own and begin <= place.offset < begin + tensor.nbytes:
                return Spot("tensor", tensor.index, place.offset - begin)
    for scratch in interpreters.scratch:
        if scratch.first == op.index and scratch.offset == place.offset:
            return Spot("scratch", op.index)
    raise planner.PlanError(
        f"{op.label} (op {op.index}) uses arena byte {place.offset}, not its own"
    )


def _lowest(
    model: Model,
    recording: Recording,
    interpreters: ArenaPlan,
    buffers: Sequence[PlannedTensor],
    strips: Mapping[StripOp, int],
    start: int,
) -> tuple[PlannedTensor, ...]:
    """The buffers from `start` on: where the interpreter has them, or lower if a search finds it.

    An op that calls nothing has its output where its input is; the two move together.
    """
    own = [buffer.offset - interpreters.persistent_bytes for buffer in buffers]
    units = _units(model, recording, interpreters, buffers, strips, own)
    alive = _alive(interpreters, model, buffers)
    for one, height in strips.items():
        alive[one.op] -= one.saved_bytes(height) + one.more_scratch
    bound = max(alive, default=0)
    height = max((align(o + b.nbytes) for b, o in zip(buffers, own, strict=True)), default=0)
    if height > bound:
        found = arena_search.search([unit for unit, _ in units], bound)
        if arena_search.height_of([unit for unit, _ in units], found) < height:
            for (_, members), offset in zip(units, found, strict=True):
                for number in members:
                    own[number] = offset
    return tuple(
        replace(buffer, offset=offset + start) for buffer, offset in zip(buffers, own, strict=True)
    )


def _units(
    model: Model,
    recording: Recording,
    interpreters: ArenaPlan,
    buffers: Sequence[PlannedTensor],
    strips: Mapping[StripOp, int],
    offsets: Sequence[int],
) -> list[tuple[Buffer, list[int]]]:
    """What moves as one, with the numbers of its buffers."""
    number = {b.index: n for n, b in enumerate(buffers) if b.index != planner.SCRATCH}
    unit_of = list(range(len(buffers)))
    in_place: list[tuple[int, int]] = []  # an op's output, an input that it may lie on
    for op in model.ops:
        output = number.get(op.outputs[0]) if op.outputs else None
        if output is None:
            continue
        for index in planner.taken_over(op, interpreters.in_place_inputs):
            source = number.get(index)
            if source is None or buffers[source].last != op.index + 1:
                continue
            if recording.calls[op.index] or op.custom_name:
                in_place.append((output, source))
            elif offsets[output] == offsets[source]:
                unit_of[output] = unit_of[source]
    members: dict[int, list[int]] = {}
    for n, unit in enumerate(unit_of):
        members.setdefault(unit, []).append(n)
    position = {unit: i for i, unit in enumerate(members)}
    first = {unit: min(buffers[n].first for n in group) for unit, group in members.items()}
    last = {unit: max(buffers[n].last for n in group) for unit, group in members.items()}
    shares: dict[int, set[int]] = {unit: set() for unit in members}
    for output, source in in_place:
        over, under = unit_of[output], unit_of[source]
        if first[over] == buffers[output].first == last[under] - 1:
            shares[over].add(position[under])
    apart: dict[int, dict[int, Apart]] = {unit: {} for unit in members}
    for one, height in strips.items():
        over, under = unit_of[one.output], unit_of[one.input]
        if first[over] == one.op == last[under] - 1:
            apart[over][position[under]] = one.apart(height)
    return [
        (
            Buffer(
                max(align(buffers[n].nbytes) for n in group),
                first[unit],
                last[unit],
                frozenset(shares[unit]),
                apart[unit],
            ),
            group,
        )
        for unit, group in members.items()
    ]


def _alive(plan: ArenaPlan, model: Model, buffers: Sequence[PlannedTensor]) -> list[int]:
    """Bytes alive at each op, scratch too, with the in-place ops that there may be."""
    by_index = {b.index: b for b in buffers if b.index != planner.SCRATCH}
    by_op = []
    for op in model.ops:
        alive = sum(align(b.nbytes) for b in buffers if b.first <= op.index < b.last)
        output = by_index.get(op.outputs[0]) if op.outputs else None
        if output is not None and any(
            index in by_index
            and by_index[index].last == op.index + 1
            and by_index[index].nbytes >= output.nbytes
            for index in planner.taken_over(op, plan.in_place_inputs)
        ):
            alive -= align(output.nbytes)
        by_op.append(alive)
    return by_op
