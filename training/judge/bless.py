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

import numpy as np

from codegen.files.artifacts import BLESSED_MODEL, DECISIONS, INT8_MODEL, TEST_SPLIT
from codegen.host.scores import oracle_scores
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from training import artifacts
from training.data import datasets
from training.errors import ArtifactError, TrainingError
from training.judge.classification import assess, int8_probabilities

_NAMED = 3  # reasons in the message


class NotBlessedError(TrainingError):
    """A model that the gate keeps from being deployed."""

    exit_code = 1


@dataclass(frozen=True)
class Margins:
    """How much worse than the blessed model a new one may be, in percentage points.

    accuracy: int8, over the test split. recall: of any class.
    """

    accuracy: float = 0.1
    recall: float = 1.0

    def __post_init__(self) -> None:
        for option, points in (("margin", self.accuracy), ("recall-margin", self.recall)):
            if not 0 <= points <= 100:
                raise ArtifactError(f"--{option} {points}: give percentage points, 0 to 100")


@dataclass(frozen=True)
class Quality:
    """Of an int8 model, as the oracle answers on the test split. recall: by class that has
    samples.
    """

    model_sha256: str
    int8_accuracy: float
    recall: dict[str, float]


def bless(
    build_dir: Path,
    blessed_dir: Path,
    margins: Margins,
    problems: Sequence[str],
    facts: dict[str, Any],
) -> list[str]:
    """Decides on build_dir's model; an accepted one becomes blessed_dir/blessed.tflite.

    problems: why it may not be deployed on its board, empty if it may. facts: what to keep of the
    decision besides. Both models are measured on build_dir's test digits. Returns lines that say
    what was compared; raises NotBlessedError with the reasons, DataError, CodegenError.
    """
    content = artifacts.require(build_dir / INT8_MODEL, "quantize").read_bytes()
    candidate = _quality(content, build_dir)
    before = _quality(blessed(blessed_dir).read_bytes(), build_dir) if _any(blessed_dir) else None
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
    """Why `candidate` may not replace `before`, measured on the same digits; empty if it may."""
    reasons = []
    if _points(before.int8_accuracy - candidate.int8_accuracy) > margins.accuracy:
        reasons.append(
            f"int8 accuracy {candidate.int8_accuracy:.2%}, the blessed model has "
            f"{before.int8_accuracy:.2%} and may be missed by {margins.accuracy:g} points"
        )
    for label, recall in before.recall.items():
        if _points(recall - candidate.recall[label]) > margins.recall:
            reasons.append(
                f"recall of class {label} {candidate.recall[label]:.2%}, the blessed model has "
                f"{recall:.2%} and may be missed by {margins.recall:g} points"
            )
    return reasons


def _points(difference: float) -> float:
    """A share as percentage points, without what floating point adds to a difference."""
    return round(100 * difference, 6)


def _quality(content: bytes, build_dir: Path) -> Quality:
    model = Model.parse(content)
    images, labels = datasets.load_split(build_dir, TEST_SPLIT)
    scores = oracle_scores(model, quantize_pixels(model, images))
    names = datasets.DataInfo.load(build_dir).labels
    result = assess(labels.astype(np.int64), int8_probabilities(model, scores), names)
    recall = {one.label: one.recall for one in result.classes if one.recall is not None}
    return Quality(model.sha256, result.accuracy, recall)


def _compared(candidate: Quality, before: Quality | None) -> str:
    if before is None:
        return f"blessed: int8 accuracy {candidate.int8_accuracy:.2%}, the first one"
    label = min(before.recall, key=lambda name: candidate.recall[name] - before.recall[name])
    return (
        f"blessed: int8 accuracy {candidate.int8_accuracy:.2%}, before {before.int8_accuracy:.2%}; "
        f"largest change of a recall for the worse: class {label}, {candidate.recall[label]:.2%}, "
        f"before {before.recall[label]:.2%}"
    )


def _any(blessed_dir: Path) -> bool:
    return (blessed_dir / BLESSED_MODEL).is_file()


def _decisions(blessed_dir: Path) -> list[dict[str, Any]]:
    path = blessed_dir / DECISIONS
    if not path.is_file():
        return []
    try:
        return [json.loads(line) for line in path.read_text().splitlines()]
    except ValueError as error:
        raise ArtifactError(f"{path}: damaged ({error}); delete it and bless again") from None
