"""Training of one recipe on the digits of a build directory: writes float.keras."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, TRAIN_SPLIT
from codegen.model.pixels import PIXEL_MAX
from training import artifacts
from training.data import datasets, sources
from training.data.augment import warp
from training.data.image_folder import SIZE
from training.errors import DataError
from training.fit import batch_last, checkpoint, history
from training.fit.progress import EpochProgress
from training.recipes import Recipe, get_recipe
from training.tf_runtime import load_tensorflow

T = TypeVar("T")


def train(
    recipe: str,
    build_dir: Path,
    seed: int = 1,
    epochs: int | None = None,
    optimizer: str | None = None,
    resume: bool = False,
) -> None:
    """Train `recipe` on train.npz and write float.keras, history.json and history.svg.

    The recipe's held_out_fraction of each class's training images is not trained on but shows how
    the training goes. Nothing is chosen by it: the weights after the last epoch are kept. The test
    split is not read here. `epochs` overrides the recipe's, `optimizer` names one of them.

    After each epoch checkpoint.npz has all that `resume` needs to go on with the same training,
    which gives the same bytes then; it is removed at the end.

    Raises RecipeError, DataError, ArtifactError, DivergedError; an older float.keras stays then.
    """
    chosen = get_recipe(recipe)
    chosen_optimizer = chosen.optimizer(optimizer)
    class_count = len(datasets.DataInfo.load(build_dir).labels)
    images, labels = datasets.load_split(build_dir, TRAIN_SPLIT)
    if images.shape[1:] != (SIZE, SIZE):
        found = "x".join(map(str, images.shape[1:]))
        raise DataError(
            f"recipe {recipe} takes grey images of {SIZE}x{SIZE}, these are {found}; leave out "
            "--image-size and --channels, or give a trained model with --model"
        )
    kept, held_out = sources.stratified_split(labels, chosen.held_out_fraction, seed)
    batch_size = min(chosen.batch_size, len(kept))
    steps = len(kept) // batch_size  # a short last batch would be compiled for itself
    epochs = epochs or chosen.epochs_for(len(kept))

    tf = load_tensorflow(seed)
    model = chosen.build_model(class_count)
    update = chosen_optimizer.build(epochs * steps)
    update.build(model.trainable_variables)
    variables = [*model.variables, *update.variables]
    settings = {
        "recipe": [repr(chosen), artifacts.sha256_file(chosen.source_file)],
        "optimizer": chosen_optimizer.name,
        "data": artifacts.sha256_file(build_dir / TRAIN_SPLIT),
        "seed": seed,
        "number of epochs": epochs,
        "share of held-out images": chosen.held_out_fraction,
        "TensorFlow": tf.__version__,
    }
    past = checkpoint.restore(build_dir, settings, variables) if resume else []
    if not resume:
        checkpoint.remove(build_dir)

    with EpochProgress(f"train {recipe}", epochs, steps, done=len(past)) as progress:
        step = _compiled_step(tf, chosen, model, update, class_count)
        batches = made_ahead(
            augmented_batches(chosen, images[kept], labels[kept], batch_size, seed, len(past) + 1)
        )
        held_out_pixels = datasets.to_float(images[held_out])
        for epoch in range(len(past) + 1, epochs + 1):
            losses = []
            for _ in range(steps):
                losses.append(float(step(*next(batches))))
                progress.step(losses[-1])
            entry = {
                "loss": float(np.mean(losses)),
                **_measured(model.predict(held_out_pixels, 500, verbose=0), labels[held_out]),
            }
            past.append(entry)
            progress.epoch(epoch, entry["loss"], entry["held_out_accuracy"])
            checkpoint.save(build_dir, settings, past, variables)
            history.log_epoch(build_dir, epoch, entry)
        history.write(build_dir, f"{recipe}, seed {seed}", past)
        history.write_duration(build_dir, *progress.elapsed_s())
        artifacts.atomic_write(build_dir / FLOAT_MODEL, artifacts.keras_bytes(model))
    checkpoint.remove(build_dir)


def _measured(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Cross-entropy and accuracy of float32 [N, classes] against labels [N]."""
    of_label = probabilities[np.arange(len(labels)), labels]
    return {
        "held_out_loss": float(-np.log(np.maximum(of_label, 1e-7)).mean()),
        "held_out_accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
    }


def _compiled_step(tf: Any, recipe: Recipe, model: Any, optimizer: Any, class_count: int) -> Any:
    """A function (pixels uint8 [B, H, W, 1], labels int32 [B]) -> loss: one optimizer step."""
    import keras

    logits = keras.Model(model.input, model.get_layer("logits").output)
    loss_of = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=recipe.label_smoothing
    )

    def forward(inputs: Any) -> Any:
        if recipe.batch_last:
            return batch_last.forward(logits, inputs)
        return logits(inputs, training=True)

    # Keras's fit() would not use XLA while deterministic ops are on; and XLA has no convolution's
    # gradient that repeats itself, which batch_last does without.
    @tf.function(jit_compile=recipe.batch_last)
    def step(pixels: Any, labels: Any) -> Any:
        inputs = tf.cast(pixels, tf.float32) / PIXEL_MAX
        targets = tf.one_hot(labels, class_count)
        with tf.GradientTape() as tape:
            loss = loss_of(targets, forward(inputs))
        optimizer.apply(tape.gradient(loss, logits.trainable_variables))
        return loss

    return step


def augmented_batches(
    recipe: Recipe,
    images: np.ndarray,
    labels: np.ndarray,
    batch_size: int,
    seed: int,
    first_epoch: int = 1,
) -> Iterator[tuple[Any, np.ndarray]]:
    """Endless augmented batches for `_compiled_step`, shuffled and changed anew each epoch.

    An epoch's random numbers depend on the seed and its number only, so that it can be the first.
    """
    pixels, targets = images[..., np.newaxis], labels.astype(np.int32)
    for epoch in itertools.count(first_epoch):
        generator = np.random.default_rng((seed, epoch))
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
