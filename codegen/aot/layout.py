"""The arena of generated code: variables, then tensors and scratch; nothing of an interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codegen.aot import arena_search, packing
from codegen.aot.arena_search import Apart, Buffer
from codegen.aot.recording import Place, Recording, Variable
from codegen.aot.rows.choice import Choice, choose
from codegen.aot.rows.stream_check import check_stream
from codegen.aot.rows.stream_ops import OpRun, Stream, op_runs
from codegen.aot.rows.strip_check import check_strips
from codegen.aot.rows.strip_ops import StripOp, alike, directions, strip_ops
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
    linked that others need. streams: {run of ops: output rows of the last one at a time}
    (streams.py), negative from the bottom up.
    """

    plan: ArenaPlan
    persistent: Mapping[Spot, int]
    rows: Mapping[int, int]
    streams: Mapping[Stream, int]

    @property
    def spans(self) -> dict[tuple[int, int], int]:
        """The rows of each of these, by first op and end."""
        return {} if self.plan.strips is None else dict(self.plan.strips.streams)

    def offset(self, spot: Spot) -> int:
        """Bytes from the arena's start to the spot, without its delta; 0 for the scratch of an op
        that needs none on this ISA."""
        if spot in self.persistent:
            return self.persistent[spot]
        if spot.kind == "scratch":
            return next((s.offset for s in self.plan.scratch if s.first <= spot.index < s.last), 0)
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
    own_scratch = packing.scratch_bytes(recording)
    buffers = (
        *interpreters.tensors,
        *(replace(s, nbytes=own_scratch.get(s.first, s.nbytes)) for s in interpreters.scratch),
    )
    moved = _lowest(model, recording, interpreters, buffers, {}, end)
    strips = None
    rows: dict[int, int] = {}
    streams: dict[Stream, int] = {}
    candidates = strip_ops(model, recording, buffers, isa)
    runs = list(op_runs(model, recording, buffers))
    alive = _alive(interpreters, model, buffers)

    def choice_of(some: Sequence[OpRun]) -> Choice:
        return choose(model, list(candidates.values()), some, buffers, alive, isa, most_more)

    # Strips alone, too: what a choice promises is not always to be had.
    choices = [choice for choice in (choice_of(()),) if choice.strips]
    choices += [choice for choice in (choice_of(runs),) if choice.streams]
    for choice in choices:
        chosen = {candidates[op]: height for op, height in choice.strips.items()}
        lower, whole = _lowest_by_rows(
            model, recording, interpreters, buffers, chosen, choice.streams, end, isa
        )
        saved = _height(moved, end) - _height(lower, end)
        if saved > 0:
            moved, overlapping = lower, directions(chosen, lower)
            streams = {stream: stream.direction(lower) for stream in choice.streams}
            before = strips.saved_bytes if strips else 0
            spans = {stream.ops.span: signed for stream, signed in streams.items()}
            strips = StripPlan(overlapping, spans, before + saved, choice.cost)
            rows = {**whole, **overlapping}
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
    by_strips = {} if strips is None else strips.rows
    overlaps = {(model.ops[op].outputs[0], model.ops[op].inputs[0]) for op in by_strips}
    overlaps |= {stream.overlap(moved) for stream in streams}
    planner.verify(model, moved, plan.in_place_inputs, end, arena_bytes, overlaps)
    for op, op_rows in by_strips.items():
        one = candidates[op]
        what = f"{model.ops[op].label} (op {op})"
        places = moved[one.input].offset, moved[one.output].offset
        check_strips(what, one.windows, *places, op_rows, one.blocks)
    for stream, signed in streams.items():
        check_stream(stream, moved, signed)
    return Layout(plan, persistent, rows, streams)


def _lowest_by_rows(
    model: Model,
    recording: Recording,
    interpreters: ArenaPlan,
    buffers: Sequence[PlannedTensor],
    chosen: Mapping[StripOp, int],
    streams: Sequence[Stream],
    start: int,
    isa: str,
) -> tuple[tuple[PlannedTensor, ...], Mapping[int, int]]:
    """The buffers with ops by strips and streams, and {op: all its rows} of those that are called
    by strips, but in one."""

    def lowest(more: Mapping[int, int]) -> tuple[PlannedTensor, ...]:
        grown = _streamed(_grown(buffers, more), streams)
        return _lowest(model, recording, interpreters, grown, chosen, start, streams)

    more = {one.op: one.more_scratch for one in chosen}
    whole = {one.op: one.windows.out_h for one in chosen}
    same = {
        op: of_op
        for op, of_op in alike(model, recording, buffers, more, isa).items()
        if not any(stream.ops.has(op) for stream in streams)
    }
    apart = lowest(more)
    together = lowest(more | {op: nbytes for op, (_, nbytes) in same.items()})
    if _height(together, start) > _height(apart, start):
        return apart, whole  # scratch for a kernel that is linked once would cost too much
    return together, whole | {op: rows for op, (rows, _) in same.items()}


