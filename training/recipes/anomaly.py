"""`anomaly`: an autoencoder of dense layers; what it reconstructs badly is unlike its training.

Of signals it is shown the logarithm of their spectrum: of readings as they are, all that is weaker
than the normal motion would be reconstructed better than the normal motion itself. Of sounds
log-mel energies; of tables, and of windows that have no spectrum, the values with mean 0 and
deviation 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from codegen.frontend.front_end import FrontEnd
from codegen.frontend.readings import SPECTRUM_LENGTHS
from codegen.samples.split import Split
from training.recipes.recipe import Optimizer, Recipe
from training.recipes.standard import log_mel, standardized

RECIPE = Recipe(
    name="anomaly",
    summary="an autoencoder for signals, sounds and tables; shown the normal ones only",
    epochs=300,
    optimizers=(Optimizer("adam", 3e-3, one_cycle=True),),
    batch_size=40,
    steps_at_least=300,
    data="motions",
    kinds=("signal", "audio", "table"),
    tasks=("reconstruct",),
    held_out_fraction=0.1,
    normal="walking",
)
_HIDDEN, _BOTTLENECK = 16, 6
LEVEL, NOISE = 0.1, 0.1


def build_model(shape: tuple[int, ...], _: int) -> Any:
    """Untrained model: float32 [batch, *shape] -> the same shape.

    The first and the last layer have 2 * 16 weights for each value of a sample.
    """
    import keras
    from keras import layers

    values = keras.Input(shape, name="values")
    x = layers.Flatten(name="flatten")(values)
    for name, units in (("encode1", _HIDDEN), ("encode2", _BOTTLENECK), ("decode1", _HIDDEN)):
        x = layers.Dense(units, use_bias=False, name=name)(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
        x = layers.ReLU(name=f"{name}_relu")(x)
    x = layers.Dense(int(np.prod(shape)), name="decode2")(x)
    return keras.Model(values, layers.Reshape(shape, name="reconstruction")(x), name="anomaly")


def augment(values: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """float32 [batch, ...]: all of a sample a little higher or lower, with noise."""
    levels = generator.normal(0, LEVEL, (len(values), *[1] * (values.ndim - 1)))
    return (values + levels + generator.normal(0, NOISE, values.shape)).astype(np.float32)


def front_end(split: Split) -> FrontEnd:
    if split.info.kind == "audio":
        return log_mel(split)
    rows = split.info.shape[0]
    has_spectrum = split.info.kind == "signal" and rows in SPECTRUM_LENGTHS
    return standardized(split, spectrum=has_spectrum)
