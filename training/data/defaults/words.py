"""Eight words, spoken by espeak-ng in many voices: synthetic, and said to be.

Laid out as Speech Commands is (P. Warden, "Speech Commands: A Dataset for Limited-Vocabulary Speech
Recognition", arXiv:1804.03209): a folder for each word, `_unknown_` with other words, `_silence_`
with noise only, WAV files of one second named after their speaker, `testing_list.txt`. The voices
of the test split are not in the training split.
"""

from __future__ import annotations

import io
import os
import subprocess
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from codegen import tools
from training.data.folders import TEST_LIST
from training.data.readers.wav import RATE_HZ
from training.errors import DataUnavailableError

VERSION = 1
NOTE = "synthetic: spoken by espeak-ng, not by people"
SEED = 1
WORDS = ("yes", "no", "up", "down", "left", "right", "stop", "go")
UNKNOWN, SILENCE = "_unknown_", "_silence_"
OTHER_WORDS = (
    "bed", "bird", "cat", "dog", "happy", "house", "tree", "wow", "one", "two", "three", "four",
    "five", "six", "seven", "eight", "nine", "zero", "water", "garden", "window", "music", "paper",
    "seventy", "morning", "people", "table", "yellow", "river", "computer", "hello", "light",
)  # fmt: skip
CLIPS = 8  # of each class by each voice
ACCENTS = ("en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-us-nyc")
# Variants that espeak-ng can put on an accent. Those here sound different: between any two the mean
# spectrum of the same words differs by at least 0.4 (root mean square of the natural logarithm over
# 20 bands). Others of its variants do not: caleb, klatt and klatt6 speak the same samples.
TRAIN_VOICES = (
    "f1", "f3", "f5", "m1", "m2", "m6", "m7", "m8", "adam", "Alex", "Alicia", "Andrea", "Andy",
    "anika", "antonio", "AnxiousAndy", "aunty", "boris", "Denis", "ed", "edward", "edward2",
    "grandma", "gustave", "Henrique", "Hugo", "iven", "iven3", "Jacky", "john", "kaukovalta",
    "klatt2", "klatt4", "Lee", "marcelo", "Marco", "Mario", "miguel", "norbert", "pablo", "paul",
    "pedro", "quincy", "rob", "robosoft4", "robosoft5", "sandro", "shelby", "Storm", "Tweaky",
    "victor", "whisper",
)  # fmt: skip
TEST_VOICES = (
    "f2", "m4", "Annie", "belinda", "david", "Diogo", "Gene", "linda", "Michael", "Nguyen", "steph",
    "travis",
)  # fmt: skip
SPEED_WPM = (120, 220)
PITCH = (20, 80)  # of espeak-ng's 0 to 99
TILT = (-0.4, 0.4)  # of a microphone: amplitude over frequency, as a power
NOISE_COLOUR = (0.0, 1.5)  # amplitude falls with this power of the frequency
SNR_DB = (5.0, 40.0)
PEAK_DB = (-26.0, -4.0)  # under full scale
SPEAK_S = 30.0
FULL_SCALE = 32767


def make(directory: Path, say: Callable[[str], None]) -> None:
    """Writes CLIPS files a class and voice, the same ones by the same version of espeak-ng.

    Raises MissingToolError without espeak-ng, DataUnavailableError if it lacks a voice.
    """
    program = tools.find("espeak-ng", "--data words")
    voices = [*TRAIN_VOICES, *TEST_VOICES]
    labels = (*WORDS, UNKNOWN, SILENCE)
    count = len(voices) * len(labels) * CLIPS
    say(f"data: espeak-ng speaks {count:,} words, once; that takes a minute or two")
    for label in labels:
        (directory / label).mkdir()

    def speak_all(number: int) -> list[str]:
        generator = np.random.default_rng((SEED, number))
        names = [
            f"{label}/{voices[number]}_nohash_{n}.wav" for label in labels for n in range(CLIPS)
        ]
        for name in names:
            pcm = _clip(program, number, name.split("/")[0], generator)
            (directory / name).write_bytes(_wav(pcm))
        return names

    with ThreadPoolExecutor(
        os.cpu_count()
    ) as pool:  # espeak-ng is a process, NumPy lets others run
        _require_different(program, voices, pool)
        names = list(pool.map(speak_all, range(len(voices))))
    tests = [name for of_voice in names[len(TRAIN_VOICES) :] for name in of_voice]
    (directory / TEST_LIST).write_text("\n".join([*sorted(tests), ""]))


