"""Generators of upstream's custom ops, which the oracle has, too: of audio front ends, and the one
behind a detector."""

from __future__ import annotations

from typing import Any

import numpy as np
from flatbuffers import flexbuffers
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases, Generator
from verification.cases.model_builder import ModelBuilder

_DTYPES: dict[str, Any] = {
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
    "BOOL": np.bool_,
}


def _values(rng: np.random.Generator, shape: list[int], dtype: str) -> NDArray[Any]:
    """Any values, mostly up to some power of two."""
    limits = np.iinfo(_DTYPES[dtype])
    high = int(limits.max) >> int(rng.integers(limits.bits - 2))
    low = -high - 1 if limits.min < 0 else 0
    return rng.integers(low, high, shape, dtype=_DTYPES[dtype], endpoint=True)


def _case(
    name: str,
    inputs: list[NDArray[Any]],
    outputs: list[tuple[list[int], str]],
    options: dict[str, int | bool],
    constants: list[NDArray[Any]] | None = None,
) -> Case:
    """A model of one op: `inputs`, then `constants`. uint32 and uint64 come as casts and copies."""
    names = {np.dtype(kind): dtype for dtype, kind in _DTYPES.items()}
    b = ModelBuilder()
    fed = [b.tensor(list(x.shape), names[x.dtype]) for x in inputs]
    held = [b.constant(x) for x in constants or []]
    made = [b.tensor(shape, dtype) for shape, dtype in outputs]
    b.op(f"CUSTOM:{name}", [*fed, *held], made, custom_options=bytes(flexbuffers.Dumps(options)))
    label = " ".join(f"{key} {value}" for key, value in options.items())
    return Case(b.build(fed, made), inputs, f"{draw.shape_text(inputs[0].shape)} {label}")


def window(rng: np.random.Generator) -> Case:
    size = draw.extent(rng, 65) * int(rng.choice([1, 1, 7]))
    shape = [int(rng.choice([1, 1, 3])), size]
    weights = _values(rng, [size], "INT16")
    options: dict[str, int | bool] = {"shift": int(rng.integers(0, 16))}
    return _case(
        "SignalWindow", [_values(rng, shape, "INT16")], [(shape, "INT16")], options, [weights]
    )


def fft_auto_scale(rng: np.random.Generator) -> Case:
    shape = [draw.extent(rng, 65)]
    values = _values(rng, shape, "INT16") * int(rng.random() < 0.95)
    made = [(shape, "INT16"), ([], "INT32")]
    return _case("SignalFftAutoScale", [values.astype(np.int16)], made, {})


def rfft(rng: np.random.Generator) -> Case:
    """Every power of two, whole frames and shorter ones."""
    size = 2 ** int(rng.integers(4, 12))
    count = size if draw.chance(rng, 0.5) else int(rng.integers(1, size + 1))
    frames = int(rng.choice([1, 1, 2]))
    shape = [frames, count]
    options: dict[str, int | bool] = {"T": 7, "fft_length": size}
    return _case(
        "SignalRfft", [_values(rng, shape, "INT16")], [([frames, size + 2], "INT16")], options
    )


def energy(rng: np.random.Generator) -> Case:
    """Of all of them: what upstream leaves out it does not write."""
    count = draw.extent(rng, 65)
    options: dict[str, int | bool] = {"end_index": count, "start_index": 0}
    return _case(
        "SignalEnergy", [_values(rng, [2 * count], "INT16")], [([count], "UINT32")], options
    )


def filter_bank(rng: np.random.Generator) -> Case:
    channels = draw.extent(rng, 33)
    widths = rng.integers(0, 9, channels + 1).astype(np.int16)
    starts = (np.cumsum(widths) - widths).astype(np.int16)
    total = max(1, int(widths.sum()))
    weights = rng.integers(0, 4097, total).astype(np.int16)
    energies = _values(rng, [total], "UINT32")
    tables = [weights, (4096 - weights).astype(np.int16), starts, starts, widths]
    made = [([channels], "UINT64")]
    return _case("SignalFilterBank", [energies], made, {"num_channels": channels}, tables)


def square_root(rng: np.random.Generator) -> Case:
    shape = [draw.extent(rng, 65)]
    values = _values(rng, shape, "UINT64")
    roots = rng.integers(0, 2**32, shape, dtype=np.uint64)
    near = roots * roots + roots + rng.integers(0, 2, shape, dtype=np.uint64)  # where it rounds up
    values = np.where(rng.random(shape) < 0.5, near, values).astype(np.uint64)
    shift = np.array(rng.integers(0, 16), np.int32)
    return _case("SignalFilterBankSquareRoot", [values, shift], [(shape, "UINT32")], {})


