"""What quantization takes a model's ranges from: the user's own calibration set, or the training
data where they are what the model takes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from training.data.examples import CALIBRATION_SEED, calibrating
from training.errors import DataError
from training.int8.edges import Edge, Edges
from training.int8.float_answers import as_taken, edges_of

SUFFIXES = (".npz", ".npy")


def calibration_arrays(
    build_dir: Path,
    count: int,
    own: Path | None = None,
    say: Callable[[str], None] = print,
) -> list[np.ndarray]:
    """For each input of the float model an array [N, *its shape]; the same ones at each call.

    own: a .npz or .npy with calibration samples; `count` of them are taken, or all there are.
    Without it they are training samples. Raises DataError, ArtifactError, CodegenError.
    """
    edges = edges_of(build_dir)
    if own is None:
        return [as_taken(build_dir, calibrating(build_dir, count, say))]
    if edges is None:
        raise DataError("--calibration-data: a recipe is calibrated with what it is trained on")
    samples = read_samples(own, edges, count)
    say(f"quantize: calibrated with {len(samples[0])} samples of {own}")
    return samples


def read_samples(path: Path, edges: Edges, count: int) -> list[np.ndarray]:
    """`count` samples of a .npz with an array for each input, by its name or as x0, x1, ..., or of
    one array for an only input; all there are, if that is less. Raises DataError."""
    arrays = _arrays(path, edges)
    samples = [
        _checked(path, name, values, edge)
        for (name, values), edge in zip(arrays.items(), edges.inputs, strict=True)
    ]
    lengths = {len(values) for values in samples}
    if len(lengths) > 1:
        counts = ", ".join(f"{len(values)} of {name!r}" for name, values in arrays.items())
        raise DataError(f"{path}: {counts}; give as many samples for each input")
    (there,) = lengths
    if count < there:
        samples = [values[_chosen(there, count)] for values in samples]
    return samples


def _chosen(there: int, count: int) -> np.ndarray:
    return np.random.default_rng(CALIBRATION_SEED).choice(there, count, replace=False)


def _arrays(path: Path, edges: Edges) -> dict[str, np.ndarray]:
    """{name in the file: its array}, in the order of the inputs."""
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                found = {"": loaded}
            else:
                found = {name: loaded[name] for name in loaded.files}
    except FileNotFoundError:
        raise DataError(f"--calibration-data {path}: no such file") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: no .npz or .npy of numbers ({error}); write it with np.savez"
        ) from None
    names = [one.name for one in edges.inputs]
    if len(found) == len(names) == 1:
        names = list(found)
    for chosen in (names, [f"x{i}" for i in range(len(names))]):
        if set(chosen) <= set(found):
            return {name: found[name] for name in chosen}
    there = ", ".join(f"{name!r} {list(values.shape)}" for name, values in found.items())
    raise DataError(f"{path}: holds {there}; the model takes {edges.wanted_arrays}")


def _checked(path: Path, name: str, values: np.ndarray, edge: Edge) -> np.ndarray:
    """values as [N, *the input's shape]. Raises DataError."""
    what = f"{path}: array {name!r}" if name else str(path)
    if values.dtype.kind not in "fiub":
        raise DataError(f"{what} is {values.dtype}; give numbers")
    if _without_ones(values.shape[1:]) != _without_ones(edge.shape) or not values.shape:
        raise DataError(
            f"{what} has shape {list(values.shape)}, the model's input {edge} takes {edge.batch}"
        )
    if not len(values):
        raise DataError(f"{what} has no samples; give some hundred")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise DataError(f"{what} has NaN or infinity; remove it or fill it in")
    wanted = np.dtype(edge.dtype)
    if wanted.kind in "iu":
        limits = np.iinfo(wanted)
        low, high = values.min(), values.max()
        if np.any(values != np.floor(values)) or low < limits.min or high > limits.max:
            raise DataError(
                f"{what} has {low:.6g} to {high:.6g}, the model's input {edge} takes whole numbers "
                f"{limits.min} to {limits.max}"
            )
    return values.astype(wanted).reshape(-1, *edge.shape)


def _without_ones(shape: tuple[int, ...]) -> list[int]:
    return [extent for extent in shape if extent != 1]
