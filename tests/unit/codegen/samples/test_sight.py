"""What is shown of a sample is what the network gets, not what went into its front end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.frontend.parameters import AudioFrontEnd, FrontEnd, ImageFrontEnd, ReadingsFrontEnd
from codegen.model.tflite import Model
from codegen.samples.sight import seen
from tests.unit.codegen.samples.data import split as made
from verification.cases.model_builder import one_op, schema

RATE_HZ = 16000


def same(found: NDArray[Any] | None, wanted: Any) -> bool:
    return found is not None and np.array_equal(found, wanted)


def takes(front_end: FrontEnd, scale: float, zero_point: int = -128) -> Model:
    count = int(np.prod(front_end.feature_shape))
    tensor = {"shape": [1, *front_end.feature_shape], "scale": scale, "zero_point": zero_point}
    shape = {"values": np.array([1, count], np.int32)}
    flat = {**tensor, "shape": [1, count]}
    return Model.parse(one_op("RESHAPE", [tensor, shape], [flat], schema.ReshapeOptionsT()))


def test_a_rising_tone_goes_up_from_left_to_right() -> None:
    front_end = AudioFrontEnd(rate_hz=RATE_HZ, samples=RATE_HZ // 2, window=480, channels=20)
    seconds = np.arange(RATE_HZ // 2) / RATE_HZ
    tone = 8000 * np.sin(2 * np.pi * (300 * seconds + 4000 * seconds**2))  # 300 to 4,300 Hz
    split = replace(made(tone.astype(np.int16)[None], kind="audio"), front_end=front_end)
    pixels = seen(takes(front_end, 0.1), split).pixels
    assert pixels is not None
    assert pixels.shape == front_end.feature_shape[::-1]
    assert (pixels.min(), pixels.max()) == (0, 255)
    loudest = pixels.argmax(axis=0)
    assert (np.diff(loudest[1:-1].astype(int)) <= 0).all()
    assert loudest[-2] + 8 < loudest[1]


def test_silence_is_black() -> None:
    front_end = AudioFrontEnd(rate_hz=RATE_HZ, samples=3000, window=640, channels=10)
    split = replace(made(np.zeros((1, 3000), np.int16), kind="audio"), front_end=front_end)
    assert not np.any(seen(takes(front_end, 0.1), split).pixels)


def test_a_camera_picture_is_seen_as_small_as_the_network_gets_it() -> None:
    front_end = ImageFrontEnd((8, 8), (4, 4), "rgb888")
    frame = np.zeros((1, 8, 8, 3), np.uint8)
    frame[:, :, 4:] = 255
    split = replace(made(frame, kind="image"), front_end=front_end)
    pixels = seen(takes(front_end, 1 / 255), split).pixels
    assert pixels is not None
    assert np.array_equal(pixels.reshape(4, 4), [[0, 0, 255, 255]] * 4)


def test_readings_are_those_after_their_scaling() -> None:
    front_end = ReadingsFrontEnd(4, 2, (1.0, 0.0), (1.0, 10.0))
    readings = np.array([[[1, 0], [2, 0.1], [3, 0.2], [4, 0.3]]], np.float32)
    split = replace(made(readings, kind="signal"), front_end=front_end)
    sight = seen(takes(front_end, 0.1, 0), split)
    assert sight.pixels is None
    assert same(sight.series, [[0, 0], [10, 10], [20, 20], [30, 30]])


def test_a_row_of_a_table_is_one_series() -> None:
    front_end = ReadingsFrontEnd(1, 3, (0.0,) * 3, (1.0,) * 3)
    row = np.array([[1.0, 2.0, 3.0]], np.float32)
    split = replace(made(row, kind="table"), front_end=front_end)
    assert same(seen(takes(front_end, 1.0, 0), split).series, [[1], [2], [3]])


def test_without_a_front_end_it_is_the_sample() -> None:
    front_end = ReadingsFrontEnd(1, 3, (0.0,) * 3, (1.0,) * 3)
    model = takes(front_end, 1.0)
    picture = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    assert same(seen(model, made(picture, kind="image")).pixels, picture[0])
    row = seen(model, made(np.array([[1.0, 2.0, 3.0]], np.float32))).series
    assert same(row, [[1.0], [2.0], [3.0]])
    assert same(seen(model, made(np.array([4.0], np.float32))).series, [[4.0]])
