"""The arena a model needs, from the firmware's own planner, checked by an independent verifier.

The runtime keeps no pointers in the arena and sizes scratch by the target's ISA, so what it reports
here is what it reports on the target, to the byte.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codegen.errors import CodegenError
from codegen.host.runtime import ALIGNMENT, HostRuntime
from codegen.model.lifetimes import lifetimes
from codegen.model.tflite import Model, Op


class PlanError(CodegenError):
    """The runtime's plan is unsound: a fault in mcuforge, not in the model."""

    exit_code = 1


SCRATCH = -1
"""Index of what is no tensor: an op's scratch buffer."""


@dataclass(frozen=True)
class PlannedTensor:
    """Arena bytes [offset, offset + nbytes), alive at the ops in the half-open [first, last).

    index: of the tensor; SCRATCH for an op's scratch buffer, which is alive at that op alone, or
    one that ops share. nbytes: of a tensor that generated code never has whole, those of the rows
    that it has at a time.
    """

    index: int
    name: str
    offset: int
    nbytes: int
    first: int
    last: int


@dataclass(frozen=True)
class StripPlan:
    """What generated code gains by computing ops some output rows at a time.

    rows: {op: output rows of a strip}, negative from the bottom up. streams: {(first, end): rows of
    the last one} of runs of ops that take turns, for what lies between them is held as a few rows.
    saved_bytes: of the arena. cost: instructions more than without, as a part of all, on the core
    where that is most.
    """

    rows: Mapping[int, int]
    streams: Mapping[tuple[int, int], int]
    saved_bytes: int
    cost: float


@dataclass(frozen=True)
class ArenaPlan:
    """Sizes in bytes.

    arena_bytes: the least arena that AllocateTensors succeeds with.
    activation_bytes: tensors and scratch.
    lower_bound_bytes: the most tensor bytes alive at one op, 16-byte aligned, with in-place ops. No
    plan can need less without strips.
    persistent_bytes: the interpreter's own data, aligned.
    in_place_inputs: a mask for each op. Bit i is set if its first output may take over the memory
    of its input i, provided that nobody needs that input afterwards.
    """

    arena_bytes: int
    activation_bytes: int
    lower_bound_bytes: int
    persistent_bytes: int
    ops_missing: list[str] = field(default_factory=list)
    tensors: tuple[PlannedTensor, ...] = ()
    scratch: tuple[PlannedTensor, ...] = ()
    in_place_inputs: tuple[int, ...] = ()
    strips: StripPlan | None = None


def plan(model_path: Path, isa: str) -> ArenaPlan:
    """Plans the model at `model_path` for "scalar", "dsp" or "mve".

    Raises RuntimeRefusedError (the runtime's reason), CppBuildError, ModelError, PlanError.
    """
    return plan_model(Model.read(model_path), isa)


def plan_model(model: Model, isa: str) -> ArenaPlan:
    """As plan(), for a model that is read already."""
    with HostRuntime(model.data, isa) as runtime:
        offsets, scratch_offsets, in_place_inputs, own_bytes = runtime.plan(
            len(model.tensors), len(model.ops)
        )
        scratch = [
            PlannedTensor(
                SCRATCH, f"scratch of {op.label}", offset, runtime.scratch_bytes(op.index),
                op.index, op.index + 1,
            )
            for op, offset in zip(model.ops, scratch_offsets, strict=True)
            if offset is not None
        ]  # fmt: skip
        arena_bytes = runtime.arena_used_bytes
    persistent = align(own_bytes)
    tensors = _placed(model, offsets)
    verify(model, [*tensors, *scratch], in_place_inputs, persistent, arena_bytes)
    return ArenaPlan(
        arena_bytes=arena_bytes,
        activation_bytes=arena_bytes - persistent,
        lower_bound_bytes=_lower_bound(model, tensors, in_place_inputs),
        persistent_bytes=persistent,
        tensors=tuple(tensors),
        scratch=tuple(scratch),
        in_place_inputs=tuple(in_place_inputs),
    )


def align(nbytes: int) -> int:
    """Up to what a buffer takes."""
    return -(-nbytes // ALIGNMENT) * ALIGNMENT


def _placed(model: Model, offsets: Sequence[int | None]) -> list[PlannedTensor]:
    planned = []
    for index, (first, last) in lifetimes(model).items():
        offset = offsets[index]
        if offset is None:
            raise PlanError(f"tensor {index} is computed, but the runtime gave it no place")
        tensor = model.tensors[index]
        planned.append(PlannedTensor(index, tensor.name, offset, tensor.nbytes, first, last))
    return planned


def verify(
    model: Model,
    buffers: Sequence[PlannedTensor],
    in_place_inputs: Sequence[int],
    persistent_bytes: int,
    arena_bytes: int,
    elsewhere: Collection[tuple[int, int]] = (),
) -> None:
    """Raises PlanError unless the plan is sound; independent of the planner.

    Every tensor and scratch buffer lies between the interpreter's own data and the arena's end, and
    no two that are alive at one op overlap. The one exception: an op's first output exactly on one
    of its in_place_inputs (see ArenaPlan) that dies there.

    elsewhere: pairs of tensors, an output and an input, whose overlap is checked elsewhere.
    """
    for position, new in enumerate(buffers):
        if (
            new.offset % ALIGNMENT
            or new.offset < persistent_bytes
            or new.offset + new.nbytes > arena_bytes
        ):
            raise PlanError(
                f"{_describe(new)} at {new.offset} is not in the arena's {persistent_bytes} to "
                f"{arena_bytes} B, or not aligned"
            )
        for old in buffers[:position]:  # in order of birth, the model's inputs first, scratch last
            if old.first >= new.last or new.first >= old.last:
                continue
            if old.offset >= new.offset + new.nbytes or new.offset >= old.offset + old.nbytes:
                continue
            in_place = (
                old.offset == new.offset
                and old.last == new.first + 1
                and new.first < len(model.ops)
                and new.index == model.ops[new.first].outputs[0]
                and old.index in taken_over(model.ops[new.first], in_place_inputs)
            )
            if not in_place and (new.index, old.index) not in elsewhere:
                raise PlanError(
                    f"{_describe(old)} and {_describe(new)} overlap while both are alive"
                )


def taken_over(op: Op, in_place_inputs: Sequence[int]) -> list[int]:
    """Tensors whose memory the op's first output may take over."""
    bits = in_place_inputs[op.index]
    return [index for i, index in enumerate(op.inputs) if bits >> i & 1]


def _describe(buffer: PlannedTensor) -> str:
    if buffer.index == SCRATCH:
        return f"{buffer.name} (op {buffer.first})"
    return f"tensor {buffer.index}"


def _lower_bound(
    model: Model, tensors: Sequence[PlannedTensor], in_place_inputs: Sequence[int]
) -> int:
    """The most bytes alive at one op, where an in-place op needs only one of its two buffers."""
    by_index = {tensor.index: tensor for tensor in tensors}
    bound = 0
    for op in model.ops:
        alive = sum(align(t.nbytes) for t in tensors if t.first <= op.index < t.last)
        taken = taken_over(op, in_place_inputs)
        if any(
            by_index[i].last == op.index + 1
            and by_index[i].nbytes >= by_index[op.outputs[0]].nbytes
            for i in taken
            if i in by_index
        ):
            alive -= align(by_index[op.outputs[0]].nbytes)
        bound = max(bound, alive)
    return bound
