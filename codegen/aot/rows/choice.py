"""Which ops go by strips, which runs of ops by streams, and how high these are: the least arena for
a stated price.

Low strips cost instructions, for each starts its kernel's loops anew; high ones need their output
further from their input, or more rows between ops. For a height of the arena the cheapest that fit
each op under it are known; the lowest arena whose strips and streams cost no more than is allowed
is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codegen.aot.rows.stream_ops import OpRun, Stream, streams
from codegen.aot.rows.streams import pieces
from codegen.aot.rows.strip_ops import StripOp
from codegen.cost.estimate import estimate, estimate_pieces, estimate_strips
from codegen.memory.planner import PlannedTensor
from codegen.model.tflite import Model

CORES = {
    "scalar": ("cortex-m0", "cortex-m3"),
    "dsp": ("cortex-m4", "cortex-m7", "cortex-m33"),
    "mve": ("cortex-m55",),
}
"""Measured cores of each ISA; strips must not cost too much on any of them."""

_PIECE = 300
"""Instructions around a piece of a stream (lib/nn/nn/row_stream.cc)."""


@dataclass(frozen=True)
class Choice:
    """strips: {op: height of its strips}. streams: no two of the same op. cost: instructions more
    than without, as a part of all, on the core where that is most."""

    strips: Mapping[int, int]
    streams: tuple[Stream, ...]
    cost: float


def choose(
    model: Model,
    ops: Sequence[StripOp],
    runs: Sequence[OpRun],
    buffers: Sequence[PlannedTensor],
    alive: Sequence[int],
    isa: str,
    most_more: float,
) -> Choice:
    """What goes by strips, and what by streams, for the lowest arena.

    alive: bytes that each op of the model needs in one piece. most_more: instructions that both may
    cost more, as a part of all.
    """
    if not ops and not runs:
        return Choice({}, (), 0.0)
    totals = [max(1, sum(estimate(model, cpu) or ())) for cpu in CORES[isa]]
    by_strips = {one.op: _offers(model, one, isa) for one in ops}
    by_streams = [o for run in runs for o in _stream_offers(model, run, buffers, alive, isa)]
    bounds = {alive[op] - one.saved_bytes for op, found in by_strips.items() for one in found}
    bounds |= {offer.stream.nbytes for offer in by_streams}
    for bound in sorted(bounds | {max(alive)}):
        chosen = _under(bound, alive, by_strips, by_streams)
        if chosen is None:
            continue
        more = [sum(one.more[core] for one in chosen) for core in range(len(totals))]
        cost = max(part / total for part, total in zip(more, totals, strict=True))
        if cost <= most_more:
            return Choice(
                {one.op: one.height for one in chosen if isinstance(one, _Offer)},
                tuple(one.stream for one in chosen if isinstance(one, _StreamOffer)),
                cost,
            )
    return Choice({}, (), 0.0)


@dataclass(frozen=True)
class _Offer:
    """Strips of `height` rows. more: instructions, on each core."""

    op: int
    height: int
    saved_bytes: int
    more: tuple[int, ...]


@dataclass(frozen=True)
class _StreamOffer:
    """more: instructions, on each core."""

    stream: Stream
    more: tuple[int, ...]


def _offers(model: Model, one: StripOp, isa: str) -> list[_Offer]:
    op = model.ops[one.op]
    return [
        _Offer(
            one.op,
            height,
            saved,
            tuple(estimate_strips(model, op, height, one.ready_once, cpu) for cpu in CORES[isa]),
        )
        for height in one.windows.heights()
        if (saved := one.saved_bytes(height))
    ]


def _stream_offers(
    model: Model, run: OpRun, buffers: Sequence[PlannedTensor], alive: Sequence[int], isa: str
) -> list[_StreamOffer]:
    """Those that need less than the op among theirs that needs most."""
    most = max(alive[run.first : run.end])
    offers = []
    for stream in streams(run, buffers, run.run.heights()):
        if stream.nbytes >= most:
            break  # the higher, the more
        of_ops = pieces(run.run, stream.height)
        more = [
            sum(
                estimate_pieces(model, model.ops[run.first + n], of_op, cpu) + _PIECE * len(of_op)
                for n, of_op in enumerate(of_ops)
            )
            for cpu in CORES[isa]
        ]
        offers.append(_StreamOffer(stream, tuple(more)))
    return offers


def _under(
    bound: int,
    alive: Sequence[int],
    strips: Mapping[int, Sequence[_Offer]],
    streams: Sequence[_StreamOffer],
) -> list[_Offer | _StreamOffer] | None:
    """The cheapest with which every op needs at most `bound` bytes; None: there are none. Found op
    by op: what comes before an op is the same whatever comes after."""
    ending: dict[int, list[_StreamOffer]] = {}
    for offer in streams:
        if offer.stream.nbytes <= bound:
            ending.setdefault(offer.stream.ops.end, []).append(offer)
    best: list[tuple[int, list[_Offer | _StreamOffer]] | None] = [(0, [])]
    for op, nbytes in enumerate(alive):
        ways: list[tuple[int, int, list[_Offer | _StreamOffer]]] = []
        before = best[op]
        if before is not None and nbytes <= bound:
            ways.append((before[0], 0, before[1]))
        elif before is not None:
            ways.extend(
                (before[0] + max(one.more), one.height, [*before[1], one])
                for one in strips.get(op, ())
                if nbytes - one.saved_bytes <= bound
            )
        for offer in ending.get(op + 1, ()):
            start = best[offer.stream.ops.first]
            if start is not None:
                height = offer.stream.height
                ways.append((start[0] + max(offer.more), height, [*start[1], offer]))
        least = min(ways, key=lambda way: way[:2], default=None)
        best.append(None if least is None else (least[0], least[2]))
    return None if best[-1] is None else best[-1][1]
