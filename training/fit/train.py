"""Training of one recipe on the data of a build directory: writes float.keras."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, TRAIN_SPLIT
from training import artifacts
from training.data import splits
from training.data.augment import warp
from training.data.examples import Examples, load, trainable
from training.errors import GivenUpError
from training.fit import batch_last, checkpoint, history, rounding, teacher
from training.fit.best import Best
from training.fit.progress import EpochProgress
from training.fit.target_scale import TargetScale
from training.recipes import Recipe, get_recipe
from training.recipes.design import FoundRecipe
from training.tf_runtime import load_tensorflow, network_input

T = TypeVar("T")


def train(
    recipe: str,
    build_dir: Path,
    seed: int = 1,
    epochs: int | None = None,
    optimizer: str | None = None,
    resume: bool = False,
    again: str = "",
    go_on: Callable[[Sequence[Mapping[str, float]]], bool] = lambda _: True,
) -> None:
    """Train `recipe` on train.npz and write float.keras, history.json and history.svg.

    The recipe's held_out_fraction of the training samples is not trained on but shows how the
    training goes. Of a small set the weights of the epoch with the lowest held-out loss are kept,
    and the training ends when no better one comes; else nothing is chosen by it, and the weights
    after the last epoch are kept. The test split is not read here. `epochs` overrides the recipe's,
    `optimizer` names one of them.

    After each epoch checkpoint.npz has all that `resume` needs to go on with the same training,
    which gives the same bytes then; it is removed at the end. `again` is the command that does so.
    `go_on` is asked after each epoch, of which it gets the entries of history.json.

    Raises RecipeError, DataError, ArtifactError, CodegenError, DivergedError, GivenUpError; an
    older float.keras stays then.
    """
    chosen = get_recipe(recipe)
    chosen_optimizer = chosen.optimizer(optimizer)
    everything = trainable(load(build_dir, TRAIN_SPLIT))
    chosen.check(everything.info)
    kept, held_out = held_out_rows(everything, chosen.held_out_fraction, seed)
    if 0 < chosen.samples < len(kept):
        drawn = np.random.default_rng(seed).choice(len(kept), chosen.samples, replace=False)
        kept = kept[np.sort(drawn)]
    shown, held_back = everything.take(kept), everything.take(held_out)
    batch_size = chosen.batch_for(len(kept))
    steps = len(kept) // batch_size  # a short last batch would be compiled for itself
    patience = None if epochs else chosen.patience_for(len(kept))
    epochs = epochs or chosen.epochs_for(len(kept))

    scale = _scale(shown)
    design = chosen.design if isinstance(chosen, FoundRecipe) else None
    taught_by = None
    if design is not None and design.teacher is not None:
        taught_by = teacher.trained(design, build_dir, train)
    tf = load_tensorflow(seed)
    model = chosen.build_model(everything.shape, everything.output_count, everything.info.task)
    update = chosen_optimizer.build(epochs * steps)
    update.build(model.trainable_variables)
    best = Best(tf, model, patience)
    variables = [*model.variables, *update.variables, *best.variables]
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

    with EpochProgress(f"train {chosen.name}", epochs, steps, len(past), again) as progress:
        step, rounded_step = (
            _compiled_step(tf, chosen, model, update, everything.output_count, rounded)
            for rounded in (False, True)
        )
        as_it_is = epochs - (design.quantized_epochs if design is not None else 0)
        made = augmented_batches(chosen, shown, batch_size, seed, len(past) + 1, scale)
        if taught_by is not None and design is not None and design.teacher is not None:
            made = teacher.softened(made, design.teacher, taught_by, everything.output_count)
        batches = made_ahead(made)
        held_out_examples = held_back.real()
        for epoch in range(len(past) + 1, epochs + 1):
            if best.is_long_ago(past):
                progress.end(f"no better held-out loss for {patience} epochs")
                break
            losses = []
            take = step if epoch <= as_it_is else rounded_step
            for _ in range(steps):
                losses.append(float(take(*next(batches))))
                progress.step(losses[-1])
            entry = {
                "loss": float(np.mean(losses)),
                **_measured(model.predict(held_out_examples, 500, verbose=0), held_back, scale),
            }
            past.append(entry)
            best.keep(past)
            progress.epoch(epoch, entry)
            checkpoint.save(build_dir, settings, past, variables)
            history.log_epoch(build_dir, epoch, entry)
            if not go_on(past):
                checkpoint.remove(build_dir)
                raise GivenUpError(f"train {chosen.name}: given up after epoch {epoch}")
        best.restore()
        if scale is not None:
            scale.fold_into(model)
        history.write(build_dir, f"{chosen.name}, seed {seed}", past, best.number(past))
        history.write_duration(build_dir, *progress.elapsed_s())
        artifacts.atomic_write(build_dir / FLOAT_MODEL, artifacts.keras_bytes(model))
    checkpoint.remove(build_dir)


def held_out_rows(examples: Examples, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint index arrays that cover the examples; the second has that share of each class,
    or of the recordings and speakers where the data name them. Raises DataError."""
    split = examples.split
    one_class = split.classes is not None and len(np.unique(split.classes)) == 1
    classes = None if one_class else split.classes
    if split.groups is None and classes is not None:
        return splits.stratified_split(np.asarray(classes), fraction, seed)
    groups = np.arange(len(split)) if split.groups is None else split.groups
    if len(np.unique(groups)) == 1:  # one long recording
        groups = np.arange(len(split))
    return splits.grouped_split(groups, classes, tuple(split.info.labels), fraction, seed)


