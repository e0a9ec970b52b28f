"""What a model says to a file of the user's: float and int8, by the task of the data."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from codegen.files import data_schema
from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, TRAIN_SPLIT
from codegen.files.text_table import text_table
from codegen.frontend import parameters
from codegen.model.tflite import Model
from codegen.samples.encode import dequantize, pixels_of
from codegen.samples.facts import DataInfo
from codegen.samples.measures import (
    FALSE_ALARMS,
    anomaly_scores,
    output_of,
    predicted_classes,
    real_outputs,
)
from codegen.samples.split import Split
from training import artifacts
from training.data import one_sample
from training.data.examples import Examples, calibrating
from training.int8 import float_answers
from training.int8.quantize import load_float_model
from training.judge import classification, familiarity
from training.judge.evaluate import oracle_answers

_PICTURE_SCALE = 10  # pixels of the PNG for each that the network sees
_ROWS_SHOWN = 10  # of samples
_NORMAL_SAMPLES = 200  # that the threshold of an anomaly is taken from


@dataclass(frozen=True)
class Prediction:
    """samples: what was read of the file. skew: how unlike the training samples' its values are, 0
    to 1. answers: by model, real numbers [N, outputs]; of classes probabilities. reconstruction
    errors are in `errors`, by model, with int8's `threshold`. strangers: how many of the samples
    are not like the training's.
    """

    samples: Split
    skew: float
    answers: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    threshold: float | None = None
    strangers: int = 0


def prepared(build_dir: Path, path: Path) -> Split:
    """A file as the samples of the folder's training were made.

    Raises DataError for what is no such file, CodegenError.
    """
    info = DataInfo.load(build_dir)
    return Split(info, one_sample.read(info, path), front_end=parameters.load(build_dir))


def predict(build_dir: Path, path: Path) -> Prediction:
    """Ask float.keras, if there is one, and model.tflite.

    Raises DataError for a file that is no sample, CodegenError for a model that takes none.
    """
    model = Model.read(artifacts.require(build_dir / INT8_MODEL, "quantize"))
    split = prepared(build_dir, path)
    info = split.info
    inputs, outputs = oracle_answers(model, split)
    real = real_outputs(model, outputs)
    number = output_of(split, [int(np.prod(one.shape[1:])) for one in real])
    answers = {"int8": real[number].reshape(len(split), -1)}
    shown = {"int8": dequantize(inputs, model.inputs[0])}
    if (build_dir / FLOAT_MODEL).is_file():
        examples = Examples(split, pixels_of(model, info))
        given = float_answers.as_taken(build_dir, examples)
        answer = float_answers.predict(load_float_model(build_dir / FLOAT_MODEL), given)[number]
        answers = {"float": answer.reshape(len(split), -1), **answers}
        shown["float"] = examples.real()
    errors: dict[str, np.ndarray] = {}
    threshold = None
    if info.task == "reconstruct":
        errors = {who: anomaly_scores(shown[who], one) for who, one in answers.items()}
        threshold = _threshold(build_dir, model)
    elif info.task == "classify" and not _gives_probabilities(model):
        answers = {who: classification.softmax(one) for who, one in answers.items()}
    schema = data_schema.load(build_dir)
    skew = schema.skew(split.values) if schema else 0.0
    return Prediction(split, skew, answers, errors, threshold, _strangers(build_dir, split))


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """What the network sees as a PNG, each pixel as a square. Raises CodegenError."""
    squares = np.ones((_PICTURE_SCALE, _PICTURE_SCALE, *[1] * (pixels.ndim - 2)), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.kron(pixels, squares)).save(buffer, "png")
    artifacts.atomic_write(path, buffer.getvalue())


def table(prediction: Prediction) -> str:
    """What each model answers, as a table and in a line."""
    info, answers = prediction.samples.info, prediction.answers
    if info.task == "classify":
        lines = _classes(info, answers)
    elif info.task == "reconstruct":
        lines = _anomalies(prediction)
    else:
        lines = _numbers(answers)
    if prediction.strangers:
        lines.append(_how_strange(prediction))
    if prediction.skew > data_schema.SKEW_LIMIT:
        what = "picture's grey levels are" if info.kind == "image" else "values are"
        hint = "; is it inverted, darker or lighter?" if info.kind == "image" else ""
        lines.append(
            f"predict: do not rely on it: the {what} unlike the training {info.noun}s' "
            f"(divergence {prediction.skew:.2f} of 1, limit {data_schema.SKEW_LIMIT}){hint}"
        )
    return "\n".join(lines)


def _how_strange(prediction: Prediction) -> str:
    noun, count = prediction.samples.info.noun, len(prediction.samples)
    which = f"the {noun} is" if count == 1 else f"{prediction.strangers} of {count} {noun}s are"
    return (
        f"predict: do not rely on it: {which} not like the training data; of {noun}s that are, "
        f"{familiarity.RARE:.0%} lie so far off (docs/models.md)"
    )


def _strangers(build_dir: Path, split: Split) -> int:
    known = familiarity.of_folder(build_dir)
    return 0 if known is None else known.strangers(Examples(split).real())


def _classes(info: DataInfo, answers: dict[str, np.ndarray]) -> list[str]:
    count = next(iter(answers.values())).shape[0]
    if count == 1:
        rows = [
            (label, *(f"{_of_class(one[0], index):.1%}" for one in answers.values()))
            for index, label in enumerate(_labels(info, answers["int8"]))
        ]
        lines = text_table(("", *answers), "l" + "r" * len(answers), rows)
    else:
        names = _labels(info, answers["int8"])
        rows = [
            (str(number), *(_choice(names, one[number]) for one in answers.values()))
            for number in range(min(count, _ROWS_SHOWN))
        ]
        lines = text_table(("sample", *answers), "r" + "l" * len(answers), rows)
    names = _labels(info, answers["int8"])
    choices = [f"{who} says {_choice(names, one.mean(axis=0))}" for who, one in answers.items()]
    what = f", the mean of {count} samples" if count > 1 else ""
    return [*lines, "", f"predict: {', '.join(choices)}{what}"]


def _anomalies(prediction: Prediction) -> list[str]:
    errors, threshold = prediction.errors, prediction.threshold
    rows = [
        (str(number), *(f"{one[number]:.4g}" for one in errors.values()))
        for number in range(min(len(prediction.samples), _ROWS_SHOWN))
    ]
    lines = text_table(("sample", *errors), "r" + "r" * len(errors), rows)
    worst = float(errors["int8"].max())
    if threshold is None:
        return [*lines, "", f"predict: error {worst:.4g}"]
    said = "an anomaly" if worst > threshold else "normal"
    return [
        *lines,
        "",
        f"predict: int8 says {said}: error {worst:.4g}, {FALSE_ALARMS:.0%} of the normal training "
        f"samples are above {threshold:.4g}",
    ]


def _numbers(answers: dict[str, np.ndarray]) -> list[str]:
    count, outputs = next(iter(answers.values())).shape
    rows = [
        (str(number), str(output), *(f"{one[number, output]:.5g}" for one in answers.values()))
        for number in range(min(count, _ROWS_SHOWN))
        for output in range(min(outputs, _ROWS_SHOWN))
    ]
    return text_table(("sample", "output", *answers), "rr" + "r" * len(answers), rows)


def _threshold(build_dir: Path, model: Model) -> float | None:
    """Of int8's error on normal training samples; None where there are no training samples."""
    if not (build_dir / TRAIN_SPLIT).is_file():
        return None
    normal = calibrating(build_dir, _NORMAL_SAMPLES).split
    inputs, outputs = oracle_answers(model, normal)
    real = real_outputs(model, outputs)[0].reshape(len(normal), -1)
    errors = anomaly_scores(dequantize(inputs, model.inputs[0]), real)
    return float(np.quantile(errors, 1 - FALSE_ALARMS))


def _gives_probabilities(model: Model) -> bool:
    return model.ops[-1].name in classification.PROBABILITY_OPS


def _of_class(answer: np.ndarray, index: int) -> float:
    """Of one sample; a single output is the second of two classes."""
    if len(answer) == 1:
        return float(answer[0] if index == 1 else 1 - answer[0])
    return float(answer[index])


def _choice(names: list[str], answer: np.ndarray) -> str:
    index = int(predicted_classes(answer[np.newaxis], len(names))[0])
    return f"{names[index]} ({_of_class(answer, index):.1%})"


def _labels(info: DataInfo, answer: np.ndarray) -> list[str]:
    """The classes' names, or their numbers where the model has others."""
    outputs = answer.shape[1]
    if outputs in (len(info.labels), 1):
        return info.labels
    return [str(index) for index in range(outputs)]
