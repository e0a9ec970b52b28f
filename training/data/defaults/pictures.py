"""Photographs of animals, flowers and food, cut out by hand, on backgrounds that are generated.

The photographs are the stamps of Tux Paint, GPL-2, from Debian's package tuxpaint-stamps-default.
Of each there are several pictures, which differ in place, size, angle, light and background. What
is in the test split, a fifth of the photographs, is in no picture of the training split.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from training.errors import DataUnavailableError

VERSION = 1
NOTE = "photographs of Tux Paint's stamps (GPL-2) on generated backgrounds"
SEED = 1
PACKAGE = "tuxpaint-stamps-default"
INSTALLED = Path("/usr/share/tuxpaint/stamps")
CLASSES = {
    "animal": ("animals/mammals", "animals/birds"),
    "flower": ("plants/flowers",),
    "food": ("food/fruit", "food/vegetables", "food/nuts"),
}
NO_PHOTOGRAPHS = ("cartoon", "toys", "plastic", "echidna.png", "hedgehog.png")
SIZE = 96
TRAIN_PICTURES, TEST_PICTURES = 640, 120  # of each class
TEST_EVERY = 5
OBJECT_SIZE = (0.55, 0.95)  # of its longer side to the picture's
LIGHT = (0.7, 1.3)
NOISE = (0.0, 8.0)  # its standard deviation, in levels
CHROMA = 60  # how far a background's colours are from grey, in levels
TURN_DEGREES = 20
DOWNLOAD_S = 600.0


def make(directory: Path, say: Callable[[str], None]) -> None:
    """Writes <split>/<class>/<photograph>-<number>.png. Raises DataUnavailableError."""
    stamps = _stamps(say)
    for label, folders in CLASSES.items():
        names = [name for name in sorted(stamps) if name.startswith(folders)]
        photographs = {Path(name).stem: _photograph(stamps[name]) for name in names}
        tests = list(photographs)[TEST_EVERY - 1 :: TEST_EVERY]
        trains = [name for name in photographs if name not in tests]
        for split, count, chosen in (
            ("train", TRAIN_PICTURES, trains),
            ("test", TEST_PICTURES, tests),
        ):
            (directory / split / label).mkdir(parents=True)
            for number in range(count):
                name = chosen[number % len(chosen)]
                generator = np.random.default_rng((SEED, *label.encode(), *split.encode(), number))
                picture = _picture(photographs[name], generator)
                picture.save(directory / split / label / f"{name}-{number:03d}.png")


def _stamps(say: Callable[[str], None]) -> dict[str, bytes]:
    """The PNG files of CLASSES by their names in INSTALLED; where that is not, in the package."""
    if INSTALLED.is_dir():
        paths = {path.relative_to(INSTALLED).as_posix(): path for path in INSTALLED.rglob("*.png")}
        return {name: path.read_bytes() for name, path in paths.items() if _wanted(name)}
    say(f"data: Debian's package {PACKAGE} (160 MB) is fetched for its photographs, once")
    stamps = {}
    with tarfile.open(fileobj=io.BytesIO(_package())) as archive:
        for member in archive:
            name = member.name.removeprefix(f".{INSTALLED}/")
            if _wanted(name) and (file := archive.extractfile(member)) is not None:
                stamps[name] = file.read()
    return stamps


def _wanted(name: str) -> bool:
    folders = tuple(folder for of_class in CLASSES.values() for folder in of_class)
    return (
        name.endswith(".png")
        and name.startswith(folders)
        and not set(NO_PHOTOGRAPHS).intersection(name.split("/"))
    )


def _package() -> bytes:
    """The package's files as a tar; nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            if os.geteuid() == 0:  # the list of packages may be old or missing
                _run(["apt-get", "-qq", "update"], folder)
            _run(["apt-get", "-qq", "download", PACKAGE], folder)
            (package,) = Path(folder).glob("*.deb")
            return _run(["dpkg-deb", "--fsys-tarfile", package.name], folder)
        except (OSError, ValueError, subprocess.SubprocessError):
            raise DataUnavailableError(
                f"--data pictures: apt-get cannot fetch {PACKAGE}, which has the photographs; "
                "install it, or give a folder of your own images with --data"
            ) from None


def _run(command: list[str], folder: str) -> bytes:
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=DOWNLOAD_S)
    return done.stdout


def _photograph(content: bytes) -> Image.Image:
    """With its transparent border cut off."""
    image = Image.open(io.BytesIO(content)).convert("RGBA")
    return image.crop(image.getchannel("A").getbbox())


def _picture(photograph: Image.Image, generator: np.random.Generator) -> Image.Image:
    turn = generator.uniform(-TURN_DEGREES, TURN_DEGREES)
    turned = photograph.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    turned = turned.crop(turned.getchannel("A").getbbox())
    if generator.random() < 0.5:
        turned = turned.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    scale = generator.uniform(*OBJECT_SIZE) * SIZE / max(turned.size)
    width, height = (max(1, round(scale * side)) for side in turned.size)
    left, top = (int(generator.integers(0, SIZE - side + 1)) for side in (width, height))
    picture = _background(generator)
    thing = turned.resize((width, height), Image.Resampling.LANCZOS)
    picture.paste(thing, (left, top), thing)
    light = generator.uniform(*LIGHT) * generator.uniform(0.9, 1.1, 3)
    noisy = np.asarray(picture) * light + generator.normal(
        0, generator.uniform(*NOISE), (SIZE, SIZE, 3)
    )
    return Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def _background(generator: np.random.Generator) -> Image.Image:
    """Two colours, mixed by noise whose amplitude falls with the frequency, as in photographs."""
    rows, columns = np.fft.fftfreq(SIZE)[:, None], np.fft.rfftfreq(SIZE)
    frequency = np.maximum(np.hypot(rows, columns), 1 / SIZE)
    spectrum = np.fft.rfft2(generator.standard_normal((SIZE, SIZE)))
    noise = np.fft.irfft2(spectrum * frequency ** -generator.uniform(0.8, 2.0), (SIZE, SIZE))
    mix = (noise - noise.min()) / np.ptp(noise)
    first, second = generator.uniform(0, 255, (2, 1)) + generator.uniform(-CHROMA, CHROMA, (2, 3))
    colours = first + (second - first) * mix[..., np.newaxis]
    return Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
