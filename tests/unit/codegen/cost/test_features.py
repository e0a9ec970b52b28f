"""What an op's cost is reckoned by, counted once more: by walking over outputs, taps and blocks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.cost import estimate
from codegen.cost.estimate import Features, features
from codegen.cost.op_rows import cost_lines
from codegen.host.kernel_loops import conv_passes, table_sizes
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder, schema

SAME, VALID = 0, 1


def blocks(count: int, size: int) -> int:
    """How many blocks hold that many, the last one perhaps not full."""
    return len(range(0, count, size))


def extent(size: int, kernel: int, stride: int, dilation: int, padding: int) -> int:
    return blocks(size if padding == SAME else size - (kernel - 1) * dilation, stride)


def taps_inside(size: int, kernel: int, stride: int, dilation: int, padding: int) -> int:
    """Along one axis: how many taps of all windows meet the input."""
    out = extent(size, kernel, stride, dilation, padding)
    reach = (kernel - 1) * dilation + 1
    before = max(0, (out - 1) * stride + reach - size) // 2 if padding == SAME else 0
    places = [o * stride - before + k * dilation for o in range(out) for k in range(kernel)]
    return sum(0 <= place < size for place in places)


def options(padding: int, strides: tuple[int, int], **more: Any) -> Any:
    return SimpleNamespace(padding=padding, strideH=strides[0], strideW=strides[1], **more)


SHAPES = [
    # batches, (height, width), kernel, strides, dilations, padding
    (1, (7, 9), (3, 2), (2, 1), (1, 1), SAME),
    (2, (8, 6), (3, 3), (1, 2), (1, 1), VALID),
    (1, (9, 10), (3, 2), (1, 1), (2, 3), SAME),
    (3, (5, 4), (1, 1), (1, 1), (1, 1), SAME),
    (1, (5, 5), (1, 1), (2, 1), (1, 1), VALID),
]


def conv(
    shape: Any,
    name: str,
    in_c: int,
    filter_c: int,
    out_c: int,
    isa: str = "scalar",
) -> tuple[Features, dict[str, int]]:
    """The features, and what was counted once more."""
    batches, size, kernel, strides, dilations, padding = shape
    out = [extent(*axis, padding) for axis in zip(size, kernel, strides, dilations, strict=True)]
    rows, columns = (
        taps_inside(*axis, padding) for axis in zip(size, kernel, strides, dilations, strict=True)
    )
    given = estimate._conv_shape(
        name,
        (batches, *size, in_c),
        (1 if name[0] == "D" else out_c, *kernel, out_c if name[0] == "D" else filter_c),
        (batches, *out, out_c),
        options(padding, strides, dilationHFactor=dilations[0], dilationWFactor=dilations[1]),
    )
    of = estimate._conv(name, given, isa)
    counted = {
        "pixels": batches * out[0] * out[1],
        "image rows": batches * out[0],
        "kernel rows": batches * out[1] * rows,
        "valid taps": batches * rows * columns,
        "border": batches * (out[0] * out[1] * kernel[0] * kernel[1] - rows * columns),
        "taps": kernel[0] * kernel[1],
    }
    return of, counted


def holds(of: Features, counted: dict[str, int]) -> None:
    found = {name: of.values[name] for name in counted}
    assert found == counted


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("channels", [4, 7, 33])
def test_depthwise_convolutions(shape: Any, channels: int) -> None:
    of, n = conv(shape, "DEPTHWISE_CONV_2D", channels, 1, channels)
    taps, pixels = n.pop("taps"), n["pixels"]
    quads = blocks(channels, 4)
    holds(of, n)
    holds(of, {
        "op": 1, "outputs": pixels * channels, "channels": channels, "weights": channels * taps,
        "macs": pixels * channels * taps, "valid macs": n["valid taps"] * channels,
        "quads": pixels * quads, "quad macs": pixels * quads * taps,
        "vector macs": pixels * blocks(channels, 16) * taps,
        "odd macs": pixels * taps * (channels - 4 * (channels // 4)),
        "kernel row outputs": n["kernel rows"] * channels,
    })  # fmt: skip
    dilated = shape[4] != (1, 1)
    assert of.op_class == "DEPTHWISE_CONV_2D" + ("/dilated" if dilated else "")


@pytest.mark.parametrize(
    ("in_c", "out_c", "suffix"), [(2, 4, "/multiplied"), (1, 3, "/few"), (4, 4, ""), (3, 3, "/few")]
)
def test_classes_of_depthwise_convolutions(in_c: int, out_c: int, suffix: str) -> None:
    of, _ = conv(SHAPES[0], "DEPTHWISE_CONV_2D", in_c, 1, out_c)
    assert of.op_class == f"DEPTHWISE_CONV_2D{suffix}"


def test_planes_of_the_dsp_kernel() -> None:
    """25x5, padded: 4 pairs of columns, and 20 rows at a time, of which 2 are read again."""
    shape = (1, (25, 5), (3, 3), (1, 1), (1, 1), SAME)
    of, _ = conv(shape, "DEPTHWISE_CONV_2D", 6, 1, 6, isa="dsp")
    assert of.op_class == "DEPTHWISE_CONV_2D/plane"
    channels = 8  # in fours
    holds(of, {
        "planes": channels * 2,
        "plane fills": channels // 2 * 4 * 2,
        "plane words": channels * 4 * (20 + 9),
        "plane columns": channels * 3 * 2,
        "plane output pairs": channels * 3 * 25,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("size", "kernel", "strides", "isa"),
    [
        ((25, 5), (3, 3), (1, 1), "mve"),
        ((25, 5), (3, 3), (2, 2), "dsp"),
        ((25, 5), (5, 3), (1, 1), "dsp"),
        ((3, 5), (3, 3), (1, 1), "dsp"),
        ((25, 51), (3, 3), (1, 1), "dsp"),
    ],
)
def test_other_windows_go_without_planes(
    size: tuple[int, int], kernel: tuple[int, int], strides: tuple[int, int], isa: str
) -> None:
    of, _ = conv((1, size, kernel, strides, (1, 1), SAME), "DEPTHWISE_CONV_2D", 4, 1, 4, isa=isa)
    assert of.op_class == "DEPTHWISE_CONV_2D" and "planes" not in of.values


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("in_c", "filter_c", "out_c"), [(8, 8, 12), (5, 5, 33), (8, 4, 10)])
def test_convolutions(shape: Any, in_c: int, filter_c: int, out_c: int) -> None:
    of, n = conv(shape, "CONV_2D", in_c, filter_c, out_c)
    taps, pixels = n.pop("taps"), n["pixels"]
    groups = in_c // filter_c
    passes = groups * conv_passes(out_c // groups)
    holds(of, n)
    holds(of, {
        "valid macs": n["valid taps"] * filter_c * out_c,
        "valid gathers": n["valid taps"] * filter_c,
        "kernel row outputs": n["kernel rows"] * out_c, "pass pixels": pixels * passes,
        "pass rows": n["kernel rows"] * passes, "pass gathers": pixels * taps * filter_c * passes,
        "pass valid gathers": n["valid taps"] * filter_c * passes,
    })  # fmt: skip
    product(of, pixels, taps * filter_c, out_c)


def product(of: Features, rows: int, depth: int, channels: int) -> None:
    quads = blocks(channels, 4)
    holds(of, {
        "op": 1, "pixels": rows, "outputs": rows * channels, "channels": channels,
        "weights": depth * channels, "gathers": rows * depth, "macs": rows * depth * channels,
        "depth tail": rows * channels * (depth - 4 * (depth // 4)),
        "quad macs": rows * depth * quads, "pair macs": rows * depth * blocks(channels, 2),
        "pixel pairs": blocks(rows, 2) * depth * channels,
        "odd pixel": depth * channels if rows % 2 else 0,
        "vectors": rows * channels * blocks(depth, 16),
        "tail vectors": rows * channels * (blocks(depth, 16) - depth // 16),
        "fours": rows * quads,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "in_c", "filter_c", "suffix"),
    [
        (SHAPES[1], 8, 8, ""),
        (SHAPES[1], 6, 6, "/bytes"),
        (SHAPES[3], 8, 8, "/pointwise"),
        (SHAPES[3], 18, 18, "/pointwise/bytes"),
        (SHAPES[4], 20, 20, ""),  # it has a stride
        (SHAPES[3], 1, 1, "/few"),
        (SHAPES[1], 8, 4, "/grouped"),
        (SHAPES[2], 8, 8, "/dilated"),
        (SHAPES[2], 8, 4, "/grouped"),
    ],
)
def test_classes_of_convolutions(shape: Any, in_c: int, filter_c: int, suffix: str) -> None:
    of, _ = conv(shape, "CONV_2D", in_c, filter_c, 8)
    assert of.op_class == f"CONV_2D{suffix}"


@pytest.mark.parametrize("channels", [1, 5, 6, 7, 12, 13])
@pytest.mark.parametrize(("rows", "depth"), [(1, 16), (2, 17), (3, 7)])
def test_dense_layers(rows: int, depth: int, channels: int) -> None:
    of = estimate._fully_connected("F", rows, depth, channels)
    product(of, rows, depth, channels)
    sixes = blocks(channels, 6) if channels >= 6 else 0
    alone = 0 if sixes else channels
    holds(of, {
        "alone": rows * alone, "alone macs": rows * depth * alone,
        "sixes": rows * sixes, "six macs": rows * depth * sixes,
    })  # fmt: skip


@pytest.mark.parametrize("shape", [s for s in SHAPES if s[4] == (1, 1)])
@pytest.mark.parametrize("channels", [1, 6, 17])
def test_pools(shape: Any, channels: int) -> None:
    batches, size, kernel, strides, _, padding = shape
    axes = list(zip(size, kernel, strides, (1, 1), strict=True))
    out = [extent(*axis, padding) for axis in axes]
    rows, columns = (taps_inside(*axis, padding) for axis in axes)
    given = options(padding, strides, filterHeight=kernel[0], filterWidth=kernel[1])
    of = estimate._pool("P", (batches, *size, channels), (batches, *out, channels), given)
    pixels, taps = batches * out[0] * out[1], batches * rows * columns
    holds(of, {
        "op": 1, "pixels": pixels, "outputs": pixels * channels, "window": taps * channels,
        "window taps": taps, "window rows": batches * out[1] * rows,
        "quads": pixels * blocks(channels, 4), "quad window": taps * blocks(channels, 4),
        "odd window": taps * (channels - 4 * (channels // 4)),
        "vector window": taps * blocks(channels, 16), "vectors": pixels * blocks(channels, 16),
    })  # fmt: skip


def one(name: str, *shapes: list[int], result: list[int] | None = None, **more: Any) -> Features:
    b = ModelBuilder()
    inputs = [b.tensor(shape, scale=more.get("scale", 0.1)) for shape in shapes]
    constants = [b.constant(np.array(more["axes"], np.int32))] if "axes" in more else []
    output = b.tensor(result or shapes[0], scale=0.1)
    b.op(name, [*inputs, *constants], [output], more.get("options"))
    model = Model.parse(b.build(inputs, [output]))
    return features(model, model.ops[0], "cortex-m4")


def test_other_ops_by_their_elements() -> None:
    of = one("ADD", [2, 3, 5], [2, 3, 5])
    assert of.op_class == "ADD"
    holds(of, {
        "op": 1, "macs": 0, "outputs": 30, "inputs": 60, "rows": 6, "input rows": 12, "operands": 3,
    })  # fmt: skip
    holds(one("ADD", [], []), {"outputs": 1, "inputs": 2, "rows": 1, "input rows": 2})
    for name in ("ADD", "SUB", "MUL", "MINIMUM", "MAXIMUM"):
        assert one(name, [2, 3, 5], [5], result=[2, 3, 5]).op_class == f"{name}/broadcast"
    by_columns = schema.ConcatenationOptionsT(axis=1)
    joined = one("CONCATENATION", [2, 3], [2, 2], result=[2, 5], options=by_columns)
    assert (joined.op_class, joined.values["runs"]) == ("CONCATENATION", 4)


def test_a_table_pays_from_some_elements_on() -> None:
    sizes = table_sizes()
    few = one("LOGISTIC", [1, sizes.pays_from - 1])
    many = one("LOGISTIC", [1, sizes.pays_from])
    assert (few.op_class, many.op_class) == ("LOGISTIC/few", "LOGISTIC")
    for count in (sizes.entries - 1, sizes.entries, sizes.entries + 1):
        assert one("LOGISTIC", [1, count]).values["table"] == min(count, sizes.entries)


@pytest.mark.parametrize(
    ("scale", "part"),
    [(0.05, 1.0), (1.0, 29 / 256), (20.0, 1 / 256)],  # 15 and more from 0 are the limits
)
def test_what_a_curve_computes_follows_from_the_scale(scale: float, part: float) -> None:
    pays = table_sizes().pays_from
    assert one("LOGISTIC", [1, pays - 1], scale=scale).values["curved"] == (pays - 1) * part
    assert one("TANH", [1, pays], scale=scale).values["curved"] == min(256, pays) * part
    summed = one("SOFTMAX", [1, 10], scale=scale).values["curved"]
    assert summed == pytest.approx(10 * min(1, 31 / (255 * scale)))


def test_reductions_over_channels_are_of_their_own() -> None:
    keep = schema.ReducerOptionsT(keepDims=True)
    over_rows = one("MEAN", [2, 3, 5], result=[2, 1, 5], axes=[1], options=keep)
    over_channels = one("MEAN", [2, 3, 5], result=[2, 3, 1], axes=[2], options=keep)
    assert (over_rows.op_class, over_channels.op_class) == ("MEAN", "MEAN/channels")
    assert over_rows.values["inputs"] == 30 and over_rows.values["operands"] == 3


def test_a_dense_layers_scales_make_its_class(cnn: Model) -> None:
    of = features(cnn, cnn.ops[3], "cortex-m4")
    assert of.op_class == "FULLY_CONNECTED"
    depth, channels = cnn.tensors[cnn.ops[3].inputs[1]].shape[::-1]
    product(of, 1, depth, channels)


def test_a_cost_is_the_sum_of_what_was_measured() -> None:
    of = Features("A/few", {"op": 1.0, "outputs": 10.0, "unmeasured": 7.0})
    assert estimate._cost(of, {"A/few": {"op": 5.0, "outputs": 2.0}, "A": {"op": 1.0}}) == 25
    assert estimate._cost(of, {"A": {"op": 1.0}}) == 1
    assert estimate._cost(of, {}) == 400


def test_the_table_of_ops(cnn: Model) -> None:
    lines = cost_lines(cnn, [0, 50, 0, 150, 0], "cycles")
    assert len(lines) == 6 and "cycles" in lines[0]
    op = cnn.ops[3]
    macs = 1960
    assert lines[4].split() == [
        *["3", op.label, "1x10", "10x196", f"{macs:,}", "150", f"{150 / macs:.2f}", "15.0", "75.0%"]
    ]
    assert lines[5].split()[3:6] == ["-", "0", "0"] and lines[5].endswith(" 0.0%")
    assert cost_lines(cnn, [0] * 5, "x")[1].endswith(" 0.0%")
