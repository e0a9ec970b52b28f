"""Progress of a training: its steps as codegen.progress shows them, and a line an epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from types import TracebackType

from codegen.progress import progress, say
from training.errors import DivergedError

_LINES_AT_MOST = 50  # of a training of many short epochs


class EpochProgress:
    """Context manager that shows epochs and stops a training whose loss is no number."""

    def __init__(
        self, title: str, epochs: int, steps_per_epoch: int, done: int = 0, resume: str = ""
    ) -> None:
        """`done`: epochs that are not made again. `resume`: the command that goes on with this
        training when it was interrupted, if one does."""
        self._title, self._epochs, self._steps = title, epochs, steps_per_epoch
        self._resume, self._done = resume, done
        self._shown = progress(title, epochs * steps_per_epoch, "steps")
        self._started_s, self._started_cpu_s = time.monotonic(), time.process_time()

    def __enter__(self) -> EpochProgress:
        self._step = self._shown.__enter__()
        self._step.advance(self._done * self._steps, "compiling")
        resumed = f", {self._done} of them done" if self._done else ""
        self._say(f"{self._epochs} epochs of {self._steps} steps{resumed}, compiling")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shown.__exit__(kind, error, trace)
        if kind is KeyboardInterrupt and self._resume and self._done:
            self._say(
                f"epoch {self._done}/{self._epochs} is the last one that was finished; "
                f"`{self._resume}` goes on after it"
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
        self._step.advance(state=f"loss {loss:.4f}")

    def epoch(self, number: int, entry: Mapping[str, float]) -> None:
        """entry: of the history."""
        self._done = number
        state = f"loss {entry['loss']:.4f}, held-out "
        if "held_out_accuracy" in entry:
            state += f"accuracy {100 * entry['held_out_accuracy']:.2f} %"
        else:
            state += f"loss {entry['held_out_loss']:.4f}"
        if number in (1, self._epochs) or not number % -(-self._epochs // _LINES_AT_MOST):
            elapsed_s = time.monotonic() - self._started_s
            self._say(f"epoch {number}/{self._epochs}, {state}, {elapsed_s:.0f} s")

    def end(self, reason: str) -> None:
        """Before the last epoch."""
        self._say(f"ends after epoch {self._done}: {reason}")

    def _say(self, text: str) -> None:
        say(f"{self._title}: {text}")
