"""What a model says to one picture: float and int8, with probabilities."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from codegen.files import data_schema, markdown
from codegen.files.artifacts import DATA_INFO, FLOAT_MODEL, INT8_MODEL
from codegen.host.scores import oracle_scores
from codegen.model.int8_checks import check_plain
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from training import artifacts
from training.data import datasets
from training.data.drawing import as_digit, as_garment, read_grey
from training.data.image_folder import IMAGE_FOLDER, SIZE, read_image
from training.data.sources import FASHION
from training.errors import DataError
from training.int8.quantize import load_float_model
from training.judge import classification

_PICTURE_SCALE = 10  # pixels of the PNG for each that the network sees


@dataclass(frozen=True)
class Prediction:
    """pixels: uint8 [H, W], what the network sees; skew: how unlike the training images' their grey
    levels are, 0 to 1. scores: int8, the oracle's. probabilities: by model, each [classes].
    """

    pixels: np.ndarray
    skew: float
    labels: list[str]
    scores: np.ndarray
    probabilities: dict[str, np.ndarray]


def prepared(build_dir: Path, image: Path, size: tuple[int, int] = (SIZE, SIZE)) -> np.ndarray:
    """A picture as the images of the folder's training were made: uint8 [*size].

    Pictures of digits as MNIST's, of articles as Fashion-MNIST's; those for a model of an image
    folder as that folder's. Raises DataError for what is no such picture, ArtifactError.
    """
    source = datasets.DataInfo.load(build_dir).source
    if source == IMAGE_FOLDER:
        return read_image(image, size)
    made = as_garment if source == FASHION else as_digit
    return made(read_grey(image), size)


def predict(build_dir: Path, image: Path) -> Prediction:
    """Ask float.keras, if there is one, and model.tflite.

    Raises DataError for what is no picture of a digit or a model that takes none, ArtifactError.
    """
    model = Model.read(artifacts.require(build_dir / INT8_MODEL, "quantize"))
    pixels = prepared(build_dir, image, _image_size(model))
    scores = oracle_scores(model, quantize_pixels(model, pixels[np.newaxis]))
    probabilities = {"int8": classification.int8_probabilities(model, scores)[0]}
    if (build_dir / FLOAT_MODEL).is_file():
        float_model = load_float_model(build_dir / FLOAT_MODEL)
        answers = float_model(datasets.to_float(pixels[np.newaxis]), training=False)
        probabilities = {"float": np.asarray(answers)[0], **probabilities}
    schema = data_schema.load(build_dir)
    skew = schema.skew(pixels[np.newaxis]) if schema else 0.0
    labels = _labels(build_dir, scores.shape[1])
    return Prediction(pixels, skew, labels, scores[0], probabilities)


def with_device(build_dir: Path, prediction: Prediction, board: str, scores: np.ndarray) -> None:
    """Adds what a board answered, int8 [classes], to the probabilities."""
    model = Model.read(build_dir / INT8_MODEL)
    prediction.probabilities[board] = classification.int8_probabilities(model, scores[np.newaxis])[
        0
    ]


def write_picture(path: Path, pixels: np.ndarray) -> None:
    """What the network sees as a PNG, each pixel as a square. Raises CodegenError."""
    picture = np.kron(pixels, np.ones((_PICTURE_SCALE, _PICTURE_SCALE), np.uint8))
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "png")
    artifacts.atomic_write(path, buffer.getvalue())


def table(prediction: Prediction) -> str:
    """Probabilities of each class by each model, as Markdown, and the choice of each."""
    models = prediction.probabilities
    rows = [
        (label, *(f"{one[index]:.1%}" for one in models.values()))
        for index, label in enumerate(prediction.labels)
    ]
    lines = markdown.table(("", *models), "l" + "r" * len(models), rows)
    choices = [
        f"{who} says {prediction.labels[int(one.argmax())]} ({one.max():.1%})"
        for who, one in models.items()
    ]
    lines += ["", "predict: " + ", ".join(choices)]
    if prediction.skew > data_schema.SKEW_LIMIT:
        lines.append(
            "predict: do not rely on it: the picture's grey levels are unlike the training images' "
            f"(divergence {prediction.skew:.2f} of 1, limit {data_schema.SKEW_LIMIT}); is it "
            "inverted, darker or lighter?"
        )
    return "\n".join(lines)


def _image_size(model: Model) -> tuple[int, int]:
    check_plain(model)
    shape = model.inputs[0].shape
    if len(shape) != 4 or shape[3] != 1 or min(shape[1:3]) < 8:
        raise DataError(
            f"predict: the model takes {list(shape)}; it has to take one grey picture, "
            "[1, height, width, 1], of at least 8x8"
        )
    return shape[1], shape[2]


def _labels(build_dir: Path, count: int) -> list[str]:
    """The classes' names, or their numbers if the data of this model are not known."""
    if (build_dir / DATA_INFO).is_file():
        labels = datasets.DataInfo.load(build_dir).labels
        if len(labels) == count:
            return labels
    return [str(index) for index in range(count)]
