"""What the fuzzer mutates: small models of every op and of a custom op, graphs, a classifier."""

from __future__ import annotations

import numpy as np
from flatbuffers import flexbuffers

from verification.cases.model_builder import one_op, small_cnn
from verification.cases.registry import CASES

_MAX_BYTES = 4000  # of a model of one op: little but structure, so that most mutations tell
_MAX_GRAPH_BYTES = 12_000
_PER_OP = 3
_GRAPHS = 8


def base_models() -> list[bytes]:
    """The same models every time, as long as the generators are the same."""
    io = {"shape": [1, 8], "scale": 0.5}
    custom = one_op("CUSTOM:Binarize", [io], [io], custom_options=flexbuffers.Dumps(0))
    models = [small_cnn(image=12), custom]
    for name, generator in sorted(CASES.items()):
        limit, wanted = (_MAX_GRAPH_BYTES, _GRAPHS) if name == "GRAPH" else (_MAX_BYTES, _PER_OP)
        seed = 0
        while wanted:
            model = generator(np.random.default_rng(seed)).model
            seed += 1
            if len(model) <= limit:
                models.append(model)
                wanted -= 1
    return models
