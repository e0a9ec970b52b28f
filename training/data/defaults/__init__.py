"""In: nothing. Out: a default data set as a user's own would lie there, made once into a cache.

Each module makes one, in the layout of one of training.data.readers, by which it is read then.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.data import sources
from training.data.defaults import motions, pictures, words
from training.errors import DataUnavailableError

Say = Callable[[str], None]


@dataclass(frozen=True)
class Default:
    """make: fills a folder, or raises an error that says why not. version: of what it makes, so
    that an older folder in the cache is not taken for it. note: what the user should know.
    of_images: image files."""

    make: Callable[[Path, Say], None]
    version: int
    note: str
    of_images: bool = False


DEFAULTS = {
    "motions": Default(motions.make, motions.VERSION, motions.NOTE),
    "pictures": Default(pictures.make, pictures.VERSION, pictures.NOTE, of_images=True),
    "words": Default(words.make, words.VERSION, words.NOTE),
}


def cached(name: str) -> Path:
    """Where the data set lies once it is made, beside what Keras has in its cache."""
    return sources.keras_cache().parent / "mcuforge" / f"{name}-{DEFAULTS[name].version}"


def folder(name: str, say: Say) -> Path:
    """The data set's folder, made if it is not there yet. Raises DataUnavailableError,
    MissingToolError."""
    place = cached(name)
    if place.is_dir():
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{name}-") as scratch:
            made = Path(scratch) / name
            made.mkdir()
            DEFAULTS[name].make(made, say)
            if not place.is_dir():  # else another process was quicker
                made.replace(place)
    except OSError as error:
        reason = error.strerror or error
        raise DataUnavailableError(
            f"--data {name}: {place} cannot be written ({reason}); "
            "name another folder in the environment variable KERAS_HOME"
        ) from None
    return place
