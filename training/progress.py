"""Progress of a training: a bar on a terminal, one line an epoch elsewhere."""

from __future__ import annotations

import math
import sys
import time
from types import TracebackType
from typing import Any

from training.errors import DivergedError


class EpochProgress:
    """Context manager that shows epochs and stops a training whose loss is no number."""

    def __init__(self, title: str, epochs: int, steps_per_epoch: int) -> None:
        self._title, self._epochs, self._steps = title, epochs, steps_per_epoch
        self._bar: Any = None
        self._started_s = time.monotonic()

    def __enter__(self) -> EpochProgress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.percentage:3.0f} %"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[state]}"),
                console=Console(stderr=True),
            )
            self._bar.start()
            self._task = self._bar.add_task(
                self._title, total=self._epochs * self._steps, state="compiling"
            )
        else:
            self._say(f"{self._epochs} epochs of {self._steps} steps, compiling")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, loss: float) -> None:
        if not math.isfinite(loss):
            raise DivergedError(
                f"{self._title}: the loss became {loss}; nothing was written. "
                "Lower the recipe's peak_learning_rate or check the data"
            )
        if self._bar is not None:
            self._bar.advance(self._task)

    def epoch(self, number: int, loss: float, validation_accuracy: float) -> None:
        state = f"loss {loss:.4f}, held-out accuracy {100 * validation_accuracy:.2f} %"
        if self._bar is not None:
            self._bar.update(self._task, state=state)
        else:
            elapsed_s = time.monotonic() - self._started_s
            self._say(f"epoch {number}/{self._epochs}, {state}, {elapsed_s:.0f} s")

    def _say(self, text: str) -> None:
        print(f"{self._title}: {text}", file=sys.stderr, flush=True)
