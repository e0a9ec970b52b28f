"""How many instructions an op takes on a core, estimated from its shapes.

An op's cost is a sum of features (multiply-accumulates, outputs, bytes gathered, ...) times
coefficients that verification/bench/cost_fit.py has fitted to what the benchmark measured; they
stand in codegen/cost/instruction_table.json, by cpu and class of op. A class is an op, or a case of
it that another loop computes.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from codegen.cost import wide_features
from codegen.errors import CodegenError
from codegen.host.kernel_loops import (
    CONSTANT,
    ConvShape,
    conv_by_pairs,
    conv_loops,
    conv_passes,
    depthwise_loops,
    op_channel_kinds,
    plane_loops,
    table_sizes,
    valid_taps,
)
from codegen.model.closeness import CURVES
from codegen.model.op_options import op_options
from codegen.model.op_work import OpWork, op_work
from codegen.model.tflite import Model, Op, Tensor

TABLE = Path(__file__).parent / "instruction_table.json"
CYCLE_TABLE = Path(__file__).parent / "cycle_table.json"
"""The same in cycles at 0 wait states (docs/cycles.md), of the cores of which they are claimed."""

# Cores for which nobody measures, and whose cost is taken instead: one instruction set, one
# compiler.
_LIKE = {"cortex-m0plus": "cortex-m0"}

_ISAS = dict.fromkeys(("cortex-m4", "cortex-m7", "cortex-m33"), "dsp") | {"cortex-m55": "mve"}

Costs = Mapping[str, Mapping[str, float]]
"""class of op -> feature -> instructions."""

# Of what nobody fitted: float32 by its bits, as `invoke profile` counts it on a Cortex-M4.
_GUESSES = {
    "FLOAT32": {"macs": 275.0, "outputs": 250.0},
    "FLOAT32/summed": {"inputs": 270.0, "outputs": 200.0},
    "FLOAT32/curve": {"outputs": 2800.0},
    "FLOAT32/blended": {"outputs": 1800.0},
}

_TABULATED = {"LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU", "RELU", "QUANTIZE"}
_REDUCTIONS = {"MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_ALL"}
# Ops that lay elements out anew, or take them from elsewhere: those of float32 cost what int8's do,
# an element.
_MOVING = {
    *("BATCH_TO_SPACE_ND", "BROADCAST_TO", "CAST", "CONCATENATION", "DEPTH_TO_SPACE", "DEQUANTIZE"),
    *("EMBEDDING_LOOKUP", "EXPAND_DIMS", "FILL", "GATHER", "GATHER_ND", "IF", "MIRROR_PAD", "PACK"),
    *("PAD", "PADV2", "READ_VARIABLE", "RESHAPE", "RESIZE_NEAREST_NEIGHBOR", "REVERSE_V2"),
    *("SELECT_V2", "SLICE", "SPACE_TO_BATCH_ND", "SPACE_TO_DEPTH", "SPLIT", "SPLIT_V", "SQUEEZE"),
    *("STRIDED_SLICE", "TRANSPOSE", "UNPACK", "WHILE", "ZEROS_LIKE", "DYNAMIC_UPDATE_SLICE"),
}
_POOLS = {"MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D"}
_SAME_PADDING = 0  # enum Padding in the schema


class CostTableError(CodegenError):
    """instruction_table.json is absent or damaged."""

    exit_code = 3


@dataclass(frozen=True)
class Features:
    """What an op's cost depends on. values: by name; "op" is 1, the constant part."""

    op_class: str
    values: Mapping[str, float]


@cache
def cost_table(path: Path = TABLE) -> Mapping[str, Costs]:
    """{cpu: costs}. Raises CostTableError."""
    try:
        table: dict[str, dict[str, dict[str, float]]] = json.loads(path.read_text())
        for costs in table.values():
            for coefficients in costs.values():
                if not all(value >= 0 for value in coefficients.values()):
                    raise ValueError("a coefficient is negative")
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise CostTableError(
            f"cannot read the cost table {path}: {error}; make it with `invoke costs`"
        ) from None
    return table


