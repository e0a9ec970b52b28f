"""Small models, and exports of them, for the tests that build exports as their users would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from codegen.export import request
from codegen.export.export import export
from codegen.files.artifacts import INT8_MODEL
from codegen.files.manifest import atomic_write
from codegen.frontend import parameters
from codegen.frontend.readings import ReadingsFrontEnd
from verification.cases.model_builder import ModelBuilder, small_cnn
from verification.cases.state import streaming


def _readings() -> bytes:
    b = ModelBuilder()
    values = b.tensor([1, 8, 3], scale=0.02, zero_point=3)
    b.op("TANH", [values], [result := b.tensor([1, 8, 3], scale=1 / 128, zero_point=0)])
    return b.build([values], [result])


def _mixed() -> bytes:
    """A float input beside an int8 one, and outputs of both types."""
    b = ModelBuilder()
    real = b.tensor([1, 6], "FLOAT32")
    steps = b.tensor([1, 6], scale=0.05, zero_point=-7)
    inside = b.tensor([1, 6], scale=0.03, zero_point=4)
    total = b.tensor([1, 6], scale=0.08, zero_point=11)
    back = b.tensor([1, 6], "FLOAT32")
    b.op("QUANTIZE", [real], [inside])
    b.op("ADD", [inside, steps], [total])
    b.op("DEQUANTIZE", [total], [back])
    return b.build([real, steps], [total, back])


def _custom() -> bytes:
    """The project's own op behind a builtin one."""
    b = ModelBuilder()
    values, middle, result = (b.tensor([1, 9], scale=0.02, zero_point=1) for _ in range(3))
    b.op("RELU", [values], [middle])
    b.op("CUSTOM:Binarize", [middle], [result], custom_options=bytes(flexbuffers.Dumps(20)))
    return b.build([values], [result])


MODELS: dict[str, Callable[[], bytes]] = {
    "cnn": small_cnn,
    "custom": _custom,
    "mixed": _mixed,
    "readings": _readings,
    "stream": lambda: streaming(np.random.default_rng(3)).model,
}


def make(
    name: str, folder: Path, target: str = "c", engine: str = "interpreter", **how: Any
) -> Path:
    """The export `name` of one of MODELS: a folder of its name in `folder`.

    how: further options of codegen.export.request.check.
    """
    build_dir = folder / "build" / name
    atomic_write(build_dir / INT8_MODEL, MODELS[name]())
    if name == "readings":
        parameters.save(ReadingsFrontEnd(8, 3, (0.0, 0.1, 0.2), (1.0, 2.0, 0.5)), build_dir)
    out = folder / f"{target}-{engine}" / name
    asked = request.check(target, engine, name, how.pop("isa", "all"), out, **how)
    export(asked, build_dir, "invoke export ...")
    return out
