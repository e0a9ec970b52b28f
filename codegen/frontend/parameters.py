"""The kinds of front ends, and frontend.json in a build folder.

load(build_dir: Path) -> FrontEnd | None
read(path: Path) -> FrontEnd
save(front_end: FrontEnd, build_dir: Path) -> Path
from_json(values: Mapping[str, Any]) -> FrontEnd

AudioFrontEnd(rate_hz, samples, window, stride, channels, low_hz, high_hz, floor_log2)
ReadingsFrontEnd(length, channels, offset, gain, dtype="float32", spectrum=False,
                 log2=False)
ImageFrontEnd(frame, target, format="rgb888", channels=1, crop=None, box=None, resize="area",
              negative=False)
    .kind .sample_shape .sample_dtype .feature_shape .feature_scale .to_json()
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codegen.files.artifacts import FRONTEND
from codegen.files.manifest import atomic_write
from codegen.frontend.audio import AudioFrontEnd
from codegen.frontend.front_end import FrontEnd, FrontEndError
from codegen.frontend.image import ImageFrontEnd
from codegen.frontend.readings import ReadingsFrontEnd

KINDS: dict[str, type[FrontEnd]] = {
    kind.kind: kind for kind in (AudioFrontEnd, ReadingsFrontEnd, ImageFrontEnd)
}


def from_json(values: Mapping[str, Any]) -> FrontEnd:
    """What to_json() gave. Raises FrontEndError."""
    kind = values.get("kind") if isinstance(values, Mapping) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise FrontEndError(f"front end of kind {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind].from_json(values)


def load(build_dir: Path) -> FrontEnd | None:
    """The front end of the build folder's model; None if its input comes as it is.

    Raises FrontEndError for a damaged file.
    """
    path = build_dir / FRONTEND
    return read(path) if path.exists() else None


def read(path: Path) -> FrontEnd:
    """Raises FrontEndError for a file that is missing or states none."""
    try:
        return from_json(json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise FrontEndError(f"{path}: no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise FrontEndError(f"cannot read {path}: {error}; delete or correct it") from error
    except FrontEndError as error:
        raise FrontEndError(f"{path}: {error}") from None


def save(front_end: FrontEnd, build_dir: Path) -> Path:
    """Writes build_dir/frontend.json."""
    path = build_dir / FRONTEND
    atomic_write(path, (json.dumps(front_end.to_json(), indent=2) + "\n").encode())
    return path
