"""What data.json says of the data that a build folder's model was made for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from codegen.errors import CodegenError
from codegen.files.artifacts import DATA_INFO
from codegen.model.pixels import PIXEL_MAX


@dataclass(frozen=True)
class DataInfo:
    """What data.json records. `sha256` maps each file that was read to its hash.

    kind: image, signal, audio, table or tensor. shape, dtype: of a sample. range: smallest and
    largest value of all. unit: of the values. rate_hz: of a signal, 0 if unknown. columns: names of
    the channels. task: classify, regress, reconstruct or none. labels: the classes' names. normal:
    of them the one that a model for `reconstruct` is trained on. fit: how images were given one
    shape, stretch or crop, "" where they had it.
    """

    source: str
    path: str
    train_count: int
    test_count: int
    sha256: dict[str, str]
    labels: list[str]
    kind: str = "image"
    shape: list[int] = field(default_factory=lambda: [28, 28])
    dtype: str = "uint8"
    range: list[float] = field(default_factory=lambda: [0, PIXEL_MAX])
    unit: str = "level"
    rate_hz: float = 0.0
    columns: list[str] = field(default_factory=list)
    task: str = "classify"
    normal: str = ""
    fit: str = ""

    @staticmethod
    def load(build_dir: Path) -> DataInfo:
        """Raises CodegenError if data.json is missing or damaged."""
        path = build_dir / DATA_INFO
        try:
            return DataInfo(**json.loads(path.read_text()))
        except FileNotFoundError:
            raise CodegenError(f"{path} is missing; run `invoke data` first") from None
        except (OSError, ValueError, TypeError) as error:
            raise CodegenError(f"{path}: damaged ({error}); run `invoke clean data`") from None

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of a sample as a model takes it: grey images have an axis of one channel."""
        shape = tuple(self.shape)
        return (*shape, 1) if self.kind == "image" and len(shape) == 2 else shape

    @property
    def noun(self) -> str:
        """What a sample is called."""
        if self.kind == "image":
            digits = self.labels == list("0123456789") and self.shape == [28, 28]
            return "digit" if digits else "image"
        return "sample"

    def __str__(self) -> str:
        """The samples in words: "signal 100x6 float32 at 10 Hz"."""
        rate = f" at {self.rate_hz:g} Hz" if self.rate_hz else ""
        return f"{self.kind} {'x'.join(map(str, self.shape)) or 'of one value'} {self.dtype}{rate}"
