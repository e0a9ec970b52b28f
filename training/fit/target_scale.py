"""Numbers to be estimated, or reconstructed, are trained on with mean 0 and deviation 1, whatever
their unit is.

What undoes that goes into the last dense layer, so the model gives them in their own unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.errors import RecipeError


@dataclass(frozen=True)
class TargetScale:
    """mean, deviation: float32 of a target's shape."""

    mean: np.ndarray
    deviation: np.ndarray

    @staticmethod
    def of(targets: np.ndarray) -> TargetScale:
        """Of float32 [N, T]; one that never changes keeps its size."""
        deviation = targets.std(axis=0)
        return TargetScale(targets.mean(axis=0), np.where(deviation > 0, deviation, 1))

    @staticmethod
    def of_examples(examples: np.ndarray) -> TargetScale:
        """Of float32 [N, ...] that are reconstructed: one deviation for all their values, whose
        errors count alike."""
        mean = examples.mean(axis=0)
        deviation = np.sqrt(np.mean((examples - mean) ** 2))
        return TargetScale(mean, np.full_like(mean, deviation if deviation > 0 else 1))

    def scaled(self, targets: np.ndarray) -> np.ndarray:
        found: np.ndarray = ((targets - self.mean) / self.deviation).astype(np.float32)
        return found

    def restored(self, answers: np.ndarray) -> np.ndarray:
        found: np.ndarray = answers * self.deviation + self.mean
        return found

    def fold_into(self, model: Any) -> None:
        """Raises RecipeError for a model that does not end with a dense layer, Reshape aside."""
        import keras

        layers = [one for one in model.layers if not isinstance(one, keras.layers.Reshape)]
        last = layers[-1]
        if not isinstance(last, keras.layers.Dense) or not last.use_bias:
            raise RecipeError(f"{model.name}: a model that gives numbers ends with Dense")
        kernel, bias = last.get_weights()
        scale = TargetScale(self.mean.ravel(), self.deviation.ravel())
        last.set_weights([kernel * scale.deviation, scale.restored(bias)])
