"""Runs the suites with pytest: the quicker ones without images go beside the making of these."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import IO

from codegen.errors import CodegenError
from codegen.files.places import PROGRAM

SUITES = ("unit", "golden", "training", "emulated", "hardware")
ON_REQUEST = (
    "cores",
    "compression",
    "tutorials",
    "export",
    "search",
    "farm",
)  # they take minutes: by their names only
NEEDED_BY = {
    "emulated": ("gdb-multiarch", "chromedriver"),
    "tutorials": ("cmake",),
    "export": ("cmake", "clang"),
    "farm": ("gdb-multiarch", "ser2net"),
}
_ONE_FILE = "tests/unit/test_setup.py"  # any; what is asked of it is nothing
_USAGE = 4  # pytest's exit code
ON_IMAGES = ("emulated", "farm")
SANITIZED = "host"  # the board whose image the emulated tests take with sanitizers, too
# After the images: golden, training and the tutorials need none, but as many processors as there
# are. What comes before them is one process, which must not be the last one to end.
_AFTER_IMAGES = (*ON_IMAGES, "golden", "training", "tutorials", "hardware")


def require_arguments(further: Sequence[str]) -> None:
    """Raises CodegenError for arguments that pytest refuses, before images are made."""
    if not further:
        return
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", _ONE_FILE, *further]
    asked = subprocess.run(command, cwd=PROGRAM, capture_output=True, text=True, check=False)
    if asked.returncode == _USAGE:
        lines = (asked.stdout + asked.stderr).splitlines()
        said = [line for line in lines if "error: " in line.lower()][-1]
        reason = said.partition(": ")[2].removeprefix("error: ")
        raise CodegenError(f"--args {shlex.join(further)}: pytest refuses it: {reason}")


def run(
    suites: Sequence[str], make_images: Callable[[], None], options: Sequence[str], workers: str
) -> bool:
    """Whether all of them passed. options: further ones of pytest. workers: processes, or auto.

    make_images: called before the suites that come after it, if there are such; its errors pass
    through. What the other suites say meanwhile is shown at the end.
    """
    first = [suite for suite in suites if suite not in _AFTER_IMAGES]
    then = [suite for suite in suites if suite in _AFTER_IMAGES]
    if not then:
        return _start(first, options, workers).wait() == 0
    with tempfile.TemporaryFile() as output:
        # One process: the compilers and TensorFlow, which run meanwhile, take the other processor.
        beside = _start(first, options, "0", output) if first else None
        try:
            make_images()
            passed = _start(then, options, workers).wait() == 0
        except BaseException:
            if beside:
                beside.terminate()
            raise
        if beside:
            passed = beside.wait() == 0 and passed
            output.seek(0)
            print(f"--- tests: {', '.join(first)}", flush=True)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()
    return passed


def _start(
    suites: Sequence[str], options: Sequence[str], workers: str, output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    beside = ", beside what follows" if output else ""
    print(f"--- tests: {', '.join(suites)}{beside}", flush=True)
    # A file's tests stay together: they share fixtures that take long to make.
    command = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "loadfile"]
    command += ["--no-loadscope-reorder", "-p", "tests.longest_first"]
    folders = [f"tests/{suite}" for suite in suites]
    return subprocess.Popen([*command, *folders, *options], cwd=PROGRAM, stdout=output)