def estimate(model: Model, cpu: str, table: Mapping[str, Costs] | None = None) -> list[int] | None:
    """Instructions of each op of the main subgraph; None where the core has not been measured.
    table: another one than TABLE; cycles with CYCLE_TABLE's.

    An op whose class has not been measured costs what its plainest class does, else a rough guess
    of 40 instructions an output.
    """
    table = cost_table() if table is None else table
    costs = table.get(cpu) or table.get(_LIKE.get(cpu, cpu))
    if costs is None:
        return None
    return [_op_cost(model, model, op, cpu, costs) for op in model.ops]


_MOST_DEPTH = 4  # of subgraphs that run subgraphs, as the runtime has it


def _op_cost(whole: Model, part: Model, op: Op, cpu: str, costs: Costs, depth: int = 0) -> int:
    """Of an op of `part`, a subgraph of `whole`. A loop costs its rounds, which are what its
    condition compares with, else one; a branch what the dearer way does."""
    options = op_options(part)[op.index]
    own = _cost(features(part, op, cpu), costs)
    if op.name not in ("IF", "WHILE") or options is None or depth == _MOST_DEPTH:
        return own

    def inside(index: int) -> int:
        if not 0 < index < len(whole.subgraphs):
            return 0
        graph = whole.of_subgraph(index)
        return sum(_op_cost(whole, graph, o, cpu, costs, depth + 1) for o in graph.ops)

    if op.name == "IF":
        return own + max(inside(options.thenSubgraphIndex), inside(options.elseSubgraphIndex))
    condition = options.condSubgraphIndex
    rounds = _rounds(whole, condition)
    return own + (rounds + 1) * inside(condition) + rounds * inside(options.bodySubgraphIndex)


