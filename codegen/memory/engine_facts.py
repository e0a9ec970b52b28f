"""What an engine takes of a board, as far as that is known before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from codegen.memory.planner import ArenaPlan, plan_model
from codegen.model.tflite import Model


@dataclass(frozen=True)
class EngineFacts:
    """plan: of the arena, for an ISA. model_bytes: what flash holds of the model as
    data, with the kernels of an ISA.

    program_bytes, op_bytes: flash of the program, and of each kind of op besides; sums of the
    sections of an image for Cortex-M4 (-Os), rounded down. persistent: whose the persistent part
    of the arena is.
    """

    plan: Callable[[Model, str], ArenaPlan]
    model_bytes: Callable[[Model, str], int]
    program_bytes: int
    op_bytes: int
    persistent: str

    def program_flash_bytes(self, model: Model) -> int:
        """From below."""
        return self.program_bytes + self.op_bytes * len(model.op_names)


INTERPRETER_FACTS = EngineFacts(
    plan=plan_model,
    model_bytes=lambda model, _: model.size,
    program_bytes=14 * 1024,  # start-up, wire, command loop, interpreter
    op_bytes=1024,  # preparation and kernel
    persistent="the interpreter's own",
)
