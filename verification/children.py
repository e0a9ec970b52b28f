"""Work that may end or hang its process, done in a forked one that is replaced when it does.

A fork takes milliseconds where a new interpreter takes the import of everything, so a process that
dies at every tenth piece of work costs little.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

_Work = TypeVar("_Work")
_Answer = TypeVar("_Answer")
_FORK = multiprocessing.get_context("fork")
_PATIENCE = 12  # how much longer a piece may take by the clock: the machine may be busy
_LINES = 6  # of a dump that are shown: where it was, innermost first


@dataclass(frozen=True)
class Death:
    """A process that ended at a piece of work. reason: its signal or limit, and where it was."""

    reason: str


@dataclass(frozen=True)
class Done(Generic[_Answer]):
    """A piece of work that was done."""

    answer: _Answer


def each(
    do: Callable[[_Work], _Answer], work: Sequence[_Work], limit_s: float
) -> Iterator[Done[_Answer] | Death]:
    """What became of each piece of work, in order: its answer, or how the process ended at it.

    limit_s: seconds of processor time that one piece may take; then its process is ended. `do` must
    not raise, and its answer can be pickled.
    """
    at = 0
    while at < len(work):
        with tempfile.TemporaryFile() as said:
            receiver, sender = _FORK.Pipe(duplex=False)
            child = _FORK.Process(
                target=_serve, args=(do, work[at:], limit_s, (receiver, sender), said.fileno())
            )
            child.start()
            sender.close()
            trouble = ""
            while at < len(work) and not trouble:
                try:
                    if receiver.poll(_PATIENCE * limit_s):
                        yield Done(receiver.recv())
                        at += 1
                        continue
                    trouble = f"no end within {_PATIENCE * limit_s:g} s by the clock"
                    os.kill(child.pid or 0, signal.SIGABRT)  # faulthandler says where it was
                except EOFError:
                    trouble = "ended"
            child.join()
            if trouble:
                said.seek(0)
                yield Death(
                    _reason(trouble, child.exitcode or 0, said.read().decode("utf-8", "replace"))
                )
                at += 1


def _serve(
    do: Callable[[_Work], _Answer],
    work: Sequence[_Work],
    limit_s: float,
    pipe: tuple[Connection, Connection],
    said: int,
) -> None:
    receiver, sender = pipe
    receiver.close()  # so that it ends where the other process was
    os.dup2(said, 2)
    faulthandler.enable(said)
    faulthandler.register(signal.SIGPROF, said, chain=True)  # then it ends the process
    for piece in work:
        signal.setitimer(signal.ITIMER_PROF, limit_s)
        answer = do(piece)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sender.send(answer)


def _reason(trouble: str, exitcode: int, text: str) -> str:
    if trouble == "ended":
        trouble = signal.Signals(-exitcode).name if exitcode < 0 else f"exit code {exitcode}"
    if exitcode == -signal.SIGPROF:
        trouble = "too much processor time"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    where = [line for line in lines if line.startswith("File ")][:_LINES]
    return "; ".join([trouble, *(where or lines[-1:])])
