"""Progress of a training: a bar on a terminal, one line an epoch elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from training.errors import DivergedError

_LINES_AT_MOST = 50  # of a training of many short epochs


class EpochProgress:
    """Context manager that shows epochs and stops a training whose loss is no number."""

    def __init__(
        self, title: str, epochs: int, steps_per_epoch: int, done: int | None = None
    ) -> None:
        """`done`: epochs that are not made again, of a training that can be resumed."""
        self._title, self._epochs, self._steps = title, epochs, steps_per_epoch
        self._resumable, self._done = done is not None, done or 0
        self._bar: Any = None
        self._started_s, self._started_cpu_s = time.monotonic(), time.process_time()

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
                self._title,
                total=self._epochs * self._steps,
                completed=self._done * self._steps,
                state="compiling",
            )
        else:
            resumed = f", {self._done} of them done" if self._done else ""
            self._say(f"{self._epochs} epochs of {self._steps} steps{resumed}, compiling")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
        if kind is KeyboardInterrupt and self._resumable and self._done:
            self._say(
                f"epoch {self._done}/{self._epochs} is the last one that was finished; "
                "`invoke train --resume` goes on after it"
            )
        if kind is None:
            wall_s, cpu_s = self.elapsed_s()
            self._say(f"{wall_s:.0f} s, {cpu_s:.0f} s of processor time")

    def elapsed_s(self) -> tuple[float, float]:
        """Seconds since the start, and of this process's processor time.

        The latter is about the same on a machine that others use too.
        """
        return time.monotonic() - self._started_s, time.process_time() - self._started_cpu_s

    def step(self, loss: float) -> None:
        if not math.isfinite(loss):
            raise DivergedError(
                f"{self._title}: the loss became {loss}; nothing was written. "
                "Lower the recipe's learning rate or check the data"
            )
        if self._bar is not None:
            self._bar.advance(self._task)

    def epoch(self, number: int, entry: Mapping[str, float]) -> None:
        """entry: of the history."""
        self._done = number
        state = f"loss {entry['loss']:.4f}, held-out "
        if "held_out_accuracy" in entry:
            state += f"accuracy {100 * entry['held_out_accuracy']:.2f} %"
        else:
            state += f"loss {entry['held_out_loss']:.4f}"
        if self._bar is not None:
            self._bar.update(self._task, state=state)
        elif number in (1, self._epochs) or not number % -(-self._epochs // _LINES_AT_MOST):
            elapsed_s = time.monotonic() - self._started_s
            self._say(f"epoch {number}/{self._epochs}, {state}, {elapsed_s:.0f} s")

    def end(self, reason: str) -> None:
        """Before the last epoch."""
        self._say(f"ends after epoch {self._done}: {reason}")

    def _say(self, text: str) -> None:
        print(f"{self._title}: {text}", file=sys.stderr, flush=True)