def _streamed(
    buffers: Sequence[PlannedTensor], streams: Sequence[Stream]
) -> tuple[PlannedTensor, ...]:
    """The buffers as they are while runs of ops take turns: all at once, what is held of each, one
    scratch for all, behind the others."""
    for stream in streams:
        first, end = stream.ops.span
        inside = [
            b
            if b.index not in stream.ops.tensors
            else replace(
                b,
                nbytes=stream.held.get(b.index, b.nbytes),
                first=min(b.first, first),
                last=max(b.last, end),
            )
            for b in buffers
            if b.index != planner.SCRATCH or not stream.ops.has(b.first)
        ]
        if stream.scratch_bytes:
            names = f"scratch of ops {first} to {end - 1}"
            inside.append(
                PlannedTensor(planner.SCRATCH, names, 0, stream.scratch_bytes, first, end)
            )
        buffers = inside
    return tuple(buffers)


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


def spot_of(place: Place, op: Op, interpreters: ArenaPlan, variables: Sequence[Variable]) -> Spot:
    """What a place of the interpreter's arena, an argument of the op's kernel, stands for."""
    for index, variable in enumerate(variables):
        if variable.offset <= place.offset < variable.offset + variable.nbytes:
            return Spot("variable", index, place.offset - variable.offset)
    # What is written and no output is one of the op's states, which are inputs; what is read and no
    # input is what a loop has in its outputs from round to round.
    for own in (op.outputs, op.inputs) if place.written else (op.inputs, op.outputs):
        for tensor in interpreters.tensors:
            begin = tensor.offset
            if tensor.index in own and begin <= place.offset < begin + tensor.nbytes:
                return Spot("tensor", tensor.index, place.offset - begin)
    for scratch in interpreters.scratch:  # in which a subgraph has its tensors
        inside = place.offset - scratch.offset
        if scratch.first == op.index and 0 <= inside < max(1, scratch.nbytes):
            return Spot("scratch", op.index, inside)
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
    streams: Sequence[Stream] = (),
) -> tuple[PlannedTensor, ...]:
    """The buffers from `start` on: where the interpreter has them, or lower if a search finds it.

    An op that calls nothing has its output where its input is; the two move together.
    """
    kept = interpreters.persistent_bytes
    own = [buffer.offset - kept for buffer in buffers]
    units = _units(model, recording, interpreters, buffers, strips, streams, own)
    alive = _alive(interpreters, model, buffers)
    for one, height in strips.items():
        alive[one.op] -= one.saved_bytes(height) + one.more_scratch
    for stream in streams:
        for op in range(*stream.ops.span):
            alive[op] = stream.nbytes
    height = _height(buffers, kept) - kept
    bound = max(alive, default=height)
    if streams or height > bound:
        found = arena_search.search([unit for unit, _ in units], bound)
        # Where the interpreter has them, what a stream needs at the same time may meet.
        if streams or arena_search.height_of([unit for unit, _ in units], found) < height:
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
    streams: Sequence[Stream],
    offsets: Sequence[int],
) -> list[tuple[Buffer, list[int]]]:
    """What moves as one, with the numbers of its buffers."""
    number = {b.index: n for n, b in enumerate(buffers) if b.index != planner.SCRATCH}
    unit_of = list(range(len(buffers)))
    in_place: list[tuple[int, int]] = []  # an op's output, an input that it may lie on
    streamed = {op for s in streams for op in range(*s.ops.span)}
    for op in model.ops:
        if op.index in streamed:
            continue
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
    for stream in streams:
        if stream.apart is None or stream.ops.under is None:
            continue
        over, under = unit_of[stream.ops.output], unit_of[stream.ops.under]
        if first[over] == stream.ops.first and last[under] == stream.ops.end:
            apart[over][position[under]] = stream.apart
            if stream.exactly:
                shares[over].add(position[under])
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
