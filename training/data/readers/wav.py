"""Reader of sounds: one folder a class, WAV files, as Speech Commands has them."""

from __future__ import annotations

import io
import re
import wave
from pathlib import Path

import numpy as np

from training.data import folders
from training.data.options import DataOptions
from training.data.samples import DataSet, Rows, Samples
from training.data.splits import by_file
from training.errors import DataError

SUFFIXES = (".wav",)
RATE_HZ = 16000
_SPEAKER = re.compile(r"(.+)_nohash_\d+$")  # Speech Commands' names: <speaker>_nohash_<n>.wav
_OPEN_END_BYTES = 0x7FFF0000  # from here on a length is that of who wrote into a pipe
_TAPS = 32  # zero crossings of the resampling filter's sinc on each side


def read(directory: Path, options: DataOptions) -> DataSet:
    """Samples int16 PCM [N, window] at 16 kHz, one channel.

    A shorter sound is followed by silence. Without --window a sample is one second. A sample's
    group is its speaker, where the file's name says it, else its file.
    """
    options.refuse_all_but(directory, "a folder of WAV files", "--window", "--stride")
    found = folders.class_files(directory, SUFFIXES, "WAV files", 1)
    window = options.window or RATE_HZ
    stride = options.stride or window
    windows, origins, resampled, mixed, padded = [], [], 0, 0, 0
    for number, path in enumerate(found.each()):
        pcm, rate_hz, channels = read_wav(path)
        resampled += rate_hz != RATE_HZ
        mixed += channels > 1
        padded += len(pcm) < window
        if len(pcm) > window and not options.window:
            raise DataError(
                f"{path}: {len(pcm) / RATE_HZ:.2f} s, longer than one second; give --window in "
                f"values ({RATE_HZ} a second), and --stride to cut several from a file"
            )
        pcm = np.pad(pcm, (0, max(0, window - len(pcm))))
        for start in range(0, len(pcm) - window + 1, stride):
            windows.append(pcm[start : start + window])
            origins.append(number)
    samples = Samples(
        Rows.all_of(np.stack(windows)),
        found.labels[origins],
        np.array([_group(directory, path) for path in found.paths])[origins],
    )
    train, test = by_file(samples, None if found.is_test is None else found.is_test[origins])
    done = {
        f"resampled to {RATE_HZ} Hz": resampled,
        "mixed to one channel": mixed,
        f"filled up with silence to {window / RATE_HZ:g} s": padded,
    }
    return DataSet(
        source="wav",
        path=directory,
        files={directory.name: folders.digest(directory, SUFFIXES)},
        kind="audio",
        train=train,
        test=test,
        task=options.of_folders(directory),
        labels=found.names,
        unit="PCM",
        rate_hz=float(RATE_HZ),
        notes=tuple(
            f"{count} of {len(found.paths)} sounds are {what}"
            for what, count in done.items()
            if count
        ),
    )


def read_wav(path: Path) -> tuple[np.ndarray, int, int]:
    """int16 PCM [N] at RATE_HZ, and the rate and the number of channels that the file has.

    Raises DataError for anything but PCM of 8 to 32 bits.
    """
    content = folders.content(path)
    try:
        with wave.open(io.BytesIO(content)) as file:
            rate_hz, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            count = file.getnframes()
            raw = file.readframes(count)
    except (wave.Error, EOFError, ValueError, ZeroDivisionError) as error:
        reason = str(error) or "it ends in its header"
        raise DataError(
            f"{path}: no WAV file of PCM ({reason}); convert it to 16-bit PCM"
        ) from None
    if len(raw) < (stated := count * width * channels) < _OPEN_END_BYTES:
        raise DataError(
            f"{path}: damaged ({len(raw):,} of {stated:,} B of sound are there); replace or "
            "remove it"
        )
    raw = raw[: len(raw) - len(raw) % (width * channels)]
    if not raw or rate_hz <= 0:
        raise DataError(f"{path}: no sound in it; remove it")
    levels = _as_int16(raw, width).reshape(-1, channels).astype(np.float64).mean(axis=1)
    if rate_hz != RATE_HZ:
        levels = resample(levels, rate_hz, RATE_HZ)
    return np.clip(np.rint(levels), -32768, 32767).astype(np.int16), rate_hz, channels


def resample(values: np.ndarray, rate_hz: int, wanted_hz: int) -> np.ndarray:
    """float64 [N] at `rate_hz` -> at `wanted_hz`: band-limited interpolation by a sinc below a Hann
    window, of which all that is above half of the lower rate is filtered out."""
    cutoff = min(1.0, wanted_hz / rate_hz)
    reach = int(np.ceil(_TAPS / cutoff))
    padded = np.pad(values, reach)
    times = np.arange(round(len(values) * wanted_hz / rate_hz)) * (rate_hz / wanted_hz)
    nearest = np.floor(times).astype(int)
    total = np.zeros(len(times))
    for tap in range(-reach + 1, reach + 1):
        distance = times - (nearest + tap)
        window = np.where(abs(distance) < reach, 0.5 + 0.5 * np.cos(np.pi * distance / reach), 0)
        places = np.minimum(nearest + tap + reach, len(padded) - 1)
        total += padded[places] * (cutoff * np.sinc(cutoff * distance) * window)
    return total


def _as_int16(raw: bytes, width: int) -> np.ndarray:
    if width == 1:  # the only width without a sign
        return (np.frombuffer(raw, np.uint8).astype(np.int16) - 128) << 8
    octets = np.frombuffer(raw, np.uint8).reshape(-1, width)
    return np.ascontiguousarray(octets[:, -2:]).view("<i2")[:, 0]


def _group(directory: Path, path: Path) -> str:
    speaker = _SPEAKER.match(path.stem)
    return speaker[1] if speaker else path.relative_to(directory).as_posix()
