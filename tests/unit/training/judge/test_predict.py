"""How a picture is prepared before it is shown to a model. No TensorFlow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training import artifacts
from training.data import datasets
from training.data.image_folder import read_image_folder
from training.judge import predict


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A dark bar at the edge of a light ground, which is twice as wide as high."""
    levels = np.full((40, 80), 220, np.uint8)
    levels[5:25, 10:14] = 30
    for label in ("a", "b"):
        for number in range(3):
            path = tmp_path / "images" / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(levels).save(path)
    return path


def folder_of(tmp_path: Path, source: str) -> Path:
    info = datasets.DataInfo(source, "", 4, 2, {}, ["a", "b"])
    artifacts.write_json(tmp_path / "data.json", vars(info))
    return tmp_path


def test_a_picture_for_a_model_of_an_image_folder_is_made_as_its_training_images(
    picture: Path, tmp_path: Path
) -> None:
    images, _, _ = read_image_folder(picture.parents[1])
    pixels = predict.prepared(folder_of(tmp_path, "image-folder"), picture)
    np.testing.assert_array_equal(pixels, images[-1])


def test_a_picture_for_a_model_of_digits_is_made_as_mnist(picture: Path, tmp_path: Path) -> None:
    pixels = predict.prepared(folder_of(tmp_path, "mnist-dir"), picture)
    assert pixels[0, 0] == 0 and pixels[14, 14] == 255  # inverted and centred


def test_a_picture_for_a_model_of_articles_is_made_as_fashion_mnist(
    picture: Path, tmp_path: Path
) -> None:
    pixels = predict.prepared(folder_of(tmp_path, "fashion"), picture)
    # 20 high, 4 wide and 190 above the ground: as high as the picture, in the middle, no stretch
    np.testing.assert_array_equal(pixels[:, 11:17], np.full((28, 6), 190))
    assert not pixels[:, :11].any() and not pixels[:, 17:].any()


def test_size_is_the_models(picture: Path, tmp_path: Path) -> None:
    for source in ("image-folder", "mnist-dir", "fashion"):
        assert predict.prepared(folder_of(tmp_path, source), picture, (20, 32)).shape == (20, 32)


def test_a_picture_unlike_the_training_images_is_told() -> None:
    shown = predict.Prediction(
        np.zeros((28, 28), np.uint8), 0.1, ["a"], np.zeros(1, np.int8), {"int8": np.ones(1)}
    )
    assert "rely" not in predict.table(shown)
    assert predict.table(replace(shown, skew=0.9)).endswith(
        "predict: do not rely on it: the picture's grey levels are unlike the training images' "
        "(divergence 0.90 of 1, limit 0.4); is it inverted, darker or lighter?"
    )
