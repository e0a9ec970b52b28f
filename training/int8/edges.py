"""What a float model takes and gives, as float_edges.json records it of a user's own."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codegen.files.artifacts import FLOAT_EDGES
from codegen.model.pixels import PIXEL_MAX, UNIT
from codegen.samples.facts import DataInfo
from training import artifacts
from training.errors import ArtifactError, DataError

LEVELS = (0.0, float(PIXEL_MAX))


@dataclass(frozen=True)
class Edge:
    """name: "" where the model gives none. shape: without the batch. dtype: NumPy's name."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    def __str__(self) -> str:
        name = f"{self.name!r} " if self.name else ""
        return f"{name}{list(self.shape)} {self.dtype}"

    @property
    def batch(self) -> str:
        """The shape of an array of samples."""
        return f"[{', '.join(map(str, ('N', *self.shape)))}]"

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class Edges:
    """pixels: what pixel values 0 and 255 stand for in a model that takes pictures."""

    inputs: tuple[Edge, ...]
    outputs: tuple[Edge, ...]
    pixels: tuple[float, float] = UNIT

    @property
    def taken(self) -> str:
        """The inputs in words."""
        return " and ".join(map(str, self.inputs))

    @property
    def wanted_arrays(self) -> str:
        """What --calibration-data has to hold, in words."""
        if len(self.inputs) == 1:
            return f"an array {self.inputs[0].batch}"
        names = [f"{one.name!r} {one.batch}" for one in self.inputs]
        return f"arrays {' and '.join(names)}, or x0, x1, ... in that order"

    def takes(self, size: int) -> bool:
        """Whether samples of so many values are the model's only input."""
        return len(self.inputs) == 1 and self.inputs[0].size == size

    def gives_classes(self, count: int) -> bool:
        """Whether an output is scores of so many classes, or a single one says which of two."""
        return any(one.size == count or (one.size, count) == (1, 2) for one in self.outputs)

    def require_fitting(self, model: str, info: DataInfo, shape: tuple[int, ...]) -> None:
        """Raises DataError unless samples of `shape` are what the model takes, and its output is
        for the data's classes."""
        if not self.takes(math.prod(shape)):
            raise DataError(
                f"{model}: takes {self.taken}, the data are {info}; give the data that it was "
                "trained on by --data, or samples by --calibration-data FILE.npz "
                f"({self.wanted_arrays})"
            )
        if info.task == "classify" and not self.gives_classes(len(info.labels)):
            shown = " and ".join(str(list(one.shape)) for one in self.outputs)
            raise DataError(
                f"{model}: gives {shown}, the data have {len(info.labels)} classes; give the data "
                "that it was trained on by --data"
            )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(told: dict[str, Any]) -> Edges:
        def edges(key: str) -> tuple[Edge, ...]:
            return tuple(Edge(e["name"], tuple(e["shape"]), e["dtype"]) for e in told[key])

        low, high = told["pixels"]
        return Edges(edges("inputs"), edges("outputs"), (low, high))


def load(build_dir: Path) -> Edges:
    """Raises ArtifactError."""
    path = artifacts.require(build_dir / FLOAT_EDGES, "quantize")
    try:
        return Edges.from_json(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path}: damaged ({error}); run `invoke clean`") from None


def write(build_dir: Path, edges: Edges) -> None:
    artifacts.write_json(build_dir / FLOAT_EDGES, edges.to_json())
