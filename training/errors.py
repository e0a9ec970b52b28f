"""What can go wrong in `training`, each with the exit code of the command that hit it."""

from __future__ import annotations

import re

_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_PLACE = re.compile(r'^ *File ".*", line \d+.*\n.*\n?', re.MULTILINE)  # and the line that is there
_HEADING = re.compile(r"in user code:|(\w+: )?Exception encountered when calling")
_CAUSE = "Exception encountered: "  # Keras shows all that it was given first
_SENTENCE = re.compile(r"[.?!] (?=[A-Z])")
_LONG = 100


class TrainingError(Exception):
    """Base of all errors that training/ raises on purpose. The message is one line for the user."""

    exit_code = 2


class DataError(TrainingError):
    """Digits that are missing, truncated, foreign or out of range."""


class UnfitDataError(DataError):
    """Data that are sound, but not for this recipe."""


class DataUnavailableError(DataError):
    """A data source that this machine does not have and cannot reach now."""

    exit_code = 3


class RecipeError(TrainingError):
    """A recipe that does not exist."""


class ArtifactError(TrainingError):
    """A file that an earlier stage should have written is missing or unreadable."""


class DivergedError(TrainingError):
    """A training whose loss is no number any more."""

    exit_code = 1


class GivenUpError(TrainingError):
    """A training that whoever asked for it does not want to go on."""

    exit_code = 1


class ConversionError(TrainingError):
    """A model that did not convert to int8 as a microcontroller needs it."""

    exit_code = 1


class CompressionError(TrainingError):
    """A compression that the model or the options do not allow."""


def first_line(error: Exception) -> str:
    """The first line of what Keras, NumPy or the converter said, who say much, that is neither a
    heading nor a place in the code; of a long one the first sentence, as advice follows that is
    for programs."""
    said = _COLOUR.sub("", str(error)).rpartition(_CAUSE)[2].strip()
    lines = [line.strip() for line in _PLACE.sub("", said).splitlines()]
    told = [line for line in lines if line and not _HEADING.match(line)]
    line = next(iter([*told, *filter(None, lines)]), type(error).__name__)
    return _SENTENCE.split(line)[0] if len(line) > _LONG else line
