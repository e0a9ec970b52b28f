"""A user's own images: one folder a class. No TensorFlow."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from codegen.files.artifacts import TEST_SPLIT, TRAIN_SPLIT
from training.data import datasets, one_sample
from training.data.image_folder import digest, read_image_folder
from training.data.options import DataOptions
from training.errors import DataError


def write_image(path: Path, grey: int, size: tuple[int, int] = (40, 30), mode: str = "L") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L", size, grey)
    number = int(path.stem) if path.stem.isdecimal() else 0
    image.paste(grey // 2, (2 * number, 2, 2 * number + 4, 10))  # no two of a class are the same
    image.convert(mode).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Classes 9 and 10 of ten images each; an image's grey level is 20 times its class."""
    for name in ("10", "9"):
        for number in range(10):
            suffix = ("png", "jpg", "JPEG")[number % 3]
            write_image(tmp_path / "own" / name / f"{number}.{suffix}", 20 * int(name))
    (tmp_path / "own" / ".cache").mkdir()
    (tmp_path / "own" / "9" / "notes.txt").write_text("no image")
    return tmp_path / "own"


def test_both_splits_and_the_labels_come_from_the_folders(folder: Path, tmp_path: Path) -> None:
    info = datasets.prepare(str(folder), tmp_path / "build")
    recorded = json.loads((tmp_path / "build" / "data.json").read_text())
    assert recorded["labels"] == info.labels == ["9", "10"]
    assert (info.source, info.train_count, info.test_count) == ("image-folder", 16, 4)
    for split, count in ((TRAIN_SPLIT, 8), (TEST_SPLIT, 2)):
        images, labels = datasets.load_split(tmp_path / "build", split)
        assert images.shape == (2 * count, 28, 28) and images.dtype == labels.dtype == np.uint8
        assert np.bincount(labels).tolist() == [count, count]
        levels = np.where(labels == 0, 180, 200)
        assert np.abs(np.median(images, axis=(1, 2)) - levels).max() <= 2  # of a JPEG


def test_which_data_are_image_files(folder: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", x=np.zeros((4, 8, 8), np.uint8))
    recording = tmp_path / "recordings" / "up" / "1.csv"
    recording.parent.mkdir(parents=True)
    recording.write_text("1\n2\n")
    expected = {folder: True, tmp_path / "own.npz": False, tmp_path / "recordings": False}
    found = {path: datasets.are_image_files(str(path)) for path in expected}
    assert found == expected
    assert [datasets.are_image_files(one) for one in ("pictures", "motions", "sample")] == [
        *(True, False, False)
    ]


def test_fingerprint_changes_with_any_image_and_name(folder: Path) -> None:
    seen = {digest(folder), *datasets.fingerprint(str(folder)).values()}
    assert len(seen) == 1
    write_image(folder / "9" / "0.png", 7)
    seen.add(digest(folder))
    (folder / "9" / "0.png").rename(folder / "9" / "00.png")
    seen.add(digest(folder))
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Image.new("RGB", (5, 9), (255, 0, 0)), 76),  # ITU-R 601: 0.299 of red
        (Image.new("RGBA", (50, 9), (0, 0, 0, 0)), 255),  # transparent is white
        (Image.new("LA", (50, 9), (0, 128)), 127),
        (Image.fromarray(np.full((30, 30), 0xC812, np.uint16)), 0xC8),
        (Image.new("1", (28, 28), 1), 255),
    ],
)
def test_every_kind_of_png_becomes_grey(folder: Path, picture: Image.Image, expected: int) -> None:
    picture.save(folder / "9" / "0.png")
    images, _, _ = read_image_folder(folder)
    assert images[0].min() == images[0].max() == expected


def test_a_picture_is_turned_as_its_camera_says(folder: Path) -> None:
    levels = np.zeros((28, 28), np.uint8)
    levels[:, 14:] = 255  # bright on the right; turned a quarter clockwise it is below
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(levels).save(folder / "9" / "0.png", exif=exif)
    images, _, _ = read_image_folder(folder)
    np.testing.assert_array_equal(images[0], levels.T)


