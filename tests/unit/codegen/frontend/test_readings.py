"""Scaled readings and spectra of the device's C++ against fractions and NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.frontend.host import features, memory_bytes
from codegen.frontend.parameters import FrontEndError, ReadingsFrontEnd
from codegen.frontend.readings import TYPES

from .references import scaled_reading

STEP = 2.0**-12


def one_channel(**parameters: object) -> ReadingsFrontEnd:
    values = {"length": 1, "channels": 1, "offset": (0.0,), "gain": (1.0,), **parameters}
    return ReadingsFrontEnd(**values)  # type: ignore[arg-type]


def feature_of(front_end: ReadingsFrontEnd, value: float) -> int:
    sample = np.array([[[value]]], front_end.sample_dtype)
    return int(features(front_end, sample)[0, 0, 0])


GAINS = st.one_of(st.just(0.0), st.floats(2.0**-40, 2.0**30), st.floats(-(2.0**30), -(2.0**-40)))


@given(value=st.floats(width=32), offset=st.floats(-1e6, 1e6), gain=GAINS)
@settings(max_examples=300, deadline=None)
def test_a_float_reading_is_exact(value: float, offset: float, gain: float) -> None:
    if abs(offset * gain) >= 2**31:
        return
    front_end = one_channel(offset=(offset,), gain=(gain,))
    made, expected = feature_of(front_end, value), scaled_reading(front_end, value, 0)
    # The factor has 31 bits: with offsets far off, a product of more bits than that is rounded.
    assert abs(made - expected) <= 1 + abs(offset * gain) / STEP * 2.0**-30


@given(value=st.integers(-32768, 32767), offset=st.floats(-40000, 40000), gain=st.floats(1e-5, 1))
@settings(max_examples=100, deadline=None)
def test_an_integer_reading_is_exact(value: int, offset: float, gain: float) -> None:
    front_end = one_channel(offset=(offset,), gain=(gain,), dtype="int16")
    expected = scaled_reading(front_end, value, 0)
    assert abs(feature_of(front_end, value) - expected) <= 1
    if gain == 2.0**-3 and offset == 0:
        assert feature_of(front_end, value) == expected


@pytest.mark.parametrize(("dtype", "bounds"), [("int8", (-128, 127)), ("uint8", (0, 255))])
def test_all_bytes_are_exact(dtype: str, bounds: tuple[int, int]) -> None:
    values = np.arange(bounds[0], bounds[1] + 1).astype(dtype)
    front_end = one_channel(length=256, dtype=dtype, offset=(3.0,), gain=(2.0**-6,))
    made = features(front_end, values.reshape(1, 256, 1))
    assert made.ravel().tolist() == [(int(value) - 3) * 64 for value in values]


@pytest.mark.parametrize(
    ("value", "feature"),
    [
        (float("nan"), 0),
        (float("inf"), 32767),
        (float("-inf"), -32768),
        (3.4e38, 32767),
        (-3.4e38, -32768),
        (1e-45, 0),
        (-1e-45, 0),
        (0.5 * STEP, 1),
        (-0.5 * STEP, 0),
        (7.99999, 32767),
        (-8.0, -32768),
    ],
)
def test_extremes_of_float32_are_defined(value: float, feature: int) -> None:
    assert feature_of(one_channel(), value) == feature


@pytest.mark.parametrize("bits", [0x7F800001, 0xFF800001, 0x7FC00000, 0xFFFFFFFF])
def test_every_nan_gives_0(bits: int) -> None:
    sample = np.array([[[bits]]], np.uint32).view(np.float32)
    assert features(one_channel(offset=(1.0,)), sample).item() == 0


def test_a_gain_may_be_negative_or_zero() -> None:
    assert feature_of(one_channel(gain=(-1.0,)), float("inf")) == -32768
    assert feature_of(one_channel(gain=(-0.5,)), 1.0) == -2048
    assert feature_of(one_channel(gain=(0.0,), offset=(5.0,)), 1e30) == 0


def test_each_channel_has_its_own_offset_and_gain() -> None:
    front_end = ReadingsFrontEnd(2, 3, (0.0, 1.0, -1.0), (1.0, 2.0, 0.5))
    sample = np.array([[[1, 1, 1], [0, 2, 0]]], np.float32)
    assert (features(front_end, sample)[0] * STEP).tolist() == [[1, 0, 1], [0, 2, 0.5]]


@pytest.mark.parametrize(("length", "bins"), [(8, 4), (100, 64), (128, 64), (1000, 512)])
def test_a_spectrum_has_the_magnitude_of_each_frequency(length: int, bins: int) -> None:
    front_end = ReadingsFrontEnd(length, 2, (0.5, 0.0), (1.0, 0.25), spectrum=True)
    readings = np.random.default_rng(2).normal(0, 1, (3, length, 2)).astype(np.float32)
    readings[0, :, 0] = 0.5
    made = features(front_end, readings)
    assert made.shape == (3, bins, 2)
    scaled = (readings - [0.5, 0.0]) * [1.0, 0.25]
    expected = np.abs(np.fft.rfft(scaled, 2 * bins, axis=1))[:, :bins] / bins
    assert np.abs(made * STEP - expected).max() < 0.7 * STEP
    assert not made[0, :, 0].any()


@pytest.mark.parametrize(("length", "bins"), [(8, 4), (100, 64), (1000, 512), (4096, 2048)])
@pytest.mark.parametrize("deviation", [3, 100, 4000])
def test_logarithms_of_a_spectrum_are_exact_to_a_step(
    length: int, bins: int, deviation: int
) -> None:
    front_end = ReadingsFrontEnd(
        length, 2, (0.0,) * 2, (STEP, -STEP), "int16", spectrum=True, log2=True
    )
    readings = np.random.default_rng(4).normal(0, deviation, (3, length, 2)).astype(np.int16)
    made = features(front_end, readings)
    assert made.shape == (3, bins, 2)
    magnitude = np.abs(np.fft.rfft(readings * 1.0, 2 * bins, axis=1))[:, :bins] / bins
    expected = 2 * np.log2(np.maximum(magnitude, 1))
    assert front_end.feature_scale == 2.0**-8
    assert np.abs(made * front_end.feature_scale - expected).max() < front_end.feature_scale


@pytest.mark.parametrize("value", [0, 1, 32767, -32768])
def test_logarithms_at_the_ends(value: int) -> None:
    front_end = one_channel(length=64, dtype="int16", gain=(STEP,), spectrum=True, log2=True)
    made = features(front_end, np.full((1, 64, 1), value, np.int16))[0, :, 0]
    assert made[0] == (256 * 2 * np.log2(2 * abs(value)) if value else 0).__round__()
    assert not made[1:].any()


def test_a_spectrum_of_full_scale_saturates() -> None:
    front_end = one_channel(length=64, spectrum=True)
    made = features(front_end, np.full((1, 64, 1), -1e9, np.float32))[0, :, 0]
    assert made[0] == 32767
    assert not made[1:].any()


SORTS = ((False, False), (True, False), (True, True))  # spectrum, log2


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_pieces_of_any_size_give_the_same(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from(TYPES))
    front_end = ReadingsFrontEnd(
        20, 3, (0.0, 1.0, 2.0), (0.01, 0.02, 0.03), dtype, *data.draw(st.sampled_from(SORTS))
    )
    readings = (np.random.default_rng(3).normal(50, 30, (2, 20, 3)).clip(0, 120)).astype(dtype)
    piece_bytes = data.draw(st.integers(1, readings[0].nbytes))
    made = features(front_end, readings)
    assert made.any()
    assert np.array_equal(made, features(front_end, readings, piece_bytes))


def test_memory_is_needed_for_spectra_only() -> None:
    assert memory_bytes(one_channel(length=100)) == 4
    for log2 in (False, True):
        spectra = one_channel(length=100, spectrum=True, log2=log2)
        assert memory_bytes(spectra) == 4 * 128 + 2 * 100


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"length": 0}, "length is 0"),
        ({"channels": 2}, "offset needs 2 numbers"),
        ({"gain": 1.0}, "gain needs 1 numbers"),
        ({"gain": (float("nan"),)}, "gain has nan"),
        ({"offset": ("a",)}, "offset has 'a'"),
        ({"gain": (1e-30,)}, "channel 0 has offset 0 and gain 1e-30"),
        ({"gain": (1e6,), "offset": (1e6,)}, "a product below 2"),
        ({"dtype": "int32"}, "dtype is 'int32'; give one of int8"),
        ({"spectrum": 1}, "spectrum is 1; give true or false"),
        ({"log2": 1, "spectrum": True, "length": 8}, "log2 is 1; give true or false"),
        ({"log2": True}, "log2 without a spectrum; give spectrum, too"),
        ({"length": 5000, "spectrum": True}, "a spectrum takes 8 to 4096 readings"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters: dict[str, object], said: str) -> None:
    with pytest.raises(FrontEndError, match=said) as refused:
        one_channel(**parameters)
    assert "\n" not in str(refused.value)
