"""What runs a model in an image."""

from __future__ import annotations

from codegen.errors import CodegenError

INTERPRETER = "interpreter"  # the TFLM API over lib/nn; the model stays a flatbuffer
AOT = "aot"  # generated C++ that calls lib/nn
ENGINES = (INTERPRETER, AOT)


def engine(text: str) -> str:
    """The kind of --engine. Raises CodegenError."""
    if text not in ENGINES:
        raise CodegenError(f"--engine {text}: choose {' or '.join(ENGINES)}")
    return text
