"""A recipe as a file: a network of convolutions and its training, as numbers in JSON.

`invoke search` writes such files, `--recipe FILE.json` trains them. The numbers say everything, so
the same file and data give the same bytes. A network is convolutions, each with normalization and
ReLU, of which all but the first may be separable; then a mean or the whole map, and a dense layer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from training.data.augment import Augmentation
from training.errors import RecipeError
from training.recipes.blocks import convolution, separable
from training.recipes.recipe import Optimizer, Recipe

SUFFIX = ".json"
# Of Augmentation, at strength 1.
_ROTATION_DEGREES, _SCALE, _SHEAR, _SHIFT_PIXELS = 10.0, 0.1, 0.1, 1.5
_COMPILED_FROM_STEPS = 2000  # a training of fewer ends before its compilation has paid
_LIMITS: dict[str, tuple[float, float]] = {
    "channels": (1, 256),
    "size": (1, 7),
    "stride": (1, 4),
    "shrink": (1, 4),
    "epochs": (1, 10_000),
    "quantized_epochs": (0, 10_000),
    "samples": (0, 10_000_000),
    "batch_size": (1, 4096),
    "learning_rate": (1e-6, 1.0),
    "label_smoothing": (0, 0.9),
    "augmentation": (0, 4),
    "calibration": (1, 100_000),
    "share": (0, 1),
    "temperature": (0.1, 100),
}


@dataclass(frozen=True)
class Block:
    """A convolution of `size` x `size`, or depthwise 3x3 and 1x1 where it is separable. same: the
    map is padded."""

    channels: int
    size: int = 3
    stride: int = 1
    separable: bool = False
    same: bool = True


@dataclass(frozen=True)
class Teacher:
    """A larger network, trained first on the same samples, whose answers the smaller one learns.

    share: of the target that is the teacher's probabilities at `temperature` (Hinton, Vinyals,
    Dean, "Distilling the Knowledge in a Neural Network", 2015); the rest is the label. channels: of
    its convolutions, which are those of the recipe `tiny` otherwise.
    """

    channels: tuple[int, int, int, int] = (24, 40, 40, 32)
    epochs: int = 4
    share: float = 0.5
    temperature: float = 3.0


@dataclass(frozen=True)
class Design:
    """shrink: so many pixels in either direction become their mean first. flat: the dense layer
    sees the last map as it is, not its mean. samples: of the training data that are used; 0: all.
    augmentation: strength, 1 for that of the recipe `tiny`. calibration: samples that the ranges of
    int8 are taken from. quantized_epochs: the last ones, which see kernels as int8 has them
    (training/fit/rounding.py)."""

    blocks: tuple[Block, ...]
    shrink: int = 1
    flat: bool = True
    epochs: int = 14
    quantized_epochs: int = 0
    samples: int = 0
    batch_size: int = 128
    learning_rate: float = 0.01
    label_smoothing: float = 0.0
    augmentation: float = 1.0
    calibration: int = 500
    teacher: Teacher | None = None

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


@dataclass(frozen=True)
class FoundRecipe(Recipe):
    """A recipe that is a file."""

    path: Path = Path()
    design: Design = Design(())

    @property
    def source_file(self) -> Path:
        return self.path

    def build_model(
        self, shape: tuple[int, ...] = (28, 28, 1), outputs: int = 10, _task: str = "classify"
    ) -> Any:
        return network(self.design, shape, outputs)

    @property
    def augment(self) -> None:
        return None

    @property
    def has_front_end(self) -> bool:
        return False


def network(design: Design, shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained keras.Model: float32 [batch, *shape] in 0..1 -> probabilities [batch, outputs].

    Raises RecipeError where a convolution has no map left to work on.
    """
    import keras
    from keras import layers

    image = x = keras.Input(shape, name="image")
    if design.shrink > 1:
        x = layers.AveragePooling2D(design.shrink, name="shrink")(x)
    for number, block in enumerate(design.blocks, 1):
        is_separable = block.separable and number > 1
        _require_map(block, number, min(x.shape[1:3]), 3 if is_separable else block.size)
        options = {"strides": block.stride, "padding": "same" if block.same else "valid"}
        name = f"conv{number}"
        if is_separable:
            x = separable(x, name, block.channels, **options)
        else:
            x = convolution(x, name, block.channels, block.size, **options)
    if design.flat:
        x = layers.Flatten(name="flatten")(x)
    else:
        x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="found")


