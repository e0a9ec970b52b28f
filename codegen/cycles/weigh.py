"""Counts times the core's table: cycles of a span, by function and by what they are lost to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields

from codegen.boards.facts import FlashTiming
from codegen.cycles.core_tables import CORES, CoreTable, Timing
from codegen.cycles.counting import BlockKey, Span
from codegen.cycles.instruction import Code, Instruction

_PLAINER = {"compare": "alu", "store indexed": "store"}  # for cores whose table has no such kind


@dataclass
class Cycles:
    """Instructions, and the cycles lost beside the one that each of them takes, by cause.

    flash_instruction, flash_data: for lines that neither cache had, if the flash has wait states.
    """

    instructions: float = 0
    load_use: float = 0
    branch_refill: float = 0
    multi_cycle: float = 0
    flash_instruction: float = 0
    flash_data: float = 0

    @property
    def at_0_wait_states(self) -> float:
        return self.instructions + self.load_use + self.branch_refill + self.multi_cycle

    @property
    def with_flash(self) -> float:
        return self.at_0_wait_states + self.flash_instruction + self.flash_data

    def add(self, other: Cycles, times: float = 1) -> None:
        for name in _FIELDS:
            setattr(self, name, getattr(self, name) + times * getattr(other, name))

    def lose(self, cause: str, cycles: float) -> None:
        setattr(self, cause, getattr(self, cause) + cycles)


_FIELDS = [one.name for one in fields(Cycles)]


def sum_of(parts: Iterable[Cycles], divisor: float = 1) -> Cycles:
    result = Cycles()
    for one in parts:
        result.add(one, 1 / divisor)
    return result


class Scale:
    """Weighs an image's spans. cpu: one of CORES. flash: None for 0 wait states.

    leave_out: functions that do not count.
    """

    def __init__(
        self,
        code: Code,
        cpu: str,
        flash: FlashTiming | None = None,
        leave_out: Collection[str] = (),
    ) -> None:
        self._code = code
        self._table = CORES[cpu]
        self._flash = flash
        self._leave_out = leave_out
        self._bodies: dict[BlockKey, tuple[Instruction, Cycles]] = {}

    def weigh(self, span: Span) -> dict[str, Cycles]:
        """Cycles by function. Raises CodegenError where the image is not the one that ran."""
        found: dict[str, Cycles] = {}

        def of(address: int) -> Cycles:
            return found.setdefault(self._code.function(address), Cycles())

        for key, entries in span.entries.items():
            first, body = self._body(key)
            into = of(key[0])
            into.add(body, sum(entries.values()))
            for origin, count in entries.items():
                before = self._code.at(origin)
                follows = before is not None and before.end == first.at
                _add_cost(into, self._table, first, before if follows else None, count)
                if before is not None and not follows:
                    of(origin).branch_refill += _timing(self._table, before).refill * count
        if self._flash is not None:
            for key, (missed, sequential) in span.fetches.items():
                hidden = sequential if self._flash.has_prefetch else 0
                of(key[0]).flash_instruction += (missed - hidden) * self._flash.wait_states
            for address, missed in span.loads.items():
                of(address).flash_data += missed * self._flash.wait_states
        return {name: cycles for name, cycles in found.items() if name not in self._leave_out}

    def _body(self, key: BlockKey) -> tuple[Instruction, Cycles]:
        """A block's first instruction, and what the others cost each time."""
        if key not in self._bodies:
            body = Cycles()
            before, *others = block = self._code.block(*key)
            for one in others:
                _add_cost(body, self._table, one, before)
                before = one
            self._bodies[key] = block[0], body
        return self._bodies[key]


def _timing(table: CoreTable, of: Instruction) -> Timing:
    timings = table.timings
    return timings.get(of.kind) or timings[_PLAINER.get(of.kind, "alu")]


def _add_cost(
    into: Cycles, table: CoreTable, one: Instruction, before: Instruction | None, times: float = 1
) -> None:
    """Of executions without the refill of a branch. before: the instruction in front of it in
    memory, None where another one led here."""
    timing = _timing(table, one)
    more = timing.cycles + timing.per_word * one.words - 1
    if before is not None:
        if table.has_pipelined_loads and _is_pipelined(one, before):
            more -= 1
        if table.has_address_stall and before.written & one.address:
            into.load_use += times
    into.instructions += times
    into.lose(timing.cause, more * times)


def _is_pipelined(one: Instruction, before: Instruction) -> bool:
    if before.kind != "load":
        return False
    return one.kind == "store indexed" or (one.kind == "load" and not before.loaded & one.address)
