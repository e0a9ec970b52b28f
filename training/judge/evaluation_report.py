"""The whole evaluation of a model: evaluate.json for programs, evaluate.html with its pictures.

evaluate.py measures what each build needs; this is for `invoke evaluate` only, because it takes
seconds, and with robustness a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files import markdown
from codegen.files.artifacts import (
    FLOAT_MODEL,
    INT8_MODEL,
    ORACLE_SCORES,
    REPORT_HTML,
    REPORT_JSON,
    TEST_SPLIT,
)
from codegen.host.scores import oracle_name, oracle_scores
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from training import artifacts
from training.data import datasets
from training.int8.quantize import load_float_model
from training.judge import classification
from training.judge.corruptions import CORRUPTIONS
from training.judge.evaluate import accuracy
from training.judge.report import DeviceScores, Report, Robustness, WrongDigit

ROBUSTNESS_COUNT = 2000
WORST_COUNT = 32


def evaluate(
    build_dir: Path,
    devices: Sequence[DeviceScores] = (),
    robustness: bool = False,
    say: Callable[[str], None] = print,
) -> Report:
    """Judge float.keras, model.tflite and boards on digits.npz; write evaluate.json and .html.

    oracle.npz of this model and these digits has to be there. Without float.keras, which a model
    made elsewhere does not have, there is no such column. robustness: also measure the accuracy on
    ROBUSTNESS_COUNT evenly chosen digits under each corruption.

    Raises ArtifactError, DataError, codegen.errors.CodegenError.
    """
    model = Model.read(artifacts.require(build_dir / INT8_MODEL, "quantize"))
    names = datasets.DataInfo.load(build_dir).labels
    images, labels = datasets.load_split(build_dir, TEST_SPLIT)
    with np.load(artifacts.require(build_dir / ORACLE_SCORES, "quantize")) as kept:
        int8 = classification.int8_probabilities(model, kept["scores"])

    float_of = _float_probabilities(build_dir / FLOAT_MODEL)
    everything = np.arange(len(labels))
    answers: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if float_of is not None:
        answers["float"] = (everything, float_of(images))
    answers["int8"] = (everything, int8)
    for device in devices:
        scores = classification.int8_probabilities(model, device.scores)
        answers[device.board_id] = (device.indices, scores)

    chosen = int8.argmax(axis=1)
    worst = classification.worst(labels, int8, WORST_COUNT)
    report = Report(
        models={
            name: classification.assess(labels[indices], probabilities, names)
            for name, (indices, probabilities) in answers.items()
        },
        disagreements={
            name: int((probabilities.argmax(axis=1) != chosen[indices]).sum())
            for name, (indices, probabilities) in answers.items()
        },
        worst=[
            WrongDigit(
                index=int(index),
                label=names[labels[index]],
                predicted=names[chosen[index]],
                probability=float(int8[index, labels[index]]),
            )
            for index in worst
        ],
        robustness=_robustness(model, float_of, images, labels, say) if robustness else [],
    )
    facts = {
        "model_sha256": model.sha256,
        "oracle": oracle_name(model),
        "test_count": len(labels),
        "labels": names,
        "runs": {device.board_id: device.run for device in devices},
    }
    from training.judge.evaluation_page import page  # here, for Matplotlib takes a second to import

    artifacts.atomic_write(
        build_dir / REPORT_HTML, page(build_dir.name, facts, report, images[worst]).encode()
    )
    artifacts.write_json(build_dir / REPORT_JSON, {**facts, **asdict(report)})
    return report


def table(report: Report) -> str:
    """What is worth a look at once, as Markdown."""
    rows = []
    for name, one in report.models.items():
        recalls = [(c.recall, c.label) for c in one.classes if c.recall is not None]
        lowest, label = min(recalls)
        rows.append(
            (
                name,
                f"{one.count:,}",
                f"{one.accuracy:.2%}",
                f"{one.macro_precision:.2%}",
                f"{one.macro_recall:.2%}",
                f"{one.macro_f1:.2%}",
                f"{one.ece:.4f}",
                f"{lowest:.2%} of {label}",
                str(report.disagreements[name]),
            )
        )
    means = ("macro precision", "macro recall", "macro F1", "ECE")
    header = ("", "digits", "accuracy", *means, "lowest recall", "other class than int8")
    lines = markdown.table(header, "lrrrrrrlr", rows)
    confusions = report.models["int8"].top_confusions
    if confusions:
        shown = ", ".join(f"{true} as {said} ({count})" for true, said, count in confusions[:5])
        lines += ["", f"int8 takes most often: {shown}"]
    absent = [c.label for c in report.models["int8"].classes if not c.support]
    if absent:
        lines += ["", f"no test sample of class {', '.join(absent)}: it is in no macro mean"]
    if report.robustness:
        names = list(report.robustness[0].accuracy)
        levels = [
            (
                row.corruption,
                f"{row.level:g} {row.unit}",
                *(f"{row.accuracy[name]:.2%}" for name in names),
            )
            for row in report.robustness
        ]
        align = "ll" + "r" * len(names)
        lines += ["", *markdown.table(("corruption", "level", *names), align, levels)]
    return "\n".join(lines)


def _float_probabilities(path: Path) -> Callable[[np.ndarray], np.ndarray] | None:
    if not path.is_file():
        return None
    model = load_float_model(path)

    def probabilities(images: np.ndarray) -> np.ndarray:
        answers: np.ndarray = model.predict(datasets.to_float(images), 500, verbose=0)
        return answers

    return probabilities


def _robustness(
    model: Model,
    float_of: Callable[[np.ndarray], np.ndarray] | None,
    images: np.ndarray,
    labels: np.ndarray,
    say: Callable[[str], None],
) -> list[Robustness]:
    chosen = np.linspace(0, len(labels) - 1, min(len(labels), ROBUSTNESS_COUNT)).astype(int)
    images, labels = images[chosen], labels[chosen]
    say(f"evaluate: robustness on {len(labels):,} digits")
    scorers: dict[str, Callable[[np.ndarray], Any]] = (
        {} if float_of is None else {"float": float_of}
    )
    scorers["int8"] = lambda pixels: oracle_scores(model, quantize_pixels(model, pixels))
    rows: list[tuple[str, str, float, np.ndarray]] = [("none", "", 0, images)]
    rows += [
        (kind.name, kind.unit, level, kind.apply(images, level))
        for kind in CORRUPTIONS
        for level in kind.levels
    ]
    return [
        Robustness(
            name, unit, level, {who: accuracy(of(pixels), labels) for who, of in scorers.items()}
        )
        for name, unit, level, pixels in rows
    ]
