"""A CSV file as text: a header and rows of as many fields, each with the number of its line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data.folders import content
from training.errors import DataError

_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Table:
    """names of the columns; rows of text; lines: number of each row in the file, from 1."""

    path: Path
    names: list[str]
    rows: list[list[str]]
    lines: list[int]

    def index(self, name: str, flag: str) -> int:
        """Of the column `name`, which `flag` asked for. Raises DataError."""
        if name not in self.names:
            raise DataError(
                f"{self.path}: {flag} {name}: no such column; there are {', '.join(self.names)}"
            )
        return self.names.index(name)

    def texts(self, column: int) -> list[str]:
        """A column, all of it filled in. Raises DataError."""
        found = [row[column].strip() for row in self.rows]
        for text, line in zip(found, self.lines, strict=True):
            if not text:
                raise self._bad(line, column, "is missing; fill it in or remove the line")
        return found

    def numbers(self, columns: Sequence[int]) -> np.ndarray:
        """float32 [rows, columns], all finite. Raises DataError."""
        values = np.empty((len(self.rows), len(columns)), np.float64)
        for place, column in enumerate(columns):
            for row, text in enumerate(self.texts(column)):
                try:
                    values[row, place] = float(text)
                except ValueError:
                    raise self._bad(
                        self.lines[row], column, f"is {text!r}, no number; correct it, or name "
                        "the columns to use with --columns"
                    ) from None  # fmt: skip
                if not math.isfinite(values[row, place]):
                    raise self._bad(
                        self.lines[row], column, f"is {text}; fill it in or remove the line"
                    )
        return values.astype(np.float32)

    def _bad(self, line: int, column: int, what: str) -> DataError:
        return DataError(f"{self.path}: line {line}: {self.names[column]} {what}")


def read(path: Path) -> Table:
    """The separator is a comma, semicolon or tabulator; a first line with a field that is no number
    has the columns' names, else they are 0, 1, ... Raises DataError with the line's number."""
    try:
        text = content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content(path)[: error.start].count(b"\n") + 1
        raise DataError(f"{path}: line {line}: no UTF-8 text; save it as UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows, lines = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"{path}: line {reader.line_num}: {error}; correct it") from None
    if not rows:
        raise DataError(f"{path}: empty; give it a line for each row of values")
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(rows[0]):
            raise DataError(
                f"{path}: line {line}: {len(row)} fields, the first line has {len(rows[0])}; "
                "correct or remove it"
            )
    if all(map(_is_number, rows[0])):
        names = [str(number) for number in range(len(rows[0]))]
    else:
        names = [name.strip() for name in rows.pop(0)]
        del lines[0]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise DataError(f"{path}: two columns are called {repeated!r}; rename one")
    if not rows:
        raise DataError(f"{path}: a header and no row of values; add some")
    return Table(path, names, rows, lines)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text.strip()
    return True
