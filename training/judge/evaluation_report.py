"""The whole evaluation of a model: evaluate.json for programs, evaluate.html with its pictures.

evaluate.py measures what each build needs; this is for `invoke evaluate` only, because it takes
seconds, and with robustness a minute.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from codegen import campaign
from codegen.files.artifacts import (
    FLOAT_EDGES,
    FLOAT_MODEL,
    INT8_MODEL,
    ORACLE_SCORES,
    REPORT_HTML,
    REPORT_JSON,
    TEST_SPLIT,
)
from codegen.files.text_table import text_table
from codegen.host.scores import oracle_name, oracle_scores
from codegen.model.int8_checks import is_plain
from codegen.model.tflite import Model
from codegen.progress import each
from codegen.samples.encode import model_input, pixels_of
from codegen.samples.facts import DataInfo
from training import artifacts
from training.data.examples import Examples, load
from training.errors import DataError
from training.int8.float_answers import as_taken, predict
from training.int8.quantize import load_float_model
from training.judge import classification
from training.judge.classification import Assessment
from training.judge.corruptions import CORRUPTIONS
from training.judge.evaluate import accuracy
from training.judge.report import DeviceScores, Report, Robustness, WrongDigit

ROBUSTNESS_COUNT = 2000
WORST_COUNT = 32
_UNTOUCHED = ("none", 0.0)


def takes(build_dir: Path) -> bool:
    """Whether it judges the model: a classifier of the data's classes, int8 at its edges."""
    info = DataInfo.load(build_dir)
    model = Model.read(artifacts.require(build_dir / INT8_MODEL, "quantize"))
    return (
        info.task == "classify"
        and is_plain(model)
        and not model.is_stateful
        and model.outputs[0].nbytes == len(info.labels)
    )


def evaluate(
    build_dir: Path,
    devices: Sequence[DeviceScores] = (),
    robustness: bool = False,
    say: Callable[[str], None] = print,
    workers: str = campaign.ALONE,
) -> Report:
    """Judge float.keras, model.tflite and boards on the test split; write evaluate.json and .html.

    oracle.npz of this model and these samples has to be there. Without float.keras, which a model
    made elsewhere does not have, there is no such column. robustness: also measure the accuracy on
    ROBUSTNESS_COUNT evenly chosen images under each corruption. workers: who does that, as of
    codegen.campaign.

    Raises ArtifactError, DataError, codegen.errors.CodegenError.
    """
    model = Model.read(artifacts.require(build_dir / INT8_MODEL, "quantize"))
    tested = load(build_dir, TEST_SPLIT)
    tested = replace(tested, pixels=pixels_of(model, tested.info))
    names = tested.info.labels
    labels = tested.targets()
    with np.load(artifacts.require(build_dir / ORACLE_SCORES, "quantize")) as kept:
        int8 = classification.int8_probabilities(model, kept["scores"])

    float_of = _float_probabilities(build_dir)
    everything = np.arange(len(labels))
    answers: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if float_of is not None:
        answers["float"] = (everything, float_of(tested))
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
        robustness=_robustness(build_dir, tested, say, workers) if robustness else [],
    )
    facts = {
        "model_sha256": model.sha256,
        "oracle": oracle_name(model),
        "test_count": len(labels),
        "noun": tested.info.noun,
        "labels": names,
        "runs": {device.board_id: device.run for device in devices},
    }
    pictures = np.asarray(tested.split.values[worst]) if tested.info.kind == "image" else None
    from training.judge.evaluation_page import page  # here, for Matplotlib takes a second to import

    artifacts.atomic_write(
        build_dir / REPORT_HTML, page(build_dir.name, facts, report, pictures).encode()
    )
    artifacts.write_json(build_dir / REPORT_JSON, {**facts, **asdict(report)})
    return report


