"""A lower arena than the device's own planner finds: the host has time to search.

Buffers are put one after the other into the lowest place that is free while they live ("first
fit"); the order decides how high that gets. Some usual orders are tried, then the best is changed
at random, its highest buffers first, as long as that helps. The same buffers give the same places.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_STEPS = 2000  # changes of the order that are tried
_SEED = 1


@dataclass(frozen=True)
class Buffer:
    """`nbytes` alive at the ops in the half-open [first, last).

    shares: numbers of buffers that it may lie on exactly, though both are alive at one op: an op's
    output on its input.
    """

    nbytes: int
    first: int
    last: int
    shares: frozenset[int] = frozenset()


def height_of(buffers: Sequence[Buffer], offsets: Sequence[int]) -> int:
    """Where the highest buffer ends."""
    return max((o + b.nbytes for b, o in zip(buffers, offsets, strict=True)), default=0)


def search(buffers: Sequence[Buffer], bound: int) -> list[int]:
    """An offset for each buffer. bound: no better is possible, so the search ends there."""
    neighbours = [
        [i for i, other in enumerate(buffers) if i != n and _meet(buffer, other)]
        for n, buffer in enumerate(buffers)
    ]
    keys: tuple[Callable[[int], tuple[int, ...]], ...] = (
        lambda i: (-buffers[i].nbytes, i),
        lambda i: (buffers[i].first, -buffers[i].nbytes, i),
        lambda i: (-buffers[i].nbytes * (buffers[i].last - buffers[i].first), i),
        lambda i: (buffers[i].first - buffers[i].last, -buffers[i].nbytes, i),
    )
    numbers = range(len(buffers))

    def tried(order: Sequence[int]) -> tuple[int, list[int], list[int]]:
        offsets = _first_fit(buffers, neighbours, order)
        return height_of(buffers, offsets), list(order), offsets

    best = min((tried(sorted(numbers, key=key)) for key in keys), key=lambda one: one[0])
    draw = random.Random(_SEED)
    for _ in range(_STEPS):
        height, order, offsets = best
        if height <= bound or len(order) < 2:
            break
        highest = [n for n in numbers if offsets[n] + buffers[n].nbytes == height]
        moved = draw.choice(highest if draw.random() < 0.7 else order)
        changed = [n for n in order if n != moved]
        changed.insert(draw.randrange(len(changed)), moved)
        other = tried(changed)
        if other[0] <= height:
            best = other
    return best[2]


def _meet(a: Buffer, b: Buffer) -> bool:
    return a.first < b.last and b.first < a.last


def _first_fit(
    buffers: Sequence[Buffer], neighbours: Sequence[Iterable[int]], order: Sequence[int]
) -> list[int]:
    offsets = [-1] * len(buffers)
    for n in order:
        buffer = buffers[n]
        taken = [
            (
                offsets[i],
                offsets[i] + buffers[i].nbytes,
                i in buffer.shares or n in buffers[i].shares,
            )
            for i in neighbours[n]
            if offsets[i] >= 0
        ]
        places = {
            0,
            *(end for _, end, _ in taken),
            *(start for start, _, shared in taken if shared),
        }
        offsets[n] = next(
            place
            for place in sorted(places)
            if all(
                place >= end or place + buffer.nbytes <= start or (shared and place == start)
                for start, end, shared in taken
            )
        )
    return offsets
