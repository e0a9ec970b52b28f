"""What the fuzzer mutates: small models of every op and of a custom op, graphs, a classifier."""

from __future__ import annotations

import numpy as np
from flatbuffers import flexbuffers

from codegen.model.lean import lean
from verification.cases.model_builder import ModelBuilder, one_op, schema, small_cnn
from verification.cases.registry import CASES

_MAX_BYTES = 4000  # of a model of one op: little but structure, so that most mutations tell
_MAX_GRAPH_BYTES = 12_000
_PER_OP = 3
_GRAPHS = {"GRAPH": 8, "GRU_LOOP": 2}  # of many ops: how many of them


def base_models() -> list[bytes]:
    """The same models every time, as long as the generators are the same."""
    io = {"shape": [1, 8], "scale": 0.5}
    custom = one_op("CUSTOM:Binarize", [io], [io], custom_options=flexbuffers.Dumps(0))
    models = [small_cnn(image=12), custom, _with_memory_plan()]
    for name, generator in sorted(CASES.items()):
        limit, wanted = _MAX_BYTES, _PER_OP
        if name in _GRAPHS:
            limit, wanted = _MAX_GRAPH_BYTES, _GRAPHS[name]
        seed = 0
        while wanted:
            model = generator(np.random.default_rng(seed)).model
            seed += 1
            if len(model) <= limit:
                models.append(model)
                wanted -= 1
    return models


def _with_memory_plan() -> bytes:
    """Two inputs of which neither takes over the other's memory, and a plan for them."""
    builder = ModelBuilder()
    x, y, joined, z = (builder.tensor([1, n], scale=0.5) for n in (8, 40, 48, 8))
    builder.op("CONCATENATION", [x, y], [joined], schema.ConcatenationOptionsT(axis=1))
    builder.op("ADD", [x, x], [z], schema.AddOptionsT())
    plan = np.array([1, 0, 4, 0, 16, 64, 112], np.int32)
    builder.add_metadata("OfflineMemoryAllocation", plan.tobytes())
    return lean(builder.build([x, y], [joined, z]), keep_plan=True)
