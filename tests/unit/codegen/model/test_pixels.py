"""pixel -> int8: exact, the same as an independent computation, and as TFLM's QUANTIZE."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import CodegenError
from codegen.host.oracle import Oracle
from codegen.model.pixels import pixel_range, pixel_table, quantize_pixels
from codegen.model.tflite import Model
from verification.cases.model_builder import one_op

SCALES = st.floats(2.0**-20, 16.0, width=32, exclude_min=True)


@given(scale=SCALES, zero_point=st.integers(-128, 127))
def test_table_equals_decimal_arithmetic(scale: float, zero_point: int) -> None:
    table = pixel_table(scale, zero_point)
    with localcontext() as context:
        context.prec = 100
        low, high = map(Decimal, pixel_range(scale, zero_point))
        for pixel in range(256):
            steps = (low + pixel * (high - low) / Decimal(255)) / Decimal(scale)
            rounded = int(steps.quantize(Decimal(1), rounding=ROUND_HALF_UP)) + zero_point
            assert table[pixel] == max(-128, min(127, rounded)), pixel
    assert np.all(np.diff(table.astype(int)) >= 0)


@pytest.mark.parametrize(
    ("scale", "zero_point", "expected"),
    [
        (1 / 255, -128, (0, 1)),
        (0.0031, -128, (0, 1)),  # calibrated with dark pictures
        (2 / 255, -1, (-1, 1)),  # TFLM's person_detect
        (1.0, -128, (0, 255)),  # MLPerf Tiny's ResNet
        (0.0187, -14, (-1, 1)),  # by mean and deviation
    ],
)
def test_pixels_are_what_the_input_covers(
    scale: float, zero_point: int, expected: tuple[float, float]
) -> None:
    assert pixel_range(scale, zero_point) == expected


def test_the_usual_scale_is_a_shift() -> None:
    assert np.array_equal(pixel_table(1 / 255, -128), np.arange(256) - 128)


def test_ties_go_away_from_zero() -> None:
    # scale 2, pixels as 0 to 255: 1 and 3 are halves
    assert pixel_table(2.0, 0)[[1, 2, 3]].tolist() == [1, 1, 2]
    assert pixel_table(2.0, -7)[[1, 2, 3]].tolist() == [-6, -6, -5]


@pytest.mark.parametrize("scale", [1 / 255, 1 / 128, 0.0081, 0.5847029, 0.0039])
@pytest.mark.parametrize("zero_point", [-128, -3, 0, 100])
def test_table_equals_tflms_quantize(scale: float, zero_point: int) -> None:
    """Where TFLM's float32 division is exact enough to tell a quotient from a tie."""
    quantize = Oracle(
        one_op(
            "QUANTIZE",
            [{"shape": [1, 256], "dtype": "FLOAT32"}],
            [{"shape": [1, 256], "scale": scale, "zero_point": zero_point}],
        )
    )
    low, high = pixel_range(scale, zero_point)
    real = low + np.arange(256) / 255 * (high - low)
    pixels = real.astype(np.float32).reshape(1, 256)
    clear = np.abs(real / float(np.float32(scale)) % 1 - 0.5) > 1e-5
    assert clear.sum() >= 128
    expected = quantize.run([pixels])[0][0]
    assert np.array_equal(expected[clear], pixel_table(scale, zero_point)[clear])


def test_images_take_the_models_shape(cnn: Model) -> None:
    images = np.arange(2 * 784, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28)
    quantized = quantize_pixels(cnn, images)
    assert quantized.shape == (2, 28, 28, 1)
    assert quantized.dtype == np.int8
    assert np.array_equal(quantized[..., 0].astype(int), images.astype(int) - 128)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((1, 32, 32), np.uint8), "have 1024 pixels, .* takes 784"),
        (np.zeros((1, 28, 28), np.float32), "pixels are float32, they must be uint8"),
        (np.zeros(784, np.uint8), "takes 784"),
    ],
)
def test_wrong_images(cnn: Model, images: np.ndarray, message: str) -> None:
    with pytest.raises(CodegenError, match=message):
        quantize_pixels(cnn, images)


def test_float_input_has_no_pixel_table() -> None:
    io = {"shape": [1, 4], "dtype": "FLOAT32"}
    with pytest.raises(CodegenError, match="is FLOAT32 with 0 scales"):
        quantize_pixels(Model.parse(one_op("RELU", [io], [io])), np.zeros((1, 4), np.uint8))
