"""Training of one recipe on the digits of a build directory: writes float.keras."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from codegen.pixels import PIXEL_MAX
from training import artifacts, datasets, sources
from training.augment import warp
from training.batch_last import forward
from training.errors import DataError
from training.progress import EpochProgress
from training.recipes import Recipe, get_recipe
from training.tf_runtime import load_tensorflow

T = TypeVar("T")

FLOAT_MODEL = "float.keras"
HELD_OUT_FRACTION = 0.05
WARM_UP_FRACTION = 0.1


def train(
    recipe: str,
    build_dir: Path,
    seed: int = 1,
    epochs: int | None = None,
    held_out_fraction: float = HELD_OUT_FRACTION,
) -> None:
    """Train `recipe` on train.npz and write float.keras.

    `held_out_fraction` of the training digits, the same number a class, is not trained on but
    shows how the training goes. Nothing is chosen by it: the weights after the last epoch are
    kept. The test split is not read here. `epochs` overrides the recipe's.

    Raises RecipeError, DataError, ArtifactError, DivergedError; an older float.keras stays then.
    """
    chosen = get_recipe(recipe)
    images, labels = datasets.load_split(build_dir, datasets.TRAIN_SPLIT)
    held_out_per_class = round(held_out_fraction * len(labels) / datasets.CLASS_COUNT)
    if held_out_per_class < 1:
        raise DataError(
            f"{len(labels)} training digits are too few: {held_out_fraction:.0%} of them are held "
            f"out, at least one a class; {int(datasets.CLASS_COUNT / held_out_fraction)} are needed"
        )
    kept, held_out = sources.stratified_split(labels, held_out_per_class, seed)
    batch_size = min(chosen.batch_size, len(kept))
    steps = len(kept) // batch_size  # a short last batch would be compiled for itself
    epochs = epochs or chosen.epochs_for(len(kept))

    tf = load_tensorflow(seed)
    with EpochProgress(f"train {recipe}", epochs, steps) as progress:
        model = chosen.build_model()
        step = _compiled_step(tf, chosen, model, epochs * steps)
        batches = made_ahead(
            augmented_batches(chosen, images[kept], labels[kept], batch_size, seed)
        )
        held_out_pixels = datasets.to_float(images[held_out])
        for epoch in range(1, epochs + 1):
            losses = []
            for _ in range(steps):
                losses.append(float(step(*next(batches))))
                progress.step(losses[-1])
            predicted = model.predict(held_out_pixels, 500, verbose=0).argmax(axis=1)
            correct = float((predicted == labels[held_out]).mean())
            progress.epoch(epoch, float(np.mean(losses)), correct)
        artifacts.atomic_write(build_dir / FLOAT_MODEL, artifacts.keras_bytes(model))


def _compiled_step(tf: Any, recipe: Recipe, model: Any, total_steps: int) -> Any:
    """A function (pixels uint8 [B, H, W, 1], labels int32 [B]) -> loss: one step of Adam."""
    import keras

    logits = keras.Model(model.input, model.get_layer("logits").output)
    warm_up_steps = max(1, round(WARM_UP_FRACTION * total_steps))
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=recipe.peak_learning_rate / 10,
            warmup_target=recipe.peak_learning_rate,
            warmup_steps=warm_up_steps,
            decay_steps=max(1, total_steps - warm_up_steps),
        )
    )
    optimizer.build(logits.trainable_variables)
    loss_of = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=recipe.label_smoothing
    )

    # Keras's fit() would not use XLA while deterministic ops are on.
    @tf.function(jit_compile=True)
    def step(pixels: Any, labels: Any) -> Any:
        inputs = tf.cast(pixels, tf.float32) / PIXEL_MAX
        targets = tf.one_hot(labels, datasets.CLASS_COUNT)
        with tf.GradientTape() as tape:
            loss = loss_of(targets, forward(logits, inputs))
        optimizer.apply(tape.gradient(loss, logits.trainable_variables))
        return loss

    return step


def augmented_batches(
    recipe: Recipe, images: np.ndarray, labels: np.ndarray, batch_size: int, seed: int
) -> Iterator[tuple[Any, np.ndarray]]:
    """Endless augmented batches for `_compiled_step`, shuffled and changed anew each epoch."""
    pixels, targets = images[..., np.newaxis], labels.astype(np.int32)
    generator = np.random.default_rng(seed)
    while True:
        order = generator.permutation(len(labels))
        transforms = recipe.augmentation.transforms(generator, len(labels), images.shape[1])
        for start in range(0, len(labels) - batch_size + 1, batch_size):
            batch = order[start : start + batch_size]
            yield warp(pixels[batch], transforms[batch]), targets[batch]


def made_ahead(endless: Iterator[T]) -> Iterator[T]:
    """The same items in the same order; the next one is made while the last is used.

    Augmentation takes about as long as a training step and leaves the other core idle.
    """
    with ThreadPoolExecutor(max_workers=1) as worker:
        coming = worker.submit(next, endless)
        while True:
            item = coming.result()
            coming = worker.submit(next, endless)
            yield item
