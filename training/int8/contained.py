"""One function in a process of its own: what it opens may be a stranger's, and the libraries that
it calls may end their process.

    python -m training.int8.contained FOLDER

reads FOLDER/call.json, calls what it names and writes FOLDER/answer.json. `call` starts it.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codegen import errors as codegen_errors
from codegen import tools
from codegen.files.places import PROJECT
from codegen.progress import progress
from training import errors as training_errors
from training import tf_runtime
from training.errors import ArtifactError, ConversionError, TrainingError
from training.int8 import confinement

_CALL, _ANSWER = "call.json", "answer.json"
# An error's class comes back by its name; what a stranger's model could say is one of these.
_ERRORS = {
    name: one
    for module in (codegen_errors, training_errors)
    for name, one in vars(module).items()
    if isinstance(one, type) and issubclass(one, Exception)
}
_NO_MEMORY = ("MemoryError", "bad_alloc", "OOM when allocating", "Unable to allocate")


def call(
    function: Callable[..., Any],
    folder: Path,
    what: str,
    confined: bool = True,
    **arguments: Any,
) -> Any:
    """What a module's function returns for `arguments`; both as JSON has it, paths as text.

    folder: an empty one, where it may keep files. what: what it does to which model, for messages.
    confined: its memory is limited, and it can write to the folder alone, where the system has
    Landlock; for what was opened so before, that need not be.

    Raises what it raises of training.errors and codegen.errors; ConversionError if it ends in
    another way.
    """
    told = {
        "module": function.__module__,
        "function": function.__name__,
        "arguments": arguments,
        "confined": confined,
    }
    (folder / _CALL).write_text(json.dumps(told, default=str))
    with progress(what):
        result = subprocess.run(
            [sys.executable, "-m", __name__, str(folder)],
            cwd=PROJECT,
            env={**os.environ, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
    if result.returncode != 0:
        tools.require_space(what, result.stderr)
        raise _failure(what, result.returncode, result.stderr)
    answer = json.loads((folder / _ANSWER).read_text())
    if "error" in answer:
        raise _ERRORS.get(answer["error"], ConversionError)(answer["message"])
    return answer["result"]


def _failure(what: str, returncode: int, text: str) -> TrainingError:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if any(sign in text for sign in _NO_MEMORY):
        gigabytes = confinement.MEMORY_BYTES / (1 << 30)
        return ArtifactError(
            f"{what}: takes more than {gigabytes:g} GB of memory, which no model for a "
            "microcontroller does; give a smaller one"
        )
    last = lines[-1] if lines else "it said nothing"
    if returncode > 0:
        return ConversionError(f"{what}: its process ended with {returncode} ({last})")
    return ConversionError(
        f"{what}: TensorFlow ended its process with {signal.Signals(-returncode).name} ({last}); "
        "replace layers one by one to find the one that it cannot convert"
    )


def _main(folder: Path) -> None:
    told = json.loads((folder / _CALL).read_text())
    if told["confined"]:
        confinement.limit_resources()
        confinement.restrict_writes(folder)
    tf_runtime.output_is_captured()
    try:
        function = getattr(importlib.import_module(told["module"]), told["function"])
        answer = {"result": function(**told["arguments"])}
    except Exception as error:
        if type(error).__name__ not in _ERRORS:
            raise
        answer = {"error": type(error).__name__, "message": str(error)}
    (folder / _ANSWER).write_text(json.dumps(answer))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
