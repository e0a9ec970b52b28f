"""firmware/src/smoothing.h against harness/wire/smoothing.py on random streams of scores."""

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from harness.wire import ids
from harness.wire.smoothing import Parameters, Smoothed, smooth

ROOT = Path(__file__).resolve().parents[4]

Scores = NDArray[np.int8]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """Undefined behaviour ends the process: its runtime cannot be loaded into Python."""
    path = tmp_path_factory.mktemp("smoothing") / "smoothing.so"
    command = ["g++", "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    command += ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"]
    command += [f"-I{ROOT}/firmware/{folder}" for folder in ("src", "lib/wire", "lib/frontend")]
    command += [str(Path(__file__).with_name("smoothing_tool.cc")), "-o", str(path)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return ctypes.CDLL(str(path))


def on_device(library: ctypes.CDLL, scores: Scores, parameters: Parameters) -> list[Smoothed]:
    frames, classes = scores.shape
    detected = np.zeros(frames, np.uint8)
    means = np.zeros_like(scores)
    library.SmoothStream(
        ctypes.c_size_t(classes),
        ctypes.c_uint8(parameters.frames),
        ctypes.c_int8(parameters.threshold),
        ctypes.c_uint8(parameters.refractory),
        np.ascontiguousarray(scores).ctypes.data_as(ctypes.c_void_p),
        ctypes.c_size_t(frames),
        detected.ctypes.data_as(ctypes.c_void_p),
        means.ctypes.data_as(ctypes.c_void_p),
    )
    return [
        Smoothed(None if chosen == ids.NOTHING_DETECTED else int(chosen), tuple(row))
        for chosen, row in zip(detected, means.tolist(), strict=True)
    ]


streams = st.tuples(st.integers(1, 60), st.sampled_from([1, 3, 10])).flatmap(
    lambda shape: hnp.arrays(np.int8, shape, elements=st.integers(-128, 127))
)
parameters = st.builds(
    Parameters,
    frames=st.integers(1, ids.STREAM_MOST_FRAMES),
    threshold=st.integers(-128, 127),
    refractory=st.one_of(st.integers(0, 5), st.integers(0, 255)),
)


@settings(max_examples=60, deadline=None)
@given(scores=streams, parameters=parameters)
@example(np.full((40, 3), -128, np.int8), Parameters(16, -128, 0))
@example(np.full((40, 3), 127, np.int8), Parameters(16, 127, 255))
def test_device_and_reference_agree(
    library: ctypes.CDLL, scores: Scores, parameters: Parameters
) -> None:
    assert on_device(library, scores, parameters) == list(smooth(scores, parameters))


def test_one_object_is_one_detection_and_one_unclear_frame_is_none(library: ctypes.CDLL) -> None:
    zero, one = [100, -100], [-100, 100]
    scores = np.array([zero] * 6 + [one] + [zero] * 3 + [one] * 6, np.int8)
    padded = np.hstack([scores, np.full((len(scores), 1), -128, np.int8)])
    wanted = Parameters(frames=4, threshold=50, refractory=9)
    detected = [row.detected for row in on_device(library, padded, wanted)]
    assert {frame: found for frame, found in enumerate(detected) if found is not None} == {
        3: 0,  # four frames have come
        13: 1,  # the mean of three of four is (3 * 100 - 100) / 4, and the pause is over
    }
