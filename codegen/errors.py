"""Errors that a user can cause in this room: one clear message, one exit code each."""


class CodegenError(Exception):
    """Base of this room's errors. The message names operation, value, limit and next step.

    exit_code: what the process ends with: 1 a check failed, 2 bad input, 3 something is missing
    on this machine.
    """

    exit_code: int = 2


class ModelError(CodegenError):
    """The file is not a readable .tflite model."""


class UnsupportedModelError(CodegenError):
    """The model is sound, but not one that this firmware can run."""


class ManifestError(CodegenError):
    """A build folder's manifest.json is damaged."""


class OpTableError(CodegenError):
    """The runtime's table of operators is absent or malformed."""

    exit_code = 3


class MissingToolError(CodegenError):
    """A program or package that the work needs is not on this machine."""

    exit_code = 3


class OracleError(CodegenError):
    """The TFLM oracle refused the model or what was given to it."""


class BudgetError(CodegenError):
    """The model does not fit into the board's memory.

    memory: "flash" or "RAM", of which `missing_bytes` more are needed; "" for a budget of the
    project's own.
    """

    exit_code = 1

    def __init__(self, message: str, memory: str = "", missing_bytes: int = 0) -> None:
        super().__init__(message)
        self.memory = memory
        self.missing_bytes = missing_bytes


class ExportError(CodegenError):
    """What `invoke export` was asked for cannot be done, or its folder is not to be written."""