def table(report: Report) -> str:
    """What is worth a look at once."""
    columns = [_column(name, one, report) for name, one in report.models.items()]
    means = ("macro precision", "macro recall", "macro F1", "calibration error (ECE)")
    titles = ("samples", "accuracy", *means, "lowest recall", "other class than int8")
    rows = list(zip(titles, *columns, strict=True))
    lines = text_table(("", *report.models), "l" + "r" * len(columns), rows)
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
        lines += ["", *text_table(("corruption", "level", *names), align, levels)]
    return "\n".join(lines)


def _column(name: str, one: Assessment, report: Report) -> tuple[str, ...]:
    lowest, label = min((c.recall, c.label) for c in one.classes if c.recall is not None)
    return (
        f"{one.count:,}",
        f"{one.accuracy:.2%}",
        f"{one.macro_precision:.2%}",
        f"{one.macro_recall:.2%}",
        f"{one.macro_f1:.2%}",
        f"{one.ece:.4f}",
        f"{lowest:.2%} of {label}",
        str(report.disagreements[name]),
    )


def _float_probabilities(build_dir: Path) -> Callable[[Examples], np.ndarray] | None:
    path = build_dir / FLOAT_MODEL
    if not path.is_file():
        return None
    model = load_float_model(path)

    def probabilities(examples: Examples) -> np.ndarray:
        return predict(model, as_taken(build_dir, examples))[0]

    return probabilities


def _robustness(
    build_dir: Path, tested: Examples, say: Callable[[str], None], workers: str
) -> list[Robustness]:
    if tested.info.kind != "image" or len(tested.info.shape) != 2:
        raise DataError(
            f"--robustness: shifts, noise, blur and contrast are for grey images, the data are "
            f"{tested.info}; leave it out"
        )
    chosen = tested.take(
        np.linspace(0, len(tested) - 1, min(len(tested), ROBUSTNESS_COUNT)).astype(int)
    )
    say(f"evaluate: robustness on {len(chosen):,} {tested.info.noun}s")
    levels = [_UNTOUCHED, *((kind.name, level) for kind in CORRUPTIONS for level in kind.levels)]
    there = [
        name for name in (FLOAT_MODEL, FLOAT_EDGES, INT8_MODEL) if (build_dir / name).is_file()
    ]
    files = tuple((name, (build_dir / name).read_bytes()) for name in there)
    rows = campaign.each(partial(_under, files, chosen), levels, workers)
    return list(each("evaluate: robustness", rows, len(levels), "levels"))


def _under(
    files: tuple[tuple[str, bytes], ...], chosen: Examples, level: tuple[str, float]
) -> Robustness:
    """The accuracies of a build folder's models on images under one corruption."""
    name, amount = level
    images = np.asarray(chosen.split.values)
    unit = ""
    if level != _UNTOUCHED:
        (kind,) = (one for one in CORRUPTIONS if one.name == name)
        unit, images = kind.unit, kind.apply(images, amount)
    corrupted = replace(chosen, split=replace(chosen.split, values=images))
    scorers, labels = _scorers(files), chosen.targets()
    return Robustness(
        *(name, unit, amount), {who: accuracy(of(corrupted), labels) for who, of in scorers.items()}
    )


@lru_cache(maxsize=1)
def _scorers(files: tuple[tuple[str, bytes], ...]) -> dict[str, Callable[[Examples], Any]]:
    """What gives the models' answers. files: of a build folder, which need not be on this machine,
    by their names."""
    folder = tempfile.TemporaryDirectory(prefix="evaluate-")
    for name, content in files:
        (Path(folder.name) / name).write_bytes(content)
    model = Model.parse(dict(files)[INT8_MODEL])
    float_of = _float_probabilities(Path(folder.name))

    def int8(some: Examples, _: Any = folder) -> Any:  # the folder is there as long as it is used
        return oracle_scores(model, model_input(model, some.split))

    return {"int8": int8} if float_of is None else {"float": float_of, "int8": int8}
