"""Inputs of an export's self-test."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from codegen.export import vectors
from codegen.files.artifacts import DATA_INFO, TEST_SPLIT
from codegen.host.oracle_child import answers
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from codegen.samples.facts import DataInfo
from verification.cases.model_builder import small_cnn


@pytest.fixture
def build_dir(tmp_path: Path) -> Path:
    """With five pictures as test samples."""
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28), np.uint8)
    labels = np.arange(5) % 2
    info = DataInfo("npz", "x.npz", 5, 5, {}, ["a", "b"])
    (tmp_path / DATA_INFO).write_text(json.dumps(asdict(info)))
    np.savez(tmp_path / TEST_SPLIT, images=images, labels=labels)
    return tmp_path


def test_the_first_samples_are_among_them(cnn: Model, build_dir: Path) -> None:
    found = vectors.of_samples(cnn, build_dir)
    with np.load(build_dir / TEST_SPLIT) as arrays:
        inputs = quantize_pixels(cnn, arrays["images"][:2]).reshape(2, *cnn.inputs[0].shape)
    scores = answers(cnn, [inputs])[0]
    assert [one.data for one in found] == [one.tobytes() for one in inputs]
    assert [one.crc for one in found] == [zlib.crc32(one.tobytes()) for one in scores]


def test_large_samples_are_left_out(build_dir: Path) -> None:
    assert vectors.of_samples(Model.parse(small_cnn(image=72)), build_dir) == []


def test_without_data_there_are_none(cnn: Model, tmp_path: Path) -> None:
    assert vectors.of_samples(cnn, tmp_path) == []


def test_a_sequence_goes_on_from_one_to_the_next(cnn: Model) -> None:
    found = vectors.of_model(cnn)
    assert [one.seed for one in found] == [1, 2, 3]
    assert len({one.crc for one in found}) == 3
