"""Golden vectors of an export's self-test: inputs, and what the oracle makes of them.

Where there are data, some are samples of them. The test makes the others itself, by the generator
of codegen/emit/seeded_vectors.py, so that a vector takes 8 B however large they are. The inputs of
a sequence follow each other: a model with variables has to keep them from one to the next.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codegen.emit.seeded_vectors import draws, seeded_inputs
from codegen.files.artifacts import TEST_SPLIT
from codegen.frontend import host
from codegen.frontend.front_end import FrontEnd
from codegen.host.oracle_child import answers
from codegen.model.tflite import Model
from codegen.samples import split
from codegen.samples.encode import model_input

_SEEDS = (1, 2, 3)
_SAMPLES = 2
_MOST_SAMPLE_BYTES = 4096  # of flash, for each


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


@dataclass(frozen=True)
class Sample:
    """data: the model's input. crc: as a Vector's."""

    data: bytes
    crc: int


def of_samples(model: Model, build_dir: Path) -> list[Sample]:
    """Of the first test samples, where there are such and they are small. Raises CodegenError."""
    small = len(model.inputs) == 1 and model.inputs[0].nbytes <= _MOST_SAMPLE_BYTES
    if not small or model.is_stateful or not (build_dir / TEST_SPLIT).exists():
        return []
    inputs = model_input(model, split.load(build_dir).take(slice(_SAMPLES)))
    outputs = answers(model, [inputs])
    return [
        Sample(one.tobytes(), zlib.crc32(b"".join(output[i].tobytes() for output in outputs)))
        for i, one in enumerate(inputs)
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
