"""The default data sets: what lies in their folders, and what is said without a network."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from codegen import tools
from codegen.files.artifacts import TEST_SPLIT
from codegen.samples import split as split_file
from training.data import datasets, defaults
from training.data.defaults import motions, pictures, words
from training.data.folders import TEST_LIST
from training.data.options import DataOptions
from training.errors import DataUnavailableError


def nothing(_: str) -> None:
    pass


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def stand_in(
    monkeypatch: pytest.MonkeyPatch, files: Callable[[list[str]], dict[str, bytes]]
) -> None:
    """`files`: of a command, what it leaves in the folder in which it downloads."""

    def run(command: list[str], cwd: str = "", **_: Any) -> subprocess.CompletedProcess[bytes]:
        folder = Path(cwd or command[command.index("--dest") + 1])
        for name, content in files(command).items():
            (folder / name).write_bytes(content)
        return subprocess.CompletedProcess(command, 0, b"".join(files(command).values()), b"")

    monkeypatch.setattr(subprocess, "run", run)


def fail(command: list[str]) -> dict[str, bytes]:
    raise subprocess.CalledProcessError(1, command)


def wheel_of(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Two recordings of three rows a class and split, in the archive's format."""
    content = io.BytesIO()
    files = {}
    with zipfile.ZipFile(content, "w") as wheel:
        for split, (name, _) in motions.FILES.items():
            lines = ["#a comment", "@data"]
            for n, label in enumerate(("Walking", "Running") * 2):
                columns = [f"{n}.{column},0.5,{split == 'test':d}" for column in range(6)]
                lines.append(":".join((*columns, label)))
            text = "\n".join(lines).encode()
            wheel.writestr(name, text)
            files[split] = (name, hashlib.sha256(text).hexdigest())
    monkeypatch.setattr(motions, "FILES", files)
    return content.getvalue()


def test_motions_are_made_once_and_read_as_recordings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = wheel_of(monkeypatch)
    stand_in(monkeypatch, lambda _: {"sktime.whl": wheel})
    before = datasets.fingerprint("motions")
    info = datasets.prepare("motions", tmp_path / "first", nothing)
    assert (info.source, info.kind, info.shape) == ("motions", "signal", [3, 6])
    assert (info.train_count, info.test_count, info.rate_hz) == (4, 4, 10.0)
    assert info.labels == ["running", "walking"] and info.columns == list(motions.COLUMNS)
    samples = split_file.load(tmp_path / "first", TEST_SPLIT)
    one = samples.values[:1][0]
    assert samples.targets is not None and samples.targets[0] == 0
    assert one[0].tolist() == pytest.approx([1.0, 1.1, 1.2, 1.3, 1.4, 1.5]) and (one[2] == 1).all()

    stand_in(monkeypatch, fail)  # the second time it is in the cache
    assert datasets.prepare("motions", tmp_path / "second", nothing) == info
    assert datasets.fingerprint("motions") not in (before, datasets.fingerprint("sample"))


def test_a_wheel_with_other_recordings_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = wheel_of(monkeypatch)
    name, digest = motions.FILES["test"]
    monkeypatch.setitem(motions.FILES, "test", (name, digest[::-1]))
    stand_in(monkeypatch, lambda _: {"sktime.whl": wheel})
    with pytest.raises(DataUnavailableError, match="another sha256"):
        datasets.prepare("motions", tmp_path / "build", nothing)
    assert not defaults.cached("motions").exists()


@pytest.mark.parametrize(("name", "tool"), [("motions", "pip"), ("pictures", "apt-get")])
def test_without_a_network_it_is_said_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, tool: str
) -> None:
    monkeypatch.setattr(pictures, "INSTALLED", tmp_path / "none")
    stand_in(monkeypatch, fail)
    with pytest.raises(
        DataUnavailableError, match=f"--data {name}: {tool} cannot fetch .*; "
    ) as error:
        datasets.prepare(name, tmp_path / "build", nothing)
    assert error.value.exit_code == 3 and "\n" not in str(error.value)
    assert list(defaults.cached(name).parent.iterdir()) == []


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "keras").write_text("a file")
    with pytest.raises(DataUnavailableError, match=r"--data motions: .* KERAS_HOME"):
        defaults.folder("motions", nothing)


