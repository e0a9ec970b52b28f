"""State of an interrupted training: written after each epoch, read by `invoke train --resume`."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.artifacts import CHECKPOINT
from training import artifacts
from training.errors import ArtifactError


def save(
    build_dir: Path,
    settings: Mapping[str, Any],
    history: Sequence[Mapping[str, float]],
    variables: Sequence[Any],
) -> None:
    """Write CHECKPOINT. `history`: one entry an epoch that is done; `variables`: all of the
    training that are not made anew from the settings, the random generators' among them."""
    state = json.dumps({"settings": settings, "history": history})
    arrays = {f"variable{index}": value.numpy() for index, value in enumerate(variables)}
    artifacts.write_npz(build_dir / CHECKPOINT, state=np.array(state), **arrays)


def restore(
    build_dir: Path, settings: Mapping[str, Any], variables: Sequence[Any]
) -> list[dict[str, float]]:
    """Assign what `save` wrote to `variables`; returns the history.

    Raises ArtifactError if there is no checkpoint, a damaged one, or one of other settings.
    """
    path = build_dir / CHECKPOINT
    if not path.is_file():
        raise ArtifactError(f"{path} is missing: nothing to resume; leave --resume out")
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            state = json.loads(str(arrays["state"]))
            values = [arrays[f"variable{index}"] for index in range(len(arrays.files) - 1)]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path}: damaged ({error}); leave --resume out") from None
    changed = [name for name in settings if settings[name] != state["settings"].get(name)]
    if changed:
        raise ArtifactError(
            f"{path} is of a training with another {', '.join(changed)}; leave --resume out"
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    history: list[dict[str, float]] = state["history"]
    return history


def remove(build_dir: Path) -> None:
    (build_dir / CHECKPOINT).unlink(missing_ok=True)
