"""The process that has Keras 2: from float.keras to the compressed model as the converter has it.

    python -m training.compression.worker '{"build_dir": ..., "recipe": ..., "method": ..., ...}'

writes the converted .tflite to "output". Where that fails on purpose, stdout has one JSON object
with "message" and "exit_code", and the exit code is that one. Started by `compress`, nobody else.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.files.artifacts import FLOAT_MODEL, TRAIN_SPLIT
from codegen.model.pixels import PIXEL_MAX
from training import artifacts
from training.compression import methods
from training.compression.legacy import to_legacy
from training.compression.options import Options
from training.data.examples import Examples, calibrating, load
from training.errors import TrainingError
from training.fit.progress import EpochProgress
from training.fit.train import augmented_batches, held_out_rows, made_ahead
from training.int8.quantize import full_int8, load_float_model, run_converter
from training.judge.evaluate import accuracy
from training.recipes import Recipe, get_recipe
from training.tf_runtime import load_tensorflow, quiet_output

PEAK_LEARNING_RATE = 1e-3  # of Adam; falls to 0 by a cosine
_COMPARED = 100  # digits on which the Keras 2 model has to agree
_PREDICTED = 500  # digits at once, for memory


@dataclass(frozen=True)
class Order:
    """What one run of the worker is to do. output: the file to write."""

    build_dir: str
    recipe: str
    method: str
    options: dict[str, Any]
    seed: int
    calibration: int
    output: str


def run(order: Order) -> None:
    """Raises TrainingError, CodegenError; nothing is written then."""
    build_dir = Path(order.build_dir)
    tf = load_tensorflow(order.seed)
    recipe, options = get_recipe(order.recipe), Options(**order.options)
    examples = load(build_dir, TRAIN_SPLIT)
    calibration = calibrating(build_dir, order.calibration).real()
    trained = load_float_model(build_dir / FLOAT_MODEL)
    with quiet_output():
        model = to_legacy(trained, calibration[:_COMPARED])
    tuning = _Tuning(tf, recipe, examples, options.epochs, order.seed)
    compressed, ranges_known = methods.compress(
        order.method, model, options, tuning.total_steps, tuning
    )
    content = _convert(tf, compressed, None if ranges_known else calibration)
    artifacts.atomic_write(Path(order.output), content)


class _Tuning:
    """Trains a compiled-in method's model on, with the recipe's batches and augmentation."""

    def __init__(self, tf: Any, recipe: Recipe, examples: Examples, epochs: int, seed: int) -> None:
        kept, held_out = held_out_rows(examples, recipe.held_out_fraction, seed)
        self._tf, self._recipe, self._epochs, self._seed = tf, recipe, epochs, seed
        self._examples, self._held_out = examples.take(kept), examples.take(held_out)
        self._batch_size = recipe.batch_for(len(kept))
        self._steps = len(kept) // self._batch_size
        self.total_steps = epochs * self._steps

    def __call__(self, title: str, model: Any, callbacks: list[Any] | None = None) -> None:
        import tf_keras

        model.compile(
            tf_keras.optimizers.Adam(
                tf_keras.optimizers.schedules.CosineDecay(PEAK_LEARNING_RATE, self.total_steps)
            ),
            tf_keras.losses.SparseCategoricalCrossentropy(),
        )
        held_out, labels = self._held_out.real(), self._held_out.targets()
        with EpochProgress(f"compress {title}", self._epochs, self._steps) as progress:

            def epoch_ended(epoch: int, logs: dict[str, float]) -> None:
                scores = [
                    model(held_out[start : start + _PREDICTED], training=False).numpy()
                    for start in range(0, len(held_out), _PREDICTED)
                ]
                correct = accuracy(np.concatenate(scores), labels)
                progress.epoch(epoch + 1, {"loss": logs["loss"], "held_out_accuracy": correct})

            shown = tf_keras.callbacks.LambdaCallback(
                on_batch_end=lambda _, logs: progress.step(logs["loss"]),
                on_epoch_end=epoch_ended,
            )
            model.fit(
                self._batches(),
                steps_per_epoch=self._steps,
                epochs=self._epochs,
                callbacks=[*(callbacks or []), shown],
                verbose=0,
            )

    def _batches(self) -> Any:
        made = augmented_batches(self._recipe, self._examples, self._batch_size, self._seed)
        for batch, labels in made_ahead(made):
            values = np.asarray(batch)
            real = values.astype(np.float32)
            yield real / np.float32(PIXEL_MAX) if values.dtype == np.uint8 else real, labels


def _convert(tf: Any, model: Any, calibration: np.ndarray | None) -> bytes:
    """The .tflite for a batch of 1. calibration: float32 [N, H, W, C], None for learnt ranges."""
    spec = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32, "image")
    call = tf.function(lambda image: model(image, training=False)).get_concrete_function(spec)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([call], model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    full_int8(tf, converter)
    if calibration is None:
        # The converter takes the ranges of the fake quantization, but insists on calibration
        # where int8 is demanded; that all became int8 is checked by whoever reads the result.
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    else:
        converter.representative_dataset = lambda: ([image[np.newaxis]] for image in calibration)
    return run_converter(converter, model.name)


def main() -> int:
    try:
        run(Order(**json.loads(sys.argv[1])))
    except (TrainingError, CodegenError) as error:
        print(json.dumps({"message": str(error), "exit_code": error.exit_code}))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
