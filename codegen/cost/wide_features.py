"""What the cost of a 16x8 op depends on: how often its kernels' loops run.

int16 activations are computed one output after the other, so the counts differ from int8's. Each
function returns {feature: count} of one op.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from codegen.host.kernel_loops import ConvShape, Stretch, stretches, valid_taps
from codegen.model.op_work import OpWork
from codegen.model.tflite import Model, Op

_DOT_RUN = 508  # kDotS16Run of nn/dot_s16.h
_VECTOR = 8  # products at a time on mve


def is_wide(model: Model, op: Op) -> bool:
    """Whether the op is computed by int16 kernels: of a SOFTMAX, an LSTM and the like what they
    read says so, of QUANTIZE either side."""
    if not op.outputs:
        return False
    made = model.tensors[op.outputs[0]].dtype
    read = {model.tensors[i].dtype for i in op.inputs if i >= 0}
    if op.name == "QUANTIZE":
        return "INT16" in read | {made} and "FLOAT32" not in read
    return made == "INT16" and "INT16" in read


def _dots(calls: int, length: int) -> Counter[str]:
    """Inner products of `length` terms each."""
    return Counter({
        "dots": calls,
        "dot runs": calls * math.ceil(length / _DOT_RUN),
        "dot macs": calls * length,
        "dot fours": calls * (length // 4),
        "dot rest": calls * (length % 4),
        "dot vectors": calls * math.ceil(length / _VECTOR),
    })  # fmt: skip


def _windows(shape: ConvShape, channels: int) -> Counter[str]:
    """What walking over the windows takes if each channel walks alone."""
    rows, columns = _rows(shape), _columns(shape)
    walks = shape.batches * channels
    return Counter({
        "op": 1,
        "channels": channels,
        "outputs": walks * shape.out_h * shape.out_w,
        "output rows": walks * shape.out_h,
        "runs": walks * shape.out_h * len(columns),
        "window rows": walks * rows * shape.out_w,
        "window taps": walks * rows * sum(s.length * s.taps for s in columns),
    })  # fmt: skip


def _rows(s: ConvShape) -> int:
    return valid_taps(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.dilation_h, s.pad_top)


def _columns(s: ConvShape) -> list[Stretch]:
    return stretches(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.dilation_w, s.pad_left)


def conv(shape: ConvShape) -> Mapping[str, float]:
    found = _windows(shape, shape.out_c)
    in_runs = shape.dilation_w == 1 and shape.filter_c == shape.in_c
    for stretch in _columns(shape):
        calls = shape.batches * _rows(shape) * stretch.length * shape.out_c
        if in_runs:
            found.update(_dots(calls, stretch.taps * shape.in_c))
        else:
            found.update(_dots(calls * stretch.taps, shape.filter_c))
    return found


def depthwise(shape: ConvShape, isa: str) -> Mapping[str, float]:
    """Channels go alone, by two on dsp, by four on mve; alone where a channel has more outputs."""
    at_once = {"dsp": 2, "mve": 4}.get(isa, 1) if shape.filter_c == 1 else 1
    together = shape.out_c // at_once if isa != "mve" else math.ceil(shape.out_c / at_once)
    found = Counter[str]()
    if at_once > 1:
        found.update({f"{name} together": n for name, n in _windows(shape, together).items()})
        twos = sum(stretch.length * (stretch.taps // 2) for stretch in _columns(shape))
        found["tap pairs together"] = shape.batches * together * _rows(shape) * twos
        found["outputs of them"] = found["outputs together"] * at_once
    alone = shape.out_c if at_once == 1 else shape.out_c % 2 if isa == "dsp" else 0
    found.update(_windows(shape, alone))
    found["op"] = 1
    return found


def pool(shape: ConvShape) -> Mapping[str, float]:
    """shape: with kernel and strides of the pool, and as many channels out as in."""
    found = _windows(shape, shape.out_c)
    # Here it is the channels of a window that are walked over.
    for name in ("output rows", "runs"):
        found[name] //= shape.out_c
    found["pixels"] = shape.batches * shape.out_h * shape.out_w
    return found


def transpose_conv(shape: ConvShape) -> Mapping[str, float]:
    """shape: padding as of the convolution that it transposes."""
    rows = _meetings(shape.in_h, shape.out_h, shape.kernel_h, shape.stride_h, shape.pad_top)
    columns = _meetings(shape.in_w, shape.out_w, shape.kernel_w, shape.stride_w, shape.pad_left)
    walks = shape.batches * shape.out_c
    return _dots(walks * rows * columns, shape.in_c) + Counter({
        "op": 1,
        "channels": shape.out_c,
        "outputs": walks * shape.out_h * shape.out_w,
        "output rows": walks * shape.out_h,
        "window rows": walks * rows * shape.out_w,
    })  # fmt: skip


def _meetings(extent: int, out: int, kernel: int, stride: int, before: int) -> int:
    """Along one axis: pairs of input and tap that reach an output."""
    places = np.add.outer(np.arange(extent) * stride, np.arange(kernel)) - before
    return int(((places >= 0) & (places < out)).sum())


def products(name: str, work: OpWork, channel_scales: int) -> Mapping[str, float]:
    """FULLY_CONNECTED and UNIDIRECTIONAL_SEQUENCE_LSTM. channel_scales: of the filter, 0 where one
    scale is all's."""
    outputs, depth = work.outputs, work.filter_shape[-1]
    found = Counter({"op": 1, "outputs": outputs, "channel scales": channel_scales})
    if name == "UNIDIRECTIONAL_SEQUENCE_LSTM":
        found["steps"] = outputs // max(1, work.output_shape[-1])
        found.update(_dots(4 * outputs, depth))
        found.update(_dots(4 * outputs, work.output_shape[-1]))
        return found
    found.update(_dots(outputs, depth))
    return found