def _rounds(model: Model, condition: int) -> int:
    """The int32 constant that a loop's condition compares a counter with; 1 if there is none."""
    graph = model.subgraphs[condition] if 0 < condition < len(model.subgraphs) else None
    for op in graph.ops if graph else ():
        tensors = [graph.tensors[i] for i in op.inputs if i >= 0] if graph else []
        bounds = [t.data for t in tensors if t.dtype == "INT32" and t.data is not None]
        if op.name in ("LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "NOT_EQUAL") and bounds:
            return max(1, int(np.frombuffer(bounds[0], "<i4")[0]))
    return 1


def estimate_strips(model: Model, op: Op, height: int, in_blocks: bool, cpu: str) -> int:
    """Instructions that a windowed op takes more if it is computed by strips of `height` output
    rows, each by a call of its own; in_blocks: by one call, which makes its channels ready once.
    cpu: one that has been measured."""
    costs = cost_table()[cpu]
    whole = features(model, op, cpu)
    rows = op_work(model, op).output_shape[1]
    pieces = [(first, min(height, rows - first)) for first in range(0, rows, height)]
    if op.name == "CONV_2D" and _ISAS.get(cpu) == "mve":
        # what a strip leaves in a panel of pixels goes on in the next one
        passes = Features(whole.op_class, {"passes": whole.values.get("passes", 0.0)})
        return _cost(passes, costs) * (len(pieces) - 1)
    more = estimate_pieces(model, op, pieces, cpu)
    if in_blocks:
        names = ("op", "channels", "weights", "blocks", "block weights")
        once = {name: whole.values.get(name, 0.0) for name in names}
        more -= (len(pieces) - 1) * _cost(Features(whole.op_class, once), costs)
    return max(0, more)


def estimate_pieces(model: Model, op: Op, pieces: Sequence[tuple[int, int]], cpu: str) -> int:
    """Instructions that an op takes more if each of the pieces is computed by a call of its own:
    first output row, number of rows. cpu: one that has been measured."""
    costs = cost_table()[cpu]
    whole = features(model, op, cpu)
    if op.name not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        calls = {"op": whole.values.get("op", 0.0) * (len(pieces) - 1)}
        return _cost(Features(whole.op_class, calls), costs)
    work = op_work(model, op)
    shapes = (work.input_shape, work.filter_shape, work.output_shape)
    shape = _conv_shape(op.name, *shapes, op_options(model)[op.index])
    reach = (shape.kernel_h - 1) * shape.dilation_h + 1
    parts: Counter[ConvShape] = Counter()
    for first, rows in pieces:
        top = first * shape.stride_h - shape.pad_top
        in_first = max(0, top)
        # No further than its windows, so that what is alike is computed once.
        in_end = min(shape.in_h, top + (rows - 1) * shape.stride_h + reach)
        part = replace(shape, in_h=in_end - in_first, out_h=rows, pad_top=in_first - top)
        parts[part] += 1
    by_pieces = sum(_part_cost(op.name, p, cpu) * n for p, n in parts.items())
    return by_pieces - _cost(whole, costs)


@lru_cache(maxsize=4096)
def _part_cost(name: str, shape: ConvShape, cpu: str) -> int:
    return _cost(_conv(name, shape, _ISAS.get(cpu, "scalar")), cost_table()[cpu])


def _cost(of: Features, costs: Costs) -> int:
    plain = of.op_class.partition("/")[0]
    known = costs.get(of.op_class) or costs.get(plain)
    coefficients = known or _GUESSES.get(of.op_class, {"outputs": 40.0})
    return round(sum(coefficients.get(name, 0.0) * value for name, value in of.values.items()))


def _makes_float(model: Model, op: Op) -> bool:
    return bool(op.outputs) and model.tensors[op.outputs[0]].dtype == "FLOAT32"


def features(model: Model, op: Op, cpu: str) -> Features:
    """Of one op of the main subgraph, on a core: what it skips depends on its kernels."""
    options = op_options(model)[op.index]
    work = op_work(model, op)
    inputs = sum(
        math.prod(model.tensors[i].shape)
        for i in op.inputs
        if i >= 0 and not model.tensors[i].is_const
    )
    if op.custom_name is not None:
        return _custom(model, op, work, inputs)
    if op.name not in _MOVING and _makes_float(model, op):
        kind = "/curve" if op.name in CURVES else ""
        kind = "/summed" if op.name in _POOLS | _REDUCTIONS else kind
        kind = "/blended" if op.name == "RESIZE_BILINEAR" else kind
        counts = {"macs": work.macs, "outputs": work.outputs, "inputs": inputs}
        return Features(f"FLOAT32{kind}", {name: float(count) for name, count in counts.items()})
    if wide_features.is_wide(model, op):
        return _wide(model, op, work, inputs, _ISAS.get(cpu, "scalar"))
    rank4 = len(work.input_shape) == len(work.output_shape) == 4
    if op.name in ("CONV_2D", "DEPTHWISE_CONV_2D") and rank4 and options is not None:
        shapes = (work.input_shape, work.filter_shape, work.output_shape)
        shape = _conv_shape(op.name, *shapes, options)
        isa = _ISAS.get(cpu, "scalar")
        computed = _computed_channels(model, op, shape, isa)
        return _conv(op.name, shape, isa, computed)
    if op.name == "FULLY_CONNECTED" and work.filter_shape:
        depth = work.filter_shape[-1]
        rows = work.outputs // max(1, work.filter_shape[0])
        scales = len(model.tensors[op.inputs[1]].scales)
        op_class = "FULLY_CONNECTED/per channel" if scales > 1 else "FULLY_CONNECTED"
        return _fully_connected(op_class, rows, depth, work.filter_shape[0])
    if op.name in ("MAX_POOL_2D", "AVERAGE_POOL_2D") and rank4 and options is not None:
        return _pool(op.name, work.input_shape, work.output_shape, options)
    moved = wide_features.runs(model, op, work, options)
    values = {**_plain(op, work, inputs), **{name: float(n) for name, n in moved.items()}}
    if op.name in _TABULATED:
        values["table"] = float(min(work.outputs, table_sizes().entries))
    if op.name in ("LOGISTIC", "TANH"):
        by_table = work.outputs >= table_sizes().pays_from
        looked_at = values["table"] if by_table else values["outputs"]
        values["curved"] = looked_at * _curved_part(model.tensors[op.inputs[0]])
    if op.name == "SOFTMAX":
        values["curved"] = work.outputs * _summed_part(model.tensors[op.inputs[0]], options)
    if op.name == "QUANTIZE" and model.tensors[op.inputs[0]].dtype == "FLOAT32":
        return Features("QUANTIZE/float32", values)
    if op.name in _TABULATED and work.outputs < table_sizes().pays_from:
        return Features(f"{op.name}/few", values)
    return Features(_elementwise_class(model, op), values)


_SIGMOID_ENDS = 15.0
"""What LOGISTIC and TANH do not compute, as it gives their limits (lib/nn/nn/sigmoid_s8.h)."""


def _curved_part(source: Tensor) -> float:
    """The part of the int8 values that lie between these."""
    steps = np.arange(-128, 128) - source.zero_point
    return float(np.mean(np.abs(steps * source.scale) < _SIGMOID_ENDS))


_SOFTMAX_END = 31.0
"""Exponents this far below the largest count as none (lib/nn/nn/softmax_s8.h)."""


def _summed_part(source: Tensor, options: Any) -> float:
    """The part of a SOFTMAX's exponentials that are computed, of inputs spread over all int8."""
    beta = getattr(options, "beta", 1.0) or 1.0
    return min(1.0, _SOFTMAX_END / (255 * source.scale * beta))


def _plain(op: Op, work: OpWork, inputs: int) -> dict[str, float]:
    """Features of an op without a loop of its own kind. inputs: elements that are no constants."""
    inner = work.output_shape[-1] if work.output_shape else 1
    return {
        "op": 1.0,
        "macs": float(work.macs),
        "outputs": float(work.outputs),
        "inputs": float(inputs),
        "rows": work.outputs / max(1, inner),
        "input rows": inputs / max(1, work.input_shape[-1] if work.input_shape else 1),
        "operands": float(len(op.inputs) + len(op.outputs)),
    }


def _custom(model: Model, op: Op, work: OpWork, inputs: int) -> Features:
    """Of an op that does as much with each element, or as a Fourier transform does."""
    constants = [model.tensors[i] for i in op.inputs if i >= 0 and model.tensors[i].is_const]
    values = {
        **_plain(op, work, inputs),
        "constants": float(sum(math.prod(tensor.shape) for tensor in constants)),
        "butterflies": work.outputs * math.log2(max(1, work.outputs)),
    }
    return Features(f"CUSTOM/{op.custom_name}", values)


def _wide(model: Model, op: Op, work: OpWork, inputs: int, isa: str) -> Features:
    """Of an op of 16x8: classes of its own, for it has kernels of its own."""
    options = op_options(model)[op.index]
    shapes = (work.input_shape, work.filter_shape, work.output_shape)
    if op.name == "CONV_2D":
        values = wide_features.conv(_conv_shape(op.name, *shapes, options))
    elif op.name == "DEPTHWISE_CONV_2D":
        values = wide_features.depthwise(_conv_shape(op.name, *shapes, options), isa)
    elif op.name in _POOLS:
        values = wide_features.pool(_pool_shape(work.input_shape, work.output_shape, options))
    elif op.name == "TRANSPOSE_CONV":
        values = wide_features.transpose_conv(_transposed_shape(*shapes, options))
    elif work.filter_shape:
        scales = len(model.tensors[op.inputs[1]].scales)
        values = wide_features.products(op.name, work, scales if scales > 1 else 0)
    else:
        moved = wide_features.runs(model, op, work, options)
        values = {**_plain(op, work, inputs), **moved}
        return Features(f"{_elementwise_class(model, op)}/int16", values)
    return Features(f"{op.name}/int16", {name: float(count) for name, count in values.items()})


def _elementwise_class(model: Model, op: Op) -> str:
    """Broadcasting takes another loop than operands of one shape."""
    if op.name in _REDUCTIONS:
        source, result = (model.tensors[i].shape for i in (op.inputs[0], op.outputs[0]))
        return op.name + ("" if source[-1:] == result[-1:] else "/channels")
    shapes = {model.tensors[i].shape for i in (*op.inputs[:2], *op.outputs) if i >= 0}
    two = op.name in ("ADD", "SUB", "MUL", "MINIMUM", "MAXIMUM", "PRELU")
    return f"{op.name}/broadcast" if two and len(shapes) > 1 else op.name


def _computed_channels(model: Model, op: Op, shape: ConvShape, isa: str) -> int:
    """Output channels that are computed: not those that give the same whatever the input. By pairs,
    only where both do."""
    weights, output = (model.tensors[i] for i in (op.inputs[1], op.outputs[0]))
    if op.name != "CONV_2D" or isa == "mve" or output.dtype != "INT8" or not weights.scales:
        return shape.out_c
    kinds = op_channel_kinds(model, op, shape)
    if isa == "dsp" and conv_by_pairs(shape):
        slow = int((kinds == 1).sum())
        pairs = np.append(kinds, kinds[-1:]) if len(kinds) % 2 else kinds
        return 2 * int((pairs.reshape(-1, 2) == 0).any(axis=1).sum()) + slow
    return int((kinds != CONSTANT).sum())


def _conv(name: str, shape: ConvShape, isa: str, computed: int | None = None) -> Features:
    """CONV_2D and DEPTHWISE_CONV_2D. computed: of a CONV_2D's channels, all by default."""
    inside = (
        valid_taps(shape.in_h, shape.out_h, shape.kernel_h, shape.stride_h, shape.dilation_h,
                   shape.pad_top),
        valid_taps(shape.in_w, shape.out_w, shape.kernel_w, shape.stride_w, shape.dilation_w,
                   shape.pad_left),
    )  # fmt: skip
    windows = _Windows(
        pixels=shape.batches * shape.out_h * shape.out_w,
        image_rows=shape.batches * shape.out_h,
        kernel_rows=shape.batches * shape.out_w * inside[0],
        valid_taps=shape.batches * inside[0] * inside[1],
    )
    if isa == "mve":
        return (_mve_depthwise if name == "DEPTHWISE_CONV_2D" else _mve_conv)(name, shape, windows)
    if name == "DEPTHWISE_CONV_2D":
        return _depthwise(name, shape, windows, isa)
    return _full_conv(name, shape, windows, shape.out_c if computed is None else computed)


def _conv_shape(
    name: str,
    in_shape: tuple[int, ...],
    filter_shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    options: Any,
) -> ConvShape:
    batches, in_h, in_w, in_c = in_shape
    _, out_h, out_w, out_c = out_shape
    _, kernel_h, kernel_w, filter_c = filter_shape
    if name == "DEPTHWISE_CONV_2D":
        filter_c = max(1, out_c // max(1, in_c))
    stride_h, dilation_h = options.strideH, getattr(options, "dilationHFactor", 1)
    stride_w, dilation_w = options.strideW, getattr(options, "dilationWFactor", 1)
    padding = options.padding
    return ConvShape(
        *(batches, in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, filter_c),
        *(stride_h, stride_w, dilation_h, dilation_w),
        pad_top=_padding_before(in_h, out_h, kernel_h, stride_h, dilation_h, padding),
        pad_left=_padding_before(in_w, out_w, kernel_w, stride_w, dilation_w, padding),
    )


def _transposed_shape(
    in_shape: tuple[int, ...],
    filter_shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    options: Any,
) -> ConvShape:
    """Of a TRANSPOSE_CONV: its padding is that of the convolution from its output to its input."""
    turned = _conv_shape("TRANSPOSE_CONV", out_shape, filter_shape, in_shape, options)
    (_, in_h, in_w, in_c), (_, out_h, out_w, out_c) = in_shape, out_shape
    return replace(turned, in_h=in_h, in_w=in_w, in_c=in_c, out_h=out_h, out_w=out_w, out_c=out_c)


@dataclass(frozen=True)
class _Windows:
    """Of a convolution, all images together. kernel_rows, valid_taps: those that meet the input."""

    pixels: int
    image_rows: int
    kernel_rows: int
    valid_taps: int

    def features(self, taps: int) -> dict[str, float]:
        """Of windows of so many taps."""
        return {
            "kernel rows": float(self.kernel_rows),
            "image rows": float(self.image_rows),
            "valid taps": float(self.valid_taps),
            "border": float(self.pixels * taps - self.valid_taps),
        }


def _clipped_windows(shape: ConvShape) -> int:
    """Windows of which some tap does not meet the input, of all images."""

    def inside(extent: int, outputs: int, reach: int, stride: int, pad: int) -> int:
        starts = (output * stride - pad for output in range(outputs))
        return sum(0 <= start < extent - reach for start in starts)

    reach_h = (shape.kernel_h - 1) * shape.dilation_h
    reach_w = (shape.kernel_w - 1) * shape.dilation_w
    whole = inside(shape.in_h, shape.out_h, reach_h, shape.stride_h, shape.pad_top) * inside(
        shape.in_w, shape.out_w, reach_w, shape.stride_w, shape.pad_left
    )
    return shape.batches * (shape.out_h * shape.out_w - whole)


def _mve_depthwise(name: str, shape: ConvShape, windows: _Windows) -> Features:
    """Groups of some four outputs by sixteen channels; one pixel alone goes another way."""
    channels, taps = shape.out_c, shape.kernel_h * shape.kernel_w
    op_class = name + ("/dilated" if shape.dilated else "/tiles" if taps > 16 else "")
    if windows.pixels == 1 and shape.filter_c == 1:
        op_class = f"{name}/alone"
    blocks = math.ceil(channels / 16)
    groups = shape.batches * min(
        math.ceil(shape.out_h / height) * math.ceil(shape.out_w / width)
        for height, width in ((2, 2), (3, 1), (1, 3))
    )
    patch = (shape.stride_h + shape.kernel_h) * (shape.stride_w + shape.kernel_w)
    return Features(op_class, {
        **windows.features(taps),
        "op": 1.0,
        "channels": float(channels),
        "blocks": float(blocks),
        "weights": float(channels * taps),
        "block weights": float(blocks * taps),
        "valid macs": float(windows.valid_taps * channels),
        "groups": float(groups * blocks),
        "group channels": float(groups * channels),
        "group taps": float(groups * blocks * taps),
        "group macs": float(groups * channels * taps),
        "patches": float(groups * blocks * patch),
        "pass pixels": float(windows.pixels * blocks),
        "pass clipped": float(_clipped_windows(shape) * blocks),
        "outputs": float(windows.pixels * channels),
    })  # fmt: skip


def _mve_conv(name: str, shape: ConvShape, windows: _Windows) -> Features:
    """Panels of four pixels by pairs of channels; one pixel alone is a fully connected layer."""
    pixels, channels, filter_c = windows.pixels, shape.out_c, shape.filter_c
    taps = shape.kernel_h * shape.kernel_w
    depth = taps * filter_c
    groups = max(1, shape.in_c // max(1, filter_c))
    if pixels == 1 and groups == 1:
        return _products(f"{name}/alone", 1, depth, channels, windows.features(taps))
    kind = "/pointwise" if taps == 1 else "" if filter_c % 16 == 0 else "/bytes"
    side_by_side = shape.dilation_w == 1 and groups == 1
    if not side_by_side and taps > 1:
        kind = "/dilated" if groups == 1 else "/grouped"
    elif kind == "/bytes" and shape.kernel_w * filter_c <= 16:
        kind = "/short runs"
    of_group = channels // groups
    usual = 32 if taps == 1 else 64
    passes = groups * max(1, (of_group + usual // 2) // usual)
    panels = math.ceil(pixels / 4)
    pairs = groups * math.ceil(of_group / 2)
    vectors = math.ceil(depth / 16)
    return Features(name + kind, {
        "op": 1.0,
        "channels": float(channels),
        "weights": float(channels * depth),
        "passes": float(passes),
        "panels": float(panels * passes),
        "odd panels": float(panels * groups * (of_group % 2)),
        "panel pairs": float(panels * pairs),
        "panel vectors": float(panels * pairs * vectors),
        "pass pixels": float(pixels * passes),
        "pass vectors": float(pixels * passes * vectors),
        "pass rows": float(windows.kernel_rows * passes),
        "pass taps": float(windows.valid_taps * passes),
        "pass clipped": float(_clipped_windows(shape) * passes),
        "image rows": float(windows.image_rows * passes),
    })  # fmt: skip


def _depthwise(name: str, shape: ConvShape, windows: _Windows, isa: str) -> Features:
    channels, pixels = shape.out_c, windows.pixels
    taps = shape.kernel_h * shape.kernel_w
    quads = math.ceil(channels / 4)
    op_class = name + ("/dilated" if shape.dilated else "/multiplied" if shape.filter_c > 1 else "")
    if channels < 4:
        op_class = f"{name}/few"
    planes = plane_loops(shape) if isa == "dsp" else {}
    if planes:
        op_class = f"{name}/plane"
    return Features(op_class, {
        **windows.features(taps),
        **depthwise_loops(shape),
        **planes,
        "op": 1.0,
        "pixels": float(pixels),
        "outputs": float(pixels * channels),
        "channels": float(channels),
        "weights": float(channels * taps),
        "macs": float(pixels * channels * taps),
        "valid macs": float(windows.valid_taps * channels),
        "quad macs": float(pixels * quads * taps),
        "quads": float(pixels * quads),
        "vector macs": float(pixels * math.ceil(channels / 16) * taps),
        "odd macs": float(pixels * (channels % 4) * taps),
        "kernel row outputs": float(windows.kernel_rows * channels),
    })  # fmt: skip


# What conv_loops() counts for each channel.
_CHANNEL_LOOPS = ("channels", "macs", "channel pieces", "loops", "odd pieces")


def _full_conv(name: str, shape: ConvShape, windows: _Windows, computed: int) -> Features:
    pixels, channels, filter_c = windows.pixels, shape.out_c, shape.filter_c
    taps = shape.kernel_h * shape.kernel_w
    groups = max(1, shape.in_c // max(1, filter_c))
    if not conv_by_pairs(shape):
        op_class = f"{name}/few"  # products or channels
    elif filter_c != shape.in_c or shape.dilated:
        op_class = f"{name}/{'grouped' if filter_c != shape.in_c else 'dilated'}"
    else:
        pointwise = taps == 1 and (shape.stride_h, shape.stride_w) == (1, 1)
        words = filter_c % 4 == 0
        op_class = name + ("/pointwise" if pointwise else "") + ("" if words else "/bytes")
    base = _products(op_class, pixels, taps * filter_c, computed, windows.features(taps))
    passes = float(groups * conv_passes(channels // groups))
    loops = {
        loop: count * computed / channels if loop.partition(" ")[2] in _CHANNEL_LOOPS else count
        for loop, count in conv_loops(shape).items()
    }
    return Features(op_class, {
        **base.values,
        **loops,
        "channels": float(channels),
        "weights": float(channels * taps * filter_c),
        "constant": float(channels - computed),
        "constant outputs": float(pixels * (channels - computed)),
        "valid macs": float(windows.valid_taps * filter_c * computed),
        "valid gathers": float(windows.valid_taps * filter_c),
        "kernel row outputs": float(windows.kernel_rows * computed),
        "pass pixels": pixels * passes,
        "pass rows": windows.kernel_rows * passes,
        "pass gathers": pixels * taps * filter_c * passes,
        "pass valid gathers": windows.valid_taps * filter_c * passes,
    })  # fmt: skip


def _products(
    op_class: str, rows: int, depth: int, channels: int, extra: Mapping[str, float]
) -> Features:
    """A matrix product of rows x depth by depth x channels, as every kernel blocks it."""
    up4, up2 = math.ceil(channels / 4), math.ceil(channels / 2)
    return Features(op_class, {
        **extra,
        "op": 1.0,
        "pixels": float(rows),
        "outputs": float(rows * channels),
        "channels": float(channels),
        "weights": float(depth * channels),
        "gathers": float(rows * depth),
        "macs": float(rows * depth * channels),
        "depth tail": float(rows * channels * (depth % 4)),
        "quad macs": float(rows * depth * up4),
        "pair macs": float(rows * depth * up2),
        "pixel pairs": float(math.ceil(rows / 2) * depth * channels),
        "odd pixel": float((rows % 2) * depth * channels),
        "vectors": float(rows * channels * math.ceil(depth / 16)),
        "tail vectors": float(rows * channels * (1 if depth % 16 else 0)),
        "fours": float(rows * up4),
    })  # fmt: skip


def _fully_connected(op_class: str, rows: int, depth: int, channels: int) -> Features:
    up6 = math.ceil(channels / 6) if channels >= 6 else 0
    alone = channels if channels < 6 else 0
    return _products(op_class, rows, depth, channels, {
        "alone": float(rows * alone),
        "alone macs": float(rows * depth * alone),
        "sixes": float(rows * up6),
        "six macs": float(rows * depth * up6),
    })  # fmt: skip


def _pool_shape(in_shape: tuple[int, ...], out_shape: tuple[int, ...], options: Any) -> ConvShape:
    """A pool as a convolution of each channel by itself."""
    batches, in_h, in_w, channels = in_shape
    kernel = (options.filterHeight, options.filterWidth)
    strides = (options.strideH, options.strideW)
    pads = [
        _padding_before(in_shape[1 + i], out_shape[1 + i], kernel[i], strides[i], 1,
                        options.padding)
        for i in (0, 1)
    ]  # fmt: skip
    _, out_h, out_w, out_c = out_shape
    return ConvShape(
        *(batches, in_h, in_w, channels, out_h, out_w, out_c, *kernel, 1, *strides),
        pad_top=pads[0],
        pad_left=pads[1],
    )


def _pool(
    name: str, in_shape: tuple[int, ...], out_shape: tuple[int, ...], options: Any
) -> Features:
    shape = _pool_shape(in_shape, out_shape, options)
    inside = [
        valid_taps(shape.in_h, shape.out_h, shape.kernel_h, shape.stride_h, 1, shape.pad_top),
        valid_taps(shape.in_w, shape.out_w, shape.kernel_w, shape.stride_w, 1, shape.pad_left),
    ]
    pixels = math.prod(out_shape[:3])
    channels = out_shape[3]
    taps = in_shape[0] * inside[0] * inside[1]
    quads = math.ceil(channels / 4)
    return Features(name, {
        "op": 1.0,
        "pixels": float(pixels),
        "outputs": float(pixels * channels),
        "window": float(taps * channels),
        "window taps": float(taps),
        "window rows": float(in_shape[0] * out_shape[2] * inside[0]),
        "quads": float(pixels * quads),
        "quad window": float(taps * quads),
        "odd window": float(taps * (channels % 4)),
        "vector window": float(taps * math.ceil(channels / 16)),
        "vectors": float(pixels * math.ceil(channels / 16)),
    })  # fmt: skip


def _padding_before(
    extent: int, out: int, kernel: int, stride: int, dilation: int, padding: int
) -> int:
    """Along one axis, as TFLite places it."""
    reach = (kernel - 1) * dilation + 1
    return max(0, (out - 1) * stride + reach - extent) // 2 if padding == _SAME_PADDING else 0
