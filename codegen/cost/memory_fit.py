"""Does the model fit on the board? Told before anything is compiled.

Flash holds the model array and the program; RAM holds the arena, the program's own data and the
stack. Model, arena, stack and buffers are exact. The program is estimated from below, so that
nothing is refused that would fit; the linked image is held against the same board data after the
build, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from codegen.errors import BudgetError
from codegen.frontend.front_end import FrontEnd
from codegen.frontend.host import memory_bytes
from codegen.memory.engine_facts import INTERPRETER_FACTS, EngineFacts
from codegen.model.int8_checks import is_plain

if TYPE_CHECKING:
    from codegen.boards.facts import Board, Region
    from codegen.memory.planner import ArenaPlan
    from codegen.model.tflite import Model

LONGEST_REQUEST_BYTES = 4096  # LONGEST_BYTES of the wire; longer inputs come in pieces
PROGRAM_RAM_BYTES = 512  # .data and .bss but for arena, frame buffer and UART ring

_BOARDS_NAMED = 3
_NAMES = {"flash": "flash", "ram": "RAM"}  # of a region's kind, for people


def check_budget(
    plan: ArenaPlan,
    model: Model,
    board: Board,
    front_end: FrontEnd | None = None,
    facts: EngineFacts = INTERPRETER_FACTS,
) -> None:
    """Raises BudgetError if model, program, arena or stack exceed the board's memory.

    plan: of the model for board.isa. facts: of the engine. Program and arena go into the board's
    first region of each kind, as the linker script has it; a board without regions (host) has no
    limit. The message has the numbers; `next_step` goes with it.
    """
    flash = _first_region(board, "flash")
    if flash is not None:
        program = facts.program_flash_bytes(model)
        left = flash.length - program
        model_bytes = facts.model_bytes(model, board.isa)
        if model_bytes > left:
            raise BudgetError(
                f"model needs {model_bytes:,} B of flash, {board.id} has {max(left, 0):,} B left "
                f"({flash.name}: {flash.length:,} B, less {program:,} B for the program)",
                _NAMES["flash"],
                model_bytes - left,
            )
    ram = _first_region(board, "ram")
    if ram is not None:
        program = program_ram_bytes(model, board, front_end)
        left = ram.length - program - board.stack_bytes
        if plan.arena_bytes > left:
            raise BudgetError(
                f"arena needs {plan.arena_bytes:,} B, {board.id} has {max(left, 0):,} B left "
                f"({ram.name}: {ram.length:,} B, less {program:,} B for the program's data and "
                f"{board.stack_bytes:,} B of stack)",
                _NAMES["ram"],
                plan.arena_bytes - left,
            )


def program_ram_bytes(model: Model, board: Board, front_end: FrontEnd | None = None) -> int:
    """The program's own data and buffers, that of the front end among them, beside arena and
    stack; estimated from below."""
    # One request at a time is received, into a buffer as long as the longest one. Those of a model
    # that is not plain are short.
    request = min(model.inputs[0].nbytes, LONGEST_REQUEST_BYTES) if is_plain(model) else 0
    samples = memory_bytes(front_end) if front_end is not None else 0
    return PROGRAM_RAM_BYTES + board.uart.rx_ring_bytes + request + samples


def next_step(
    model: Model,
    plans: Mapping[str, ArenaPlan],
    boards: Iterable[Board],
    front_end: FrontEnd | None = None,
    facts: EngineFacts = INTERPRETER_FACTS,
) -> str:
    """What to do about a BudgetError: which of the boards would take the model, least RAM first.

    plans: of the model, by ISA. Boards without a limit of memory are no advice.
    """
    advice = _advice(
        board for board in boards if _fits(plans[board.isa], model, board, front_end, facts)
    )
    if facts is not INTERPRETER_FACTS:
        return advice
    return f"try generated code, which takes less (--engine aot), or {advice}"


def check_image(used: Mapping[str, int], board: Board, boards: Iterable[Board]) -> None:
    """Raises BudgetError, with the numbers and what to do, if an image exceeds the board's memory.

    used: bytes by the name of the region. The advice goes by the size of this image, which differs
    a little from one instruction set to the next.
    """
    exceeded = [region for region in board.regions if used.get(region.name, 0) > region.length]
    if not exceeded:
        return
    needed: dict[str, int] = {}
    for region in board.regions:
        needed.setdefault(region.kind, used.get(region.name, 0))
    numbers = " and ".join(
        f"{used[r.name]:,} B of {r.name}, {board.id} has {r.length:,} B" for r in exceeded
    )
    others = (
        other
        for other in boards
        if other.id != board.id
        and all(_length(other, kind) >= nbytes for kind, nbytes in needed.items())
    )
    first = exceeded[0]
    raise BudgetError(
        f"firmware takes {numbers}; {_advice(others)}",
        _NAMES[first.kind],
        used[first.name] - first.length,
    )


def _advice(boards: Iterable[Board]) -> str:
    """What to choose in place of a board that is too small. Those without limits are no advice."""
    fitting = [board for board in boards if board.regions]
    if not fitting:
        return "no board in `invoke boards` takes it; choose a smaller model"
    fitting.sort(key=lambda board: (board.ram_bytes, board.flash_bytes, board.id))
    named = [
        f"{board.id} ({board.flash_bytes:,} B of flash, {board.ram_bytes:,} B of RAM)"
        for board in fitting[:_BOARDS_NAMED]
    ]
    more = len(fitting) - len(named)
    return (
        f"choose a smaller model, or a board that takes it: {', '.join(named)}"
        f"{f' and {more} more' if more else ''}"
    )


def _fits(
    plan: ArenaPlan, model: Model, board: Board, front_end: FrontEnd | None, facts: EngineFacts
) -> bool:
    try:
        check_budget(plan, model, board, front_end, facts)
    except BudgetError:
        return False
    return True


def _length(board: Board, kind: str) -> int:
    region = _first_region(board, kind)
    return region.length if region else 0


def _first_region(board: Board, kind: str) -> Region | None:
    return next((region for region in board.regions if region.kind == kind), None)
