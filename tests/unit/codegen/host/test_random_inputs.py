"""Random inputs: every other over the whole range, the others as in use, by the input's type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from codegen.errors import UnsupportedModelError
from codegen.host.random_inputs import random_input, random_inputs
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder

_SIZE = 20_000


def taking(dtype: str, scale: float | None = None, zero_point: int = 0) -> Model:
    b = ModelBuilder()
    more: dict[str, Any] = {} if scale is None else {"scale": scale, "zero_point": zero_point}
    source, made = b.tensor([_SIZE], dtype, **more), b.tensor([_SIZE], dtype, **more)
    b.op("RESHAPE", [source], [made])
    return Model.parse(b.build([source], [made]))


def shown(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Of two samples the one that covers all, and the one as in use."""
    (values,) = random_inputs(model, 2, seed=3)
    assert values.shape == (2, _SIZE)
    return values[0], values[1]


@pytest.mark.parametrize(
    ("dtype", "zero_point"), [("INT8", 10), ("UINT8", 128), ("INT16", 0), ("INT8", -128)]
)
def test_quantized_values(dtype: str, zero_point: int) -> None:
    wide, usual = shown(taking(dtype, 0.1, zero_point))
    limits = np.iinfo(wide.dtype)
    assert wide.dtype == usual.dtype == np.dtype(dtype.lower())
    if dtype != "INT16":  # of 65,536 values 20,000 are not all
        assert (wide.min(), wide.max()) == (limits.min, limits.max)
    half = (limits.max - limits.min) / 2
    assert wide.std() == pytest.approx(half / 3**0.5, rel=0.03)  # even
    assert np.median(usual) == pytest.approx(zero_point, abs=0.03 * half)
    if zero_point > limits.min:
        assert usual.std() == pytest.approx(half / 3, rel=0.05)
        outside = np.abs(usual.astype(float) - zero_point) > half
        assert outside.mean() < 0.01
    else:  # half of them would be below the least
        assert (usual == limits.min).mean() == pytest.approx(0.5, abs=0.03)


def test_numbers_without_a_scale_count_something() -> None:
    for one in shown(taking("INT32")):
        assert one.dtype == np.int32 and set(one.tolist()) == {0, 1, 2, 3}


def test_truth() -> None:
    for one in shown(taking("BOOL")):
        assert one.dtype == np.bool_ and 0.45 < one.mean() < 0.55


def check_real(model: Model, low: float, high: float) -> None:
    wide, usual = shown(model)
    assert wide.dtype == usual.dtype == np.float32
    width = high - low
    assert wide.min() == pytest.approx(low, abs=0.01 * width) and wide.min() >= low
    assert wide.max() == pytest.approx(high, abs=0.01 * width) and wide.max() <= high
    assert usual.mean() == pytest.approx((low + high) / 2, abs=0.01 * width)
    assert usual.std() == pytest.approx(width / 6, rel=0.03)


def test_real_numbers_are_minus_one_to_one() -> None:
    check_real(taking("FLOAT32"), -1, 1)


def test_real_numbers_that_are_quantized_are_what_that_tells_apart() -> None:
    b = ModelBuilder()
    source = b.tensor([_SIZE], "FLOAT32")
    other = b.tensor([_SIZE], "FLOAT32")
    made = b.tensor([_SIZE], scale=0.5, zero_point=-28)
    wrong = b.tensor([_SIZE], scale=9.0, zero_point=0)
    b.op("QUANTIZE", [other], [wrong])
    b.op("QUANTIZE", [source], [made])
    check_real(Model.parse(b.build([source], [made])), -50, 77.5)


def test_a_seed_gives_the_same_again_and_each_sample_is_another() -> None:
    model = taking("INT8", 0.1)
    (first,), (again,), (other,) = (random_inputs(model, 3, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert not np.array_equal(first[0], first[2])
    (one,) = random_input(model)
    assert np.array_equal(one, random_input(model)[0])
    assert (one.min(), one.max()) == (-128, 127)  # over the whole range


def test_every_other_sample_covers_all() -> None:
    (values,) = random_inputs(taking("INT8", 0.1), 6, seed=1)
    covers = [(one == 127).mean() > 1 / 400 for one in values]  # else three deviations away
    assert covers == [True, False] * 3


def test_one_input_of_each_is_the_first_of_one() -> None:
    b = ModelBuilder()
    ends = [b.tensor([9], scale=0.5) for _ in range(3)]
    b.op("ADD", ends[:2], ends[2:])
    model = Model.parse(b.build(ends[:2], ends[2:]))
    for given, expected in zip(random_input(model), random_inputs(model, 1, 7), strict=True):
        np.testing.assert_array_equal(given, expected[0])


def test_other_types_are_refused() -> None:
    b = ModelBuilder()
    text = b.tensor([1], "STRING")
    b.op("RESHAPE", [text], [b.tensor([1], "STRING")])
    with pytest.raises(
        UnsupportedModelError, match="is STRING; inputs and outputs are BOOL, FLOAT32"
    ):
        random_inputs(Model.parse(b.build([text], [])), 1, 1)
