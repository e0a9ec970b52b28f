"""Numbers to be estimated are trained on with mean 0 and deviation 1, whatever their unit is.

What undoes that goes into the last dense layer, so the model gives them in their own unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.errors import RecipeError


@dataclass(frozen=True)
class TargetScale:
    """mean, deviation: float32 [T]."""

    mean: np.ndarray
    deviation: np.ndarray

    @staticmethod
    def of(targets: np.ndarray) -> TargetScale:
        """Of float32 [N, T]; one that never changes keeps its size."""
        deviation = targets.std(axis=0)
        return TargetScale(targets.mean(axis=0), np.where(deviation > 0, deviation, 1))

    def scaled(self, targets: np.ndarray) -> np.ndarray:
        found: np.ndarray = ((targets - self.mean) / self.deviation).astype(np.float32)
        return found

    def restored(self, answers: np.ndarray) -> np.ndarray:
        found: np.ndarray = answers * self.deviation + self.mean
        return found

    def fold_into(self, model: Any) -> None:
        """Raises RecipeError for a model that does not end with a dense layer."""
        import keras

        last = model.layers[-1]
        if not isinstance(last, keras.layers.Dense) or not last.use_bias:
            raise RecipeError(f"{model.name}: a model that estimates numbers ends with Dense")
        kernel, bias = last.get_weights()
        last.set_weights([kernel * self.deviation, self.restored(bias)])
