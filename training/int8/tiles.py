"""TILE, which TFLM lacks, written by ops that it has.

What tf.repeat makes of an image, as UpSampling2D has it, becomes RESIZE_NEAREST_NEIGHBOR. Anything
else is broadcast along axes of 1, as RepeatVector has it, and concatenated along others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

ShapeOf = Callable[[str], list[int]]  # of a node's first output, by its name; [] of an open one

_ROWS_AND_COLUMNS = (1, 2)  # axes of [N, H, W, C]


def replace(tf: Any, graph: Any, shape_of: ShapeOf) -> None:
    """Changes the graph in place. Tiles of open shapes stay."""
    nodes = {node.name: node for node in graph.node}
    resized: set[str] = set()
    for tile in [node for node in graph.node if node.op == "Tile"]:
        source = nodes[_node_name(tile.input[0])]
        before, after = shape_of(source.name), shape_of(tile.name)
        if not before or not after:
            continue
        readers = [one for one in graph.node if tile.name in map(_node_name, one.input)]
        larger = _enlarged(source, before, after, shape_of)
        if larger and all(one.op == "Reshape" and shape_of(one.name) == larger for one in readers):
            image = nodes[_node_name(source.input[0])]
            given = image.input[0] if image.name in resized else source.input[0]
            for one in readers:
                size = _ints(tf, graph, f"{one.name}/size", larger[1:3])
                _become(one, "ResizeNearestNeighbor", given, size)
                one.attr["half_pixel_centers"].b = True  # no factor is then rounded to a neighbour
                resized.add(one.name)
        else:
            _broadcast(tf, graph, tile, before, after)


def _enlarged(
    source: Any, before: Sequence[int], after: Sequence[int], shape_of: ShapeOf
) -> list[int]:
    """The shape of an image whose rows, or columns, are there several times each: an axis of 1
    behind theirs was repeated. [] where it is something else."""
    repeated = [i for i, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    if source.op != "ExpandDims" or len(before) != 5 or len(repeated) != 1:
        return []
    (behind,) = repeated
    axis, image = behind - 1, shape_of(_node_name(source.input[0]))
    if axis not in _ROWS_AND_COLUMNS or [*image[:behind], 1, *image[behind:]] != list(before):
        return []
    return [*before[:axis], before[axis] * after[behind], *before[behind + 1 :]]


def _broadcast(tf: Any, graph: Any, tile: Any, before: Sequence[int], after: Sequence[int]) -> None:
    source = tile.input[0]
    for axis, (one, other) in enumerate(zip(before, after, strict=True)):
        if 1 < one < other:
            copies = graph.node.add(name=f"{tile.name}/along_{axis}")
            copies.attr["T"].CopyFrom(tile.attr["T"])
            copies.attr["N"].i = other // one
            at = _ints(tf, graph, f"{copies.name}/axis", axis)
            _become(copies, "ConcatV2", *[source] * (other // one), at)
            copies.attr["Tidx"].type = tf.int32.as_datatype_enum
            source = copies.name
    _become(tile, "BroadcastTo", source, _ints(tf, graph, f"{tile.name}/shape", after))
    tile.attr["Tidx"].type = tf.int32.as_datatype_enum


def _become(node: Any, op: str, *given: str) -> None:
    """Another op with other inputs, of the same type."""
    kept = {name: value for name, value in node.attr.items() if name in ("T", "N")}
    node.op = op
    del node.input[:]
    node.input.extend(given)
    for name in set(node.attr) - set(kept):
        del node.attr[name]


def _ints(tf: Any, graph: Any, name: str, values: Any) -> str:
    constant = graph.node.add(name=name, op="Const")
    constant.attr["dtype"].type = tf.int32.as_datatype_enum
    constant.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(np.array(values, np.int32)))
    return name


def _node_name(tensor: str) -> str:
    return tensor.removeprefix("^").partition(":")[0]
