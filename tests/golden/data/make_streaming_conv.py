"""Writes streaming_conv.tflite: a streaming 1-D convolution as TensorFlow converts it.

Run once, by hand (TensorFlow is slow to import): python tests/golden/data/make_streaming_conv.py
The window's past is a tf.Variable; the converter makes VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE
and a subgraph of first values that CALL_ONCE runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

CHANNELS = 4
TAPS = 4


class StreamingConv(tf.Module):
    """float32 [1, 1, CHANNELS] at a time -> ReLU of a convolution over the last TAPS of them."""

    def __init__(self) -> None:
        super().__init__()
        rng = np.random.default_rng(0)
        past = rng.uniform(-1, 1, (1, TAPS - 1, CHANNELS)).astype(np.float32)
        self.past = tf.Variable(past, name="past")
        self.filter = tf.constant(rng.normal(size=(TAPS, CHANNELS, CHANNELS)).astype(np.float32))

    @tf.function(input_signature=[tf.TensorSpec([1, 1, CHANNELS])])
    def step(self, x: tf.Tensor) -> tf.Tensor:
        window = tf.concat([self.past, x], axis=1)
        self.past.assign(window[:, 1:])
        return tf.nn.relu(tf.nn.conv1d(window, self.filter, 1, "VALID"))


def samples() -> Iterator[list[np.ndarray]]:
    rng = np.random.default_rng(1)
    for _ in range(50):
        yield [rng.uniform(-1, 1, (1, 1, CHANNELS)).astype(np.float32)]


def main() -> None:
    model = StreamingConv()
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [model.step.get_concrete_function()], model
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    converter.experimental_enable_resource_variables = True
    converter._experimental_variable_quantization = True  # else the variables stay float32
    Path(__file__).with_name("streaming_conv.tflite").write_bytes(converter.convert())


if __name__ == "__main__":
    main()
