"""Data for a model of several inputs: a .npz with an array for each of them, and their targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from codegen.files.artifacts import DATA_INFO, INT8_MODEL, MODEL_INPUTS
from codegen.files.manifest import sha256_file
from codegen.model.tflite import Model
from codegen.samples.encode import tensor_values
from codegen.samples.facts import DataInfo
from codegen.samples.split import Split, map_npz
from training import artifacts
from training.data.readers.arrays import DAMAGED
from training.data.targets import interpret
from training.errors import DataError

_TARGETS = ("y", "y_test")
_PREFIX, _SUFFIX = "serving_default_", ":0"  # what the converter adds to an input's name


def prepare(
    source: Path,
    build_dir: Path,
    task: str = "",
    names: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> None:
    """Write inputs.npz, of which each sample is a row of every array, and data.json.

    The arrays of `source` are called as the inputs of build_dir/model.tflite are, or as in `names`,
    which those of a float model were before, or x0, x1, ...; real numbers are quantized as the
    tensors state. `y` has classes or numbers for the first output
    that fits. Raises DataError, CodegenError; nothing is written then.
    """
    model = Model.read(artifacts.require(build_dir / INT8_MODEL, "quantize"))
    try:
        arrays = map_npz(source)
    except DAMAGED as error:
        raise DataError(f"{source}: no .npz file that can be read ({error})") from None
    called = names or [one.name for one in model.inputs]
    given = [
        _of_input(source, arrays, index, name, one.shape)
        for index, (name, one) in enumerate(zip(called, model.inputs, strict=True))
    ]
    counts = {len(values) for values in given}
    if len(counts) != 1 or not min(counts):
        shown = ", ".join(str(len(values)) for values in given)
        raise DataError(f"{source}: {shown} samples for its inputs; give as many for each")
    (count,) = counts
    inputs = [
        tensor_values(tensor, Split(_info(source, values, count), values))
        for tensor, values in zip(model.inputs, given, strict=True)
    ]
    info, targets = _info(source, given[0], count), {}
    name = next((one for one in _TARGETS if one in arrays), None)
    if name is not None and task != "none":
        given_targets = np.atleast_1d(arrays[name])
        if len(given_targets) != count:
            raise DataError(f"{source}: {count} samples but {len(given_targets)} targets")
        meaning = interpret(source, (np.asarray(given_targets),), task)
        targets = {"targets": meaning.targets[0]}
        info = _info(source, given[0], count, meaning.task, meaning.labels)
    values = {f"input{index}": one for index, one in enumerate(inputs)}
    artifacts.write_npz(build_dir / MODEL_INPUTS, **values, **targets)
    artifacts.write_json(build_dir / DATA_INFO, vars(info))
    say(f"data: {source}, {count} samples for {len(inputs)} inputs, task {info.task}")


def _of_input(
    source: Path,
    arrays: dict[str, np.ndarray],
    index: int,
    full_name: str,
    shape: tuple[int, ...],
) -> np.ndarray:
    short = full_name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    numbered = f"x{index}"
    name = next((one for one in (full_name, short, numbered) if one and one in arrays), None)
    if name is None:
        held = ", ".join(sorted(arrays)) or "nothing"
        raise DataError(
            f"{source}: holds {held}, and nothing for input {index}, {short!r} of "
            f"{list(shape)}; call its array {' or '.join(filter(None, (short, numbered)))}"
        )
    found = np.atleast_1d(arrays[name])
    fits = [shape, shape[1:]] if shape[:1] == (1,) else [shape]
    if found.shape[1:] not in fits:
        raise DataError(
            f"{source}: samples of {list(found.shape[1:])} for input {name}, which takes "
            f"{list(shape)}"
        )
    if found.dtype.kind not in "iufb" or (found.dtype.kind == "f" and not np.isfinite(found).all()):
        raise DataError(f"{source}: array {name} is not all finite numbers")
    return found


def _info(
    source: Path,
    values: np.ndarray,
    count: int,
    task: str = "none",
    labels: tuple[str, ...] = (),
) -> DataInfo:
    return DataInfo(
        *("npz", str(source), 0, count, {source.name: sha256_file(source)}, list(labels)),
        kind="tensor",
        shape=list(values.shape[1:]),
        dtype=str(values.dtype),
        range=[0, 0],
        unit="",
        task=task,
    )
