"""What the cost of 16x8 ops is reckoned by, counted once more as their kernels walk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from codegen.cost import wide_features
from codegen.cost.estimate import features
from codegen.host.kernel_loops import ConvShape
from codegen.model.tflite import Model
from verification.cases.model_builder import one_op, schema

SHAPES = [
    # batches, in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, filter_c,
    # stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left
    ConvShape(1, 7, 9, 6, 4, 9, 5, 3, 2, 6, 2, 1, 1, 1, 1, 0),
    ConvShape(2, 8, 6, 9, 6, 3, 4, 3, 3, 9, 1, 2, 1, 1, 0, 1),
    ConvShape(1, 9, 10, 6, 9, 10, 4, 3, 2, 6, 1, 1, 2, 3, 2, 1),
    ConvShape(1, 5, 5, 8, 5, 5, 4, 3, 3, 4, 1, 1, 1, 1, 1, 1),
]


def inside(
    extent: int, out: int, kernel: int, stride: int, dilation: int, before: int
) -> list[int]:
    """For each output position along an axis: the taps that meet the input."""
    taps = range(kernel)
    return [sum(0 <= o * stride + k * dilation - before < extent for k in taps) for o in range(out)]


def axes(s: ConvShape) -> tuple[list[int], list[int]]:
    return (
        inside(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top),
        inside(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left),
    )


def holds(found: Any, counted: dict[str, float]) -> None:
    assert {name: found[name] for name in counted} == counted


@pytest.mark.parametrize("shape", SHAPES)
def test_convolutions(shape: ConvShape) -> None:
    rows, columns = axes(shape)
    lengths = []  # of each inner product
    for meeting in rows:
        for taps in columns:
            if shape.dilation_w == 1 and shape.filter_c == shape.in_c:
                lengths += [taps * shape.in_c] * meeting
            else:
                lengths += [shape.filter_c] * taps * meeting
    times = shape.batches * shape.out_c
    holds(wide_features.conv(shape), {
        "op": 1,
        "channels": shape.out_c,
        "outputs": times * len(rows) * len(columns),
        "output rows": times * len(rows),
        "window rows": times * sum(rows) * len(columns),
        "window taps": times * sum(rows) * sum(columns),
        "dots": times * len(lengths),
        "dot macs": times * sum(lengths),
        "dot fours": times * sum(n // 4 for n in lengths),
        "dot rest": times * sum(n % 4 for n in lengths),
        "dot vectors": times * sum(len(range(0, n, 8)) for n in lengths),
    })  # fmt: skip


def test_a_long_product_is_summed_by_runs() -> None:
    shape = ConvShape(1, 1, 1, 600, 1, 1, 3, 1, 1, 600)
    holds(wide_features.conv(shape), {"dots": 3, "dot runs": 6})


@pytest.mark.parametrize(
    ("isa", "filter_c", "together", "alone"),
    [("scalar", 1, 0, 7), ("dsp", 1, 3, 1), ("dsp", 2, 0, 7), ("mve", 1, 2, 0), ("mve", 2, 0, 7)],
)
def test_depthwise_channels_go_together(isa: str, filter_c: int, together: int, alone: int) -> None:
    shape = ConvShape(2, 5, 5, 7, 5, 5, 7, 3, 3, filter_c, pad_top=1, pad_left=1)
    rows, columns = axes(shape)
    found = wide_features.depthwise(shape, isa)
    taps = 2 * sum(rows) * sum(columns)
    holds(found, {"op": 1, "channels": alone, "window taps": alone * taps})
    pairs = 2 * sum(rows) * sum(n // 2 for n in columns)
    if together:
        holds(found, {"window taps together": together * taps, "channels together": together,
                      "tap pairs together": together * pairs})  # fmt: skip


def test_pools_walk_over_all_channels_of_a_window() -> None:
    shape = ConvShape(1, 6, 6, 5, 3, 3, 5, 2, 2, 1, 2, 2)
    holds(wide_features.pool(shape), {
        "outputs": 45, "window taps": 180, "window rows": 90, "output rows": 3, "runs": 3,
        "pixels": 9,
    })  # fmt: skip


def test_a_transposed_convolution_has_the_products_that_reach_an_output() -> None:
    """5 inputs, 3 taps, stride 2, to 10: the last of 15 pairs falls off the end."""
    shape = ConvShape(1, 5, 1, 6, 10, 1, 4, 3, 1, 6, 2, 1)
    found = wide_features.transpose_conv(shape)
    holds(found, {"dots": 4 * 14, "dot macs": 4 * 14 * 6, "outputs": 40, "output rows": 40})


def wide(shape: list[int]) -> dict[str, Any]:
    return {"shape": shape, "dtype": "INT16", "scale": 0.001}


@pytest.mark.parametrize(
    ("order", "counted"),
    [
        ([1, 0, 2, 3], {"runs": 6}),
        ([2, 1, 0, 3], {"alone": 24, "loops": 12}),
        ([1, 3, 2, 0], {"alone": 24, "loops": 12}),
        ([2, 3, 0, 1], {"alone": 24, "loops": 4}),
        ([0, 1, 3, 2], {"runs": 1}),
    ],
)
def test_a_transposition_copies_runs_where_the_last_axes_stay(
    order: list[int], counted: dict[str, float]
) -> None:
    shape = [2, 3, 4, 1]
    made = wide([shape[i] for i in order])
    model = Model.parse(one_op("TRANSPOSE", [wide(shape), {"values": order}], [made]))
    of = features(model, model.ops[0], "cortex-m4")
    assert of.op_class == "TRANSPOSE/int16"
    holds(of.values, counted)


def test_what_is_split_is_copied_by_runs() -> None:
    parts = [wide([2, 3, 4])] * 2
    options = schema.SplitOptionsT(numSplits=2)
    model = one_op("SPLIT", [{"values": np.array(1, np.int32)}, wide([2, 6, 4])], parts, options)
    joined = one_op(
        "CONCATENATION", parts, [wide([2, 3, 8])], schema.ConcatenationOptionsT(axis=-1)
    )
    for content, runs in ((model, 4), (joined, 12)):
        parsed = Model.parse(content)
        assert features(parsed, parsed.ops[0], "cortex-m4").values["runs"] == runs


@pytest.mark.parametrize(
    ("name", "source", "target", "op_class"),
    [
        ("QUANTIZE", "INT16", "INT8", "QUANTIZE/int16"),
        ("QUANTIZE", "INT8", "INT16", "QUANTIZE/int16"),
        ("QUANTIZE", "FLOAT32", "INT16", "QUANTIZE/float32"),
        ("SOFTMAX", "INT8", "INT16", "SOFTMAX"),
        ("SOFTMAX", "INT16", "INT16", "SOFTMAX/int16"),
    ],
)
def test_which_kernels_are_of_int16(name: str, source: str, target: str, op_class: str) -> None:
    ends = [{"shape": [600], "dtype": kind, "scale": 2.0**-15} for kind in (source, target)]
    model = Model.parse(one_op(name, ends[:1], ends[1:]))
    assert features(model, model.ops[0], "cortex-m4").op_class == op_class
