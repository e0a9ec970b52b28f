"""How a training went, epoch by epoch: for TensorBoard while it runs, a table and a plot after."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from codegen.files.artifacts import DURATION, HISTORY, HISTORY_PLOT
from training import artifacts
from training.errors import ArtifactError, first_line

TENSORBOARD_LOGS = "logs/training"


def log_epoch(build_dir: Path, epoch: int, entry: Mapping[str, float]) -> None:
    """Append one epoch's figures to the TensorBoard logs; the first epoch begins them anew.

    Raises ArtifactError where they cannot be written.
    """
    import tensorflow as tf

    folder = build_dir / TENSORBOARD_LOGS
    if epoch == 1:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        writer = tf.summary.create_file_writer(str(folder))
        with writer.as_default(step=epoch):
            for name, value in entry.items():
                tf.summary.scalar(name, value)
        writer.close()
    except tf.errors.OpError as error:
        reason = first_line(error).rpartition("; ")[2]  # after the op's and the file's long names
        raise ArtifactError(
            f"cannot write {folder}: {reason}; free space, then `invoke train --resume` goes on"
        ) from None


def write(build_dir: Path, title: str, history: Sequence[Mapping[str, float]], kept: int) -> None:
    """HISTORY and HISTORY_PLOT: loss and accuracy by epoch. The same history, the same bytes.

    kept: number of the epoch, from 1 on, whose weights the model has.
    """
    artifacts.write_json(build_dir / HISTORY, {"epochs": list(history), "kept": kept})
    artifacts.atomic_write(build_dir / HISTORY_PLOT, _plot(title, history))


def write_duration(build_dir: Path, wall_s: float, cpu_s: float) -> None:
    """DURATION, apart from what the same training gives again to the byte."""
    duration = {"seconds": round(wall_s, 1), "processor_seconds": round(cpu_s, 1)}
    artifacts.write_json(build_dir / DURATION, duration)


def _plot(title: str, history: Sequence[Mapping[str, float]]) -> bytes:
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    epochs = range(1, len(history) + 1)

    def values(name: str, scale: float = 1.0) -> list[float]:
        return [scale * entry[name] for entry in history]

    of_classes = "held_out_accuracy" in history[0]
    figure = Figure(figsize=(10 if of_classes else 5, 4))
    figure.suptitle(title)
    plots = figure.subplots(1, 2 if of_classes else 1, squeeze=False)[0]
    losses = plots[0]
    losses.plot(epochs, values("loss"), label="training, augmented")
    losses.plot(epochs, values("held_out_loss"), label="held out")
    losses.set(xlabel="epoch", ylabel="loss")
    losses.legend()
    if of_classes:
        accuracies = plots[1]
        accuracies.plot(epochs, values("held_out_accuracy", 100), color="C1", label="held out")
        accuracies.set(xlabel="epoch", ylabel="accuracy [%]")
        accuracies.legend()
    for axes in plots:
        axes.grid(alpha=0.3)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    picture = io.BytesIO()
    undated: dict[str, Any] = {"Date": None}
    with matplotlib.rc_context({"svg.hashsalt": title}):  # ids are random otherwise
        figure.savefig(picture, format="svg", metadata=undated)
    return picture.getvalue()
