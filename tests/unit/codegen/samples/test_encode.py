"""From a user's sample to the model's input tensor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from codegen.errors import CodegenError
from codegen.frontend.readings import ReadingsFrontEnd
from codegen.host.oracle import Oracle
from codegen.model.tflite import Model
from codegen.samples.encode import dequantize, model_input, pixels_of, quantize
from codegen.samples.real import real_values
from tests.unit.codegen.samples.data import split
from verification.cases.model_builder import one_op

RNG = np.random.default_rng(5)


def reshape(shape: list[int], dtype: str = "INT8", scale: float | None = 0.5) -> Model:
    """A model that takes [1, *shape] and does nothing."""
    tensor: dict[str, Any] = {"shape": [1, *shape], "dtype": dtype}
    if scale is not None:
        tensor |= {"scale": scale, "zero_point": -3 if dtype == "INT8" else 5}
    return Model.parse(one_op("RESHAPE", [tensor], [dict(tensor)]))


@pytest.mark.parametrize("scale", [0.5, 0.031, 7.7])
def test_readings_are_quantized_as_tflm_does(scale: float) -> None:
    real = RNG.normal(0, 20, (1, 400)).astype(np.float32)
    spec = {"shape": [1, 400], "scale": scale, "zero_point": -3}
    oracle = Oracle(one_op("QUANTIZE", [{"shape": [1, 400], "dtype": "FLOAT32"}], [spec]))
    expected = oracle.run([real])[0]
    found = model_input(reshape([400], scale=scale), split(real))[0]
    clear = np.abs(np.abs(real / np.float32(scale)) % 1 - 0.5) > 1e-4
    assert clear.sum() > 380
    np.testing.assert_array_equal(found[clear], expected[clear])


def test_halves_go_away_from_zero_and_ends_are_kept() -> None:
    tensor = reshape([6]).inputs[0]
    real = np.array([0.25, -0.25, 0.75, -0.75, 1e6, -1e6], np.float32)
    assert quantize(real, tensor).tolist() == [-2, -4, -1, -5, 127, -128]


def test_values_of_the_tensors_own_type_go_as_they_are() -> None:
    values = RNG.integers(-128, 128, (3, 6), np.int8)
    np.testing.assert_array_equal(model_input(reshape([6]), split(values))[:, 0], values)


@pytest.mark.parametrize(
    ("dtype", "values"),
    [("FLOAT32", [[1.5, -2.0]]), ("INT32", [[3.0, -4.0]]), ("BOOL", [[1.0, 0.0]])],
)
def test_an_input_without_a_scale_takes_numbers(dtype: str, values: list[list[float]]) -> None:
    model = reshape([2], dtype, None)
    found = model_input(model, split(np.array(values, np.float32)))
    assert found.dtype == {"FLOAT32": np.float32, "INT32": np.int32, "BOOL": np.bool_}[dtype]
    assert found.reshape(-1).tolist() == values[0]


@pytest.mark.parametrize("values", [[[0.5, 1.0]], [[3e9, 0.0]]])
def test_numbers_that_an_integer_input_has_not_are_refused(values: Any) -> None:
    with pytest.raises(CodegenError, match="is INT32 without a scale and takes whole numbers"):
        model_input(reshape([2], "INT32", None), split(np.array(values, np.float32)))


def test_pixels_go_by_the_range_of_the_input() -> None:
    pixels = np.array([[[0, 51], [204, 255]]], np.uint8)
    shown = split(pixels, kind="image")
    bytes_of = reshape([2, 2, 1], scale=1.0)
    assert model_input(bytes_of, shown).reshape(-1).tolist() == [-3, 48, 127, 127]
    plain = reshape([2, 2, 1], "UINT8", None)
    assert model_input(plain, shown).reshape(-1).tolist() == [0, 51, 204, 255]
    np.testing.assert_allclose(real_values(shown).reshape(-1), [0, 0.2, 0.8, 1])
    np.testing.assert_allclose(real_values(shown, (-1, 1)).reshape(-1), [-1, -0.6, 0.6, 1])


def test_sound_is_minus_one_to_one() -> None:
    shown = split(np.array([[-32768, 0, 16384]], np.int16), kind="audio")
    assert real_values(shown).tolist() == [[-1, 0, 0.5]]


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((3, 8, 8), r"samples of 3x8x8 for a model that takes 8x8x3: the axes are in another"),
        ((8, 8), r"samples of 8x8 are 64 values, the model's input \[1, 8, 8, 3\] takes 192"),
    ],
)
def test_other_shapes_are_refused(shape: tuple[int, ...], message: str) -> None:
    values = np.zeros((1, *shape), np.float32)
    with pytest.raises(CodegenError, match=message):
        model_input(reshape([8, 8, 3]), split(values, kind="tensor"))


def test_several_inputs_need_random_ones() -> None:
    spec = {"shape": [1, 4], "scale": 0.1, "zero_point": 0}
    model = Model.parse(one_op("ADD", [dict(spec), dict(spec)], [dict(spec)]))
    with pytest.raises(CodegenError, match=r"2 inputs .* leave --data out"):
        model_input(model, split(np.zeros((1, 4), np.float32)))


def test_what_pixels_stand_for() -> None:
    images = split(np.zeros((1, 2, 2), np.uint8), kind="image").info
    table = split(np.zeros((1, 4), np.uint8), kind="table").info
    assert pixels_of(reshape([2, 2, 1], scale=0.5), images) == (0, 255)
    assert pixels_of(reshape([2, 2, 1], scale=0.5), table) == (0, 1)
    assert pixels_of(reshape([2, 2, 1], "FLOAT32", None), images) == (0, 1)


def test_a_picture_of_bytes_is_no_table_of_bytes() -> None:
    """A picture's bytes are pixels, a table's are the input's own, or quantized."""
    plain = reshape([2, 2, 1], "UINT8", None)
    values = np.array([[[0, 51], [204, 255]]], np.uint8)
    assert model_input(plain, split(values, kind="image")).reshape(-1).tolist() == [0, 51, 204, 255]
    whole = reshape([4], "INT32", None)
    table = split(values.reshape(1, 4), kind="table")
    assert model_input(whole, table).reshape(-1).tolist() == [0, 51, 204, 255]
    real = model_input(reshape([2, 2, 1], "FLOAT32", None), split(values, kind="image"))
    np.testing.assert_allclose(real.reshape(-1), [0, 0.2, 0.8, 1])
    scaled = model_input(reshape([4], scale=2.0), table).reshape(-1)
    assert scaled.tolist() == [-3, 23, 99, 125]  # 51 / 2 is rounded away from zero


