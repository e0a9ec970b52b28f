"""A model too big for a board is told with the numbers, before anything is compiled."""

from __future__ import annotations

import dataclasses
import re

import pytest

from codegen.aot.facts import AOT_FACTS
from codegen.boards.facts import ISAS, Region, boards_built_here, load_board
from codegen.cost.memory_fit import (
    LONGEST_REQUEST_BYTES,
    check_budget,
    check_image,
    next_step,
    program_ram_bytes,
)
from codegen.errors import BudgetError
from codegen.frontend.audio import AudioFrontEnd
from codegen.frontend.host import memory_bytes
from codegen.model.tflite import Model, Tensor
from harness.wire import ids
from tests.unit.codegen.fakes import made_up_plan

KIB = 1024
PLAN_8K = made_up_plan(8 * KIB)


def _check(arena: int, model: Model, flash: int | None, *ram: int) -> None:
    regions = [Region(f"sram{i + 1}", "ram", i << 24, length) for i, length in enumerate(ram)]
    if flash is not None:
        regions.append(Region("flash", "flash", 0x0800_0000, flash))
    board = dataclasses.replace(
        load_board("mps2_an386"), id="netduinoplus2", regions=tuple(regions), stack_bytes=2048
    )
    check_budget(made_up_plan(arena), model, board)


def _left(message: str) -> int:
    (left,) = re.findall(r"has ([\d,]+) B left", message)
    return int(left.replace(",", ""))


def test_fits(cnn: Model) -> None:
    _check(6 * KIB, cnn, 1024 * KIB, 112 * KIB, 16 * KIB)


def test_arena_too_big_for_ram(cnn: Model) -> None:
    with pytest.raises(
        BudgetError,
        match=r"^arena needs 131,072 B, netduinoplus2 has [\d,]+ B left \(sram1: 114,688 B, less "
        r"[\d,]+ B for the program's data and 2,048 B of stack\)$",
    ) as caught:
        _check(128 * KIB, cnn, 1024 * KIB, 112 * KIB, 16 * KIB)
    assert caught.value.exit_code == 1
    left = _left(str(caught.value))
    assert (caught.value.memory, caught.value.missing_bytes) == ("RAM", 128 * KIB - left)


def test_stack_takes_its_share(cnn: Model) -> None:
    board = dataclasses.replace(
        load_board("mps2_an386"), regions=(Region("ram", "ram", 0, 64 * KIB),), stack_bytes=48 * KIB
    )
    check_budget(PLAN_8K, cnn, board)
    with pytest.raises(BudgetError, match="and 56,000 B of stack"):
        check_budget(PLAN_8K, cnn, dataclasses.replace(board, stack_bytes=56_000))


def test_stated_limit_is_the_limit(cnn: Model) -> None:
    with pytest.raises(BudgetError) as caught:
        _check(64 * KIB, cnn, None, 64 * KIB)
    left = _left(str(caught.value))
    _check(left, cnn, None, 64 * KIB)
    with pytest.raises(BudgetError):
        _check(left + 1, cnn, None, 64 * KIB)


def test_the_buffer_for_requests_is_no_longer_than_the_wire_wants(cnn: Model) -> None:
    """Long inputs, and all of a model that is not plain, come in pieces."""
    assert ids.LONGEST_BYTES == LONGEST_REQUEST_BYTES
    board = load_board("mps2_an386")
    (shown,) = cnn.inputs
    without = program_ram_bytes(cnn, board) - shown.nbytes

    def ram_bytes(*inputs: Tensor) -> int:
        tensors = (*cnn.tensors, *inputs)
        indices = tuple(range(len(cnn.tensors), len(tensors)))
        main = dataclasses.replace(cnn.main, tensors=tensors, inputs=indices)
        return program_ram_bytes(dataclasses.replace(cnn, subgraphs=(main,)), board)

    large = dataclasses.replace(shown, shape=(1, 320, 240, 1), nbytes=76_800)
    assert ram_bytes(large) == without + LONGEST_REQUEST_BYTES
    assert ram_bytes(large, large) == without


