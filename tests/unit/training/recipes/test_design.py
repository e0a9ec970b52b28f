"""Recipes that are files of numbers, as far as they need no TensorFlow."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from training.errors import RecipeError
from training.recipes import get_recipe
from training.recipes.design import Block, Design, FoundRecipe, Teacher, teacher_of, weight_count

DESIGN = Design(
    (Block(6, 5, 2, same=False), Block(12, 3, 2, separable=True), Block(8, same=False)),
    epochs=2,
    samples=3000,
    batch_size=64,
    learning_rate=0.004,
    label_smoothing=0.05,
    augmentation=0.5,
    calibration=100,
    teacher=Teacher(share=0.8),
)


def written(folder: Path, text: str) -> str:
    path = folder / "found-3.json"
    path.write_text(text)
    return str(path)


def test_a_file_says_all_of_its_recipe(tmp_path: Path) -> None:
    recipe = get_recipe(written(tmp_path, DESIGN.as_json()))
    assert isinstance(recipe, FoundRecipe) and recipe.design == DESIGN
    assert recipe.name == "found-3" and recipe.source_file == tmp_path / "found-3.json"
    assert (recipe.samples, recipe.calibration, recipe.batch_size) == (3000, 100, 64)
    assert recipe.augmentation.rotation_degrees == 5.0
    assert recipe.epochs_for(3000) == 2
    assert recipe.augment is None and not recipe.has_front_end


def test_a_long_training_is_compiled(tmp_path: Path) -> None:
    short = get_recipe(written(tmp_path, DESIGN.as_json()))
    text = json.dumps({**json.loads(DESIGN.as_json()), "samples": 0, "epochs": 14})
    assert not short.batch_last and get_recipe(written(tmp_path, text)).batch_last


def test_the_teacher_has_none_of_its_own() -> None:
    teacher = teacher_of(DESIGN)
    assert teacher.teacher is None and teacher.samples == 3000
    assert teacher.epochs == 4
    assert teacher.blocks == (
        Block(24, size=5, stride=2, same=False),
        Block(40, stride=2),
        Block(40, same=False),
        Block(32, same=False),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"blocks": []}, "blocks: give 1 to 20"),
        ({"blocks": [{"size": 3}]}, "block 1: channels is missing"),
        ({"blocks": [{"channels": 0}]}, "channels 0: give a whole number, 1 to 256"),
        ({"blocks": [{"channels": 4, "same": 1}]}, "same: give true or false"),
        ({"blocks": [7]}, "block 1: is no object of JSON"),
        ({"epochs": 1.5}, "epochs 1.5: give a whole number, 1 to 10000"),
        ({"learning_rate": "x"}, "learning_rate 'x': give a number, 1e-06 to 1"),
        ({"samples": True}, "samples True: give a whole number"),
        ({"quantized_epochs": 3}, "the last of 2 epochs; give 0 to 2"),
        ({"epoch": 3}, "has no field 'epoch'; it has blocks, "),
        ({"teacher": {"channels": [1, 2]}}, "teacher: channels: give 4 numbers"),
        ({"teacher": {"channels": [1, 2, 3, 0]}}, "channels 0: give a whole number"),
        ({"teacher": {"share": 2}}, "share 2: give a number, 0 to 1"),
    ],
)
def test_what_is_no_recipe_is_said(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    text = json.dumps({**json.loads(DESIGN.as_json()), **change})
    with pytest.raises(RecipeError, match=message):
        get_recipe(written(tmp_path, text))


@pytest.mark.parametrize(
    ("field", "lowest", "highest"),
    [
        ("epochs", 1, 10_000),
        ("samples", 0, 10_000_000),
        ("batch_size", 1, 4096),
        ("learning_rate", 1e-6, 1.0),
        ("label_smoothing", 0, 0.9),
        ("augmentation", 0, 4),
        ("calibration", 1, 100_000),
        ("shrink", 1, 4),
        ("channels", 1, 256),
        ("size", 1, 7),
        ("stride", 1, 4),
        ("share", 0, 1),
        ("temperature", 0.1, 100),
    ],
)
def test_limits_are_allowed_themselves(
    tmp_path: Path, field: str, lowest: float, highest: float
) -> None:
    def read(value: float) -> Design:
        stated = json.loads(DESIGN.as_json())
        place = next(
            one for one in (stated, stated["blocks"][0], stated["teacher"]) if field in one
        )
        place[field] = value
        return get_recipe(written(tmp_path, json.dumps(stated))).design  # type: ignore[attr-defined]

    for value in (lowest, highest):
        design = read(value)
        assert value in [
            getattr(one, field, None) for one in (design, design.blocks[0], design.teacher)
        ]
    least = 1 if isinstance(lowest, int) and isinstance(highest, int) else 1e-7
    for value in (lowest - least, highest + least):
        limits = re.escape(f"{lowest:g} to {highest:g}")
        with pytest.raises(RecipeError, match=f"{field} .*: give .*, {limits}"):
            read(value)


def test_a_file_that_is_not_there_or_no_json(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"cannot be read: .*No such file"):
        get_recipe(str(tmp_path / "absent.json"))
    with pytest.raises(RecipeError, match="cannot be read: Expecting value"):
        get_recipe(written(tmp_path, "no json"))


def test_weights_are_counted_without_keras() -> None:
    # 28x28 -> 12x12x6 -> 6x6x12 -> 4x4x8
    assert weight_count(DESIGN, (28, 28, 1), 10) == (
        25 * 6 + (9 * 6 + 6 * 12) + 9 * 12 * 8 + 4 * 4 * 8 * 10
    )
    mean = Design((Block(4, 3, 2),), shrink=2, flat=False)
    assert weight_count(mean, (28, 28, 1), 10) == 9 * 4 + 4 * 10
    shrunk = Design((Block(4, 3, 2),), shrink=2)  # 30x28 -> 15x14 -> 8x7x4
    assert weight_count(shrunk, (30, 28, 1), 10) == 9 * 4 + 8 * 7 * 4 * 10
    with pytest.raises(RecipeError, match="block 2: has a map of 2x2 left"):
        weight_count(Design((Block(4, 3, 14), Block(4, same=False))), (28, 28, 1), 10)
