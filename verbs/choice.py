"""From a verb's options to what the stages work on, with invoke.yaml's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from invoke import Context

from codegen.errors import CodegenError
from codegen.files.places import PROJECT
from verbs.options import CALIBRATION, DATA, ENGINE, READING, SEED, TARGETS, Option
from verbs.verb import Given


def choice(c: Context, given: Given, force: str = "", **changes: Any) -> Any:
    """The checked pipeline.choice.Choice. force: names of stages, for a given --force. changes:
    values that go before the given ones. Raises CodegenError."""
    from pipeline.choice import Choice, check
    from training.data.options import DataOptions

    defaults = c.config.mcuforge
    values = {**vars(given), **changes}
    if values.get("model") and values.get("recipe"):
        raise CodegenError(
            f"--model {values['model']} takes the place of --recipe {values['recipe']}; "
            "leave one out"
        )

    def value(name: str) -> Any:
        one = values.get(name)
        return defaults[name] if one is None else one

    def number(option: Option) -> int:
        found: int = option.value(value(option.name))
        return found

    data = values.get("data")
    calibration = values.get("calibration") or _of_recipe(value("recipe"), values)
    made = Choice(
        board_id=value("board"),
        recipe=value("recipe"),
        data=data or _of_project(DATA, defaults) or "auto",
        reading=DataOptions(**_reading(values, {} if data else defaults)),
        model=Path(value("model")) if value("model") else None,
        front_end=values.get("front_end"),
        calibration_data=values.get("calibration_data"),
        seed=number(SEED),
        optimizer=value("optimizer"),
        resume=bool(values.get("resume")),
        calibration=calibration or number(CALIBRATION),
        preset=value("preset"),
        sanitize=bool(values.get("sanitize")),
        tflm_lib=value("tflm_lib"),
        engine=ENGINE.value(value("engine")),
        self_test=bool(values.get("self_test") or defaults["self_test"]),
        force=frozenset(force.split() if values.get("force") else ()),
        verbose=bool(values.get("verbose")),
    )
    check(made)
    return made


def _of_recipe(name: str, values: Mapping[str, Any]) -> int | None:
    """The calibration that a recipe states for itself."""
    from training.recipes import get_recipe

    return None if values.get("model") else get_recipe(name).calibration


def engine_of(c: Context, given: Given) -> str:
    """The engine that was given, or that of invoke.yaml. Raises CodegenError."""
    found: str = ENGINE.value(given.engine or c.config.mcuforge.engine)
    return found


def _reading(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The options that say how data are read. Those of invoke.yaml are of the data that it names;
    other data do not take them over."""
    given = {one.name: values.get(one.name) for one in READING}
    for one in READING:
        if given[one.name] is None:
            given[one.name] = _of_project(one, defaults)
    return {name: value for name, value in given.items() if value is not None}


def _of_project(option: Option, defaults: Mapping[str, Any]) -> Any:
    """An option's value in invoke.yaml, whose paths are relative to it; None where it has none."""
    from training.data.datasets import SOURCES

    found = defaults.get(option.name)
    if found in (None, ""):
        return None
    file = PROJECT / str(found)
    is_path = option in (DATA, TARGETS) and found not in SOURCES and file.exists()
    return option.value(file if is_path else found)
