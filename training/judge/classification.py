"""How good a classifier's answers are: confusion, precision, recall, F1, calibration.

Plain NumPy on labels and probabilities; where they come from (float model, oracle, device) is not
known here. Classes without a sample have no recall and no F1 and are left out of the macro means.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from codegen.model.tflite import Model
from training.errors import DataError

CALIBRATION_BINS = 15
TOP_CONFUSIONS = 10
PROBABILITY_OPS = ("SOFTMAX", "LOGISTIC")


@dataclass(frozen=True)
class ClassResult:
    """One class. precision is 0 if it was never predicted; recall and f1 are None if `support`,
    the number of its samples, is 0.
    """

    label: str
    support: int
    precision: float
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class Bin:
    """Answers whose highest probability is in (low, high]: how many, its mean, share correct."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Assessment:
    """Of `count` samples. confusion: rows are true classes, columns predicted ones.

    top_confusions: (true, predicted, how often), most frequent first.
    ece: expected calibration error: the mean distance of confidence and accuracy over `bins`,
    weighted by their counts (Guo et al., On Calibration of Modern Neural Networks, 2017).
    """

    count: int
    accuracy: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    ece: float
    classes: list[ClassResult]
    confusion: list[list[int]]
    top_confusions: list[tuple[str, str, int]]
    bins: list[Bin]


def assess(labels: np.ndarray, probabilities: np.ndarray, names: list[str]) -> Assessment:
    """Judge probabilities float [N, C] of samples of true classes `labels` [N]; names: C texts.

    The predicted class is the first of the highest. Raises DataError if there is no sample, if the
    numbers do not belong together, or if a probability is no number.
    """
    count, outputs = probabilities.shape
    if count == 0 or count != len(labels):
        raise DataError(
            f"evaluation needs a label an answer: {len(labels)} labels, {count} answers"
        )
    if outputs != len(names) or int(labels.max()) >= outputs:
        raise DataError(
            f"the model has {outputs} outputs, the data {len(names)} classes with labels up to "
            f"{int(labels.max())}; use a model for these classes"
        )
    if not np.isfinite(probabilities).all():
        first = int(np.flatnonzero(~np.isfinite(probabilities).all(axis=1))[0])
        raise DataError(f"the answer to sample {first} is no number; train the model again")
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((outputs, outputs), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    classes = [_of_class(confusion, index, name) for index, name in enumerate(names)]
    sampled = [one for one in classes if one.support]
    bins = _bins(probabilities.max(axis=1), predicted == labels)
    return Assessment(
        count=count,
        accuracy=float((predicted == labels).mean()),
        macro_precision=float(np.mean([one.precision for one in sampled])),
        macro_recall=float(np.mean([one.recall for one in sampled])),
        macro_f1=float(np.mean([one.f1 for one in sampled])),
        ece=sum(one.count * abs(one.confidence - one.accuracy) for one in bins) / count,
        classes=classes,
        confusion=confusion.tolist(),
        top_confusions=_top(confusion, names),
        bins=bins,
    )


def int8_probabilities(model: Model, scores: np.ndarray) -> np.ndarray:
    """int8 [N, C] of a model's output -> float32 [N, C]; a softmax is added if the model has none.

    Rows of a quantized softmax sum to 1 only up to its steps of 1/256.
    """
    output = model.outputs[0]
    real = (scores.astype(np.float32) - output.zero_point) * np.float32(output.scale)
    if model.op_names and model.ops[-1].name in PROBABILITY_OPS:
        return real
    return softmax(real)


def softmax(logits: np.ndarray) -> np.ndarray:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    share: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return share


def worst(labels: np.ndarray, probabilities: np.ndarray, count: int) -> np.ndarray:
    """Indices of the `count` samples whose true class got the lowest probability, worst first.

    Among equals, as int8 has many, the one whose wrong answer was the surest comes first.
    """
    of_label = probabilities[np.arange(len(labels)), labels]
    order: np.ndarray = np.lexsort((-probabilities.max(axis=1), of_label))[:count]
    return order


def _of_class(confusion: np.ndarray, index: int, name: str) -> ClassResult:
    hits = int(confusion[index, index])
    support, predicted = int(confusion[index].sum()), int(confusion[:, index].sum())
    return ClassResult(
        label=name,
        support=support,
        precision=hits / predicted if predicted else 0.0,
        recall=hits / support if support else None,
        f1=2 * hits / (support + predicted) if support else None,
    )


def _bins(confidence: np.ndarray, correct: np.ndarray) -> list[Bin]:
    """The bins that have any answer, of CALIBRATION_BINS of equal width over 0..1."""
    edges = np.linspace(0, 1, CALIBRATION_BINS + 1)
    member = np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int) - 1, 0, len(edges) - 2)
    return [
        Bin(
            low=float(edges[number]),
            high=float(edges[number + 1]),
            count=int(inside.sum()),
            confidence=float(confidence[inside].mean()),
            accuracy=float(correct[inside].mean()),
        )
        for number in range(CALIBRATION_BINS)
        if (inside := member == number).any()
    ]


def _top(confusion: np.ndarray, names: list[str]) -> list[tuple[str, str, int]]:
    wrong = confusion - np.diag(np.diag(confusion))
    order = np.argsort(-wrong, axis=None, kind="stable")[:TOP_CONFUSIONS]
    pairs = [np.unravel_index(place, wrong.shape) for place in order]
    return [(names[t], names[p], int(wrong[t, p])) for t, p in pairs if wrong[t, p]]
