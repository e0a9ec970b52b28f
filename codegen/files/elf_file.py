"""An image's ELF file, opened for reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from codegen.errors import CodegenError
from codegen.files.printable import printable


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A pyelftools ELFFile, while its tables are read.

    Raises OSError, and CodegenError where the file is damaged, whatever that led to:
    KeyError and AssertionError are as usual there as pyelftools' own errors.
    """
    from elftools.elf.elffile import ELFFile

    try:
        with path.open("rb") as file:
            yield ELFFile(file)
    except (OSError, CodegenError):
        raise
    except Exception as error:
        why = printable(str(error)) or type(error).__name__  # bytes of the file may be in it
        raise CodegenError(f"cannot read the image {path}: {why}; build it again") from error