class TestBadInput:
    def refused(self, folder: Path, tmp_path: Path, message: str) -> None:
        with pytest.raises(DataError, match=message) as caught:
            datasets.prepare(str(folder), tmp_path / "build")
        assert "\n" not in str(caught.value)
        assert not (tmp_path / "build").exists()

    def test_one_class(self, tmp_path: Path) -> None:
        write_image(tmp_path / "own" / "cat" / "1.png", 1)
        self.refused(tmp_path / "own", tmp_path, r"own: 1 class \(cat\); 2 to 256 folders")

    def test_an_empty_class(self, folder: Path, tmp_path: Path) -> None:
        (folder / "11").mkdir()
        self.refused(folder, tmp_path, "11: 0 PNG or JPEG images; a class needs at least 3")

    @pytest.mark.parametrize("cut", [0, 20, 60])
    def test_a_corrupt_png(self, folder: Path, tmp_path: Path, cut: int) -> None:
        path = folder / "9" / "0.png"
        path.write_bytes(path.read_bytes()[:cut])
        self.refused(folder, tmp_path, r"0\.png: damaged \(.*\); replace or remove it")

    def test_another_format_under_the_name_of_png(self, folder: Path, tmp_path: Path) -> None:
        Image.new("L", (4, 4)).save(folder / "9" / "0.png", format="BMP")
        self.refused(folder, tmp_path, r"0\.png: damaged \(no PNG or JPEG inside\)")

    def test_a_folder_under_the_name_of_an_image(self, folder: Path, tmp_path: Path) -> None:
        (folder / "9" / "x.png").mkdir()
        self.refused(folder, tmp_path, r"x\.png: cannot be read")

    def test_a_picture_of_174_megapixels_is_not_decoded(self, folder: Path, tmp_path: Path) -> None:
        """Its header is enough: what follows is no picture at all."""
        path = folder / "9" / "0.png"
        Image.new("1", (8, 8)).save(path)
        content = bytearray(path.read_bytes()[:60])
        content[16:24] = (17400).to_bytes(4, "big") + (10000).to_bytes(4, "big")
        content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
        path.write_bytes(content)
        self.refused(folder, tmp_path, r"0\.png: more than 89,478,485 pixels; make it smaller")


def test_another_size_in_colour_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (50, 20), (10, 20, 250)).save(folder / "10" / "0.png")
    options = DataOptions(image_size="16x20", channels=3)
    info = datasets.prepare(str(folder), tmp_path / "build", options=options)
    assert (info.shape, info.kind) == ([16, 20, 3], "image")
    assert (
        "data: images of 20x40 to 30x50 are stretched to 16x20 RGB, nothing is cropped; the "
        "proportions of 20 of 20 change"
    ) in capsys.readouterr().out
    both = [datasets.load_split(tmp_path / "build", name)[0] for name in (TRAIN_SPLIT, TEST_SPLIT)]
    assert [10, 20, 250] in np.concatenate(both)[:, 3, 3].tolist()


def test_nothing_but_another_size_is_said_in_few_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for index in range(20):
        (tmp_path / "images" / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        image = Image.new("L", (60, 60), index)
        image.save(tmp_path / "images" / "ab"[index % 2] / f"{index}.png")
    datasets.prepare(str(tmp_path / "images"), tmp_path / "build")
    assert "data: images of 60x60 are resized to 28x28 grey\n" in capsys.readouterr().out


def test_a_crop_keeps_the_middle_and_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = Image.new("L", (90, 30), 0)
    wide.paste(200, (30, 0, 60, 30))  # the middle third
    wide.save(folder / "10" / "0.png")
    options = DataOptions(image_size="24x24", fit="crop")
    info = datasets.prepare(str(folder), tmp_path / "build", options=options)
    assert info.fit == "crop"
    assert "are cropped, the middle kept, and resized to 24x24 grey, " in capsys.readouterr().out
    both = [datasets.load_split(tmp_path / "build", name)[0] for name in (TRAIN_SPLIT, TEST_SPLIT)]
    assert any((image == 200).all() for image in np.concatenate(both))
    (shown,) = one_sample.read(info, folder / "10" / "0.png")
    assert (shown == 200).all()


def test_another_way_to_fit_is_refused() -> None:
    with pytest.raises(DataError, match="--fit pad: choose one of stretch, crop"):
        DataOptions(fit="pad")


def test_hidden_folders_and_those_of_zip_programs_are_no_classes(
    folder: Path, tmp_path: Path
) -> None:
    write_image(folder / "__MACOSX" / "._1.png", 1)
    write_image(folder / ".thumbs" / "1.png", 1)
    assert datasets.prepare(str(folder), tmp_path / "build").labels == ["9", "10"]


@pytest.mark.parametrize(("limit", "fine"), [(1200, True), (1199, False), (599, False)])
def test_an_image_of_too_many_pixels_is_refused_before_it_is_unpacked(
    limit: int, fine: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small its file is; Pillow itself only warns below twice its limit."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    if fine:
        read_image_folder(folder)
        return
    with pytest.raises(DataError, match=f"more than {limit:,} pixels; make it smaller or remove"):
        read_image_folder(folder)
