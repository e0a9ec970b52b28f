"""The recipes for the smallest boards keep the limits that they are made for."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from codegen.boards.facts import ISAS
from codegen.memory.planner import plan_model
from codegen.model.lean import lean
from codegen.model.tflite import Model
from training.int8.untrained import convert_untrained
from training.judge.footprint import footprint
from training.recipes import get_recipe
from training.tf_runtime import load_tensorflow

pytestmark = pytest.mark.usefixtures("in_this_process")

NANO_ARENA_BYTES = 2560
PICO_PARAMETERS = 1000
VISION_ARENA_BYTES = 64 * 1024


@pytest.mark.parametrize("name", ["nano", "pico"])
def test_model_keeps_the_limits_of_its_recipe(name: str, tmp_path: Path) -> None:
    load_tensorflow(seed=1)
    recipe = get_recipe(name)
    recipe.build_model().save(tmp_path / "model.keras")
    model = Model.parse(lean(convert_untrained(tmp_path / "model.keras")))
    needs = footprint(model)
    assert recipe.weight_bytes_limit and recipe.activation_bytes_limit
    assert 0 < needs.weight_bytes <= recipe.weight_bytes_limit
    assert 0 < needs.activation_bytes <= recipe.activation_bytes_limit
    if name == "nano":
        assert max(plan_model(model, isa).arena_bytes for isa in ISAS) <= NANO_ARENA_BYTES
    else:
        parameters = [t for t in model.tensors if t.is_const and t.scales]
        assert sum(math.prod(t.shape) for t in parameters) <= PICO_PARAMETERS


@pytest.mark.parametrize(
    ("shape", "width"), [((96, 96, 3), 8), ((96, 96, 1), 8), ((112, 112, 3), 4)]
)
def test_images_of_any_size_that_has_room_fit_the_arena(
    shape: tuple[int, ...], width: int, tmp_path: Path
) -> None:
    load_tensorflow(seed=1)
    built = get_recipe("vision").build_model(shape, 3)
    assert built.get_layer("conv1").filters == width
    built.save(tmp_path / "model.keras")
    model = Model.parse(lean(convert_untrained(tmp_path / "model.keras")))
    assert max(plan_model(model, isa).arena_bytes for isa in ISAS) <= VISION_ARENA_BYTES


def test_other_threads_do_not_change_the_first_weights() -> None:
    """They draw from Python's shared random numbers, as those of a campaign's worker do."""

    def first_weights(drawn: int) -> list[bytes]:
        load_tensorflow(seed=1)
        for _ in range(drawn):
            random.random()
        return [one.tobytes() for one in get_recipe("tiny").build_model().get_weights()]

    assert first_weights(drawn=0) == first_weights(drawn=1)
