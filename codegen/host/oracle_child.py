"""The oracle in a process of its own: it ends its process on some models that it accepts.

    python -m codegen.host.oracle_child FOLDER

reads FOLDER/model.tflite and FOLDER/inputs.npz, writes FOLDER/outputs.npz. `answers` starts it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen import tools
from codegen.errors import CodegenError, OracleError
from codegen.files.places import PROJECT
from codegen.files.printable import printable
from codegen.host.random_inputs import numpy_dtype
from codegen.host.runtime import HostRuntime
from codegen.model.op_table import has_foreign_ops
from codegen.model.tflite import Model
from codegen.progress import progress

_MODEL, _INPUTS, _OUTPUTS = "model.tflite", "inputs.npz", "outputs.npz"
_RESETS = "resets"


def answers(
    model: Model, inputs: Sequence[NDArray[Any]], resets: Collection[int] = (0,)
) -> list[NDArray[Any]]:
    """For each model output an array [N, *its shape]: what the oracle computes.

    inputs: for each model input an array [N, *its shape] of its dtype. resets: the samples before
    which variables go back to where they started; between them their values are kept.
    A model with custom ops that the wheel does not have is asked of our own runtime.
    Raises OracleError, RuntimeRefusedError, CppBuildError, MissingToolError.
    """
    with HostRuntime(model.data) as runtime:  # its reason for a refusal is clearer than the wheel's
        if has_foreign_ops(model):
            return _own_answers(model, runtime, inputs, resets)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _MODEL).write_bytes(model.data)
        arrays = {str(i): values for i, values in enumerate(inputs)}
        arrays[_RESETS] = np.array(sorted(resets), np.int64)
        np.savez(folder / _INPUTS, **arrays)  # type: ignore[arg-type]
        with progress("asking the oracle"):
            result = subprocess.run(
                [sys.executable, "-m", __name__, name],
                cwd=PROJECT,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        if result.returncode != 0:
            tools.require_space("asking the oracle", result.stderr)
            raise OracleError(_reason(result.returncode, result.stderr))
        with np.load(folder / _OUTPUTS) as made:
            return [made[str(i)] for i in range(len(model.outputs))]


def _reason(returncode: int, text: str) -> str:
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
    last = printable(last)  # it quotes names of the model
    if returncode > 0:
        return last or f"the oracle's process ended with {returncode}"
    name = signal.Signals(-returncode).name
    said = f" ({last})" if last else ""
    return (
        f"TFLM ends its process on this model, with {name}{said}: there is no truth to compare "
        "with; give its op ordinary scales and shapes"
    )


def _own_answers(
    model: Model, runtime: HostRuntime, inputs: Sequence[NDArray[Any]], resets: Collection[int]
) -> list[NDArray[Any]]:
    count = len(inputs[0])
    outputs = [np.empty((count, *t.shape), numpy_dtype(t)) for t in model.outputs]
    for i in range(count):
        if i in resets:
            runtime.reset()
        runtime.invoke(*(values[i] for values in inputs))
        for index, output in enumerate(outputs):
            output[i] = np.frombuffer(runtime.output(index), output.dtype).reshape(output[i].shape)
    return outputs


def _main(folder: Path) -> None:
    from codegen.host.oracle import Oracle  # imports the wheel

    model = Model.read(folder / _MODEL)
    with np.load(folder / _INPUTS) as arrays:
        resets = set(arrays[_RESETS].tolist())
        inputs = [arrays[str(i)] for i in range(len(model.inputs))]
    oracle = Oracle(model)
    runs_once = "CALL_ONCE" in model.op_names  # reset() does not run that again
    rows = []
    for i in range(len(inputs[0])):
        if i in resets and i > 0:
            if runs_once:
                oracle = Oracle(model)
            else:
                oracle.reset()
        rows.append(oracle.run([values[i] for values in inputs]))
    outputs = [np.stack(column) for column in zip(*rows, strict=True)]
    np.savez(folder / _OUTPUTS, **{str(i): values for i, values in enumerate(outputs)})  # type: ignore[arg-type]


if __name__ == "__main__":
    try:
        _main(Path(sys.argv[1]))
    except CodegenError as error:
        sys.exit(str(error))
