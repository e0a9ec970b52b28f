"""Progress of a run: a bar on a terminal, a few plain lines elsewhere. Safe for several threads."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_PLAIN_STEPS = 10


@contextmanager
def progress(title: str, total: int, console: Console) -> Iterator[Callable[[], None]]:
    """Gives a function to call once for each piece done."""
    if not console.is_terminal:
        yield _plain_lines(title, total, console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def _plain_lines(title: str, total: int, console: Console) -> Callable[[], None]:
    lock = threading.Lock()
    done = 0

    def advance() -> None:
        nonlocal done
        with lock:
            done += 1
            if done * _PLAIN_STEPS // total > (done - 1) * _PLAIN_STEPS // total:
                text = f"{title}: {done:,} of {total:,}"
                console.print(text, highlight=False, markup=False, soft_wrap=True)

    return advance
