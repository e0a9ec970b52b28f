"""Golden vectors of an export's self-test: seeds of inputs, and what the oracle makes of them.

The test makes the inputs itself, by the generator of codegen/emit/seeded_vectors.py, so that a
vector takes 8 B however large they are. The inputs of a sequence follow each other: a model with
variables has to keep them from one to the next.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from codegen.emit.seeded_vectors import draws, seeded_inputs
from codegen.frontend import host
from codegen.frontend.front_end import FrontEnd
from codegen.host.oracle_child import answers
from codegen.model.tflite import Model

_SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Vector:
    """crc: zlib's, of the bytes that come out, all outputs one after the other."""

    seed: int
    crc: int


def of_model(model: Model) -> list[Vector]:
    """Raises as oracle_child.answers does."""
    rows = [seeded_inputs(model, seed) for seed in _SEEDS]
    outputs = answers(model, [np.stack(column) for column in zip(*rows, strict=True)])
    return [
        Vector(seed, zlib.crc32(b"".join(one[index].tobytes() for one in outputs)))
        for index, seed in enumerate(_SEEDS)
    ]


def of_front_end(model: Model, front_end: FrontEnd) -> list[Vector]:
    """The model input that the front end makes of samples of drawn bytes."""
    vectors = []
    dtype = np.dtype(front_end.sample_dtype)
    count = int(np.prod(front_end.sample_shape)) * dtype.itemsize
    for seed in _SEEDS:
        drawn = draws(seed, count)
        sample = drawn.view(dtype).reshape(1, *front_end.sample_shape)
        tensor = model.inputs[0]
        made = host.model_inputs(front_end, sample, tensor.scale, tensor.zero_point)
        vectors.append(Vector(seed, zlib.crc32(made.tobytes())))
    return vectors
