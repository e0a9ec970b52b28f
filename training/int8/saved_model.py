"""The trained model as a SavedModel, as tutorials deploy it: build/<name>/saved_model."""

from __future__ import annotations

import tempfile
from pathlib import Path

from codegen.files.artifacts import FLOAT_MODEL, SAVED_MODEL, SAVED_MODEL_FILES
from training import artifacts
from training.int8.quantize import load_float_model
from training.tf_runtime import load_tensorflow, quiet_output


def export(build_dir: Path) -> None:
    """Write float.keras as a SavedModel: its signature takes and gives float32, any batch.

    It has what inference needs and nothing of Keras. TensorFlow's fingerprint, a random number, is
    left out; it numbers its functions in a process, so the same calls give the same bytes.

    Raises ArtifactError.
    """
    tf = load_tensorflow()
    model = load_float_model(artifacts.require(build_dir / FLOAT_MODEL, "train"))
    (given,), (output,) = model.inputs, model.output_names
    spec = tf.TensorSpec((None, *given.shape[1:]), tf.float32, given.name)
    exported = tf.Module()
    exported.weights = [variable.value for variable in model.variables]
    exported.serve = tf.function(lambda x: {output: model(x, training=False)}, [spec])
    with tempfile.TemporaryDirectory() as scratch:
        with quiet_output():
            tf.saved_model.save(
                exported,
                scratch,
                signatures=exported.serve,
                options=tf.saved_model.SaveOptions(save_debug_info=False),
            )
        for name in SAVED_MODEL_FILES:
            content = (Path(scratch) / name).read_bytes()
            artifacts.atomic_write(build_dir / SAVED_MODEL / name, content)
