"""A lower arena than the device's own planner finds: the host has time to search.

Buffers are put one after the other into the lowest place that is free while they live ("first
fit"); the order decides how high that gets. Some usual orders are tried, then the best is changed
at random, its highest buffers first, as long as that helps. The same buffers give the same places.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_STEPS = 2000  # changes of the order that are tried
_SEED = 1


@dataclass(frozen=True)
class Apart:
    """Bytes by which one buffer has to start before or behind another to lie partly on it, both
    multiples of `step`, as any distance has to be then."""

    before: int
    behind: int
    step: int


@dataclass(frozen=True)
class Buffer:
    """`nbytes` alive at the ops in the half-open [first, last).

    shares: numbers of buffers that it may lie on exactly, though both are alive at one op: an op's
    output on its input. apart: of buffers that it may lie on partly.
    """

    nbytes: int
    first: int
    last: int
    shares: frozenset[int] = frozenset()
    apart: Mapping[int, Apart] = field(default_factory=dict)


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


@dataclass(frozen=True)
class _Taken:
    """What a buffer that has its place, at `start`, leaves to another one.

    It may start so early or so late that they do not meet, or, whole `step`s from `start`, earlier
    or later by so much (see Apart), or exactly there.
    """

    start: int
    before: int
    behind: int
    shared: bool
    apart: Apart | None

    def places(self) -> set[int]:
        """Where the other one would lie next to it, or on it."""
        places = {self.before, self.behind} | ({self.start} if self.shared else set())
        if self.apart is not None:
            places |= {self.start - self.apart.before, self.start + self.apart.behind}
        return places

    def allows(self, place: int) -> bool:
        if place <= self.before or place >= self.behind or (self.shared and place == self.start):
            return True
        off = place - self.start
        return (
            self.apart is not None
            and off % self.apart.step == 0
            and (-off >= self.apart.before or off >= self.apart.behind)
        )


def _first_fit(
    buffers: Sequence[Buffer], neighbours: Sequence[Iterable[int]], order: Sequence[int]
) -> list[int]:
    offsets: dict[int, int] = {}
    for n in order:
        taken = [_taken(buffers, n, i, offsets[i]) for i in neighbours[n] if i in offsets]
        places = {0}.union(*(one.places() for one in taken))
        offsets[n] = next(
            place
            for place in sorted(places)
            if place >= 0 and all(one.allows(place) for one in taken)
        )
    return [offsets[n] for n in range(len(buffers))]


def _taken(buffers: Sequence[Buffer], n: int, i: int, start: int) -> _Taken:
    """What buffer i, at `start`, leaves to buffer n."""
    apart = buffers[n].apart.get(i)
    if apart is None and (turned := buffers[i].apart.get(n)) is not None:
        apart = Apart(turned.behind, turned.before, turned.step)
    return _Taken(
        start,
        before=start - buffers[n].nbytes,
        behind=start + buffers[i].nbytes,
        shared=i in buffers[n].shares or n in buffers[i].shares,
        apart=apart,
    )
