"""From a verb's options to what the stages work on, with invoke.yaml's defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from invoke import Context

from verbs.options import CALIBRATION, READING, SEED, Option
from verbs.verb import Given


def choice(c: Context, given: Given, force: str = "", **changes: Any) -> Any:
    """The checked pipeline.choice.Choice. force: names of stages, for a given --force. changes:
    values that go before the given ones. Raises CodegenError."""
    from pipeline.choice import Choice, check
    from training.data.options import DataOptions

    defaults = c.config.mcuforge
    values = {**vars(given), **changes}

    def value(name: str) -> Any:
        one = values.get(name)
        return defaults[name] if one is None else one

    def number(option: Option) -> int:
        found: int = option.value(value(option.name))
        return found

    reading = {one.name: values.get(one.name) for one in READING}
    made = Choice(
        board_id=value("board"),
        recipe=value("recipe"),
        data=value("data"),
        reading=DataOptions(**{name: one for name, one in reading.items() if one is not None}),
        model=Path(value("model")) if value("model") else None,
        seed=number(SEED),
        optimizer=value("optimizer"),
        resume=bool(values.get("resume")),
        calibration=number(CALIBRATION),
        preset=value("preset"),
        sanitize=bool(values.get("sanitize")),
        tflm_lib=value("tflm_lib"),
        self_test=bool(values.get("self_test") or defaults["self_test"]),
        force=frozenset(force.split() if values.get("force") else ()),
        verbose=bool(values.get("verbose")),
    )
    check(made)
    return made