_JOINED = ("CONCATENATION", "PACK", "SPLIT", "SPLIT_V", "UNPACK")
_AXIS_INPUT = {"SPLIT": 0, "SPLIT_V": 2}


def runs(model: Model, op: Op, work: OpWork, options: Any) -> Mapping[str, float]:
    """Of an op that moves elements: runs that are copied at once, elements that are copied alone.
    {} of another op."""
    if op.name == "TRANSPOSE":
        return _transposed(work, _constant(model, op.inputs[1]))
    if op.name not in _JOINED:
        return {}
    position = _AXIS_INPUT.get(op.name)
    if position is None:
        axis = getattr(options, "axis", 0)
    else:
        axis = (_constant(model, op.inputs[position]) or [0])[0]
    joined = op.name in ("CONCATENATION", "PACK")
    whole = work.output_shape if joined else model.tensors[op.inputs[position == 0]].shape
    outer = math.prod(whole[: axis % len(whole)])
    return {"runs": float(outer * len(op.inputs if joined else op.outputs))}


def _transposed(work: OpWork, order: list[int]) -> Mapping[str, float]:
    """Neighbouring axes that stay neighbours are walked over as one, as nn/copy.h has it."""
    extents = work.input_shape
    axes = [axis for axis in range(len(extents)) if extents[axis] > 1]
    moved = [axes.index(axis % len(extents)) for axis in order if extents[axis] > 1]
    first = len(moved) - 1  # of the last ones that are walked over as one
    while first > 0 and moved[first - 1] + 1 == moved[first]:
        first -= 1
    length = math.prod(extents[axes[axis]] for axis in moved[max(0, first) :])
    if not moved or moved[-1] == len(axes) - 1:
        return {"runs": work.outputs / length}
    return {"loops": work.outputs / length, "alone": float(work.outputs)}


def _constant(model: Model, index: int) -> list[int]:
    return np.frombuffer(model.tensors[index].data or b"", "<i4").tolist()
