"""Recipes and augmentation, as far as they need no TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.samples.facts import DataInfo
from training.data.augment import Augmentation
from training.data.options import DataOptions
from training.errors import DataError, RecipeError
from training.recipes import RECIPES, get_recipe, vision

# What the verbs import to list recipes, to decide what is fresh and to say what is missing.
CHEAP_MODULES = (
    *("recipes", "data.datasets", "fit.train", "int8.quantize", "judge.evaluate", "errors"),
)


def test_importing_the_room_imports_no_tensorflow() -> None:
    imports = "; ".join(f"import training.{name}" for name in CHEAP_MODULES)
    code = f"{imports}; import sys; sys.exit(bool({{'tensorflow', 'keras'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_recipe_lists_the_known() -> None:
    with pytest.raises(RecipeError, match=r"unknown recipe 'tyni'; known recipes: .*tiny"):
        get_recipe("tyni")


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_is_found_under_its_name(name: str) -> None:
    assert get_recipe(name).name == name


def test_how_recipes_are_trained() -> None:
    steady = {n: [o.name for o in r.optimizers if not o.one_cycle] for n, r in RECIPES.items()}
    assert {name: found for name, found in steady.items() if found} == {
        "book": ["adadelta", "adam"],
        "idx": ["adam"],
    }
    assert {name for name, one in RECIPES.items() if one.batch_last} == {"nano", "pico", "tiny"}


def test_the_first_optimizer_is_the_default_and_others_are_refused() -> None:
    book = get_recipe("book")
    assert book.optimizer(None).name == "adadelta"
    assert book.optimizer("adam").name == "adam"
    with pytest.raises(RecipeError, match="book has no optimizer 'sgd'; it has: adadelta, adam"):
        book.optimizer("sgd")


def test_small_data_is_repeated_until_enough_steps_are_made() -> None:
    recipe = get_recipe("tiny")
    assert recipe.epochs_for(57_000) == recipe.epochs
    few = recipe.epochs_for(3_800)
    assert few * (3_800 // recipe.batch_size) >= recipe.steps_at_least
    assert recipe.epochs_for(1) >= recipe.epochs


@given(st.integers(0, 2**32), st.integers(2, 40), st.integers(2, 40))
def test_the_centre_moves_by_the_shift_only(seed: int, height: int, width: int) -> None:
    change = Augmentation(rotation_degrees=20, scale=0.2, shear=0.2, shift_pixels=2.0)
    rows = change.transforms(np.random.default_rng(seed), 8, height, width)
    assert rows.shape == (8, 8)
    x, y = centre = np.array([width - 1, height - 1]) / 2
    moved = rows[:, [0, 3]] * x + rows[:, [1, 4]] * y + rows[:, [2, 5]]
    assert np.abs(moved - centre).max() <= 2.0 + 1e-3


def test_no_augmentation_is_the_identity() -> None:
    rows = Augmentation().transforms(np.random.default_rng(1), 2, 28, 28)
    np.testing.assert_allclose(rows, [[1, 0, 0, 0, 1, 0, 0, 0]] * 2, atol=1e-6)


@pytest.mark.parametrize(
    ("recipe", "of_images", "is_default", "given", "read"),
    [
        ("vision", True, True, {}, {"image_size": "96x96", "channels": 3}),
        ("vision", True, False, {"channels": 1}, {"image_size": "96x96", "channels": 1}),
        ("vision", True, False, {"image_size": "48x64"}, {"image_size": "48x64", "channels": 3}),
        ("vision", False, False, {}, {}),
        ("tiny", True, False, {}, {}),
        ("anomaly", False, True, {}, {"task": "reconstruct", "normal": "walking"}),
        (
            "anomaly",
            False,
            True,
            {"normal": "running"},
            {"task": "reconstruct", "normal": "running"},
        ),
        (
            "anomaly",
            False,
            False,
            {"target_column": "y"},
            {"task": "reconstruct", "target_column": "y"},
        ),
        ("anomaly", False, True, {"task": "classify"}, {"task": "classify"}),
        ("dense", False, False, {"task": "regress"}, {"task": "regress"}),
    ],
)
def test_a_recipe_states_what_the_user_leaves_out(
    recipe: str, of_images: bool, is_default: bool, given: dict[str, str], read: dict[str, str]
) -> None:
    found = get_recipe(recipe).reading(DataOptions(**given), of_images, is_default)  # type: ignore[arg-type]
    assert found == DataOptions(**read)  # type: ignore[arg-type]


def test_pictures_are_changed_by_the_generator_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = np.random.default_rng(2).uniform(0, 1, (16, 10, 12, 3)).astype(np.float32)
    changed = vision.augment(pictures, np.random.default_rng(3))
    assert changed.dtype == np.float32 and changed.shape == pictures.shape
    assert changed.min() >= 0 and changed.max() <= 1
    assert np.array_equal(changed, vision.augment(pictures, np.random.default_rng(3)))
    for name in ("TURN_DEGREES", "ZOOM", "SHIFT", "LIGHT"):
        monkeypatch.setattr(vision, name, 0.0)
    changed = vision.augment(pictures, np.random.default_rng(3))
    same = [np.array_equal(a, b) for a, b in zip(pictures, changed, strict=True)]
    mirrored = [np.array_equal(a[:, ::-1], b) for a, b in zip(pictures, changed, strict=True)]
    assert any(same) and any(mirrored) and all(np.logical_or(same, mirrored))


def test_what_lies_outside_of_a_picture_is_mirrored() -> None:
    places = np.array([-10, -2, -1, 0, 4.4, 9, 10, 11, 20])
    assert vision._reflected(places, 10).tolist() == [9, 1, 0, 0, 4, 9, 9, 8, 0]


@pytest.mark.parametrize(
    ("count", "batch"),
    [(1, 1), (7, 7), (8, 8), (63, 8), (64, 8), (72, 9), (800, 100), (1023, 127), (9999, 128)],
)
def test_a_small_set_goes_in_small_batches(count: int, batch: int) -> None:
    recipe = get_recipe("tiny")
    assert recipe.batch_size == 128
    assert recipe.batch_for(count) == batch


@pytest.mark.parametrize(
    ("count", "epochs", "patience"),
    [
        (1, 2500, 312),  # a step an epoch
        (8, 2500, 312),
        (800, 313, 39),  # 8 steps an epoch: 312.5 epochs
        (1023, 313, 39),
        (1024, 313, None),  # as many as the recipe's own batches take
    ],
)
def test_how_long_a_small_set_is_trained(count: int, epochs: int, patience: int | None) -> None:
    recipe = replace(get_recipe("tiny"), epochs=5, steps_at_least=2500)
    assert recipe.epochs_for(count) == epochs
    assert recipe.patience_for(count) == patience
    assert replace(recipe, steps_at_least=100).patience_for(800) == 20  # at least
    assert replace(recipe, steps_at_least=1).epochs_for(count) == 5


def test_images_are_large_enough_for_the_convolutions() -> None:
    info = DataInfo("x", "", 1, 1, {}, ["a", "b"], shape=[24, 24])
    recipe = get_recipe("tiny")
    recipe.check(info)
    for shape in ([23, 24], [24, 23]):
        with pytest.raises(DataError, match="takes images of 24x24 or more"):
            recipe.check(replace(info, shape=shape))
    for wrong in (replace(info, kind="audio"), replace(info, task="regress")):
        with pytest.raises(
            DataError, match=r"^recipe tiny takes data of kind image and task class"
        ):
            recipe.check(wrong)
