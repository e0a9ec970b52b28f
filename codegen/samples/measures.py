"""How good a model's answers are, by the task of the data; the same for float, int8 and a device.

classify: accuracy, top-k. regress: MAE, RMSE and R2. reconstruct: the mean squared error between
input and output is the anomaly score; the area under its ROC curve where the data say what is
normal, and the threshold that a given share of the normal samples exceeds.
Plain NumPy on real numbers; slices tell of groups that a model fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError
from codegen.model.tflite import Model
from codegen.samples.encode import dequantize
from codegen.samples.split import Split, is_anomalous

ACCURACY, RMSE, AUC = "accuracy", "RMSE", "AUC"
TOP = 3
MAIN = {"classify": ACCURACY, "regress": RMSE, "reconstruct": AUC}
FALSE_ALARMS = 0.05  # of the normal samples, at the threshold that is stated
_SLICES_AT_MOST = 64  # different values of a column beyond which each has too few samples
_SLICE_SAMPLES = 5  # fewer say nothing
_HALF = 0.5  # of a sigmoid between two classes


@dataclass(frozen=True)
class Slice:
    """A part of the samples: those with `value` in `column`. measure: the task's main one."""

    column: str
    value: str
    count: int
    measure: float


@dataclass(frozen=True)
class Measures:
    """values: by name, shares as 0..1. confusion: samples by [label][predicted], of classes."""

    task: str
    count: int
    values: dict[str, float] = field(default_factory=dict)
    confusion: list[list[int]] | None = None
    slices: list[Slice] = field(default_factory=list)

    @property
    def main(self) -> tuple[str, float] | None:
        """Name and value of the measure that a model is chosen by."""
        name = MAIN.get(self.task, "")
        return (name, self.values[name]) if name in self.values else None


def higher_is_better(name: str) -> bool:
    return name not in (RMSE, "MAE")


def shown(name: str, value: float) -> str:
    """A measure as text: shares in per cent."""
    return f"{value:.2%}" if name == ACCURACY or name.startswith("top-") else f"{value:.4g}"


def output_of(split: Split, sizes: Sequence[int]) -> int:
    """Which of a model's outputs, of so many values each, answers the task. Raises CodegenError."""
    info = split.info
    if info.task == "none":
        return 0
    if info.task == "reconstruct":
        wanted, what = {int(np.prod(split.input_shape))}, "values of a sample"
    elif info.task == "classify":
        count = len(info.labels)
        wanted, what = {count, 1} if count == 2 else {count}, "classes"
    else:
        return 0
    for index, size in enumerate(sizes):
        if size in wanted:
            return index
    larger = [index for index, size in enumerate(sizes) if size > max(wanted)]
    if info.task == "classify" and larger:  # classes of which these data have no sample
        return larger[0]
    found = " and ".join(map(str, sizes))
    raise CodegenError(
        f"the model gives {found} values, the data have {max(wanted)} {what}; give the data that "
        "it was made for by --data, or --task none to compare bytes only"
    )


def real_outputs(model: Model, outputs: Sequence[NDArray[Any]]) -> list[NDArray[np.float32]]:
    """Each output [N, *its shape] as the real numbers that it stands for."""
    return [dequantize(one, t) for one, t in zip(outputs, model.outputs, strict=True)]


def measure(
    split: Split, real_inputs: NDArray[Any] | None, answers: Sequence[NDArray[Any]]
) -> Measures:
    """Judges a model's real outputs, an array [N, ...] each, on the samples of `split`.

    real_inputs: [N, ...], what the model was shown; for `reconstruct` alone. Raises CodegenError
    for outputs that do not answer the data's task.
    """
    info = split.info
    flat = [np.asarray(one).reshape(len(split), -1) for one in answers]
    answer = flat[output_of(split, [one.shape[1] for one in flat])]
    if info.task == "classify" and split.targets is not None:
        return _classified(split, answer)
    if info.task == "regress" and split.targets is not None:
        return _estimated(split, answer)
    if info.task == "reconstruct":
        assert real_inputs is not None
        return _reconstructed(split, anomaly_scores(real_inputs, answer))
    return Measures(info.task, len(split))


def anomaly_scores(real_inputs: NDArray[Any], outputs: NDArray[Any]) -> NDArray[np.float64]:
    """float64 [N]: mean squared error of a reconstruction."""
    error = np.asarray(real_inputs, np.float64).reshape(len(outputs), -1) - outputs
    squares: NDArray[np.float64] = np.mean(error**2, axis=1)
    return squares