@pytest.mark.parametrize(
    ("dtype", "values", "fine"),
    [
        ("UINT8", [0.0, 255.0], True),
        ("UINT8", [-1.0, 0.0], False),
        ("UINT8", [0.0, 256.0], False),
        ("BOOL", [0.0, 1.0], True),
        ("BOOL", [0.0, 2.0], False),
        ("INT16", [-32768.0, 32767.0], True),
        ("INT16", [0.0, 0.5], False),
    ],
)
def test_whole_numbers_within_the_inputs_type(dtype: str, values: list[float], fine: bool) -> None:
    model = reshape([2], dtype, None)
    given = split(np.array([values], np.float32))
    if fine:
        assert model_input(model, given).reshape(-1).tolist() == values
        return
    with pytest.raises(CodegenError, match=f"is {dtype} without a scale and takes whole numbers"):
        model_input(model, given)


def test_values_stand_for_real_numbers_where_there_is_a_scale() -> None:
    values = np.array([-3, 0, 5], np.int8)
    assert dequantize(values, reshape([3]).inputs[0]).tolist() == [0, 1.5, 4]
    found = dequantize(values, reshape([3], "INT32", None).inputs[0])
    assert found.tolist() == [-3, 0, 5] and found.dtype == np.float32


@pytest.mark.parametrize(
    ("shape", "taken"), [((4, 1, 2), [4, 2]), ((2, 4), [2, 4, 1]), ((8,), [2, 4]), ((2, 2), [4])]
)
def test_axes_of_one_and_flat_samples_fit(shape: tuple[int, ...], taken: list[int]) -> None:
    values = np.zeros((3, *shape), np.int8)
    assert model_input(reshape(taken), split(values, kind="tensor")).shape == (3, 1, *taken)


def test_turned_axes_of_two_are_refused_too() -> None:
    values = np.zeros((1, 2, 4), np.int8)
    with pytest.raises(CodegenError, match="samples of 2x4 for a model that takes 4x2: the axes"):
        model_input(reshape([4, 2]), split(values, kind="tensor"))


def test_a_batch_is_told_where_the_model_takes_one() -> None:
    spec = {"shape": [2, 4], "scale": 0.1, "zero_point": 0}
    batch = Model.parse(one_op("RESHAPE", [dict(spec)], [dict(spec)]))
    with pytest.raises(CodegenError, match=r"input \[2, 4\] \(a batch of 2\) takes 8; give --data"):
        model_input(batch, split(np.zeros((1, 4), np.float32), kind="tensor"))
    with pytest.raises(CodegenError, match=r"input \[1, 4\] takes 4; give"):
        model_input(reshape([4]), split(np.zeros((1, 3), np.float32), kind="tensor"))
    with pytest.raises(CodegenError, match="samples of one value are 1 values"):
        model_input(reshape([4]), split(np.zeros((1,), np.float32), kind="tensor"))


@pytest.mark.parametrize(("dtype", "scale"), [("UINT8", 0.5), ("FLOAT32", None), ("INT8", None)])
def test_a_front_end_gives_quantized_int8(dtype: str, scale: float | None) -> None:
    front_end = ReadingsFrontEnd(8, 1, (0.0,), (1.0,))
    given = split(np.zeros((1, 8, 1), front_end.sample_dtype), kind="signal")
    shape = list(front_end.feature_shape)
    with pytest.raises(
        CodegenError, match=f"a front end gives int8, the model's input .* is {dtype}"
    ):
        model_input(reshape(shape, dtype, scale), replace(given, front_end=front_end))
    made = model_input(reshape(shape, scale=0.5), replace(given, front_end=front_end))
    assert made.dtype == np.int8 and made.shape == (1, 1, *shape)
