"""Least squares with coefficients that are not negative: what a cost can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_TOLERANCE = 1e-9


def non_negative_least_squares(
    a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """x >= 0 that minimises |a x - b|, by the active-set method (Lawson and Hanson, 1974, ch. 23).

    a: [rows, columns]; columns may be of any size and may depend on each other. b: [rows].
    """
    norms = np.linalg.norm(a, axis=0)
    norms[norms == 0] = 1.0
    scaled = a / norms
    columns = a.shape[1]
    x = np.zeros(columns)
    free = np.zeros(columns, bool)
    limit = _TOLERANCE * max(1.0, float(np.abs(scaled.T @ b).max(initial=0.0)))
    for _ in range(3 * columns):
        gradient = scaled.T @ (b - scaled @ x)
        gradient[free] = -np.inf
        candidate = int(np.argmax(gradient))
        if free.all() or gradient[candidate] <= limit:
            break
        free[candidate] = True
        while True:
            trial = np.zeros(columns)
            trial[free] = np.linalg.lstsq(scaled[:, free], b, rcond=None)[0]
            negative = free & (trial <= 0)
            if not negative.any():
                x = trial
                break
            # Go as far towards the trial as all stay positive; who meets zero leaves.
            steps = x[negative] / np.maximum(x[negative] - trial[negative], 1e-300)
            x = x + float(steps.min()) * (trial - x)
            leaving = free & (x <= 1e-12 * max(1.0, float(np.abs(x).max())))
            if not leaving.any():
                leaving = negative
            x[leaving] = 0.0
            free &= ~leaving
            if not free.any():
                break
    return x / norms
