"""The arena of generated code: variables, then tensors and scratch; nothing of an interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codegen.aot import arena_search
from codegen.aot.arena_search import Buffer
from codegen.aot.recording import Place, Recording, Variable
from codegen.host.runtime import ALIGNMENT
from codegen.memory import planner
from codegen.memory.planner import ArenaPlan, PlannedTensor
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

    persistent: where each of them lies.
    """

    plan: ArenaPlan
    persistent: Mapping[Spot, int]

    def offset(self, spot: Spot) -> int:
        """Bytes from the arena's start to the spot, without its delta; 0 for the scratch of an op
        that needs none on this ISA."""
        if spot in self.persistent:
            return self.persistent[spot]
        if spot.kind == "scratch":
            return next((s.offset for s in self.plan.scratch if s.first == spot.index), 0)
        return next(t.offset for t in self.plan.tensors if t.index == spot.index)


def lay_out(model: Model, recording: Recording, interpreters: ArenaPlan) -> Layout:
    """The same arena without what an interpreter keeps in it. interpreters: its plan.

    Raises PlanError.
    """
    wanted = [(Spot("variable", i), v.nbytes) for i, v in enumerate(recording.variables)]
    wanted += [(Spot("persistent", c.op), c.persistent_bytes) for c in recording.customs]
    persistent = {}
    end = 0
    for spot, nbytes in wanted:
        persistent[spot] = end
        end += _align(nbytes)
    buffers = (*interpreters.tensors, *interpreters.scratch)
    moved = _lowest(model, recording, interpreters, buffers, end)
    tensors, scratch = moved[: len(interpreters.tensors)], moved[len(interpreters.tensors) :]
    arena_bytes = max((_align(b.offset + b.nbytes) for b in moved), default=end)
    plan = replace(
        interpreters,
        arena_bytes=arena_bytes,
        activation_bytes=arena_bytes - end,
        persistent_bytes=end,
        tensors=tensors,
        scratch=scratch,
    )
    planner.verify(model, moved, plan.in_place_inputs, end, arena_bytes)
    return Layout(plan, persistent)


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
    start: int,
) -> tuple[PlannedTensor, ...]:
    """The buffers from `start` on: where the interpreter has them, or lower if a search finds it.

    An op that calls nothing has its output where its input is; the two move together.
    """
    own = [buffer.offset - interpreters.persistent_bytes for buffer in buffers]
    units = _units(model, recording, interpreters, buffers, own)
    bound = _bound(interpreters, model, buffers)
    height = max((_align(o + b.nbytes) for b, o in zip(buffers, own, strict=True)), default=0)
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
    return [
        (
            Buffer(
                max(_align(buffers[n].nbytes) for n in group),
                first[unit],
                last[unit],
                frozenset(shares[unit]),
            ),
            group,
        )
        for unit, group in members.items()
    ]


def _bound(plan: ArenaPlan, model: Model, buffers: Sequence[PlannedTensor]) -> int:
    """The most bytes alive at one op, scratch too, with the in-place ops that there may be."""
    by_index = {b.index: b for b in buffers if b.index != planner.SCRATCH}
    bound = 0
    for op in model.ops:
        alive = sum(_align(b.nbytes) for b in buffers if b.first <= op.index < b.last)
        output = by_index.get(op.outputs[0]) if op.outputs else None
        if output is not None and any(
            index in by_index
            and by_index[index].last == op.index + 1
            and by_index[index].nbytes >= output.nbytes
            for index in planner.taken_over(op, plan.in_place_inputs)
        ):
            alive -= _align(output.nbytes)
        bound = max(bound, alive)
    return bound


def _align(nbytes: int) -> int:
    return -(-nbytes // ALIGNMENT) * ALIGNMENT