def spectral_subtraction(rng: np.random.Generator) -> Case:
    """Its estimates live from one inference to the next."""
    channels = draw.extent(rng, 65)
    pace, alternate = int(rng.integers(16384)), int(rng.integers(16384))
    options: dict[str, int | bool] = {
        "alternate_one_minus_smoothing": 16384 - alternate,
        "alternate_smoothing": alternate,
        "clamping": draw.chance(rng, 0.5),
        "min_signal_remaining": int(rng.integers(16384)),
        "num_channels": channels,
        "one_minus_smoothing": 16384 - pace,
        "smoothing": pace,
        "smoothing_bits": 10,
        "spectral_subtraction_bits": 14,
    }
    signal = _values(rng, [channels], "UINT32") >> np.uint32(10)
    made = [([channels], "UINT32")] * 2
    return _case("SignalFilterBankSpectralSubtraction", [signal], made, options)


def pcan(rng: np.random.Generator) -> Case:
    shape = [draw.extent(rng, 65)]
    signal, noise = _values(rng, shape, "UINT32"), _values(rng, shape, "UINT32")
    table = _values(rng, [125], "INT16")
    options: dict[str, int | bool] = {"snr_shift": int(rng.integers(0, 13))}
    return _case("SignalPCAN", [signal, noise], [(shape, "UINT32")], options, [table])


def log(rng: np.random.Generator) -> Case:
    shape = [draw.extent(rng, 65) * 16]
    options: dict[str, int | bool] = {
        "input_correction_bits": int(rng.integers(0, 5)),
        "output_scale": int(rng.choice([1, 64, 1600, 60000])),
    }
    return _case(
        "SignalFilterBankLog", [_values(rng, shape, "UINT32")], [(shape, "INT16")], options
    )


def _where_valid(
    name: str, values: NDArray[Any], shape: list[int], options: dict[str, int | bool]
) -> Case:
    """A model of an op that says whether its output is one; upstream writes none otherwise."""
    b = ModelBuilder()
    x, made, valid = b.tensor(values.shape, "INT16"), b.tensor(shape, "INT16"), b.tensor([], "BOOL")
    b.op(f"CUSTOM:{name}", [x], [made, valid], custom_options=bytes(flexbuffers.Dumps(options)))
    chosen = b.tensor(shape, "INT16")
    other = b.constant(np.zeros(shape, np.int16))
    b.op("SELECT_V2", [valid, made, other], [chosen], schema.SelectV2OptionsT())
    label = " ".join(f"{key} {value}" for key, value in options.items())
    return Case(b.build([x], [chosen, valid]), [values], f"{draw.shape_text(shape)} {label}")


def delay(rng: np.random.Generator) -> Case:
    """Two rows are two signals."""
    shape = [int(rng.choice([1, 1, 2])), draw.extent(rng, 33)]
    options: dict[str, int | bool] = {"delay_length": int(rng.integers(0, 2 * shape[1] + 1))}
    return _case("SignalDelay", [_values(rng, shape, "INT16")], [(shape, "INT16")], options)


def framer(rng: np.random.Generator) -> Case:
    """Windows that the first pieces do not fill, unless the signal begins with zeros."""
    step, steps, rows = draw.extent(rng, 17), int(rng.integers(1, 5)), int(rng.choice([1, 1, 2]))
    size = step + int(rng.integers(0, 33))
    options: dict[str, int | bool] = {
        "frame_size": size,
        "frame_step": step,
        "prefill": draw.chance(rng, 0.5),
    }
    values = _values(rng, [rows, steps * step], "INT16")
    return _where_valid("SignalFramer", values, [rows, steps, size], options)


def stacker(rng: np.random.Generator) -> Case:
    channels = draw.extent(rng, 33)
    left, right = int(rng.integers(0, 4)), int(rng.integers(0, 3))
    options: dict[str, int | bool] = {
        "num_channels": channels,
        "stacker_left_context": left,
        "stacker_right_context": right,
        "stacker_step": int(rng.integers(1, left + right + 2)),
    }
    values = _values(rng, [channels], "INT16")
    return _where_valid("SignalStacker", values, [channels * (left + 1 + right)], options)


def circular_buffer(rng: np.random.Generator) -> Case:
    """One row: what is held before a first one came, upstream leaves open."""
    shape = [1, 1, draw.extent(rng, 9), draw.extent(rng, 33)]
    cycles = int(rng.integers(1, 4))
    made: list[tuple[list[int], str]] = [(shape, "INT8")]
    if cycles > 1 or draw.chance(rng, 0.5):
        made.append(([1], "BOOL"))
    return _case("CIRCULAR_BUFFER", [draw.int8_values(rng, shape)], made, {"cycles_max": cycles})


def overlap_add(rng: np.random.Generator) -> Case:
    size, frames, rows = draw.extent(rng, 33), int(rng.integers(1, 4)), int(rng.choice([1, 1, 2]))
    step = int(rng.integers(1, size + 1))
    made = [([rows, frames * step], "INT16")]
    return _case(
        "SignalOverlapAdd",
        [_values(rng, [rows, frames, size], "INT16")],
        made,
        {"T": 7, "frame_step": step},
    )


