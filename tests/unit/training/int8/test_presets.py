"""The converter's optimization presets."""

from __future__ import annotations

import pytest

from training.errors import DataError
from training.int8 import presets


def test_an_unknown_preset_is_refused_with_those_there_are() -> None:
    for known in presets.PRESETS:
        presets.check(known)
    with pytest.raises(DataError, match="unknown preset 'speed'"):
        presets.check("speed")
