"""What a study found: the trials that none beats in everything, as table, picture, recipe files."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codegen.boards.facts import load_board
from codegen.files import markdown
from codegen.files.manifest import atomic_write
from pipeline.search.budget import Budget
from pipeline.search.trial import DESIGN, SHA, WHY, finished
from training.judge import lineage

# Flash in kB and accuracy on MNIST's test digits in %, as BitNetMCU's author published them.
_BITNETMCU = ((3.2, 98.92), (5.4, 99.06), (7.3, 99.28), (9.3, 99.44), (11.0, 99.55), (13.0, 99.58))


def front(study: Any) -> list[Any]:
    """Finished trials that fit and that no other beats in everything; the smallest model first."""
    ended = finished(study)
    return sorted(
        (one for one in ended if not any(_beats(other, one) for other in ended)),
        key=lambda one: (one.values[1], one.values[0]),
    )


def _beats(one: Any, other: Any) -> bool:
    mine, its = ((-trial.values[0], *trial.values[1:]) for trial in (one, other))
    return mine != its and all(a <= b for a, b in zip(mine, its, strict=True))


def why(trial: Any) -> str:
    """Why it did not come to its end, without the numbers of its own."""
    said: str = trial.user_attrs.get(WHY, "")
    return said.split(";")[0]


def fate(trial: Any) -> str:
    if trial.state.name == "COMPLETE":
        return "finished"
    said = trial.user_attrs.get(WHY, "")
    if said.startswith("does not fit"):
        return "did not fit and were not trained"
    if trial.state.name == "PRUNED":
        return "given up" if not said.startswith("failed") else "failed"
    return "lost with their process" if trial.state.name == "FAIL" else trial.state.name.lower()


def records(study: Any) -> list[lineage.Trial]:
    """What MLflow keeps of each trial that has ended."""
    names = ("held_out_accuracy", "model_bytes", "arena_bytes", "cycles")
    return [
        lineage.Trial(
            one.number,
            one.params,
            dict(zip(names, one.values or (), strict=False)),
            {"fate": fate(one)}
            | {key: one.user_attrs[key] for key in (DESIGN, SHA, WHY) if key in one.user_attrs},
        )
        for one in study.get_trials(deepcopy=False)
        if one.state.name in ("COMPLETE", "PRUNED", "FAIL")
    ]


def table(trials: Sequence[Any], budget: Budget) -> list[str]:
    """Markdown, a row a trial."""
    clock_hz = load_board(budget.board_id).clock_hz
    rows = []
    for one in trials:
        accuracy, size, arena, cycles = one.values
        rows.append(
            (
                str(one.number),
                f"{accuracy:.2%}",
                f"{size:,.0f}",
                f"{arena:,.0f}",
                f"{cycles:,.0f}",
                f"{cycles / clock_hz * 1e3:.1f}",
                _described(json.loads(one.user_attrs[DESIGN])),
            )
        )
    header = ("trial", "held out, int8", "bytes", "arena", "cycles", "ms", "network")
    return markdown.table(header, "rrrrrrl", rows)


def _described(design: dict[str, Any]) -> str:
    """Channels of the blocks, `s` where separable, `/2` where strided; how it ends, and who taught
    it."""
    blocks = [
        f"{one['channels']}{'s' if one['separable'] and number else ''}"
        f"{'/2' if one['stride'] == 2 else ''}"
        for number, one in enumerate(design["blocks"])
    ]
    words = [" ".join(blocks), "flat" if design["flat"] else "mean"]
    words += ["half size"] if design["shrink"] == 2 else []
    words += [f"teacher {design['teacher']['share']:.0%}"] if design["teacher"] else []
    return ", ".join(words)


def write_recipes(trials: Sequence[Any], folder: Path, name: str) -> list[tuple[Path, str]]:
    """A recipe file a trial, and what it says of it; the most accurate last."""
    written = []
    for one in sorted(trials, key=lambda one: one.values[0]):
        path = folder / f"{name}-{one.number}.json"
        atomic_write(path, one.user_attrs[DESIGN].encode())
        written.append((path, f"{one.values[0]:.2%}, model.tflite {one.user_attrs[SHA][:16]}"))
    return written


def draw(study: Any, trials: Sequence[Any], path: Path, name: str) -> None:
    """Accuracy against bytes of all finished trials, the front's joined, beside BitNetMCU's."""
    import matplotlib
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5))
    axes = figure.subplots()
    axes.plot(*_points(finished(study)), "o", color="0.75", ms=4, label="finished trials, held out")
    best: list[Any] = []
    for one in sorted(trials, key=lambda one: (one.values[1], -one.values[0])):
        if not best or one.values[0] > best[-1].values[0]:
            best.append(one)
    axes.plot(*_points(best), "o-", label="best of their size, held out")
    axes.plot(*zip(*_BITNETMCU, strict=True), "s--", color="C3", label="BitNetMCU, test digits")
    axes.set(xlabel="model [kB]", ylabel="accuracy [%]", title=f"study {name}")
    axes.grid(alpha=0.3)
    axes.legend()
    picture = io.BytesIO()
    undated: dict[str, Any] = {"Date": None}
    with matplotlib.rc_context({"svg.hashsalt": name}):  # ids are random otherwise
        figure.savefig(picture, format="svg", metadata=undated)
    atomic_write(path, picture.getvalue())


def _points(trials: Sequence[Any]) -> tuple[list[float], list[float]]:
    return [one.values[1] / 1000 for one in trials], [100 * one.values[0] for one in trials]
