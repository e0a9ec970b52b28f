"""Generators of the ops that cut images into blocks, mirror their borders or repeat elements."""

from __future__ import annotations

from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases
from verification.cases.model_builder import ModelBuilder


def _case(
    rng: np.random.Generator,
    op: str,
    extents: list[int],
    out_extents: list[int],
    constants: list[list[int] | list[list[int]]],
    options: object = None,
    integer: type[np.integer[Any]] = np.int32,
) -> Case:
    """A model of one op whose first input is the image, the others constants."""
    kind: dict[str, Any] = {"scale": draw.scale(rng), "zero_point": draw.zero_point(rng)}
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    output = b.tensor(out_extents, **kind)
    numbers = [b.constant(np.array(one, integer)) for one in constants]
    b.op(op, [source, *numbers], [output], options)
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, extents)],
        f"{draw.shape_text(extents)} to {draw.shape_text(out_extents)} by {constants}",
    )


def _images(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """batch, height, width, channels."""
    batch = int(rng.integers(1, 4))
    return batch, draw.extent(rng, 9), draw.extent(rng, 9), draw.extent(rng, 17)


def _depth(rng: np.random.Generator, to_depth: bool) -> Case:
    batch, height, width, channels = _images(rng)
    block = int(rng.integers(1, 4))
    space = [batch, height * block, width * block, channels]
    depth = [batch, height, width, channels * block * block]
    if to_depth:
        options = schema.SpaceToDepthOptionsT(blockSize=block)
        return _case(rng, "SPACE_TO_DEPTH", space, depth, [], options)
    return _case(
        rng, "DEPTH_TO_SPACE", depth, space, [], schema.DepthToSpaceOptionsT(blockSize=block)
    )


def space_to_depth(rng: np.random.Generator) -> Case:
    return _depth(rng, True)


def depth_to_space(rng: np.random.Generator) -> Case:
    return _depth(rng, False)


def _batches(rng: np.random.Generator, to_batch: bool) -> Case:
    """Blocks over one or two spatial axes, as dilated convolutions are written."""
    batch, *spatial, channels = _images(rng)
    if draw.chance(rng, 0.3):
        spatial = spatial[:1]
    block = [int(rng.integers(1, 4)) for _ in spatial]
    # An image and its crops are whole blocks. Upstream leaves open what it pads with.
    if to_batch:
        spatial = [extent * size for extent, size in zip(spatial, block, strict=True)]
    before = [0 if to_batch else int(rng.integers(0, 3)) for _ in spatial]
    behind = [
        0 if to_batch else -(extent + first) % size + size * int(rng.integers(0, 2))
        for extent, first, size in zip(spatial, before, block, strict=True)
    ]
    borders = [list(pair) for pair in zip(before, behind, strict=True)]
    covered = zip(before, spatial, behind, block, strict=True)
    in_batches = [(first + extent + last) // size for first, extent, last, size in covered]
    space = [batch, *spatial, channels]
    batches = [batch * int(np.prod(block)), *in_batches, channels]
    if to_batch:
        return _case(rng, "SPACE_TO_BATCH_ND", space, batches, [block, borders])
    return _case(rng, "BATCH_TO_SPACE_ND", batches, space, [block, borders])


def space_to_batch(rng: np.random.Generator) -> Case:
    return _batches(rng, True)


def batch_to_space(rng: np.random.Generator) -> Case:
    return _batches(rng, False)


def mirror_pad(rng: np.random.Generator) -> Case:
    """1-D to 5-D, both modes, up to the widest border that there is."""
    extents = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 6)))]
    reflects = draw.chance(rng, 0.5)
    borders = [
        [int(n) if draw.chance(rng, 0.7) else 0 for n in rng.integers(0, e + 1 - reflects, 2)]
        for e in extents
    ]
    mode = schema.MirrorPadMode.REFLECT if reflects else schema.MirrorPadMode.SYMMETRIC
    out = [first + e + last for (first, last), e in zip(borders, extents, strict=True)]
    return _case(rng, "MIRROR_PAD", extents, out, [borders], schema.MirrorPadOptionsT(mode=mode))


def broadcast_to(rng: np.random.Generator) -> Case:
    """To as many dimensions or more."""
    out = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 6)))]
    extents = [1 if draw.chance(rng, 0.5) else e for e in out][int(rng.integers(len(out))) :]
    integer = np.int64 if draw.chance(rng, 0.3) else np.int32
    return _case(rng, "BROADCAST_TO", extents, out, [out], integer=integer)


CASES: Cases = {
    "SPACE_TO_DEPTH": space_to_depth,
    "DEPTH_TO_SPACE": depth_to_space,
    "SPACE_TO_BATCH_ND": space_to_batch,
    "BATCH_TO_SPACE_ND": batch_to_space,
    "MIRROR_PAD": mirror_pad,
    "BROADCAST_TO": broadcast_to,
}