def irfft(rng: np.random.Generator) -> Case:
    size = 2 ** int(rng.integers(4, 12))
    frames = int(rng.choice([1, 1, 2]))
    options: dict[str, int | bool] = {"T": 7, "fft_length": size}
    return _case(
        "SignalIrfft",
        [_values(rng, [frames, size + 2], "INT16")],
        [([frames, size], "INT16")],
        options,
    )


def cast(rng: np.random.Generator) -> Case:
    """uint32 to int32 and back, as front ends have it between these ops."""
    shape = [draw.extent(rng, 65)]
    b = ModelBuilder()
    source, signed, back = (b.tensor(shape, dtype) for dtype in ("UINT32", "INT32", "UINT32"))
    b.op("CAST", [source], [signed], schema.CastOptionsT())
    b.op("CAST", [signed], [back], schema.CastOptionsT())
    return Case(
        b.build([source], [signed, back]), [_values(rng, shape, "UINT32")], draw.shape_text(shape)
    )


def _grid(rng: np.random.Generator, anchors: int) -> NDArray[np.float32]:
    """Anchors of some sizes all over the picture."""
    centers = rng.uniform(0, 1, (anchors, 2))
    sizes = rng.choice([0.1, 0.2, 0.4], (anchors, 2))
    return np.concatenate([centers, sizes], axis=1).astype(np.float32)


def post_process(rng: np.random.Generator) -> Case:
    """Class by class, or the best class of each anchor, with a background or not.

    Where upstream leaves outputs as they are, for fewer detections than there is room for, all are
    found: then no box is near another, and no score is too low.
    """
    by_class = draw.chance(rng, 0.5)
    classes, background = int(rng.integers(1, 6)), int(rng.integers(0, 2))
    anchors = int(rng.integers(1, 14))
    detections = int(rng.integers(1, 11))
    threshold, overlap = 0.3, float(rng.choice([0.3, 0.5, 0.6]))
    if not by_class:
        detections = min(detections, anchors)
        threshold, overlap = 0.0, 1.0
    options = {
        "max_detections": detections,
        "max_classes_per_detection": 1,
        "detections_per_class": int(rng.integers(1, 8)),
        "use_regular_nms": by_class,
        "num_classes": classes,
        "nms_score_threshold": threshold,
        "nms_iou_threshold": overlap,
        "y_scale": 10.0,
        "x_scale": 10.0,
        "h_scale": 5.0,
        "w_scale": 5.0,
    }
    grid = _grid(rng, anchors)
    boxes = rng.normal(0, 2, (1, anchors, 4)).astype(np.float32)
    levels = int(rng.choice([4, 256]))  # many are equal where they come from int8
    scores = rng.integers(1, levels, (1, anchors, classes + background)) / levels
    b = ModelBuilder()
    given = [b.tensor(boxes.shape, "FLOAT32"), b.tensor(scores.shape, "FLOAT32")]
    given.append(b.constant(grid))
    fed = [boxes, scores.astype(np.float32)]
    made = [
        b.tensor([1, detections, 4], "FLOAT32"),
        b.tensor([1, detections], "FLOAT32"),
        b.tensor([1, detections], "FLOAT32"),
        b.tensor([1], "FLOAT32"),
    ]
    dumped = bytes(flexbuffers.Dumps(options))
    b.op("CUSTOM:TFLite_Detection_PostProcess", given, made, custom_options=dumped)
    label = f"{anchors} anchors, {classes} classes, {detections} detections" + (
        " by class" if by_class else ""
    )
    return Case(b.build(given[:2], made), fed, label)


_GENERATORS: dict[str, Generator] = {
    "CAST_U32": cast,
    "DETECTION_POST_PROCESS": post_process,
    "SIGNAL_DELAY": delay,
    "SIGNAL_ENERGY": energy,
    "SIGNAL_FFT_AUTO_SCALE": fft_auto_scale,
    "SIGNAL_FILTER_BANK": filter_bank,
    "SIGNAL_FRAMER": framer,
    "SIGNAL_IRFFT": irfft,
    "SIGNAL_LOG": log,
    "SIGNAL_OVERLAP_ADD": overlap_add,
    "SIGNAL_PCAN": pcan,
    "SIGNAL_RFFT": rfft,
    "SIGNAL_SPECTRAL_SUBTRACTION": spectral_subtraction,
    "SIGNAL_SQUARE_ROOT": square_root,
    "CIRCULAR_BUFFER": circular_buffer,
    "SIGNAL_STACKER": stacker,
    "SIGNAL_WINDOW": window,
}

CASES: Cases = _GENERATORS
