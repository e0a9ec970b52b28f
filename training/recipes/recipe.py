"""What a recipe states: its data, optimizers, augmentation and limits."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.data.augment import Augmentation
from training.errors import RecipeError

WARM_UP_FRACTION = 0.1


@dataclass(frozen=True)
class Optimizer:
    """An optimizer of Keras by its name there, in lower case, and its learning rate.

    one_cycle: the learning rate grows from a tenth of `learning_rate` to all of it in the first
    tenth of the steps and falls to 0 by a cosine; else it is constant.
    """

    name: str
    learning_rate: float
    one_cycle: bool = False

    def build(self, total_steps: int) -> Any:
        """The keras.optimizers.Optimizer for a training of `total_steps`."""
        import keras

        rate: Any = self.learning_rate
        if self.one_cycle:
            warm_up_steps = max(1, round(WARM_UP_FRACTION * total_steps))
            rate = keras.optimizers.schedules.CosineDecay(
                initial_learning_rate=self.learning_rate / 10,
                warmup_target=self.learning_rate,
                warmup_steps=warm_up_steps,
                decay_steps=max(1, total_steps - warm_up_steps),
            )
        classes = {"adadelta": keras.optimizers.Adadelta, "adam": keras.optimizers.Adam}
        return classes[self.name](rate)


@dataclass(frozen=True)
class Recipe:
    """How one network is trained.

    `optimizers`: those that `--optimizer` may name; the first is the default.
    `data`: the data source that "auto" stands for.
    `held_out_fraction`: share of each class's training images that only show the progress.
    `batch_last`: train as training/fit/batch_last.py says, which is faster for few channels only.
    `steps_at_least`: a small data set is repeated for more epochs until so many steps are made.
    `weight_bytes_limit`, `activation_bytes_limit`: what the int8 model may need; None: anything.
    """

    name: str
    summary: str
    epochs: int
    optimizers: tuple[Optimizer, ...]
    batch_size: int = 128
    batch_last: bool = False
    steps_at_least: int = 2500
    label_smoothing: float = 0.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    data: str = "auto"
    held_out_fraction: float = 0.05
    weight_bytes_limit: int | None = None
    activation_bytes_limit: int | None = None

    @property
    def _module(self) -> Any:
        return importlib.import_module(f"{__package__}.{self.name}")

    @property
    def source_file(self) -> Path:
        return Path(self._module.__file__)

    def build_model(self, class_count: int = 10) -> Any:
        """The untrained keras.Model; needs TensorFlow."""
        return self._module.build_model(class_count)

    def optimizer(self, name: str | None) -> Optimizer:
        """The one called `name`, by default the first. Raises RecipeError."""
        for optimizer in self.optimizers:
            if name in (None, optimizer.name):
                return optimizer
        known = ", ".join(optimizer.name for optimizer in self.optimizers)
        raise RecipeError(f"recipe {self.name} has no optimizer {name!r}; it has: {known}")

    def epochs_for(self, train_count: int) -> int:
        steps_per_epoch = max(1, train_count // self.batch_size)
        return max(self.epochs, -(-self.steps_at_least // steps_per_epoch))
