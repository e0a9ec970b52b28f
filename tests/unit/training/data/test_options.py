"""How data are to be read: what is understood, and what no data could have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from training.data.options import DataOptions
from training.errors import DataError


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"task": "guess"}, "--task guess: choose one of classify, regress, reconstruct, none"),
        ({"channels": 2}, r"--channels 2: give 1 \(grey\) or 3 \(colour\)"),
        ({"channels": 4}, "--channels 4"),
        ({"channels": -1}, "--channels -1"),
        ({"fit": "squeeze"}, "--fit squeeze: choose one of stretch, crop"),
        ({"window": -1}, "--window -1: give a number above 0"),
        ({"window": 5, "stride": -2}, "--stride -2: give a number above 0"),
        ({"stride": 2}, "--stride 2: give --window, too"),
        ({"normal": "a", "task": "classify"}, "--normal a: is for --task reconstruct, not classif"),
        ({"image_size": "96"}, "--image-size 96: give HEIGHTxWIDTH, each 1 to 1024"),
        ({"image_size": "0x5"}, "--image-size 0x5"),
        ({"image_size": "5x0"}, "--image-size 5x0"),
        ({"image_size": "1025x5"}, "--image-size 1025x5"),
        ({"image_size": "5x1025"}, "--image-size 5x1025"),
        ({"image_size": "5x5x5"}, "--image-size 5x5x5"),
    ],
)
def test_what_no_data_could_have(values: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=f"^{said}"):
        DataOptions(**values)


@pytest.mark.parametrize(
    "values",
    [
        {},
        *({"task": one} for one in ("classify", "regress", "reconstruct", "none")),
        *({"channels": one} for one in (0, 1, 3)),
        *({"fit": one} for one in ("stretch", "crop")),
        {"window": 1, "stride": 1},
        {"normal": "a"},
        {"normal": "a", "task": "reconstruct"},
    ],
)
def test_what_is_given_is_known_by_its_flag(values: dict[str, Any]) -> None:
    shown = {f"--{name}": str(value) for name, value in values.items() if value}
    assert DataOptions(**values).given() == shown


def test_sizes_and_columns() -> None:
    assert DataOptions().size is None and DataOptions().column_names == []
    assert DataOptions(image_size="1x1024").size == (1, 1024)
    assert DataOptions(image_size="1024x1").size == (1024, 1)
    assert DataOptions(columns=" a, b,,c ,").column_names == ["a", "b", "c"]
    given = DataOptions(image_size="4x5", target_column="y").given()
    assert given == {"--image-size": "4x5", "--target-column": "y"}


def test_folders_are_classes() -> None:
    assert DataOptions().of_folders(Path("x")) == "classify"
    assert DataOptions(task="none").of_folders(Path("x")) == "none"
    with pytest.raises(DataError, match=r"^x: --task regress needs numbers, folders are classes"):
        DataOptions(task="regress").of_folders(Path("x"))


def test_an_option_that_says_nothing_is_refused() -> None:
    options = DataOptions(window=3, task="none", fit="crop")
    options.refuse_all_but(Path("x"), "a thing", "--window", "--fit")
    with pytest.raises(DataError, match=r"^--fit: has no meaning for x, a thing; leave it out"):
        options.refuse_all_but(Path("x"), "a thing", "--window")
    with pytest.raises(DataError, match=r"^--window: has no meaning"):
        options.refuse_all_but(Path("x"), "a thing", "--fit")
    DataOptions(task="reconstruct", normal="a").refuse_all_but(Path("x"), "a thing")
