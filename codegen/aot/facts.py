"""What the engines take of a board, by name."""

from __future__ import annotations

from codegen.aot.generate import count_constants, plan_aot
from codegen.engines import AOT
from codegen.memory.engine_facts import INTERPRETER_FACTS, EngineFacts

AOT_FACTS = EngineFacts(
    plan=plan_aot,
    model_bytes=count_constants,
    program_bytes=7 * 1024,  # start-up, wire, command loop
    op_bytes=256,  # a kernel: of the simplest, and some share theirs
    persistent="the model's variables",
)


def engine_facts(engine: str) -> EngineFacts:
    """engine: one of codegen.engines."""
    return AOT_FACTS if engine == AOT else INTERPRETER_FACTS
