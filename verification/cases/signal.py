"""Generators of upstream's ops for audio front ends: custom ops that the oracle has, too."""

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
    "INT16": np.int16,
    "INT32": np.int32,
    "UINT32": np.uint32,
    "UINT64": np.uint64,
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


_GENERATORS: dict[str, Generator] = {
    "CAST_U32": cast,
    "SIGNAL_ENERGY": energy,
    "SIGNAL_FFT_AUTO_SCALE": fft_auto_scale,
    "SIGNAL_FILTER_BANK": filter_bank,
    "SIGNAL_LOG": log,
    "SIGNAL_PCAN": pcan,
    "SIGNAL_RFFT": rfft,
    "SIGNAL_SPECTRAL_SUBTRACTION": spectral_subtraction,
    "SIGNAL_SQUARE_ROOT": square_root,
    "SIGNAL_WINDOW": window,
}

CASES: Cases = _GENERATORS
