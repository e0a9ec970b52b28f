"""Asking a float model of a build folder: its inputs in the shape, range and type that it takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.artifacts import FLOAT_EDGES
from training.data.examples import Examples
from training.errors import DataError
from training.int8 import edges as edges_file
from training.int8.edges import Edges

_BATCH = 500


def edges_of(build_dir: Path) -> Edges | None:
    """None of a recipe's model, which takes the examples as they are. Raises ArtifactError."""
    return edges_file.load(build_dir) if (build_dir / FLOAT_EDGES).is_file() else None


def as_taken(build_dir: Path, examples: Examples) -> np.ndarray:
    """Examples [N, *shape] as the only input of the folder's float model takes them.

    Raises DataError where they are not that, ArtifactError.
    """
    edges = edges_of(build_dir)
    if edges is None:
        return examples.real()
    edges.require_fitting(build_dir.name, examples.info, examples.shape)
    taken = edges.inputs[0]
    real = replace(examples, pixels=edges.pixels).real()
    if np.dtype(taken.dtype).kind in "iu":
        real = np.rint(real)
    return real.astype(taken.dtype).reshape(-1, *taken.shape)


def predict(model: Any, given: np.ndarray) -> list[np.ndarray]:
    """Each output [N, ...] of a keras.Model with one input, which may stand in a list or dict."""
    import keras

    if len(model.inputs) != 1:
        raise DataError(f"{model.name}: has {len(model.inputs)} inputs, the data one sample each")
    structure = given
    if not isinstance(model, keras.Sequential):
        structure = keras.tree.pack_sequence_as(model.input, [given])
    answers: list[np.ndarray] = keras.tree.flatten(model.predict(structure, _BATCH, verbose=0))
    return answers