@pytest.fixture
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for espeak-ng whose voices are tones; three voices, two words, two clips."""
    monkeypatch.setattr(tools, "find", lambda *_: "espeak-ng")
    monkeypatch.setattr(words, "TRAIN_VOICES", ("f1", "m1"))
    monkeypatch.setattr(words, "TEST_VOICES", ("f2",))
    monkeypatch.setattr(words, "WORDS", ("yes", "no"))
    monkeypatch.setattr(words, "CLIPS", 2)

    def speak(_: str, voice: str, word: str, speed: int, pitch: int) -> tuple[np.ndarray, int]:
        tone = sum(voice.rpartition("+")[2].encode()) + 10 * len(word) + pitch
        return np.sin(np.arange(22050 * 80 // speed) * tone / 1000) * 9000, 22050

    monkeypatch.setattr(words, "_speak", speak)


@pytest.mark.usefixtures("few_words")
def test_words_are_tested_on_voices_that_training_does_not_have(tmp_path: Path) -> None:
    info = datasets.prepare("words", tmp_path / "build", nothing)
    assert (info.source, info.kind, info.shape) == ("words", "audio", [16000])
    assert info.labels == ["_silence_", "_unknown_", "no", "yes"]
    assert (info.train_count, info.test_count) == (16, 8)
    test = split_file.load(tmp_path / "build", TEST_SPLIT)
    assert test.groups is not None and set(test.groups) == {"f2"}
    listed = (defaults.cached("words") / TEST_LIST).read_text().split()
    assert len(listed) == 8 and all("/f2_nohash_" in name for name in listed)


@pytest.mark.usefixtures("few_words")
def test_words_are_the_same_when_made_again(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        words.make(tmp_path / name, nothing)
    paths = sorted((tmp_path / "first").rglob("*.wav"))
    contents = [path.read_bytes() for path in paths]
    assert contents == [path.read_bytes() for path in sorted((tmp_path / "second").rglob("*.wav"))]
    assert len(set(contents)) == len(contents) == 24


@pytest.mark.usefixtures("few_words")
def test_a_voice_that_espeak_does_not_have_is_no_second_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "TEST_VOICES", ("1f",))  # the same tone as f1
    with pytest.raises(DataUnavailableError, match="speaks 1f as f1"):
        datasets.prepare("words", tmp_path / "build", nothing)


def test_the_voices_of_the_splits_differ() -> None:
    voices = [*words.TRAIN_VOICES, *words.TEST_VOICES]
    assert len({voice.lower() for voice in voices}) == len(voices) == 64


def test_a_clip_has_the_level_and_the_noise_that_are_stated(few_words: None) -> None:
    peaks = []
    for seed in range(20):
        clip = words._clip("espeak-ng", 0, "yes", np.random.default_rng(seed)).astype(float)
        peaks.append(20 * np.log10(abs(clip).max() / words.FULL_SCALE))
        assert clip.shape == (16000,) and clip[clip != 0].size > 15000  # noise all over
    low, high = words.PEAK_DB
    assert low - 0.1 <= min(peaks) < low + 8 and high - 8 < max(peaks) <= high + 0.1


@pytest.fixture
def stamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with six photographs a class, each a square of its own colour, and drawings."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for index, of_class in enumerate(pictures.CLASSES.values()):
            names = [f"{of_class[0]}/thing{n}.png" for n in range(6)]
            for n, name in enumerate([*names, f"{of_class[0]}/cartoon/drawing.png"]):
                image = Image.new("RGBA", (40, 40))
                image.paste((50 * index, 40 * n, 200, 255), (10, 10, 30, 30))
                file = io.BytesIO()
                image.save(file, "PNG")
                member = tarfile.TarInfo(f".{tmp_path}/stamps/{name}")
                member.size = len(file.getvalue())
                archive.addfile(member, io.BytesIO(file.getvalue()))

    def files(command: list[str]) -> dict[str, bytes]:
        fetches = "update" not in command
        return {"stamps.deb": content.getvalue()} if fetches else {}

    stand_in(monkeypatch, files)
    monkeypatch.setattr(pictures, "INSTALLED", tmp_path / "stamps")
    monkeypatch.setattr(pictures, "TRAIN_PICTURES", 10)
    monkeypatch.setattr(pictures, "TEST_PICTURES", 3)


@pytest.mark.usefixtures("stamps")
def test_pictures_are_tested_on_photographs_that_training_does_not_have(tmp_path: Path) -> None:
    options = DataOptions(image_size="96x96", channels=3)
    info = datasets.prepare("pictures", tmp_path / "build", nothing, options)
    assert (info.source, info.kind, info.shape) == ("pictures", "image", [96, 96, 3])
    assert info.labels == ["animal", "flower", "food"]
    assert (info.train_count, info.test_count) == (30, 9)
    names = {
        split: {
            path.stem.split("-")[0] for path in defaults.cached("pictures").glob(f"{split}/*/*")
        }
        for split in ("train", "test")
    }
    assert names == {
        "train": {"thing0", "thing1", "thing2", "thing3", "thing5"},
        "test": {"thing4"},
    }


def test_a_photograph_is_in_its_picture_and_nothing_transparent_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grey = Image.new("RGB", (96, 96), (128, 128, 128))
    monkeypatch.setattr(pictures, "_background", lambda _: grey.copy())
    image = Image.new("RGBA", (60, 60), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (10, 10, 50, 50))
    image.paste((0, 255, 0, 0), (20, 20, 40, 40))
    photograph = pictures._photograph(_png(image))
    assert photograph.size == (40, 40)
    for seed in range(5):
        picture = np.asarray(pictures._picture(photograph, np.random.default_rng(seed)), int)
        red, green, blue = np.moveaxis(picture, 2, 0)
        assert 0.1 < ((red > 150) & (green < 60) & (blue < 60)).mean() < 0.9
        assert picture.max(axis=2).min() > 40 and (green - red).max() < 100


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
