"""The device's own front ends in this process, by the C functions of host.cc.

    features(front_end, samples[N, *sample_shape]) -> int16 [N, *feature_shape]
    real_features(front_end, samples) -> float32 [N, *feature_shape]
    model_inputs(front_end, samples, scale: float, zero_point: int) -> int8 [N, *feature_shape]

Samples are of sample_dtype, and may be a memory map: they are read a chunk at a time.
"""

from __future__ import annotations

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.compile import cpp_build
from codegen.frontend.front_end import CppField, CppStruct, FrontEnd, FrontEndError

CHUNK_BYTES = 4 << 20
"""Of samples, for one thread at a time."""


def features(
    front_end: FrontEnd, samples: NDArray[Any], piece_bytes: int | None = None
) -> NDArray[np.int16]:
    """int16 [N, *feature_shape] of samples [N, *sample_shape].

    piece_bytes: how a sample is handed over; the result does not depend on it.
    Raises FrontEndError for samples of another shape or dtype, CppBuildError, MissingToolError.
    """
    result = np.empty((len(samples), *front_end.feature_shape), np.int16)
    _run(front_end, samples, result, None, piece_bytes)
    return result


def real_features(front_end: FrontEnd, samples: NDArray[Any]) -> NDArray[np.float32]:
    """What the features mean: float32 [N, *feature_shape]. Raises as features() does."""
    return features(front_end, samples) * np.float32(front_end.feature_scale)


def model_inputs(
    front_end: FrontEnd,
    samples: NDArray[Any],
    scale: float,
    zero_point: int,
    piece_bytes: int | None = None,
) -> NDArray[np.int8]:
    """What stands in the device's input tensor: int8 [N, *feature_shape].

    scale, zero_point: of the model's input. Raises as features() and input_step() do.
    """
    result = np.empty((len(samples), *front_end.feature_shape), np.int8)
    step = front_end.input_step(scale, zero_point)
    _run(front_end, samples, result, step, piece_bytes)
    return result


def memory_bytes(front_end: FrontEnd) -> int:
    """Of the buffer that the front end works in, on every device."""
    parameters = front_end.cpp_parameters()
    function = getattr(_library(), f"mcuforge_{front_end.kind}_memory")
    function.restype = ctypes.c_size_t
    return int(function(ctypes.byref(_structure(parameters))))


def _run(
    front_end: FrontEnd,
    samples: NDArray[Any],
    result: NDArray[Any],
    step: CppStruct | None,
    piece_bytes: int | None,
) -> None:
    _check_samples(front_end, samples)
    if result.size == 0:
        return
    parameters = front_end.cpp_parameters()
    function = getattr(_library(), f"mcuforge_{front_end.kind}")
    function.restype = None
    structure = _structure(parameters)
    step_structure = _structure(step) if step else None
    sample_bytes = samples[:1].nbytes
    chunk = max(1, CHUNK_BYTES // sample_bytes)

    def run_chunk(start: int) -> None:
        part = np.ascontiguousarray(samples[start : start + chunk])
        target = result[start : start + chunk].ctypes.data
        batch = _Batch(
            samples=part.ctypes.data,
            count=len(part),
            sample_bytes=sample_bytes,
            piece_bytes=piece_bytes or sample_bytes,
            features=None if step_structure else target,
            inputs=target if step_structure else None,
            step=ctypes.addressof(step_structure) if step_structure else None,
        )
        function(ctypes.byref(structure), ctypes.byref(batch))

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(run_chunk, range(0, len(samples), chunk)))


def _check_samples(front_end: FrontEnd, samples: NDArray[Any]) -> None:
    expected = (*front_end.sample_shape,)
    if samples.shape[1:] != expected or samples.dtype != np.dtype(front_end.sample_dtype):
        raise FrontEndError(
            f"{front_end.kind} front end: samples are {samples.dtype} "
            f"{list(samples.shape[1:])} each; it takes {front_end.sample_dtype} {list(expected)}"
        )


class _Batch(ctypes.Structure):
    _fields_ = (
        ("samples", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
        ("sample_bytes", ctypes.c_size_t),
        ("piece_bytes", ctypes.c_size_t),
        ("features", ctypes.c_void_p),
        ("inputs", ctypes.c_void_p),
        ("step", ctypes.c_void_p),
    )


def _structure(fields: CppStruct) -> ctypes.Structure:
    """As the compiler lays it out; its arrays are those of `fields`, which has to stay."""
    values = {name: _field(value) for name, value in fields.items()}
    types = [(name, type(value)) for name, value in values.items()]
    return type("_Structure", (ctypes.Structure,), {"_fields_": types})(*values.values())


def _field(value: CppField) -> Any:
    if isinstance(value, dict):
        return _structure(value)
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    dtype: np.dtype[Any] = value.dtype
    return np.ctypeslib.as_ctypes_type(dtype)(value.item())


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    """The front ends of firmware/lib/frontend as a shared library, with the flags that ship."""
    flags = [*cpp_build.library_flags(cpp_build.FRONTEND), "-fPIC"]
    files = [*sorted(cpp_build.FRONTEND.rglob("*.cc")), Path(__file__).with_name("host.cc")]
    # What stands behind a model is not called here, and needs kernels.
    sources = [(path, flags) for path in files if not path.name.startswith("post_")]
    objects = cpp_build.compile_objects(sources, [cpp_build.FRONTEND], cpp_build.HOST)
    return ctypes.CDLL(str(cpp_build.link("frontend.so", objects, ["-shared"], cpp_build.HOST)))
