"""What a float model is shown of a split: real numbers, by the front end where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.artifacts import TRAIN_SPLIT
from codegen.model.pixels import UNIT
from codegen.samples import split as split_file
from codegen.samples.facts import DataInfo
from codegen.samples.real import real_values
from codegen.samples.split import Split, is_anomalous
from training.errors import DataError

CALIBRATION_SEED = 1


@dataclass(frozen=True)
class Examples:
    """pixels: what pixel values 0 and 255 stand for."""

    split: Split
    pixels: tuple[float, float] = UNIT

    @property
    def info(self) -> DataInfo:
        return self.split.info

    def __len__(self) -> int:
        return len(self.split)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one example, without the batch."""
        return self.split.input_shape

    def real(self, rows: Any = slice(None)) -> np.ndarray:
        """float32 [N, *shape] of a slice or of indices."""
        return real_values(self.split.take(rows), self.pixels)

    def pixels_of(self, rows: Any) -> np.ndarray:
        """uint8 [N, H, W, C] of images, as they are."""
        return self.split.values[rows].reshape(-1, *self.shape)

    def targets(self, rows: Any = slice(None)) -> np.ndarray:
        """What the model's answers to them should be: classes int32 [N], numbers float32 [N, T];
        of what is to be reconstructed the examples themselves."""
        if self.info.task == "reconstruct":
            return self.real(rows)
        assert self.split.targets is not None
        found = self.split.targets[rows]
        return found.astype(np.int32) if self.info.task == "classify" else found

    @property
    def output_count(self) -> int:
        """Of a network for them: classes, or numbers to be estimated; 0 where the example itself
        is."""
        if self.info.task == "regress":
            return int(self.targets(slice(0, 1)).shape[1])
        return len(self.info.labels) if self.info.task == "classify" else 0

    def take(self, rows: Any) -> Examples:
        return Examples(self.split.take(rows), self.pixels)


def load(build_dir: Path, name: str) -> Examples:
    """Of TRAIN_SPLIT or TEST_SPLIT. Raises CodegenError."""
    return Examples(split_file.load(build_dir, name))


def trainable(examples: Examples) -> Examples:
    """Those that a model is trained on: where it has to know the normal from the rest, the normal
    ones."""
    anomalous = is_anomalous(examples.split)
    return examples if anomalous is None else examples.take(np.flatnonzero(~anomalous))


def calibrating(build_dir: Path, count: int, say: Callable[[str], None] | None = None) -> Examples:
    """`count` of those, the same ones at each call; all where there are fewer, which is said.

    Raises DataError for a count below 1, CodegenError.
    """
    if count < 1:
        raise DataError(f"--calibration {count}: give 1 or more samples")
    examples = trainable(load(build_dir, TRAIN_SPLIT))
    if count > len(examples):
        if say is not None:
            say(f"quantize: calibrated with all {len(examples)} training samples")
        return examples
    chosen = np.random.default_rng(CALIBRATION_SEED).choice(len(examples), count, replace=False)
    return examples.take(chosen)
