"""A user's file as samples, with errors of one kind for rooms that do not know training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codegen.errors import CodegenError
from codegen.samples.split import Split
from training.errors import TrainingError
from training.judge import predict


def reader(build_dir: Path) -> Callable[[Path], Split]:
    """What makes samples of a file as those of the folder's training were made. It raises
    CodegenError."""

    def read(path: Path) -> Split:
        try:
            return predict.prepared(build_dir, path)
        except TrainingError as error:
            raise CodegenError(str(error)) from error

    return read
