"""Log-mel features of the device's C++ against NumPy, and at the ends of their range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.frontend.host import features, memory_bytes
from codegen.frontend.parameters import AudioFrontEnd, FrontEndError

from .references import log_mel, within_54_db

SHAPES = (
    AudioFrontEnd(),
    AudioFrontEnd(window=640, channels=10, low_hz=20, high_hz=4000),
    AudioFrontEnd(rate_hz=8000, samples=4000, window=256, stride=300, channels=20, high_hz=4000),
    AudioFrontEnd(samples=5000, window=1023, stride=511, channels=32, floor_log2=0),
    AudioFrontEnd(samples=17, window=16, stride=1, channels=2, low_hz=0, high_hz=8000),
    AudioFrontEnd(samples=9000, window=4096, stride=4096, channels=64),
)
STEP = SHAPES[0].feature_scale


def noise(front_end: AudioFrontEnd, deviation: float, seed: int = 1) -> np.ndarray:
    values = np.random.default_rng(seed).normal(0, deviation, front_end.sample_shape)
    return np.clip(np.rint(values), -32768, 32767).astype(np.int16)


def sine(front_end: AudioFrontEnd, hz: float, amplitude: float) -> np.ndarray:
    turns = np.arange(front_end.samples) * hz / front_end.rate_hz
    return np.rint(amplitude * np.sin(2 * np.pi * turns)).astype(np.int16)


@pytest.mark.parametrize("front_end", SHAPES)
@pytest.mark.parametrize("deviation", [0.5, 20, 1000, 10000, 1e6])
def test_noise_of_any_level_is_exact_to_a_step(front_end: AudioFrontEnd, deviation: float) -> None:
    sound = noise(front_end, deviation)
    made = features(front_end, sound[None])[0]
    assert made.shape == front_end.feature_shape
    assert np.abs(made * STEP - log_mel(front_end, sound)).max() < STEP


@pytest.mark.parametrize("front_end", SHAPES[:3])
@pytest.mark.parametrize("amplitude", [3, 300, 32767])
def test_bands_54_db_below_a_sine_are_exact_to_a_fifth_of_a_db(
    front_end: AudioFrontEnd, amplitude: float
) -> None:
    sound = sine(front_end, 1000, amplitude)
    near = within_54_db(front_end, sound)
    errors = features(front_end, sound[None])[0] * STEP - log_mel(front_end, sound)
    assert near.any(axis=1).all()
    assert np.abs(errors[near]).max() < 0.07  # of log2: 3 dB


def test_silence_gives_zeros_and_so_does_a_constant_but_for_the_lowest_bands() -> None:
    front_end = AudioFrontEnd(low_hz=300)
    assert not features(front_end, np.zeros((1, 16000), np.int16)).any()
    constant = np.full((1, 16000), 1000, np.int16)
    assert not features(front_end, constant)[..., 4:].any()


@pytest.mark.parametrize("value", [32767, -32768])
def test_full_scale_overflows_nowhere(value: int) -> None:
    for front_end in SHAPES:
        sound = np.full(front_end.sample_shape, value, np.int16)
        for pattern in (sound, sound * (-1) ** np.arange(len(sound)).astype(np.int16)):
            clipped = np.where(pattern == 0, value, pattern).astype(np.int16)
            near = within_54_db(front_end, clipped)
            errors = features(front_end, clipped[None])[0] * STEP - log_mel(front_end, clipped)
            assert not near.any() or np.abs(errors[near]).max() < 0.07


def test_a_clipped_sine_is_as_exact_as_any() -> None:
    front_end = SHAPES[1]
    sound = np.clip(sine(front_end, 437, 32767).astype(int) * 4, -32768, 32767).astype(np.int16)
    near = within_54_db(front_end, sound)
    errors = features(front_end, sound[None])[0] * STEP - log_mel(front_end, sound)
    assert np.abs(errors[near]).max() < 0.07


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_pieces_of_any_size_give_the_same(data: st.DataObject) -> None:
    front_end = data.draw(st.sampled_from(SHAPES))
    piece_bytes = data.draw(st.integers(1, 2 * front_end.samples))
    sounds = np.stack([noise(front_end, 3000, seed) for seed in range(2)])
    assert np.array_equal(features(front_end, sounds), features(front_end, sounds, piece_bytes))


def test_a_frame_depends_on_its_own_samples_alone() -> None:
    """So a stream, which never sees a whole recording, has the same frames."""
    front_end = SHAPES[0]
    loud, quiet = noise(front_end, 20000), noise(front_end, 3)
    mixed = np.concatenate([loud[:8000], quiet[8000:]])
    made = features(front_end, np.stack([loud, quiet, mixed]))
    last_loud = (8000 - front_end.window) // front_end.stride
    first_quiet = -(-8000 // front_end.stride)
    assert np.array_equal(made[2, : last_loud + 1], made[0, : last_loud + 1])
    assert np.array_equal(made[2, first_quiet:], made[1, first_quiet:])


def test_memory_is_one_window_and_one_transform() -> None:
    assert memory_bytes(AudioFrontEnd(window=640)) == 2 * 640 + 4 * 1024


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"window": 8}, "window is 8; give an integer from 16 to 4096"),
        ({"window": 480.0}, "window is 480.0"),
        ({"samples": 100}, "samples is 100; give an integer from 480"),
        ({"stride": 0}, "stride is 0"),
        ({"channels": True}, "channels is True"),
        ({"high_hz": 9000}, "high_hz is 9000; give a number from 1 to 8000"),
        ({"low_hz": 7700}, "low_hz is 7700"),
        ({"low_hz": float("nan")}, "low_hz is nan"),
        ({"low_hz": 7600}, "band 0 of 40 lies between two frequencies"),
        ({"channels": 200}, "lies between two frequencies of the transform, 31.25 Hz apart"),
        ({"samples": 1 << 24, "stride": 1}, "frames, the limit is 65535"),
        ({"floor_log2": -1}, "floor_log2 is -1"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters: dict[str, object], said: str) -> None:
    with pytest.raises(FrontEndError, match=said) as refused:
        AudioFrontEnd(**parameters)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)
