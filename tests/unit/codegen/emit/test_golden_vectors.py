"""The vectors of the device's self-test: whose scores they have, and what they are made of."""

import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.emit.generate import generate
from codegen.emit.golden_vectors import GoldenVector, make_golden_vectors
from codegen.emit.seeded_vectors import draws, make_seeded_vectors, seeded_inputs
from codegen.errors import CodegenError
from codegen.host.runtime import HostRuntime
from codegen.host.scores import oracle_scores
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from tests.unit.codegen.fakes import compile_and_run, fake_plan
from tests.unit.harness.wire.fake_device import unpacked
from verification.cases.model_builder import one_op


def pixels_of(vector: GoldenVector) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer(unpacked(vector.pixels, 784), np.uint8)


def check_scores(model: Model, vectors: list[GoldenVector]) -> None:
    pixels = np.stack([pixels_of(vector) for vector in vectors])
    scores = oracle_scores(model, quantize_pixels(model, pixels))
    assert [vector.scores for vector in vectors] == [tuple(row) for row in scores.tolist()]


def save_digits(
    path: Path, shape: tuple[int, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    images = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    images[:, :14] = 0
    images[1] = 0
    np.savez(path, images=images, labels=np.zeros(len(images), np.uint8))
    return images


def test_the_first_test_digits_get_the_oracles_scores(cnn: Model, tmp_path: Path) -> None:
    images = save_digits(tmp_path / "digits.npz", (10, 28, 28))
    vectors = make_golden_vectors(cnn, tmp_path / "digits.npz")
    assert len(vectors) == 3
    for vector, image in zip(vectors, images, strict=False):
        assert vector.pixels  # an array in C++ must not be empty
        assert np.array_equal(pixels_of(vector), image.reshape(-1))
    check_scores(cnn, vectors)


@pytest.mark.parametrize("shape", [None, (10, 32, 32)])
def test_without_digits_of_its_size_the_model_gets_made_up_pixels(
    cnn: Model, tmp_path: Path, shape: tuple[int, ...] | None
) -> None:
    if shape:
        save_digits(tmp_path / "digits.npz", shape)
    vectors = make_golden_vectors(cnn, tmp_path / "digits.npz")
    assert vectors == make_golden_vectors(cnn, tmp_path / "digits.npz")
    assert len({vector.pixels for vector in vectors}) == 3
    assert all(len(vector.pixels) <= 2 + 255 for vector in vectors)
    check_scores(cnn, vectors)


def test_damaged_digits_are_an_error(cnn: Model, tmp_path: Path) -> None:
    (tmp_path / "digits.npz").write_bytes(b"no zip")
    with pytest.raises(CodegenError, match=r"digits\.npz is damaged .*run `invoke train`"):
        make_golden_vectors(cnn, tmp_path / "digits.npz")


PRINT_VECTORS = r"""
#include <cstdio>

#include "golden_vectors.h"

int main() {
  for (const mcuforge::GoldenVector& vector : mcuforge::kGoldenVectors) {
    for (size_t i = 0; i < vector.pixels_size; ++i) std::printf("%02x", vector.pixels[i]);
    for (int score : vector.scores) std::printf(" %d", score);
    std::printf("\n");
  }
}
"""


def test_the_generated_header_holds_them(cnn: Model, cnn_path: Path, tmp_path: Path) -> None:
    generate(cnn_path, tmp_path, None, fake_plan)
    main = tmp_path / "main.cc"
    main.write_text(PRINT_VECTORS)
    output = compile_and_run([main], tmp_path, [tmp_path / "generated"])
    assert output.splitlines() == [
        " ".join([vector.pixels.hex(), *map(str, vector.scores)])
        for vector in make_golden_vectors(cnn, tmp_path / "digits.npz")
    ]


def test_a_model_that_is_not_plain_gets_seeds(tmp_path: Path) -> None:
    spec: dict[str, Any] = {"shape": [1, 40], "scale": 0.1, "zero_point": 3}
    model = Model.parse(one_op("ADD", [dict(spec), dict(spec)], [dict(spec)]))
    vectors = make_seeded_vectors(model)
    assert vectors == make_seeded_vectors(model)
    assert len({vector.crc for vector in vectors}) == 3
    with HostRuntime(model.data) as runtime:
        for vector in vectors:
            runtime.invoke(*seeded_inputs(model, vector.seed))
            assert zlib.crc32(runtime.output()) == vector.crc


@pytest.mark.parametrize(
    ("dtype", "scaled", "expected"),
    [
        ("INT8", True, np.array([60, 94, -127], np.int8)),
        ("BOOL", False, np.array([False, False, True], np.bool_)),
        ("INT32", False, np.array([0, 2, 1], np.int32)),
        ("FLOAT32", False, np.array([60 / 64, 94 / 64, -127 / 64], np.float32)),
        ("INT16", True, np.array([0x5E3C, 0xB481 - 0x10000, 0x5E0C], np.int16)),
    ],
)
def test_seeded_numbers_are_of_the_inputs_type(dtype: str, scaled: bool, expected: Any) -> None:
    tensor: dict[str, Any] = {"shape": [3], "dtype": dtype}
    if scaled:
        tensor |= {"scale": 0.5, "zero_point": 0}
    model = Model.parse(one_op("RESHAPE", [tensor], [dict(tensor)]))
    (values,) = seeded_inputs(model, 1)
    assert values.dtype == expected.dtype
    np.testing.assert_array_equal(values, expected)


def test_many_numbers_are_drawn_at_once_as_one_by_one() -> None:
    state, expected = 7, []
    for _ in range(1000):
        state = (state * 1664525 + 1013904223) % 2**32
        expected.append(state >> 24)
    for count in (0, 1, 2, 3, 511, 512, 1000):
        assert draws(7, count).tolist() == expected[:count]
    started = time.monotonic()
    assert draws(7, 10**7)[:1000].tolist() == expected
    assert time.monotonic() - started < 5  # one by one it took a minute on a busy machine
    two = one_op("ADD", [{"shape": [500], "scale": 0.1}] * 2, [{"shape": [500], "scale": 0.1}])
    drawn = np.concatenate(seeded_inputs(Model.parse(two), 7))
    assert drawn.view(np.uint8).tolist() == expected
