"""The gate before a model is deployed: no worse than the blessed one, and within budget.

build/blessed.tflite is the model that `invoke flash --blessed` deploys; build/blessed.jsonl has a
line for every decision, accepted or not, with its reasons.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codegen.errors import CodegenError
from codegen.files.artifacts import BLESSED_MODEL, DECISIONS, INT8_MODEL, TEST_SPLIT
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.measures import ACCURACY, higher_is_better, shown
from training import artifacts
from training.errors import ArtifactError, TrainingError
from training.judge.evaluate import int8_measures

_NAMED = 3  # reasons in the message


class NotBlessedError(TrainingError):
    """A model that the gate keeps from being deployed."""

    exit_code = 1


@dataclass(frozen=True)
class Margins:
    """How much worse than the blessed model a new one may be, in percentage points.

    accuracy: int8's main measure over the test split; of an error in per cent of what it was.
    recall: the same of any class, recording or speaker.
    """

    accuracy: float = 0.1
    recall: float = 1.0

    def __post_init__(self) -> None:
        for option, points in (("margin", self.accuracy), ("recall-margin", self.recall)):
            if not 0 <= points <= 100:
                raise ArtifactError(f"--{option} {points}: give percentage points, 0 to 100")


@dataclass(frozen=True)
class Quality:
    """Of an int8 model, as the oracle answers on the test split. measure, value: the main one of
    the data's task. slices: the same of each class ("class 7": its recall), recording and speaker.
    """

    model_sha256: str
    measure: str
    value: float
    slices: dict[str, float]


def bless(
    build_dir: Path,
    blessed_dir: Path,
    margins: Margins,
    problems: Sequence[str],
    facts: dict[str, Any],
) -> list[str]:
    """Decides on build_dir's model; an accepted one becomes blessed_dir/blessed.tflite.

    problems: why it may not be deployed on its board, empty if it may. facts: what to keep of the
    decision besides. Both models are measured on build_dir's test samples. Returns lines that say
    what was compared; raises NotBlessedError with the reasons, DataError, CodegenError.
    """
    content = artifacts.require(build_dir / INT8_MODEL, "quantize").read_bytes()
    candidate = _quality(content, build_dir)
    before = _quality_before(blessed_dir, build_dir)
    reasons = [*problems, *(worse(candidate, before, margins) if before else [])]
    decision = {
        **facts,
        "accepted": not reasons,
        "reasons": reasons,
        "margins": asdict(margins),
        "candidate": asdict(candidate),
        "blessed_before": asdict(before) if before else None,
        "digits_sha256": artifacts.sha256_file(build_dir / TEST_SPLIT),
    }
    lines = [json.dumps(one) for one in (*_decisions(blessed_dir), decision)]
    artifacts.atomic_write(blessed_dir / DECISIONS, ("\n".join(lines) + "\n").encode())
    if reasons:
        more = f"; {len(reasons) - _NAMED} more are in {DECISIONS}" if len(reasons) > _NAMED else ""
        raise NotBlessedError(f"not blessed: {'; '.join(reasons[:_NAMED])}{more}")
    artifacts.atomic_write(blessed_dir / BLESSED_MODEL, content)
    return [_compared(candidate, before)]


def blessed(blessed_dir: Path) -> Path:
    """The blessed model's file. Raises ArtifactError if there is none or it is another one."""
    path = blessed_dir / BLESSED_MODEL
    accepted = [one for one in _decisions(blessed_dir) if one["accepted"]]
    if not accepted or not path.is_file():
        raise ArtifactError("no model is blessed yet; run `invoke bless`")
    if artifacts.sha256_file(path) != accepted[-1]["candidate"]["model_sha256"]:
        raise ArtifactError(
            f"{path} is not the model that was blessed last; delete it and run `invoke bless`"
        )
    return path


def worse(candidate: Quality, before: Quality, margins: Margins) -> list[str]:
    """Why `candidate` may not replace `before`, measured on the same samples; empty if it may."""
    name = before.measure
    reasons = []
    if _loss(name, before.value, candidate.value) > margins.accuracy:
        reasons.append(
            f"int8 {name} {shown(name, candidate.value)}, the blessed model has "
            f"{shown(name, before.value)} and may be missed by {margins.accuracy:g} {_unit(name)}"
        )
    for part, value in before.slices.items():
        if _loss(name, value, candidate.slices[part]) > margins.recall:
            reasons.append(
                f"{_of(name)} {part} {shown(name, candidate.slices[part])}, the blessed model has "
                f"{shown(name, value)} and may be missed by {margins.recall:g} {_unit(name)}"
            )
    return reasons


def _loss(name: str, before: float, after: float) -> float:
    """By how much a measure is worse: a share in percentage points, an error in per cent of what it
    was; without what floating point adds to a difference."""
    if higher_is_better(name):
        return round(100 * (before - after), 6)
    return round(100 * (after - before) / before, 6) if before else float(after > before)


def _unit(name: str) -> str:
    return "points" if higher_is_better(name) else "%"


def _of(name: str) -> str:
    """What a part's measure is called."""
    return "recall of" if name == ACCURACY else f"{name} of"


def _quality(content: bytes, build_dir: Path) -> Quality:
    """Raises NotBlessedError for data without targets, CodegenError for a model of other data."""
    model = Model.parse(content)
    found = int8_measures(model, split_file.load(build_dir))
    if found.main is None:
        raise NotBlessedError(
            f"not blessed: nothing says how good the model is: the data's task is {found.task}, "
            "without targets; give --data with some"
        )
    slices = {f"{one.column} {one.value}": one.measure for one in found.slices}
    return Quality(model.sha256, *found.main, slices)


def _quality_before(blessed_dir: Path, build_dir: Path) -> Quality | None:
    """Of the blessed model, if there is one. Raises NotBlessedError if it is for other data."""
    if not (blessed_dir / BLESSED_MODEL).is_file():
        return None
    try:
        return _quality(blessed(blessed_dir).read_bytes(), build_dir)
    except CodegenError as error:
        raise NotBlessedError(
            f"not blessed: {BLESSED_MODEL} is for other data ({error}); delete "
            f"{blessed_dir / BLESSED_MODEL} to bless one for these"
        ) from None


def _compared(candidate: Quality, before: Quality | None) -> str:
    name = candidate.measure
    text = f"blessed: int8 {name} {shown(name, candidate.value)}"
    if before is None:
        return f"{text}, the first one"
    text += f", before {shown(name, before.value)}"
    if not before.slices:
        return text
    part = max(
        before.slices, key=lambda one: _loss(name, before.slices[one], candidate.slices[one])
    )
    return (
        f"{text}; largest change for the worse: {_of(name)} {part}, "
        f"{shown(name, candidate.slices[part])}, before {shown(name, before.slices[part])}"
    )


def _decisions(blessed_dir: Path) -> list[dict[str, Any]]:
    path = blessed_dir / DECISIONS
    if not path.is_file():
        return []
    try:
        return [json.loads(line) for line in path.read_text().splitlines()]
    except ValueError as error:
        raise ArtifactError(f"{path}: damaged ({error}); delete it and bless again") from None
