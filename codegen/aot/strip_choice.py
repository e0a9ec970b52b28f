"""Which ops go by strips, and how high these are: the least arena for a stated price.

Low strips cost instructions, for each starts its kernel's loops anew; high ones need their output
further from their input. For a height of the arena the cheapest strips that fit each op
under it are known; the lowest arena whose strips cost no more than is allowed is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codegen.aot.strip_ops import StripOp
from codegen.cost.estimate import estimate, estimate_strips
from codegen.model.tflite import Model

CORES = {
    "scalar": ("cortex-m0", "cortex-m3"),
    "dsp": ("cortex-m4", "cortex-m7", "cortex-m33"),
    "mve": ("cortex-m55",),
}
"""Measured cores of each ISA; strips must not cost too much on any of them."""


def choose(
    model: Model, ops: Sequence[StripOp], alive: Sequence[int], isa: str, most_more: float
) -> tuple[Mapping[int, int], float]:
    """{op: height of its strips} of those that go by strips, and what these cost as a part of all
    instructions, on the core where that is most.

    alive: bytes that each op of the model needs in one piece. most_more: instructions that strips
    may cost more, as a part of all.
    """
    if not ops:
        return {}, 0.0
    totals = [max(1, sum(estimate(model, cpu) or ())) for cpu in CORES[isa]]
    offers = {one.op: _offers(model, one, isa) for one in ops}
    bounds = {alive[op] - one.saved_bytes for op, found in offers.items() for one in found}
    for bound in sorted(bounds | {max(alive)}):
        chosen = _under(bound, alive, offers)
        if chosen is None:
            continue
        more = [sum(one.more[core] for one in chosen.values()) for core in range(len(totals))]
        cost = max(part / total for part, total in zip(more, totals, strict=True))
        if cost <= most_more:
            return {op: one.height for op, one in chosen.items()}, cost
    return {}, 0.0


@dataclass(frozen=True)
class _Offer:
    """Strips of `height` rows. more: instructions, on each core."""

    height: int
    saved_bytes: int
    more: tuple[int, ...]


def _offers(model: Model, one: StripOp, isa: str) -> list[_Offer]:
    op = model.ops[one.op]
    return [
        _Offer(
            height,
            saved,
            tuple(estimate_strips(model, op, height, one.ready_once, cpu) for cpu in CORES[isa]),
        )
        for height in one.windows.heights()
        if (saved := one.saved_bytes(height))
    ]


def _under(
    bound: int, alive: Sequence[int], offers: Mapping[int, Sequence[_Offer]]
) -> dict[int, _Offer] | None:
    """The cheapest offers with which every op needs at most `bound` bytes; None: there are none."""
    chosen = {}
    for op, nbytes in enumerate(alive):
        if nbytes <= bound:
            continue
        fitting = [one for one in offers.get(op, ()) if nbytes - one.saved_bytes <= bound]
        if not fitting:
            return None
        chosen[op] = min(fitting, key=lambda one: (max(one.more), one.height))
    return chosen
