"""An interpreter with the extra `search`, which requirements.lock leaves out: this one, or that of
an environment beside it, which is made and filled when it is first asked for."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import tomllib

from codegen.files.places import BUILD, PROGRAM


def _extra(name: str) -> list[str]:
    with (PROGRAM / "pyproject.toml").open("rb") as file:
        found: list[str] = tomllib.load(file)["project"]["optional-dependencies"][name]
    return found


@pytest.fixture(scope="session")
def python() -> Path:
    """The interpreter's path."""
    if all(importlib.util.find_spec(name) for name in ("distributed", "optuna")):
        return Path(sys.executable)
    environment = BUILD / "extras" / "search"
    program = environment / "bin" / "python"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        (found,) = environment.glob("lib/python*/site-packages")
        (found / "beside.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
        install = [str(program), "-m", "pip", "install", "--quiet", *_extra("search")]
        subprocess.run(install, check=True)
    return program


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