def weight_count(design: Design, shape: tuple[int, ...], outputs: int) -> int:
    """Of the network's kernels, each of which is a byte of the int8 model; known without Keras.

    Raises RecipeError as network() does.
    """
    sides = [side // design.shrink for side in shape[:2]]
    channels, count = shape[2], 0
    for number, block in enumerate(design.blocks, 1):
        is_separable = block.separable and number > 1
        size = 3 if is_separable else block.size
        _require_map(block, number, min(sides), size)
        lost = 0 if block.same else size - 1
        sides = [-(-(side - lost) // block.stride) for side in sides]
        pixels = size * size * channels
        count += pixels + channels * block.channels if is_separable else pixels * block.channels
        channels = block.channels
    return count + channels * outputs * (sides[0] * sides[1] if design.flat else 1)


def _require_map(block: Block, number: int, side: int, size: int) -> None:
    if not block.same and side < size:
        raise RecipeError(f"block {number}: has a map of {side}x{side} left; let it be padded")


def read(path: Path) -> FoundRecipe:
    """Raises RecipeError."""
    try:
        text = path.read_text()
        stated = json.loads(text)
    except (OSError, ValueError) as error:
        raise RecipeError(f"--recipe {path}: cannot be read: {error}") from None
    return recipe_of(_design(stated, str(path)), path)


def recipe_of(design: Design, path: Path) -> FoundRecipe:
    strength = design.augmentation
    steps = design.epochs * (design.samples or 60_000) // design.batch_size
    return FoundRecipe(
        name=path.stem,
        summary=f"{len(design.blocks)} convolutions, found by search",
        epochs=design.epochs,
        optimizers=(Optimizer("adam", design.learning_rate, one_cycle=True),),
        batch_size=design.batch_size,
        batch_last=steps >= _COMPILED_FROM_STEPS,
        steps_at_least=0,
        label_smoothing=design.label_smoothing,
        augmentation=Augmentation(
            rotation_degrees=_ROTATION_DEGREES * strength,
            scale=_SCALE * strength,
            shear=_SHEAR * strength,
            shift_pixels=_SHIFT_PIXELS * strength,
        ),
        samples=design.samples,
        calibration=design.calibration,
        path=path,
        design=design,
    )


def teacher_of(design: Design) -> Design:
    """The teacher's own design: that of `tiny` with more channels, without a teacher."""
    assert design.teacher is not None
    first, *others, last = design.teacher.channels
    blocks = (
        Block(first, 5, 2, same=False),
        Block(others[0], 3, 2),
        Block(others[1], 3, 1, same=False),
        Block(last, 3, 1, same=False),
    )
    return Design(blocks, epochs=design.teacher.epochs, samples=design.samples)


def _design(stated: Any, where: str) -> Design:
    values = _checked(stated, Design, where)
    blocks = values.get("blocks")
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= 20:
        raise RecipeError(f"--recipe {where}: blocks: give 1 to 20")
    values["blocks"] = tuple(
        Block(**_checked(one, Block, f"{where}: block {number}", ("channels",)))
        for number, one in enumerate(blocks, 1)
    )
    if values.get("teacher") is not None:
        told = _checked(values["teacher"], Teacher, f"{where}: teacher")
        channels = told.get("channels", Teacher.channels)
        if not isinstance(channels, Sequence) or len(channels) != 4:
            raise RecipeError(f"--recipe {where}: teacher: channels: give 4 numbers")
        for one in channels:
            _check(one, "channels", int, f"{where}: teacher")
        values["teacher"] = Teacher(**{**told, "channels": tuple(channels)})
    design = Design(**values)
    if design.quantized_epochs > design.epochs:
        raise RecipeError(
            f"--recipe {where}: quantized_epochs {design.quantized_epochs}: they are the last of "
            f"{design.epochs} epochs; give 0 to {design.epochs}"
        )
    return design


def _checked(stated: Any, kind: Any, where: str, needed: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of a dataclass, those of numbers in their limits. Raises RecipeError."""
    if not isinstance(stated, Mapping):
        raise RecipeError(f"--recipe {where}: is no object of JSON")
    known = {one.name: one for one in fields(kind)}
    wrong = [name for name in stated if name not in known]
    if wrong:
        raise RecipeError(f"--recipe {where}: has no field {wrong[0]!r}; it has {', '.join(known)}")
    missing = [name for name in needed if name not in stated]
    if missing:
        raise RecipeError(f"--recipe {where}: {missing[0]} is missing")
    for name, value in stated.items():
        if known[name].type == "bool":
            _check(value, name, bool, where)
        elif known[name].type in ("int", "float"):
            _check(value, name, int if known[name].type == "int" else float, where)
    return dict(stated)


def _check(value: Any, name: str, kind: type, where: str) -> None:
    if kind is bool:
        if not isinstance(value, bool):
            raise RecipeError(f"--recipe {where}: {name}: give true or false")
        return
    low, high = _LIMITS[name]
    is_number = isinstance(value, int if kind is int else int | float)
    if not is_number or isinstance(value, bool) or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        raise RecipeError(f"--recipe {where}: {name} {value!r}: give {what}, {low:g} to {high:g}")
