"""Progress of what takes longer than a few seconds, on stderr: bars on a terminal, elsewhere a line
every few seconds. Steps may lie in one another and run side by side in threads; a process may fork
meanwhile.

    with progress("golden", total=2000, unit="models") as step:
        step.advance()
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

LINE_S = 4.0  # from line to line, off a terminal
_REFRESH_S = 0.2  # of the bars; a step that is shorter has none
_Piece = TypeVar("_Piece")


class Step:
    """Something that takes a while. total: pieces of it, None where nobody knows. unit: what a
    piece is, as a plural. state: what it is at, in a few words."""

    def __init__(self, title: str, total: int | None, unit: str) -> None:
        self.title, self.total, self.unit = title, total, unit
        self.done, self.state = 0, ""
        self._started_s = time.monotonic()

    def advance(self, pieces: int = 1, state: str = "") -> None:
        """That many pieces more are done."""
        with _shown.lock:
            self.done += pieces
            self.state = state

    def __str__(self) -> str:
        counted = f"{self.done:,} of {self.total:,} {self.unit}" if self.total else ""
        elapsed = f"{time.monotonic() - self._started_s:.0f} s"
        return f"{self.title}: {', '.join(filter(None, [counted, self.state, elapsed]))}"


class _Shown:
    """The steps that run, and the thread that shows them. lock: held by whoever writes."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._steps: list[Step] = []
        self._ended = threading.Event()
        self._bars: Any = None  # rich.progress.Progress, imported where it is needed
        self._line_s = 0.0
        self.is_unseen = False

    def add(self, step: Step) -> None:
        with self.lock:
            if self.is_unseen:
                return
            self._steps.append(step)
            if len(self._steps) > 1:
                return
            self._ended, self._line_s = threading.Event(), time.monotonic()
            threading.Thread(target=self._tick, args=(self._ended,), daemon=True).start()

    def remove(self, step: Step) -> None:
        with self.lock:
            if step in self._steps:  # after a fork it is the parent's
                self._steps.remove(step)
            if not self._steps:
                self._ended.set()
            if not self._steps and self._bars is not None:
                self.stop_bars()

    def say(self, text: str) -> None:
        with self.lock:
            self._line_s = time.monotonic()
            print(text, file=sys.stderr, flush=True)

    def stop_bars(self) -> None:
        if self._bars is not None:
            self._bars.stop()
        self._bars = None

    def forget(self) -> None:
        """In a forked process, which has no thread but its own."""
        self._steps, self._bars = [], None
        self.lock.release()

    def _tick(self, ended: threading.Event) -> None:
        while not ended.wait(_REFRESH_S):
            with self.lock:
                if ended.is_set():
                    return
                if sys.stderr.isatty():
                    self._draw()
                elif time.monotonic() - self._line_s >= LINE_S:
                    self.say(str(self._steps[-1]))

    def _draw(self) -> None:
        if self._bars is None:
            self._bars = _bars()
            self._bars.start()
        bars = self._bars
        drawn = {task.fields["step"]: task.id for task in bars.tasks}
        for step in drawn.keys() - set(self._steps):
            bars.remove_task(drawn[step])
        for step in self._steps:
            if step not in drawn:
                drawn[step] = bars.add_task(step.title, total=step.total, step=step)
            bars.update(drawn[step], completed=step.done, description=str(step))
        bars.refresh()


def _bars() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        auto_refresh=False,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),  # what is piped elsewhere is not the terminal's
    )


_shown = _Shown()
os.register_at_fork(
    before=lambda: _shown.lock.acquire(),
    after_in_parent=lambda: _shown.lock.release(),
    after_in_child=lambda: _shown.forget(),
)


@contextlib.contextmanager
def progress(title: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
    """Shows the step for as long as the block lasts."""
    step = Step(title, total, unit)
    _shown.add(step)
    try:
        yield step
    finally:
        _shown.remove(step)


def each(title: str, pieces: Iterable[_Piece], total: int, unit: str) -> Iterator[_Piece]:
    """The pieces, each of which is done when the next one is asked for."""
    with progress(title, total, unit) as step:
        for piece in pieces:
            yield piece
            step.advance()


def say(text: str) -> None:
    """A line of a step's own on stderr, above the bars; the next one off a terminal can wait."""
    _shown.say(text)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Nothing is shown meanwhile: stderr is somewhere else."""
    with _shown.lock:
        yield


@contextlib.contextmanager
def unseen() -> Iterator[None]:
    """Steps that begin in the block are parts of what another process shows."""
    _shown.is_unseen = True
    try:
        yield
    finally:
        _shown.is_unseen = False


@contextlib.contextmanager
def left_to_another_process() -> Iterator[None]:
    """That one shows its own progress on the same terminal meanwhile."""
    with silence():
        _shown.stop_bars()
        yield
