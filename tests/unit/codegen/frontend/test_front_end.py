"""What all front ends share: frontend.json, samples that are refused, the step to model input."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.files.artifacts import FRONTEND
from codegen.files.places import PROGRAM
from codegen.frontend.host import features, model_inputs, real_features
from codegen.frontend.parameters import (
    AudioFrontEnd,
    FrontEnd,
    FrontEndError,
    ReadingsFrontEnd,
    from_json,
    load,
    save,
)
from codegen.frontend.scaling import input_scaling

AUDIO = AudioFrontEnd(samples=2000, channels=10)
IDENTITY = ReadingsFrontEnd(65536 // 64, 64, (0.0,) * 64, (2.0**-12,) * 64, "int16")
"""Its features are the readings."""


@pytest.mark.parametrize("front_end", [AUDIO, IDENTITY])
def test_a_front_end_is_the_same_after_its_file(front_end: FrontEnd, tmp_path: Path) -> None:
    assert load(tmp_path) is None
    save(front_end, tmp_path)
    assert load(tmp_path) == front_end


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "delete or correct it"),
        ("[]", "kind None; there are audio"),
        ('{"kind": "smell"}', "kind 'smell'"),
        ('{"kind": ["audio"]}', "kind"),
        ('{"kind": "audio", "colour": 1}', "unknown parameter colour"),
        ('{"kind": "audio", "window": "x"}', "window is 'x'"),
        ('{"kind": "readings", "length": 3}', "missing"),
    ],
)
def test_a_damaged_file_is_one_message(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / FRONTEND).write_text(text)
    with pytest.raises(FrontEndError, match=said) as refused:
        load(tmp_path)
    assert "\n" not in str(refused.value)
    assert FRONTEND in str(refused.value)


def test_defaults_are_written_too() -> None:
    assert from_json(json.loads(json.dumps(AudioFrontEnd().to_json()))) == AudioFrontEnd()
    assert AudioFrontEnd().to_json()["rate_hz"] == 16000


@pytest.mark.parametrize(
    "samples", [np.zeros((1, 1999), np.int16), np.zeros((1, 2000)), np.zeros(2000, np.int16)]
)
def test_samples_that_do_not_fit_are_refused(samples: np.ndarray) -> None:
    with pytest.raises(FrontEndError, match=r"samples are .* each; it takes int16 \[2000\]"):
        features(AUDIO, samples)


def test_no_samples_give_no_features() -> None:
    assert features(AUDIO, np.zeros((0, 2000), np.int16)).shape == (0, *AUDIO.feature_shape)


def test_many_samples_are_worked_off_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    sounds = np.random.default_rng(4).integers(-3000, 3000, (50, 2000)).astype(np.int16)
    whole = features(AUDIO, sounds)
    monkeypatch.setattr("codegen.frontend.host.CHUNK_BYTES", 4000 * 3)
    assert np.array_equal(whole, features(AUDIO, sounds))
    assert np.array_equal(whole, features(AUDIO, sounds.astype(np.int16)[:, ::-1][:, ::-1]))
    assert np.array_equal(real_features(AUDIO, sounds), whole.astype(np.float32) / 256)


ALL = np.arange(-32768, 32768).astype(np.int16).reshape(1, 1024, 64)


@given(scale=st.floats(1e-7, 10), zero_point=st.integers(-128, 127))
@settings(max_examples=60, deadline=None)
def test_every_feature_becomes_the_nearest_input(scale: float, zero_point: int) -> None:
    made = model_inputs(IDENTITY, ALL, scale, zero_point).ravel()
    exact = ALL.ravel() * (IDENTITY.feature_scale / scale)
    # The factor has 16 bits, so inputs of int8 are off by 128 / 2^16 at most, and by 255 / 2^16
    # where the zero point is at the edge.
    assert np.abs(made - np.clip(exact + zero_point, -128, 127)).max() <= 0.5 + 255 / 65536


def test_halves_go_away_from_zero() -> None:
    made = model_inputs(IDENTITY, ALL, 2.0**-11, 0).ravel()
    exact = [min(127, max(-128, int(Fraction(abs(f) + 1, 2)) * (1 if f > 0 else -1)))
             for f in range(-32768, 32768)]  # fmt: skip
    assert made.tolist() == exact


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf"), 1e30, 1e-30])
def test_scales_of_no_use_are_refused(scale: float) -> None:
    with pytest.raises(FrontEndError, match="calibrate with real features"):
        input_scaling(2.0**-8, scale, 0)


def test_a_zero_point_that_is_none_is_refused() -> None:
    with pytest.raises(FrontEndError, match="zero point 128"):
        input_scaling(2.0**-8, 0.1, 128)


UNDEFINED = """
import sys
import numpy as np
from codegen.compile import cpp_build
own = cpp_build.library_flags
def with_given(library):
    return [*own(library), *(sys.argv[2:] if library == cpp_build.FRONTEND else ())]
cpp_build.library_flags = with_given
from codegen.frontend.host import features, model_inputs
from codegen.frontend.parameters import AudioFrontEnd, ImageFrontEnd, ReadingsFrontEnd
random = np.random.default_rng(5)
made = {}
for window in (16, 480, 4096):
    front_end = AudioFrontEnd(samples=8192, window=window, stride=700, channels=2, floor_log2=0)
    sounds = random.integers(-32768, 32768, (4, 8192)).astype(np.int16)
    sounds[1], sounds[2], sounds[3] = -32768, 32767, random.choice([-32768, 32767], 8192)
    made[f"audio {window}"] = features(front_end, sounds)
for gain in (2.0**-48, -1.0, 2.0**48):
    for log2 in (False, True):
        front_end = ReadingsFrontEnd(4096, 1, (2.0**-18,), (gain,), spectrum=True, log2=log2)
        made[f"readings {gain} {log2}"] = features(front_end, front_end.random_samples(4, 5))
front_end = ReadingsFrontEnd(1024, 64, (0.0,) * 64, (2.0**-12,) * 64, "int16")
every = np.arange(-32768, 32768).astype(np.int16).reshape(1, 1024, 64)
for ratio in (2.0**-16, 1.0, 2.0**15 - 1):
    for zero_point in (-128, 0, 127):
        scale = front_end.feature_scale / ratio
        made[f"inputs {ratio} {zero_point}"] = model_inputs(front_end, every, scale, zero_point)
for resize in ("area", "bilinear"):
    front_end = ImageFrontEnd((40, 50), (30, 70), "rgb565le", 3, box=(29, 60), resize=resize)
    made[resize] = features(front_end, front_end.random_samples(4, 5))
np.savez(sys.argv[1], **made)
"""
TRAPS = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")


def test_nothing_is_undefined_at_the_edges_and_short_products_give_the_same(tmp_path: Path) -> None:
    """As a Cortex-M0 multiplies, and as all others do."""
    made = []
    for flags in (TRAPS, (*TRAPS, "-D__ARM_ARCH_6M__")):
        file = tmp_path / f"{len(flags)}.npz"
        command = [sys.executable, "-c", UNDEFINED, str(file), *flags]
        result = subprocess.run(command, cwd=PROGRAM, check=False)
        assert result.returncode == 0
        made.append(np.load(file))
    assert any(made[0][name].any() for name in made[0])
    for name in made[0]:
        assert np.array_equal(made[0][name], made[1][name]), name