def test_a_front_end_takes_ram_beside_the_arena(cnn: Model) -> None:
    front_end = AudioFrontEnd(window=640)
    board = load_board("mps2_an386")
    beside = program_ram_bytes(cnn, board, front_end) - program_ram_bytes(cnn, board)
    assert beside == memory_bytes(front_end)
    (ram,) = (region for region in board.regions[:2] if region.kind == "ram")
    left = ram.length - program_ram_bytes(cnn, board, front_end) - board.stack_bytes
    check_budget(made_up_plan(left), cnn, board, front_end)
    with pytest.raises(BudgetError, match="arena needs"):
        check_budget(made_up_plan(left + 1), cnn, board, front_end)


def test_arena_is_not_split_across_regions(cnn: Model) -> None:
    with pytest.raises(BudgetError, match="sram1: 65,536 B"):
        _check(80 * KIB, cnn, None, 64 * KIB, 32 * KIB, 32 * KIB)


def test_model_too_big_for_flash(cnn: Model) -> None:
    with pytest.raises(
        BudgetError, match=rf"^model needs {cnn.size:,} B of flash, .*flash: 16,384 B"
    ) as caught:
        _check(1, cnn, 16 * KIB, 112 * KIB)
    # the program alone takes more than there is
    assert caught.value.memory == "flash"
    assert caught.value.missing_bytes > cnn.size


def test_left_is_never_negative(cnn: Model) -> None:
    with pytest.raises(BudgetError, match="has 0 B left"):
        _check(1, cnn, None, 2 * KIB)


def test_host_has_no_limits(cnn: Model) -> None:
    check_budget(made_up_plan(10**9), cnn, load_board("host"))


def test_real_board(cnn: Model) -> None:
    check_budget(made_up_plan(6 * KIB), cnn, load_board("mps2_an386"))
    with pytest.raises(BudgetError, match="arena needs 5,000,000 B, mps2_an386 has"):
        check_budget(made_up_plan(5_000_000), cnn, load_board("mps2_an386"))


def _next_step(arena: int, model: Model) -> str:
    return next_step(model, dict.fromkeys(ISAS, made_up_plan(arena)), boards_built_here())


def test_boards_that_would_take_the_model_are_named_the_smallest_first(cnn: Model) -> None:
    step = _next_step(8 * KIB, cnn)
    choice = "choose a smaller model, or a board that takes it: microbit (262,144 B"
    assert step.startswith(f"try generated code, which takes less (--engine aot), or {choice}")
    assert "stm32vldiscovery" not in step and "host" not in step
    bigger = _next_step(60 * KIB, cnn)
    assert "microbit (" not in bigger and "lm3s6965evb" not in bigger
    assert "microbit_v2 (524,288 B of flash, 131,072 B of RAM)" in bigger
    boards = [board for board in boards_built_here() if board.ram_bytes >= 128 * KIB]
    assert bigger.endswith(f" and {len(boards) - 3} more")


def test_generated_code_is_no_advice_to_generated_code(cnn: Model) -> None:
    plans = dict.fromkeys(ISAS, made_up_plan(8 * KIB))
    step = next_step(cnn, plans, boards_built_here(), facts=AOT_FACTS)
    assert step.startswith("choose a smaller model")


def test_an_image_that_is_too_big_names_the_boards_with_room_for_it() -> None:
    board = load_board("stm32vldiscovery")
    check_image({"flash": 131072, "ram": 8192}, board, boards_built_here())
    with pytest.raises(BudgetError) as caught:
        check_image({"flash": 40_000, "ram": 8193}, board, boards_built_here())
    assert str(caught.value).startswith(
        "firmware takes 8,193 B of ram, stm32vldiscovery has 8,192 B; choose a smaller model, or "
        "a board that takes it: microbit (262,144 B of flash, 16,384 B of RAM), "
    )
    assert (caught.value.memory, caught.value.missing_bytes) == ("RAM", 1)
    with pytest.raises(BudgetError, match=r"132,000 B of flash, .* and 9,000 B of ram"):
        check_image({"flash": 132_000, "ram": 9000}, board, boards_built_here())
    with pytest.raises(BudgetError, match="no board in `invoke boards` takes it"):
        check_image({"flash": 1 << 30}, board, boards_built_here())


def test_a_model_that_no_board_takes(cnn: Model) -> None:
    assert "no board in `invoke boards` takes it" in _next_step(1 << 30, cnn)
