"""What a recipe states: its data, optimizers, augmentation and limits."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from codegen.frontend.front_end import FrontEnd
from codegen.samples.facts import DataInfo
from codegen.samples.split import Split
from training.data.augment import Augmentation
from training.data.options import DataOptions
from training.errors import RecipeError, UnfitDataError

WARM_UP_FRACTION = 0.1
_BATCHES_AT_LEAST = 8  # an epoch, of a set that is too small for the recipe's batches
_SMALLEST_BATCH = 8
_PATIENCE_SHARE = 8  # of the epochs
_LEAST_PATIENCE = 20


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
    `kinds`, `tasks`: of the data that it takes, as data.json names them.
    `image_size`, `channels`: of a user's own images, where he leaves them out; as in DataOptions.
    `normal`: of the classes of `data`.
    `least_side`: of an image, in pixels; its convolutions would leave nothing of smaller ones.
    `held_out_fraction`: share of each class's training images that only show the progress.
    `batch_last`: train as training/fit/batch_last.py says, which is faster for few channels only.
    `steps_at_least`: a small data set is repeated for more epochs until so many steps are made.
    `samples`: of the training data that are used; 0: all. `calibration`: samples that int8's ranges
    are taken from; None: as many as --calibration says.
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
    kinds: tuple[str, ...] = ("image",)
    tasks: tuple[str, ...] = ("classify",)
    image_size: str = ""
    channels: int = 0
    normal: str = ""
    least_side: int = 24
    held_out_fraction: float = 0.05
    samples: int = 0
    calibration: int | None = None
    weight_bytes_limit: int | None = None
    activation_bytes_limit: int | None = None

    @property
    def _module(self) -> Any:
        return importlib.import_module(f"{__package__}.{self.name}")

    @property
    def source_file(self) -> Path:
        return Path(self._module.__file__)

    def build_model(
        self, shape: tuple[int, ...] = (28, 28, 1), outputs: int = 10, task: str = "classify"
    ) -> Any:
        """The untrained keras.Model of examples of this shape; needs TensorFlow.

        outputs: classes, or numbers to be estimated; 0 where the example itself is. task: only a
        recipe for several is told.
        """
        if len(self.tasks) > 1:
            return self._module.build_model(shape, outputs, task)
        return self._module.build_model(shape, outputs)

    @property
    def augment(self) -> Callable[[np.ndarray, np.random.Generator], np.ndarray] | None:
        """The recipe's own changes of float32 [N, *shape], in place of `augmentation`."""
        return getattr(self._module, "augment", None)

    def front_end(self, split: Split) -> FrontEnd | None:
        """What makes its input of a sample, for training data of that kind; None where a sample is
        the input."""
        make = getattr(self._module, "front_end", None)
        return None if make is None else make(split)

    @property
    def has_front_end(self) -> bool:
        return hasattr(self._module, "front_end")

    def reading(self, given: DataOptions, of_images: bool, is_default: bool) -> DataOptions:
        """`given` with what the user left out. of_images: the data are image files. is_default:
        they are the recipe's own."""
        task = given.task or ("reconstruct" if self.tasks == ("reconstruct",) else "")
        normal = self.normal if is_default and task == "reconstruct" else ""
        return replace(
            given,
            task=task,
            normal=given.normal or normal,
            image_size=given.image_size or (self.image_size if of_images else ""),
            channels=given.channels or (self.channels if of_images else 0),
        )

    def check(self, info: DataInfo) -> None:
        """Raises UnfitDataError for data that the recipe does not take."""
        if info.kind not in self.kinds or info.task not in self.tasks:
            raise UnfitDataError(
                f"recipe {self.name} takes data of kind {' or '.join(self.kinds)} and task "
                f"{' or '.join(self.tasks)}, these are {info}, task {info.task}; choose another "
                "--recipe (docs/models.md), or give a trained model with --model"
            )
        if info.kind == "image" and min(info.input_shape[:2]) < self.least_side:
            raise UnfitDataError(
                f"recipe {self.name} takes images of {self.least_side}x{self.least_side} or more, "
                f"these are {'x'.join(map(str, info.input_shape[:2]))}; give --image-size"
            )

    def optimizer(self, name: str | None) -> Optimizer:
        """The one called `name`, by default the first. Raises RecipeError."""
        for optimizer in self.optimizers:
            if name in (None, optimizer.name):
                return optimizer
        known = ", ".join(optimizer.name for optimizer in self.optimizers)
        raise RecipeError(f"recipe {self.name} has no optimizer {name!r}; it has: {known}")

    def batch_for(self, train_count: int) -> int:
        """The recipe's batch; of a small set a part of it, for many small steps learn more than
        few large ones."""
        part = max(_SMALLEST_BATCH, train_count // _BATCHES_AT_LEAST)
        return min(self.batch_size, part, train_count)

    def epochs_for(self, train_count: int) -> int:
        steps_per_epoch = max(1, train_count // self.batch_for(train_count))
        return max(self.epochs, -(-self.steps_at_least // steps_per_epoch))

    def patience_for(self, train_count: int) -> int | None:
        """Epochs without a better held-out loss after which a small set's training ends; None for
        larger ones, whose training has the recipe's length."""
        if train_count >= _BATCHES_AT_LEAST * self.batch_size:
            return None
        return max(_LEAST_PATIENCE, self.epochs_for(train_count) // _PATIENCE_SHARE)
