"""pytest in forks of a process that has the imports of others behind it: they take most of the time
of a few tests.

    python verification/mutation/warm_pytest.py     in a checkout; a line of JSON in, one out

In: pytest's arguments and the seconds that they may take. Out: its exit code, null where it had to
be ended, and what it wrote. The first start tells what to import beforehand: packages, none of the
checkout's own files. Once its input ends, so do the tests that run, and all that they started.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Their threads do not survive a fork.
_NOT_BEFORE = ("tensorflow", "keras", "tf_keras", "jax", "multiprocessing", "concurrent")


class WarmPytest:
    """The process, seen from outside. Closed by the end of a with block."""

    def __init__(self, checkout: Path) -> None:
        # In a session of its own: a Ctrl-C is for who started it, and then closes its input.
        self._process = subprocess.Popen(
            [sys.executable, __file__], cwd=checkout, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, arguments: Sequence[str], limit_s: float) -> tuple[int | None, str]:
        """(exit code or None, what was written)."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps([list(arguments), limit_s]), file=self._process.stdin, flush=True)
        code, text = json.loads(self._process.stdout.readline())
        return code, text

    def __enter__(self) -> WarmPytest:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _serve() -> None:
    sys.path[0] = str(Path.cwd())  # as `python -m pytest` has it
    warm = False
    for line in sys.stdin:
        arguments, limit_s = json.loads(line)
        with tempfile.TemporaryDirectory() as name:
            used = Path(name) / "modules"
            answer = _forked(arguments, limit_s, None if warm else used)
            if used.exists():
                warm = True
                for module in used.read_text().splitlines():
                    with contextlib.suppress(Exception):
                        importlib.import_module(module)
        print(json.dumps(answer), flush=True)


def _forked(arguments: list[str], limit_s: float, used: Path | None) -> tuple[int | None, str]:
    with tempfile.TemporaryFile() as said:
        reader, writer = os.pipe()  # closed when the child ends
        child = os.fork()
        if not child:
            os.setsid()
            os.close(0)
            os.open(os.devnull, os.O_RDONLY)
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os._exit(_tests(arguments, used))
        os.close(writer)
        # Nothing is asked while tests run, so what there is to read of the input is its end.
        ready = select.select([reader, sys.stdin], [], [], limit_s)[0]
        os.killpg(child, signal.SIGKILL)  # what tests leave behind, too
        os.close(reader)
        status = os.waitpid(child, 0)[1]
        if sys.stdin in ready:
            sys.exit()  # nobody waits for an answer
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
        return os.waitstatus_to_exitcode(status) if ready else None, text


def _tests(arguments: list[str], used: Path | None) -> int:
    import pytest

    # Its plugins are among what was imported before.
    code = int(pytest.main([*arguments, "-W", "ignore::pytest.PytestAssertRewriteWarning"]))
    sys.stdout.flush()
    if used is not None:
        used.write_text(
            "\n".join(name for name, one in list(sys.modules.items()) if _is_others(one))
        )
    return code


def _is_others(module: Any) -> bool:
    """Whether it is a package's or Python's, and may be there before a fork."""
    path = getattr(module, "__file__", None)
    name = getattr(module, "__name__", "")
    if not path or name.split(".")[0] in _NOT_BEFORE or name == "__main__":
        return False
    return not Path(path).is_relative_to(Path.cwd())


if __name__ == "__main__":
    _serve()