def _scale(examples: Examples) -> TargetScale | None:
    if examples.info.task == "regress":
        return TargetScale.of(examples.targets())
    if examples.info.task == "reconstruct":
        return TargetScale.of_examples(examples.real())
    return None


def _measured(
    answers: np.ndarray, examples: Examples, scale: TargetScale | None
) -> dict[str, float]:
    """Of float32 [N, ...]: cross-entropy and accuracy of classes, else the mean squared error."""
    targets = examples.targets() if scale is None else scale.scaled(examples.targets())
    if examples.info.task != "classify":
        return {"held_out_loss": float(np.mean((answers - targets) ** 2))}
    of_label = answers[np.arange(len(targets)), targets]
    return {
        "held_out_loss": float(-np.log(np.maximum(of_label, 1e-7)).mean()),
        "held_out_accuracy": float((answers.argmax(axis=1) == targets).mean()),
    }


def _compiled_step(
    tf: Any, recipe: Recipe, model: Any, optimizer: Any, outputs: int, rounded: bool
) -> Any:
    """A function (examples [B, *shape], pixels as uint8, and targets [B, ...]) -> loss: one step of
    the optimizer. Targets are classes, int32 [B], or float32 [B, outputs]: their probabilities, or
    numbers to be estimated. rounded: with kernels as int8 has them."""
    import keras

    of_classes = "logits" in [layer.name for layer in model.layers]
    trained = model
    loss_of: Any = keras.losses.MeanSquaredError()
    if of_classes:
        trained = keras.Model(model.input, model.get_layer("logits").output)
        loss_of = keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=recipe.label_smoothing
        )

    def forward(inputs: Any) -> Any:
        if recipe.batch_last:
            return batch_last.forward(trained, inputs)
        return trained(inputs, training=True)

    # Keras's fit() would not use XLA while deterministic ops are on; and XLA has no convolution's
    # gradient that repeats itself, which batch_last does without.
    @tf.function(jit_compile=recipe.batch_last)
    def step(examples: Any, wanted: Any) -> Any:
        inputs = network_input(examples)
        are_numbers = of_classes and tf.as_dtype(wanted.dtype).is_integer
        targets = tf.one_hot(wanted, outputs) if are_numbers else wanted
        kept = rounding.round_kernels(trained) if rounded else []
        with tf.GradientTape() as tape:
            loss = loss_of(targets, forward(inputs))
        gradients = tape.gradient(loss, trained.trainable_variables)
        rounding.restore(kept)
        optimizer.apply(gradients)
        return loss

    return step


def augmented_batches(
    recipe: Recipe,
    examples: Examples,
    batch_size: int,
    seed: int,
    first_epoch: int = 1,
    scale: TargetScale | None = None,
) -> Iterator[tuple[Any, np.ndarray]]:
    """Endless augmented batches for `_compiled_step`, shuffled and changed anew each epoch.

    An epoch's random numbers depend on the seed and its number only, so that it can be the first.
    """
    count = len(examples)
    for epoch in itertools.count(first_epoch):
        generator = np.random.default_rng((seed, epoch))
        order = generator.permutation(count)
        change = _changes(recipe, examples, generator)
        for start in range(0, count - batch_size + 1, batch_size):
            batch = order[start : start + batch_size]
            changed = change(batch)
            of_itself = examples.info.task == "reconstruct"
            targets = changed if of_itself else examples.targets(batch)
            yield changed, targets if scale is None else scale.scaled(targets)


def _changes(
    recipe: Recipe, examples: Examples, generator: np.random.Generator
) -> Callable[[np.ndarray], Any]:
    """What gives the changed examples of a batch, in one epoch."""
    augment = recipe.augment
    if augment is not None:
        return lambda batch: augment(examples.real(batch), generator)
    if examples.info.kind == "image":
        height, width, _ = examples.shape
        transforms = recipe.augmentation.transforms(generator, len(examples), height, width)
        return lambda batch: warp(examples.pixels_of(batch), transforms[batch])
    return examples.real


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
