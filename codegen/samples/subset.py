"""Some rows of a memory-mapped array, fetched when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Subset:
    """Like the array [N, ...] of those rows, as far as samples are used: its length, shape and
    type, and rows of it by a slice or indices."""

    array: NDArray[Any]
    rows: NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.rows), *self.array.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.array.dtype

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, part: Any) -> NDArray[Any]:
        return np.asarray(self.array[self.rows[part]])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype)


def take(values: NDArray[Any] | Subset, rows: Any) -> NDArray[Any] | Subset:
    """Some rows: of a memory map a Subset, of any other array a copy or view."""
    if isinstance(values, Subset):
        return Subset(values.array, values.rows[rows])
    if isinstance(values, np.memmap):
        return Subset(values, np.arange(len(values))[rows])
    return values[rows]
