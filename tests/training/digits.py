"""A handful of digits in a build directory."""

from __future__ import annotations

from pathlib import Path

from codegen.files.artifacts import TEST_SPLIT, TRAIN_SPLIT
from training import artifacts
from training.data import datasets


def write(build_dir: Path, train_count: int = 400, test_count: int = 50) -> None:
    sample = datasets.sources.read_sample()
    digits = {
        TRAIN_SPLIT: (sample.train_images, sample.train_labels, train_count),
        TEST_SPLIT: (sample.test_images, sample.test_labels, test_count),
    }
    for name, (images, labels, count) in digits.items():
        artifacts.write_npz(build_dir / name, images=images[:count], labels=labels[:count])
    info = datasets.DataInfo("sample", "", train_count, test_count, {}, list(sample.labels))
    artifacts.write_json(build_dir / "data.json", vars(info))
