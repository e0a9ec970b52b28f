"""Many pieces of work, each known by its own seeds: done in this process, in processes of this
machine, or by the workers of a Dask scheduler anywhere. The answers are the same, in the same
order, whoever gives them.

Which worker takes a piece, and what becomes of a piece whose worker is lost, is Dask's to decide;
its package `distributed` is only imported where workers are asked for. A worker that has other
sources, or another oracle, would give other answers, and is refused.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import io
import logging
import multiprocessing
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeVar

from codegen import progress
from codegen.errors import CodegenError, MissingToolError
from codegen.files.build_id import build_id
from codegen.files.places import PROGRAM

ALONE = ""
"""No workers: this process does it all."""

REQUIREMENT = "distributed>=2024.8"  # of the extra `search` in pyproject.toml
_ROOMS = ("codegen", "firmware", "harness", "pipeline", "training", "verification")
_TOOLS = ("numpy", "tensorflow", "tflite-micro")
_AHEAD = 3  # pieces for each worker that it holds or will get next
_CONNECT_S = 10
_NOBODY_S = 60  # without any worker
_LOOK_S = 5.0
_ATTEMPTS = 3  # workers that a piece may end before it is given up
_alone = threading.Lock()  # the oracle and the planner are not made for two threads
_Piece = TypeVar("_Piece")
_Answer = TypeVar("_Answer")


class CampaignError(CodegenError):
    """The workers cannot be used, or were lost."""

    exit_code = 3


class LostPieceError(CodegenError):
    """A piece of work ended every worker that took it."""

    exit_code = 1


def workers(text: str) -> str:
    """The kind of an option: a number of processes, or the address of a scheduler.

    Raises CodegenError (neither), MissingToolError.
    """
    count = int(text) if re.fullmatch(r"\d{1,3}", text) else None
    if count == 0 or (count is None and not re.fullmatch(r"(tcp|tls)://\S+:\d+", text)):
        raise CodegenError(
            f"--workers {text}: give a number of processes from 1 on, or a Dask scheduler's "
            "address, such as tcp://192.168.1.7:8786"
        )
    if importlib.util.find_spec("distributed") is None:
        raise MissingToolError(
            f"--workers {text}: needs Dask; install it with "
            f'`.venv/bin/python -m pip install "{REQUIREMENT}"`, or leave it out'
        )
    return text


def each(
    do: Callable[[_Piece], _Answer], pieces: Iterable[_Piece], workers: str = ALONE
) -> Generator[_Answer, None, None]:
    """What `do` answers to each piece, in order; pieces are taken as they are needed.

    Closed before its end, it calls back what is not done yet.

    do: a function of a module, or a partial of one; it, a piece and an answer can be pickled. A
    piece may be done again where a worker was lost, but has one answer.

    Raises what `do` raises, CampaignError, LostPieceError.
    """
    if workers == ALONE:
        yield from map(do, pieces)
        return
    with _client(workers) as client:
        yield from _mapped(client, do, iter(pieces))


def _mapped(
    client: Any, do: Callable[[_Piece], _Answer], pieces: Iterator[_Piece]
) -> Iterator[_Answer]:
    from distributed import KilledWorker

    told = functools.partial(_do, do, _program())
    waiting: deque[Any] = deque()
    number = 0
    try:
        while True:
            room = _AHEAD * max(1, sum(client.nthreads().values())) - len(waiting)
            for _, piece in zip(range(room), pieces, strict=False):
                waiting.append(client.submit(told, piece, pure=False))
            if not waiting:
                return
            try:
                answer = _answer(client, waiting[0])
            except KilledWorker:
                raise LostPieceError(  # Dask also blames what waited in the same worker
                    f"the campaign ended {_ATTEMPTS} workers at piece {number} or soon after; run "
                    "it without --workers, which shows where"
                ) from None
            waiting.popleft()
            number += 1
            yield answer
    finally:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            client.cancel(list(waiting))


def _answer(client: Any, future: Any) -> Any:
    """Raises CampaignError where nobody is left who could give it."""
    from distributed import TimeoutError as Late

    last_s = time.monotonic()
    while True:
        with contextlib.suppress(Late):
            return future.result(timeout=_LOOK_S)
        if client.nthreads():
            last_s = time.monotonic()
        elif time.monotonic() - last_s > _NOBODY_S:
            raise CampaignError(
                f"no worker was connected for {_NOBODY_S} s; start one, and the verb again"
            )


def _do(do: Callable[[_Piece], _Answer], program: str, piece: _Piece) -> _Answer:
    """In a worker."""
    if multiprocessing.current_process().daemon:
        raise CampaignError(
            "a worker may not start processes; start it with --no-nanny (docs/search.md)"
        )
    if _program() != program:
        raise CampaignError(
            "a worker has other sources, or other versions of "
            f"{', '.join(_TOOLS)}; bring it to this commit and its requirements.lock"
        )
    with _alone, progress.unseen(), contextlib.redirect_stdout(io.StringIO()):
        return do(piece)


@functools.cache
def _program() -> str:
    """What answers depend on, whatever is asked."""
    versions = [f"{tool} {importlib.metadata.version(tool)}" for tool in _TOOLS]
    return build_id({room: PROGRAM / room for room in _ROOMS}, versions)


@contextlib.contextmanager
def _client(workers: str) -> Iterator[Any]:
    """A connected distributed.Client, of a cluster of its own where `workers` is a number."""
    import dask
    from distributed import Client, LocalCluster

    settings = {
        "distributed.worker.daemon": False,  # pieces start processes
        "distributed.scheduler.allowed-failures": _ATTEMPTS - 1,
        "distributed.admin.large-graph-warning-threshold": "1GB",  # models go with the pieces
        "distributed.comm.timeouts.connect": f"{_CONNECT_S}s",
        "logging.distributed": "critical",
    }
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with dask.config.set(settings), contextlib.ExitStack() as stack:
        address: Any = workers
        if workers.isdigit():
            address = stack.enter_context(
                LocalCluster(
                    n_workers=int(workers),
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                    memory_limit=0,
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            client = stack.enter_context(Client(address, timeout=_CONNECT_S, set_as_default=False))
            client.wait_for_workers(1, timeout=_CONNECT_S)
        except OSError as error:  # of which a TimeoutError is one
            what = "has no workers" if "workers" in str(error) else "does not answer"
            raise CampaignError(
                f"--workers {workers}: the scheduler {what}; start them (docs/search.md), or give "
                "a number of processes of this machine"
            ) from None
        yield client
