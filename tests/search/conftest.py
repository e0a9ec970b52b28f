"""A scheduler on this machine, and its workers."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from codegen.files.places import PROGRAM
from tests.extras import interpreter


@pytest.fixture(scope="session")
def python() -> Path:
    """The path of an interpreter with the extra."""
    return interpreter("search", "distributed", "optuna")


@dataclass
class Cluster:
    """A scheduler on this machine and its workers."""

    python: Path
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def start(self, *arguments: str, program: Path = PROGRAM) -> subprocess.Popen[bytes]:
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(self.python), "-m", *arguments],
                cwd=program,
                env={**os.environ, "PYTHONPATH": str(program)},
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def start_worker(self, program: Path = PROGRAM) -> subprocess.Popen[bytes]:
        """Of the sources in the folder `program`."""
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard")
        module = "distributed.cli.dask_worker"
        return self.start(module, self.address, *options, program=program)


@pytest.fixture
def cluster(python: Path, tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    made = Cluster(python, tmp_path)
    port = _free_port()
    made.address = f"tcp://127.0.0.1:{port}"
    options = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    made.start("distributed.cli.dask_scheduler", *options)
    try:
        yield made
    finally:
        for process in made.processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
