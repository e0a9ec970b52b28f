"""WAV files in a folder a class: widths, rates, channels, speakers."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import TEST_SPLIT, TRAIN_SPLIT
from codegen.samples import split as split_file
from training.data import datasets
from training.data.options import DataOptions
from training.data.readers.wav import RATE_HZ, read_wav, resample
from training.errors import DataError


def tone(frequency_hz: float, rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return 12000 * np.sin(2 * np.pi * frequency_hz * times)


def write(path: Path, values: np.ndarray, rate_hz: int = RATE_HZ, width: int = 2) -> None:
    """values: in levels of 16 bits, [N] or [N, channels]."""
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = np.rint(values * 256.0 ** (width - 2)).astype(np.int32)
    octets = (levels + 128 * (width == 1)).astype("<i4").reshape(-1, 1).view(np.uint8)[:, :width]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if values.ndim == 1 else values.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(octets.tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two words, each said twice by five speakers."""
    for speaker in range(5):
        for n in range(4):
            path = tmp_path / "own" / ("yes", "no")[n % 2] / f"s{speaker}_nohash_{n}.wav"
            write(path, tone(200 + 100 * speaker + n, RATE_HZ, 0.9))
    write(tmp_path / "own" / "_background_noise_" / "hum.wav", tone(50, RATE_HZ, 3))
    return tmp_path / "own"


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_every_width_of_pcm(tmp_path: Path, width: int) -> None:
    values = tone(440, RATE_HZ)
    write(tmp_path / "a.wav", values, width=width)
    pcm, rate_hz, channels = read_wav(tmp_path / "a.wav")
    assert (str(pcm.dtype), rate_hz, channels) == ("int16", RATE_HZ, 1)
    assert abs(pcm - values).max() <= (129 if width == 1 else 1)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 22050, 44100, 48000])
def test_a_tone_is_the_same_at_another_rate(tmp_path: Path, rate_hz: int) -> None:
    write(tmp_path / "a.wav", tone(1000, rate_hz), rate_hz)
    pcm, _, _ = read_wav(tmp_path / "a.wav")
    assert len(pcm) == RATE_HZ
    inner = slice(200, -200)  # the ends have silence beside them
    assert abs(pcm - tone(1000, RATE_HZ))[inner].max() < 0.005 * 12000


def test_what_the_lower_rate_cannot_hold_is_filtered_out() -> None:
    heard = resample(tone(12000, 48000), 48000, RATE_HZ)
    assert abs(heard[200:-200]).max() < 0.005 * 12000


def test_two_channels_are_mixed(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", np.stack([tone(300, RATE_HZ), np.zeros(RATE_HZ)], axis=1))
    pcm, _, channels = read_wav(tmp_path / "a.wav")
    assert channels == 2 and abs(pcm - tone(300, RATE_HZ) / 2).max() <= 1


def test_no_speaker_is_in_both_splits(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder / "yes" / "s1_nohash_0.wav", tone(440, 44100, 0.5), 44100)
    info = datasets.prepare(str(folder), tmp_path / "build")
    assert (info.kind, info.shape, info.dtype) == ("audio", [16000], "int16")
    assert (info.rate_hz, info.unit, info.labels) == (16000, "PCM", ["no", "yes"])
    said = capsys.readouterr().out
    assert "data: 1 of 20 sounds are resampled to 16000 Hz" in said
    assert "data: 20 of 20 sounds are filled up with silence to 1 s" in said
    train, test = (split_file.load(tmp_path / "build", name) for name in (TRAIN_SPLIT, TEST_SPLIT))
    assert (len(train), len(test)) == (16, 4) and not test.values[:][:, -1000:].any()
    assert train.groups is not None and test.groups is not None
    assert not set(train.groups) & set(test.groups)


def test_the_list_of_test_files_decides(folder: Path, tmp_path: Path) -> None:
    before = datasets.fingerprint(str(folder))
    (folder / "testing_list.txt").write_text("yes/s0_nohash_0.wav\nno/s0_nohash_1.wav\n")
    assert datasets.fingerprint(str(folder)) != before
    info = datasets.prepare(str(folder), tmp_path / "build")
    assert (info.train_count, info.test_count) == (18, 2)
    (folder / "testing_list.txt").write_text("yes/other.wav\n")
    with pytest.raises(DataError, match="names 0 of 20 files, so one split is empty"):
        datasets.prepare(str(folder), tmp_path / "build2")


def test_windows_of_long_sounds(folder: Path, tmp_path: Path) -> None:
    options = DataOptions(window=6000, stride=4000)  # of 14,400 values: 0, 4000, 8000
    info = datasets.prepare(str(folder), tmp_path / "build", options=options)
    assert info.shape == [6000] and info.train_count + info.test_count == 60


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: write(path, tone(9, RATE_HZ, 1.5)), "1.50 s, longer than one second; give"),
        (lambda path: path.write_bytes(b"RIFF"), r"no WAV file of PCM \(it ends in its header\)"),
        (lambda path: path.write_bytes(b"ID3" * 50), "no WAV file of PCM .*; convert it"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:1044]),
            r"damaged \(1,000 of [\d,]+ B of sound are there\); replace or remove it",
        ),
        (lambda path: write(path, np.zeros(0)), "no sound in it; remove it"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:20] + b"\3" + path.read_bytes()[21:]),
            r"no WAV file of PCM \(unknown format: 3\)",
        ),
    ],
)
def test_refused(folder: Path, tmp_path: Path, spoil: Any, message: str) -> None:
    spoil(folder / "yes" / "s3_nohash_2.wav")
    with pytest.raises(DataError, match=rf"s3_nohash_2\.wav: {message}") as caught:
        datasets.prepare(str(folder), tmp_path / "build")
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2
    assert not (tmp_path / "build").exists()


def test_a_length_that_a_pipe_left_open_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "piped.wav"
    write(path, tone(440, RATE_HZ))
    whole = path.read_bytes()
    at = whole.index(b"data") + 4
    path.write_bytes(whole[:at] + b"\xff" * 4 + whole[at + 4 :])
    assert len(read_wav(path)[0]) == RATE_HZ


def test_what_was_done_to_sounds_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder / "no" / "low_nohash_9.wav", tone(200, 8000), 8000)
    for n in range(2):
        write(folder / "no" / f"both_nohash_{n}.wav", np.stack([tone(200, RATE_HZ)] * 2, axis=1))
    datasets.prepare(str(folder), tmp_path / "build")
    said = capsys.readouterr().out
    assert "1 of 23 sounds are resampled to 16000 Hz" in said
    assert "2 of 23 sounds are mixed to one channel" in said
    assert "20 of 23 sounds are filled up with silence to 1 s" in said
    for n, path in enumerate(folder.rglob("*.wav")):
        write(path, tone(200 + 50 * n, RATE_HZ))
    datasets.prepare(str(folder), tmp_path / "again")
    assert "sounds are" not in capsys.readouterr().out
