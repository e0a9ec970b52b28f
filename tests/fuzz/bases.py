"""What the fuzzer mutates: small valid models of every op, graphs of several, a classifier."""

from __future__ import annotations

import numpy as np

from tests.golden.registry import CASES
from tests.tflite_builder import small_cnn

_MAX_BYTES = 4000  # of a model of one op: little but structure, so that most mutations tell
_MAX_GRAPH_BYTES = 12_000
_PER_OP = 3
_GRAPHS = 8


def base_models() -> list[bytes]:
    """The same models every time, as long as the generators are the same."""
    models = [small_cnn(image=12)]
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