def predicted_classes(answer: NDArray[Any], labels: int) -> NDArray[np.int64]:
    """int64 [N] of outputs [N, C]: the first of the highest; of a single one, whether it is more
    than a half."""
    if answer.shape[1] == 1 and labels == 2:
        return (answer[:, 0] > _HALF).astype(np.int64)
    return answer.argmax(axis=1)


def roc_auc(scores: NDArray[Any], positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a positive sample has the higher score, ties half
    (Mann and Whitney, 1947)."""
    _, ranks, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    positives = int(positive.sum())
    rank_sum = float(mean_rank[ranks][positive].sum())
    others = len(scores) - positives
    return (rank_sum - positives * (positives + 1) / 2) / (positives * others)


def _classified(split: Split, answer: NDArray[Any]) -> Measures:
    labels = np.asarray(split.targets).astype(np.int64)
    outputs = max(2, answer.shape[1])
    if int(labels.max()) >= outputs:
        raise CodegenError(
            f"the model has {answer.shape[1]} outputs, the data have labels up to {labels.max()}; "
            "give the data that it was made for by --data"
        )
    predicted = predicted_classes(answer, len(split.info.labels))
    right = predicted == labels
    confusion = np.zeros((max(outputs, len(split.info.labels)), outputs), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    values = {ACCURACY: float(right.mean())}
    if answer.shape[1] > 2 * TOP:
        best = np.argsort(-answer, axis=1, kind="stable")[:, :TOP]
        values[f"top-{TOP}"] = float((best == labels[:, None]).any(axis=1).mean())
    return Measures(
        "classify", len(split), values, confusion.tolist(), _slices(split, right, np.mean)
    )


def _estimated(split: Split, answer: NDArray[Any]) -> Measures:
    targets = np.asarray(split.targets, np.float64).reshape(len(split), -1)
    if targets.shape != answer.shape:
        raise CodegenError(
            f"the model gives {answer.shape[1]} values, the data have {targets.shape[1]} targets a "
            "sample; give the data that it was made for by --data"
        )
    error = answer.astype(np.float64) - targets
    spread = float(((targets - targets.mean(axis=0)) ** 2).sum())
    values = {"MAE": float(np.abs(error).mean()), RMSE: float(np.sqrt((error**2).mean()))}
    if spread > 0:
        values["R2"] = 1 - float((error**2).sum()) / spread
    squares = (error**2).mean(axis=1)
    return Measures(
        "regress",
        len(split),
        values,
        slices=_slices(split, squares, lambda one: np.sqrt(one.mean())),
    )


def _reconstructed(split: Split, scores: NDArray[np.float64]) -> Measures:
    anomalous = is_anomalous(split)
    if anomalous is None or anomalous.all() or not anomalous.any():
        return Measures("reconstruct", len(split), {"mean error": float(scores.mean())})
    normal, others = scores[~anomalous], scores[anomalous]
    threshold = float(np.quantile(normal, 1 - FALSE_ALARMS))
    values = {
        AUC: roc_auc(scores, anomalous),
        "mean error of normal samples": float(normal.mean()),
        "mean error of others": float(others.mean()),
        "threshold": threshold,
        "found at the threshold": float((others > threshold).mean()),
    }
    slices = []
    for index, label in enumerate(split.info.labels):
        member = np.asarray(split.classes) == index
        if label != split.info.normal and member.any():
            among = member | ~anomalous
            value = roc_auc(scores[among], anomalous[among])
            slices.append(Slice("class", label, int(member.sum()), value))
    return Measures("reconstruct", len(split), values, slices=slices)


def _slices(split: Split, each: NDArray[Any], main: Any) -> list[Slice]:
    """The main measure of each class, recording or speaker with samples enough."""
    columns: Mapping[str, NDArray[Any] | None] = {
        "class": None
        if split.classes is None
        else np.array(split.info.labels)[np.asarray(split.classes).astype(np.int64)],
        "group": split.groups,
    }
    found = []
    for column, values in columns.items():
        if values is None:
            continue
        names = np.unique(values)
        if len(names) > _SLICES_AT_MOST:
            continue
        for name in names:
            member = values == name
            if member.sum() >= _SLICE_SAMPLES:
                found.append(Slice(column, str(name), int(member.sum()), float(main(each[member]))))
    return found
