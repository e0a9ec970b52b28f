"""The truth for every int8 result: the official TFLM interpreter in the tflite-micro wheel.

tf.lite.Interpreter is no oracle: its kernels round differently and differ by one LSB now and then.
The wheel's version is pinned in pyproject.toml. It can run no custom ops but upstream's own: the
scores of a model that has another one come from the firmware's own runtime on the host, which shows
that host and device agree, and no more. `oracle_name` goes into whatever is recorded with scores.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import tflite_micro
from numpy.typing import NDArray
from tflite_micro import runtime

from codegen.errors import ModelError, OracleError
from codegen.model.op_table import is_upstreams
from codegen.model.tflite import MEMORY_PLAN, WALK_ERRORS, Model
from codegen.progress import silence

VERSION = f"tflite-micro {tflite_micro.__version__}"
"""The oracle's name and exact version."""

_KEEP_TENSORS = runtime.InterpreterConfig.kPreserveAllTensors
_REUSE_MEMORY = runtime.InterpreterConfig.kAllocationRecording
_ARENA_BASE_BYTES = 1 << 20  # structures of the 64-bit host interpreter; generous on purpose
_ARENA_PER_OP_BYTES = 4096


class Oracle:
    """One model in the TFLM interpreter. Not safe for use by two threads at once.

    keep_tensors: after run(), tensor() shows what every op computed.
    """

    def __init__(self, model: bytes | Model, keep_tensors: bool = False) -> None:
        """Raises ModelError for damaged bytes, OracleError if TFLM refuses the model."""
        self.model = model if isinstance(model, Model) else Model.parse(model)
        if not self.model.inputs or not self.model.outputs:
            raise ModelError("the model has no input or no output; nothing can be computed")
        _refuse_what_it_cannot_run(self.model)
        tensors = [t for graph in self.model.subgraphs for t in graph.tensors]
        op_count = sum(len(graph.ops) for graph in self.model.subgraphs)
        # No plan needs more than all activations at once, and no kernel's scratch more than them.
        arena_bytes = (
            _ARENA_BASE_BYTES
            + 2 * sum(t.nbytes + 64 for t in tensors if not t.is_const)
            + _ARENA_PER_OP_BYTES * op_count
        )
        with _stderr_text() as text:
            try:
                self._interpreter = runtime.Interpreter.from_bytes(
                    # It follows a memory plan even where that lies; the truth is without one.
                    self.model.data.replace(MEMORY_PLAN, MEMORY_PLAN.lower()),
                    arena_size=arena_bytes,
                    intrepreter_config=_KEEP_TENSORS if keep_tensors else _REUSE_MEMORY,
                )
            except (RuntimeError, *WALK_ERRORS) as error:  # it looks into all tables, in Python
                raise OracleError(f"TFLM refuses the model: {_reason(text(), error)}") from error

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """One inference: an array for each model input, in order; an array for each output.

        Inputs must have the shape and dtype of their tensors. Raises OracleError.
        """
        interpreter = self._interpreter
        if len(inputs) != len(self.model.inputs):
            raise OracleError(f"{len(inputs)} inputs given, the model has {len(self.model.inputs)}")
        with _stderr_text() as text:
            try:
                for index, values in enumerate(inputs):
                    interpreter.set_input(values, index)
                interpreter.invoke()
                return [interpreter.get_output(i) for i in range(len(self.model.outputs))]
            except (RuntimeError, ValueError, TypeError) as error:
                raise OracleError(f"TFLM failed: {_reason(text(), error)}") from error

    def reset(self) -> None:
        """Variables back to their zero points; what CALL_ONCE gave them is not given again."""
        self._interpreter.reset()

    def tensor(self, index: int) -> NDArray[Any]:
        """Tensor `index` of the main subgraph after run(), of an Oracle that keeps tensors."""
        _ = self.model.tensors[index]  # TFLM itself does not check the index
        content: NDArray[Any] = self._interpreter.GetTensor(index, 0)["tensor_data"]
        return content


def _refuse_what_it_cannot_run(model: Model) -> None:
    """Raises OracleError for a custom op, and where the wheel would end the process."""
    for op in model.ops:
        if op.custom_name is not None and not is_upstreams(op.custom_name):
            raise OracleError(
                f"op {op.index} ({op.label}): {VERSION} runs no custom op; `invoke hil` "
                "compares the scores of such a model with those of our own runtime on the host"
            )
        if op.name == "DEPTHWISE_CONV_2D" and len(op.inputs) > 2 and op.inputs[2] < 0:
            raise OracleError(
                f"op {op.index} (DEPTHWISE_CONV_2D) has -1 for its bias, which crashes {VERSION}; "
                "leave the third input out instead"
            )


def _reason(text: str, error: Exception) -> str:
    """One line out of what TFLM printed, else out of its exception."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines) or str(error)


@contextlib.contextmanager
def _stderr_text() -> Iterator[Any]:
    """Catches what C++ prints to the process's stderr; yields a function that returns it.

    TFLM states its reasons there only; without this they would come out beside our own message.
    """
    with silence(), tempfile.TemporaryFile() as file:
        sys.stderr.flush()
        saved = os.dup(2)

        def text() -> str:
            file.seek(0)
            return file.read().decode("utf-8", errors="replace")

        os.dup2(file.fileno(), 2)
        try:
            yield text
        finally:
            os.dup2(saved, 2)
            os.close(saved)
