"""What each kind of instruction takes on each core, from Arm's Technical Reference Manuals.

At 0 wait states. docs/cycles.md says what the tables were held against and what they leave out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOAD_USE = "load_use"
BRANCH_REFILL = "branch_refill"
MULTI_CYCLE = "multi_cycle"


@dataclass(frozen=True)
class Timing:
    """Cycles of one kind of instruction. section: of the core's manual.

    cycles: without what follows. per_word: more for each register in the list. refill: more where
    the instruction branches. cause: what everything above one cycle but the refill counts as.
    """

    section: str
    cycles: float = 1
    per_word: float = 0
    refill: float = 0
    cause: str = MULTI_CYCLE


@dataclass(frozen=True)
class CoreTable:
    """timings: by kind (codegen/cycles/instruction.py). manual: its name and number.

    has_pipelined_loads: a load right behind a load takes one cycle, unless its address is what the
    first one loads; and so does a store with an index register. has_address_stall: a load or store
    whose address the instruction before has computed waits a cycle for it.
    """

    manual: str
    timings: Mapping[str, Timing]
    has_pipelined_loads: bool = False
    has_address_stall: bool = False


# The refill of Armv7-M's pipeline is 1 to 3 cycles, by alignment and width of the target and by
# whether the address was guessed early (P in the manuals' tables). 1 or 3 in its place moves whole
# models by at most 4 %.
_P = 2

_M0_TABLE = "DDI 0432C, 3.3, table 3-1"
_M0PLUS_TABLE = "DDI 0484C, 3.3, table 3-1"
_M3_TABLE = "DDI 0337I, 3.3.1, table 3-1"
_M3_LOADS = "DDI 0337I, 3.3.2"
_M4_TABLE = "100166_0001_00, 3.3.1, table 3-1"
_M4_LOADS = "100166_0001_00, 3.3.3"
_M4_FPU = "100166_0001_00, 7.2.3, table 7-1"


def _armv6m(table: str, taken: float, call: float, special: float) -> dict[str, Timing]:
    """taken, call: cycles of B and BX, and of BL, where they branch."""
    return {
        "alu": Timing(table),
        "load": Timing(table, 2, cause=LOAD_USE),
        "store": Timing(table, 2, cause=LOAD_USE),
        "multiple": Timing(table, 1, per_word=1),
        "multiple to pc": Timing(table, 1, per_word=1, refill=call - 1),
        "branch": Timing(table, refill=taken - 1),
        "branch register": Timing(table, refill=taken - 1),
        "call": Timing(table, refill=call - 1),
        "to pc": Timing(table, refill=taken - 1),
        "multiply": Timing(table),  # the fast multiplier; the small one takes 32
        "multiply accumulate": Timing(table),
        "barrier": Timing(table, special),
        "special": Timing(table, special),
    }


def _armv7m(table: str, loads: str, fpu: str, is_m3: bool) -> dict[str, Timing]:
    return {
        "alu": Timing(table),
        "load": Timing(loads, 2, cause=LOAD_USE),
        "store": Timing(loads),
        "store indexed": Timing(loads, 2, cause=LOAD_USE),
        "double": Timing(table, 1, per_word=1),
        "multiple": Timing(table, 1, per_word=1),
        "multiple to pc": Timing(table, 1, per_word=1, refill=_P),
        "load to pc": Timing(table, 2, refill=_P, cause=LOAD_USE),
        "branch": Timing(table, refill=_P),
        "branch register": Timing(table, refill=_P),
        "call": Timing(table, refill=_P),
        "table branch": Timing(table, 3, refill=_P),
        "to pc": Timing(table, refill=_P),
        "multiply": Timing(table),
        "multiply accumulate": Timing(table, 2 if is_m3 else 1),
        # the M3 ends early by the operands' size: 3 to 5 and 4 to 7 cycles
        "long multiply": Timing(table, 4 if is_m3 else 1),
        "long multiply accumulate": Timing(table, 5.5 if is_m3 else 1),
        "divide": Timing(table, 7),  # 2 to 12, by the operands
        "barrier": Timing(table, 2),
        "special": Timing(table, 2),
        "float load": Timing(fpu, 2, cause=LOAD_USE),
        "float multiple": Timing(fpu, 1, per_word=1),
        "float multiply accumulate": Timing(fpu, 3),
        "float divide": Timing(fpu, 14),
    }


_M4 = CoreTable(
    "Cortex-M4 r0p1 TRM, 100166_0001_00",
    _armv7m(_M4_TABLE, _M4_LOADS, _M4_FPU, is_m3=False),
    has_pipelined_loads=True,
    has_address_stall=True,
)

CORES: Mapping[str, CoreTable] = {
    "cortex-m0": CoreTable(
        "Cortex-M0 r0p0 TRM, DDI 0432C", _armv6m(_M0_TABLE, taken=3, call=4, special=4)
    ),
    "cortex-m0plus": CoreTable(
        "Cortex-M0+ r0p1 TRM, DDI 0484C", _armv6m(_M0PLUS_TABLE, taken=2, call=3, special=3)
    ),
    "cortex-m3": CoreTable(
        "Cortex-M3 r2p1 TRM, DDI 0337I",
        _armv7m(_M3_TABLE, _M3_LOADS, "the M3 has no FPU", is_m3=True),
        has_pipelined_loads=True,
        has_address_stall=True,
    ),
    "cortex-m4": _M4,
    # Arm publishes no table for it. The M4's came within -2 to +8 % of what was published of an
    # nRF5340.
    "cortex-m33": _M4,
}
"""By cpu, as board facts name it. Of the Cortex-M7 and M55 nothing is claimed."""