def _require_different(program: str, voices: list[str], pool: ThreadPoolExecutor) -> None:
    """espeak-ng says nothing about a variant that it does not have, and takes its usual voice."""

    def probe(voice: str) -> bytes:
        return _speak(program, voice, "yes", 160, 50)[0].tobytes()

    known: dict[bytes, str] = {probe("en-us"): "espeak-ng's usual voice"}
    for voice, spoken in zip(
        voices, pool.map(lambda one: probe(f"en-us+{one}"), voices), strict=True
    ):
        other = known.setdefault(spoken, voice)
        if other != voice:
            raise DataUnavailableError(
                f"--data words: this espeak-ng speaks {voice} as {other}; it needs the voices of "
                "version 1.50 or later"
            )


def _clip(program: str, number: int, label: str, generator: np.random.Generator) -> np.ndarray:
    """int16 [RATE_HZ]: a word of the class by a voice, anywhere within the second, and noise."""
    noise = _shaped(generator.standard_normal(RATE_HZ), -generator.uniform(*NOISE_COLOUR))
    sound = noise / _rms(noise) / 10 ** (generator.uniform(*SNR_DB) / 20)
    if label != SILENCE:
        word = str(generator.choice(OTHER_WORDS)) if label == UNKNOWN else label
        voice = f"{ACCENTS[number % len(ACCENTS)]}+{[*TRAIN_VOICES, *TEST_VOICES][number]}"
        speed, pitch = generator.integers(*SPEED_WPM), generator.integers(*PITCH)
        spoken, rate_hz = _speak(program, voice, word, int(speed), int(pitch))
        spoken = spoken[:rate_hz]
        start = generator.integers(0, rate_hz - len(spoken) + 1)
        second = np.pad(spoken / _rms(spoken), (start, rate_hz - start - len(spoken)))
        sound += _shaped(second, generator.uniform(*TILT))
    peak = 10 ** (generator.uniform(*PEAK_DB) / 20)
    if label == SILENCE:
        peak *= 10 ** (-generator.uniform(*SNR_DB) / 20)
    return np.rint(sound * (peak * FULL_SCALE / abs(sound).max())).astype(np.int16)


def _speak(
    program: str, voice: str, word: str, speed_wpm: int, pitch: int
) -> tuple[np.ndarray, int]:
    """PCM float64 [N] without the silence around it, and its rate. Raises DataUnavailableError."""
    options = ["-v", voice, "-s", str(speed_wpm), "-p", str(pitch), "--stdout"]
    try:
        spoken = subprocess.run(
            [program, *options, word], check=True, capture_output=True, timeout=SPEAK_S
        )
        with wave.open(io.BytesIO(spoken.stdout)) as file:
            rate_hz, raw = file.getframerate(), file.readframes(file.getnframes())
        pcm = np.frombuffer(raw, "<i2").astype(np.float64)
        loud = np.flatnonzero(abs(pcm) > 0.01 * abs(pcm).max())
        return pcm[loud[0] : loud[-1] + 1], rate_hz
    except (OSError, ValueError, IndexError, EOFError, wave.Error, subprocess.SubprocessError) as e:
        raise DataUnavailableError(
            f"--data words: {program} -v {voice} {word} failed ({e})"
        ) from None


def _shaped(second: np.ndarray, power: float) -> np.ndarray:
    """A second of sound at any rate -> at RATE_HZ, its amplitudes multiplied by this power of the
    frequency. The spectrum of one second has a value for each hertz."""
    spectrum = np.fft.rfft(second)[: RATE_HZ // 2 + 1]
    frequencies_hz = np.maximum(np.arange(len(spectrum)), 50)
    return np.fft.irfft(spectrum * (frequencies_hz / 1000) ** power, RATE_HZ)


def _rms(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def _wav(pcm: np.ndarray) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm.astype("<i2").tobytes())
    return content.getvalue()
