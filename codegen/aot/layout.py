"""The arena of generated code: variables, then tensors and scratch; nothing of an interpreter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
        """Bytes from the arena's start to the spot, without its delta."""
        if spot in self.persistent:
            return self.persistent[spot]
        if spot.kind == "scratch":
            return next(s.offset for s in self.plan.scratch if s.first == spot.index)
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
    moved = end - interpreters.persistent_bytes
    tensors = _moved(interpreters.tensors, moved)
    scratch = _moved(interpreters.scratch, moved)
    arena_bytes = max((_align(b.offset + b.nbytes) for b in (*tensors, *scratch)), default=end)
    plan = replace(
        interpreters,
        arena_bytes=arena_bytes,
        activation_bytes=arena_bytes - end,
        persistent_bytes=end,
        tensors=tensors,
        scratch=scratch,
    )
    planner.verify(model, [*tensors, *scratch], plan.in_place_inputs, end, arena_bytes)
    return Layout(plan, persistent)


def spot_of(place: Place, op: Op, interpreters: ArenaPlan, variables: Sequence[Variable]) -> Spot:
    """What a place of the interpreter's arena, an argument of the op's kernel, stands for."""
    for index, variable in enumerate(variables):
        if variable.offset <= place.offset < variable.offset + variable.nbytes:
            return Spot("variable", index, place.offset - variable.offset)
    own = op.outputs if place.written else op.inputs
    for tensor in interpreters.tensors:
        if tensor.index in own and tensor.offset <= place.offset < tensor.offset + tensor.nbytes:
            return Spot("tensor", tensor.index, place.offset - tensor.offset)
    for scratch in interpreters.scratch:
        if scratch.first == op.index and scratch.offset == place.offset:
            return Spot("scratch", op.index)
    raise planner.PlanError(
        f"{op.label} (op {op.index}) uses arena byte {place.offset}, not its own"
    )


def _moved(buffers: Sequence[PlannedTensor], by: int) -> tuple[PlannedTensor, ...]:
    return tuple(replace(buffer, offset=buffer.offset + by) for buffer in buffers)


def _align(nbytes: int) -> int:
    return -(-nbytes // ALIGNMENT) * ALIGNMENT
