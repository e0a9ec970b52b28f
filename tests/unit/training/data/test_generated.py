"""How the default data are made: what is spoken and shaped, what is pasted where."""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from training.data.defaults import pictures, words
from training.data.readers.wav import RATE_HZ
from training.errors import DataUnavailableError


def wav(values: list[int], rate_hz: int = 22_050) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.array(values, "<i2").tobytes())
    return content.getvalue()


def spoken(monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[Any]:
    """What espeak-ng was asked for."""
    asked: list[Any] = []

    def run(command: list[str], **how: Any) -> subprocess.CompletedProcess[bytes]:
        asked.extend([command, how])
        return subprocess.CompletedProcess(command, 0, content)

    monkeypatch.setattr(subprocess, "run", run)
    return asked


def test_a_word_is_spoken_and_silence_around_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = spoken(monkeypatch, wav([0, 99, 101, -10_000, 50, 5000, -101, 100, 0]))
    pcm, rate_hz = words._speak("espeak-ng", "en-gb+f1", "yes", 160, 50)
    assert pcm.tolist() == [101, -10_000, 50, 5000, -101] and rate_hz == 22_050
    assert asked == [
        ["espeak-ng", "-v", "en-gb+f1", "-s", "160", "-p", "50", "--stdout", "yes"],
        {"check": True, "capture_output": True, "timeout": words.SPEAK_S},
    ]


@pytest.mark.parametrize("content", [b"", b"no sound", wav([0, 0, 0]), wav([])])
def test_what_cannot_be_spoken_is_said(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken(monkeypatch, content)
    with pytest.raises(DataUnavailableError, match=r"--data words: espeak-ng -v x yes failed \("):
        words._speak("espeak-ng", "x", "yes", 160, 50)


@pytest.mark.parametrize("power", [0.0, 1.0, -0.5])
def test_a_second_is_shaped_by_its_frequencies(power: float) -> None:
    """A tone's amplitude goes by the power of its frequency in kHz, from 50 Hz on."""
    for hertz, factor in ((2000, 2.0), (500, 0.5), (10, 0.05)):
        for rate_hz in (RATE_HZ, 22_050):
            tone = np.cos(2 * np.pi * hertz * np.arange(rate_hz) / rate_hz)
            shaped = words._shaped(tone, power)
            assert shaped.shape == (RATE_HZ,)
            expected = rate_hz / RATE_HZ * factor**power
            assert abs(shaped).max() == pytest.approx(expected, rel=0.02)


def test_loudness_and_files() -> None:
    assert words._rms(np.array([3.0, -4.0, 0.0, 0.0])) == 2.5
    pcm = np.array([1, -2, 300], np.int16)
    with wave.open(io.BytesIO(words._wav(pcm))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        assert np.frombuffer(file.readframes(9), "<i2").tolist() == [1, -2, 300]


class Draws:
    """A generator whose draws are the middle of what is asked for; notes the limits."""

    def __init__(self) -> None:
        self.limits: list[Any] = []

    def uniform(self, low: float, high: float, shape: Any = None) -> Any:
        self.limits.append((low, high))
        middle = (low + high) / 2
        return middle if shape is None else np.full(shape, middle)

    def integers(self, low: int, high: int) -> int:
        self.limits.append((low, high))
        return (low + high) // 2

    def standard_normal(self, count: Any) -> np.ndarray:
        return np.random.default_rng(1).standard_normal(count)

    def choice(self, of: Any) -> Any:
        return of[-1]

    def random(self) -> float:
        return 0.5

    def normal(self, mean: float, spread: float, shape: Any) -> np.ndarray:
        assert (mean, spread) == (0, 4.0)
        return np.zeros(shape)


@pytest.mark.parametrize(
    ("number", "label", "said"),
    [
        (0, "yes", ("en-us+f1", "yes", 170, 50)),
        (7, "no", ("en-gb+m8", "no", 170, 50)),
        (len(words.TRAIN_VOICES), words.UNKNOWN, ("en-029+f2", "light", 170, 50)),
    ],
)
def test_a_clip_is_a_word_within_its_second_and_noise(
    number: int, label: str, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def speak(_: str, *given: Any) -> tuple[np.ndarray, int]:
        asked.append(given)
        return np.sin(np.arange(4000) / 5) * 1000, 8000

    monkeypatch.setattr(words, "_speak", speak)
    draws: Any = Draws()
    clip = words._clip("espeak-ng", number, label, draws).astype(float)
    assert asked == [said]
    assert draws.limits == [
        words.NOISE_COLOUR, words.SNR_DB, words.SPEED_WPM, words.PITCH, (0, 4001), words.TILT,
        words.PEAK_DB,
    ]  # fmt: skip
    peak = words.FULL_SCALE * 10 ** (-15 / 20)
    assert abs(clip).max() == pytest.approx(peak, abs=1)
    word, before, after = clip[4100:11_900], clip[:3900], clip[12_100:]  # in the middle
    ratio = 20 * np.log10(words._rms(word) / words._rms(np.concatenate([before, after])))
    assert 15 < ratio < 30


def test_silence_is_noise_alone_and_softer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_speak", None)
    draws: Any = Draws()
    clip = words._clip("espeak-ng", 0, words.SILENCE, draws)
    assert draws.limits == [words.NOISE_COLOUR, words.SNR_DB, words.PEAK_DB, words.SNR_DB]
    peak = words.FULL_SCALE * 10 ** (-(15 + 22.5) / 20)
    assert abs(clip.astype(float)).max() == pytest.approx(peak, abs=1)


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    ("name", "is_wanted"),
    [
        ("animals/mammals/dog.png", True),
        ("food/nuts/x/hazel.png", True),
        ("animals/mammals/dog.svg", False),
        ("vehicles/car.png", False),
        ("animals/birds/cartoon/duck.png", False),
        ("animals/mammals/hedgehog.png", False),
        ("animals/mammals/hedgehogs.png", True),
    ],
)
def test_photographs_are_wanted_and_drawings_are_not(name: str, is_wanted: bool) -> None:
    assert pictures._wanted(name) == is_wanted


def test_stamps_that_are_installed_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("animals/birds/owl.png", "animals/birds/owl.txt", "toys/car.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    monkeypatch.setattr(pictures, "INSTALLED", tmp_path)
    said: list[str] = []
    assert pictures._stamps(said.append) == {"animals/birds/owl.png": b"animals/birds/owl.png"}
    assert said == []


@pytest.mark.parametrize(("user", "commands"), [(0, ["update", "download"]), (1000, ["download"])])
def test_the_package_is_fetched_and_not_installed(
    user: int, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], folder: str) -> bytes:
        asked.append(command)
        if "download" in command:
            (Path(folder) / "x.deb").touch()
        return b"tar"

    monkeypatch.setattr(pictures.os, "geteuid", lambda: user)
    monkeypatch.setattr(pictures, "_run", run)
    assert pictures._package() == b"tar"
    assert [one[2] for one in asked[:-1]] == commands
    assert asked[-1] == ["dpkg-deb", "--fsys-tarfile", "x.deb"]


def test_a_programs_output_is_taken(tmp_path: Path) -> None:
    assert pictures._run(["pwd"], str(tmp_path)).decode().strip() == str(tmp_path.resolve())
    with pytest.raises(subprocess.CalledProcessError):
        pictures._run(["false"], str(tmp_path))


def test_a_photograph_is_placed_within_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of all that is drawn: not turned, three quarters of the picture, no noise."""
    monkeypatch.setattr(pictures, "_background", lambda _: Image.new("RGB", (96, 96), (100, 0, 0)))
    photograph = Image.new("RGBA", (40, 20), (0, 0, 200, 255))
    photograph.paste((0, 200, 0, 255), (0, 0, 20, 20))  # green on the left
    draws: Any = Draws()
    found = np.asarray(pictures._picture(photograph, draws)).astype(int)
    assert draws.limits == [
        (-20, 20), pictures.OBJECT_SIZE, (0, 96 - 72 + 1), (0, 96 - 36 + 1), pictures.LIGHT,
        (0.9, 1.1), pictures.NOISE,
    ]  # fmt: skip
    assert found.shape == (96, 96, 3) and found[0, 0].tolist() == [100, 0, 0]
    things = np.argwhere(found[..., 0] < 50)
    assert things.min(axis=0).tolist() == [30, 12]
    assert things.max(axis=0).tolist() == [30 + 36 - 1, 12 + 72 - 1]
    assert found[48, 20].tolist() == [0, 200, 0] and found[48, 76].tolist() == [0, 0, 200]
    monkeypatch.setattr(draws, "random", lambda: 0.4)  # mirrored
    assert np.asarray(pictures._picture(photograph, draws))[48, 20].tolist() == [0, 0, 200]


def test_backgrounds_are_two_colours_and_what_lies_between() -> None:
    for seed in range(5):
        made = np.asarray(pictures._background(np.random.default_rng(seed))).astype(float)
        assert made.shape == (96, 96, 3)
        flat = made.reshape(-1, 3)
        first, last = flat[flat.sum(axis=1).argmin()], flat[flat.sum(axis=1).argmax()]
        across = np.linalg.norm(np.cross(flat - first, last - first), axis=1)
        assert (across / max(np.linalg.norm(last - first), 1)).max() < 20 or made.max() == 255
        steps = np.abs(np.diff(made, axis=1)).mean()
        far = np.abs(made - np.roll(made, 40, axis=1)).mean()
        assert steps < far  # neighbours are more alike


def test_a_background_goes_from_one_colour_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    draws: Any = Draws()
    ends = {(0, 255): [[50.0], [200.0]], (-60, 60): [[0.0, 10.0, 0.0], [0.0, 0.0, -20.0]]}
    monkeypatch.setattr(
        draws, "uniform", lambda low, high, shape=None: np.array(ends.get((low, high), 1.4))
    )
    made = np.asarray(pictures._background(draws)).reshape(-1, 3)
    assert made.min(axis=0).tolist() == [50, 60, 50]
    assert made.max(axis=0).tolist() == [200, 200, 180]
    assert abs(np.corrcoef(made[:, 0], made[:, 1])[0, 1]) > 0.999
