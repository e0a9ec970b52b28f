"""The recipes for the smallest boards keep the limits that they are made for."""

from __future__ import annotations

import math
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

NANO_ARENA_BYTES = 2560
PICO_PARAMETERS = 1000


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
