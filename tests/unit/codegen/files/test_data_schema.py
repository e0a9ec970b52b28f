"""What is held to the schema: each way in which images and labels can be other than before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files import data_schema
from codegen.files.artifacts import SCHEMA
from codegen.files.data_schema import DataSchemaError

RNG = np.random.default_rng(1)
LABELS = np.arange(50, dtype=np.uint8) % 2


def drawings(ink: int = 255) -> np.ndarray:
    """uint8 [50, 6, 6]: black, a few pixels up to `ink`."""
    images = RNG.integers(0, ink + 1, (50, 6, 6)).astype(np.uint8)
    images[RNG.random(images.shape) < 0.8] = 0
    return images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    schema = data_schema.infer("first", drawings(), drawings(), ["cat", "dog"])
    data_schema.write(tmp_path, schema)
    assert data_schema.load(tmp_path) == schema
    return tmp_path


def test_images_like_the_first_pass_in_any_number(folder: Path) -> None:
    images = drawings()
    for count in (1, 10, 50):
        data_schema.require(folder, "more", images[:count], LABELS[:count], ["cat", "dog"])


def changed(images: np.ndarray, value: float, kind: str = "float32") -> np.ndarray:
    other = images.astype(kind)
    other[7, 0, 0] = value
    return other


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (drawings().reshape(50, 4, 9), "the images are 4x9, not 6x6"),
        (drawings()[..., np.newaxis], "the images are 6x6x1, not 6x6"),
        (changed(drawings(), np.nan), "image 7 has NaN or infinity"),
        (changed(drawings(), -np.inf), "image 7 has NaN or infinity"),
        (drawings().astype(np.float32), "the pixels are float32, not uint8"),
        (255 - drawings(), r"inverted or scaled \(divergence 0.\d+ of 1, limit 0.4\)"),
        (drawings() // 255, "inverted or scaled"),
        (drawings() // 4, "inverted or scaled"),
    ],
)
def test_other_images_are_refused(folder: Path, images: Any, message: str) -> None:
    with pytest.raises(DataSchemaError, match=f"^new: .*{message}.*first; correct") as caught:
        data_schema.require(folder, "new", images, LABELS)
    assert caught.value.exit_code == 2
    assert f"delete {folder / SCHEMA} to accept" in str(caught.value)


def test_grey_levels_out_of_range_are_refused_beyond_a_tolerance(tmp_path: Path) -> None:
    dull = drawings(100)
    data_schema.write(tmp_path, data_schema.infer("first", dull, dull, ["cat", "dog"]))
    data_schema.require(tmp_path, "new", changed(dull, 132, "uint8"), LABELS)
    with pytest.raises(DataSchemaError, match="grey levels are 0 to 133, not 0 to 100"):
        data_schema.require(tmp_path, "new", changed(dull, 133, "uint8"), LABELS)


def test_unknown_labels_and_classes_are_refused(folder: Path) -> None:
    labels = LABELS.copy()
    labels[3] = 2
    with pytest.raises(DataSchemaError, match="label of image 3 is 2, not 0 to 1"):
        data_schema.require(folder, "new", drawings(), labels)
    for names in (["cat", "dog", "owl"], ["cat"], ["dog", "cat"]):
        with pytest.raises(DataSchemaError, match=f"classes are {', '.join(names)}, not cat, dog"):
            data_schema.require(folder, "new", drawings(), LABELS, names)


def test_a_folder_without_schema_holds_nothing_to_it(tmp_path: Path) -> None:
    data_schema.require(tmp_path, "new", drawings().astype(float), LABELS)


@pytest.mark.parametrize("content", ["{", "{}", "[]"])
def test_a_damaged_schema_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / SCHEMA).write_text(content)
    with pytest.raises(DataSchemaError, match=r"schema\.json: damaged .*; delete it and run"):
        data_schema.load(tmp_path)


def test_divergence_is_0_for_the_same_and_1_for_disjoint_levels() -> None:
    counts = np.zeros(256, np.int64)
    counts[:10] = 5
    assert data_schema.divergence(counts, 3 * counts) == 0
    assert data_schema.divergence(counts, counts[::-1]) == pytest.approx(1)
