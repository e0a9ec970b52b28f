"""The recipes for the smallest boards keep the limits that they are made for."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from codegen.boards import ISAS
from codegen.model import Model
from codegen.planner import plan_model
from training.footprint import footprint
from training.lean import lean
from training.recipes import get_recipe
from training.tf_runtime import load_tensorflow
from training.untrained import convert_untrained

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
