"""The schema of what is no image: channels have ranges of their own, values are no grey levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files import data_schema
from codegen.files.data_schema import DataSchemaError, Schema

RNG = np.random.default_rng(3)


def table(count: int = 40) -> np.ndarray:
    """float32 [count, 2]: 0 to 1, and -100 to 100."""
    values = RNG.uniform(0, 1, (count, 2)).astype(np.float32)
    values[:2] = [[0, -100], [1, 100]]
    values[2:, 1] = RNG.uniform(-100, 100, count - 2)
    return values


def schema_of(values: Any, kind: str, other: Any = None, **more: Any) -> Schema:
    return data_schema.infer("first", values, values if other is None else other, [], kind, **more)


def test_each_channel_of_a_table_has_a_range() -> None:
    found = schema_of(table(), "table", reading={"--task": "regress"})
    assert found.ranges == [[0, 1], [-100, 100]]
    assert (found.darkest, found.lightest, found.labels) == (-100, 100, [])
    assert (found.noun, found.values, found.shape, found.dtype) == (
        "sample",
        "values",
        [2],
        "float32",
    )
    assert found.reading == {"--task": "regress"}
    assert str(found) == "samples 2 float32, values -100 to 100, as in first"
    assert sum(found.levels) == 80 and len(found.levels) == 8


def test_an_image_says_its_classes() -> None:
    images = RNG.integers(0, 200, (20, 4, 5)).astype(np.uint8)
    images[0, 0, :2] = 0, 200
    found = data_schema.infer("first", images, images, ["a", "b"])
    assert str(found) == "images 4x5 uint8, grey levels 0 to 200, 2 classes, as in first"
    assert found.ranges == []


def test_ranges_are_of_both_splits() -> None:
    one, other = np.array([[3, -5], [4, 5]], np.int16), np.array([[2, 0], [9, 7]], np.int16)
    for pair in ((one, other), (other, one)):
        found = schema_of(pair[0], "table", pair[1])
        assert found.ranges == [[2, 9], [-5, 7]]
    whole = schema_of(one.reshape(2, 2, 1), "audio", other.reshape(2, 2, 1))
    assert whole.ranges == [[-5, 9]] and (whole.darkest, whole.lightest) == (-5, 9)


def test_booleans_are_counted() -> None:
    low, high = data_schema.value_ranges(np.array([[True, False], [True, True]]), "tensor")
    assert (low.tolist(), high.tolist()) == ([0], [1])


def test_levels_are_steps_of_each_channels_range() -> None:
    values = np.array([[0, 10], [1, 30], [2, 50]], np.float32)
    counts = data_schema.count_levels(values, [[0, 2], [10, 50]])
    assert {int(i): int(n) for i, n in enumerate(counts) if n} == {0: 2, 128: 2, 255: 2}
    counts = data_schema.count_levels(values, [[0, 50]])  # one for all
    assert {int(i): int(n) for i, n in enumerate(counts) if n} == {
        0: 1,
        5: 1,
        10: 1,
        51: 1,
        153: 1,
        255: 1,
    }
    beyond = data_schema.count_levels(np.array([[-9.0], [99.0]]), [[0, 2]])
    assert (beyond[0], beyond[255]) == (1, 1)
    constant = data_schema.count_levels(np.array([[7.0], [8.0]]), [[7, 7]])
    assert (constant[0], constant[255]) == (1, 1)  # a range of nothing counts as one of 1


def test_large_samples_come_in_small_parts() -> None:
    class Claimed:
        """Of which slices are taken, and no more."""

        shape = (10, 1 << 21)

        def __len__(self) -> int:
            return 10

        def __getitem__(self, rows: slice) -> tuple[int, int]:
            return rows.start, rows.stop

    assert list(data_schema.chunks(Claimed())) == [(n, n + 2) for n in range(0, 10, 2)]
    small = np.zeros((4097, 1))
    assert [len(part) for part in data_schema.chunks(small)] == [4096, 1]
    huge = Claimed()
    huge.shape = (10, 1 << 23)
    assert len(list(data_schema.chunks(huge))) == 10


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data_schema.write(tmp_path, schema_of(table(), "table"))
    return tmp_path


def test_more_of_the_same_pass(folder: Path) -> None:
    data_schema.require(folder, "more", table(), None)
    data_schema.require(folder, "more", table()[5:6], None)


@pytest.mark.parametrize(
    ("channel", "value", "message"),
    [
        (0, np.nan, "sample 5 has NaN or infinity among its values"),
        (1, np.inf, "sample 5 has NaN or infinity among its values"),
        # 32 / 255 of the range is what one more sample may bring
        (0, 1.126, "the values of channel 0 are 0 to 1.126, not 0 to 1"),
        (0, -0.126, "the values of channel 0 are -0.126 to 1, not 0 to 1"),
        (1, 125.2, "the values of channel 1 are -100 to 125.2, not -100 to 100"),
    ],
)
def test_values_of_another_range_are_refused(
    channel: int, value: float, message: str, folder: Path
) -> None:
    values = table()
    values[5, channel] = value
    with pytest.raises(DataSchemaError, match=f"^new: {message}"):
        data_schema.require(folder, "new", values, None)
    near = table()
    near[5] = 1.125, 125.0
    data_schema.require(folder, "new", near, None)


def test_a_type_a_shape_and_classes_that_are_others(folder: Path) -> None:
    with pytest.raises(DataSchemaError, match="the values are float64, not float32"):
        data_schema.require(folder, "new", table().astype(np.float64), None)
    with pytest.raises(DataSchemaError, match="the samples are 1, not 2"):
        data_schema.require(folder, "new", table()[:, :1], None)
    with pytest.raises(DataSchemaError, match="the classes are a, b, not none"):
        data_schema.require(folder, "new", table(), None, ["a", "b"])


def test_data_without_classes_where_there_were_some(tmp_path: Path) -> None:
    data_schema.write(tmp_path, data_schema.infer("first", table(), table(), ["a", "b"], "table"))
    with pytest.raises(DataSchemaError, match="the data have no classes, not a, b"):
        data_schema.require(tmp_path, "new", table(), None, [])
    data_schema.require(tmp_path, "new", table(), np.array([0, 1]), ["a", "b"])
    with pytest.raises(DataSchemaError, match="the label of sample 1 is 2, not 0 to 1"):
        data_schema.require(tmp_path, "new", table(), np.array([0, 2]))


def test_one_range_is_of_no_channel(tmp_path: Path) -> None:
    sounds = RNG.uniform(-1, 1, (30, 50)).astype(np.float32)
    data_schema.write(tmp_path, schema_of(sounds, "audio"))
    with pytest.raises(DataSchemaError, match="the values are -3 to"):
        data_schema.require(tmp_path, "new", np.where(sounds < -0.9, np.float32(-3), sounds), None)


@pytest.mark.parametrize(("count", "refused"), [(9, False), (10, True), (3000, True)])
def test_ten_samples_say_that_they_are_of_another_kind(
    count: int, refused: bool, folder: Path
) -> None:
    values = np.tile(np.array([0.99, 99], np.float32), (count, 1))
    if not refused:
        data_schema.require(folder, "new", values, None)
        return
    with pytest.raises(
        DataSchemaError, match=r"the values are inverted or scaled .*training samples"
    ):
        data_schema.require(folder, "new", values, None)


def test_ink_counts_by_itself() -> None:
    def counts(ground: int, dark: int, light: int) -> np.ndarray:
        made = np.zeros(8, np.int64)
        made[[0, 3, 7]] = ground, dark, light
        return made

    much = data_schema.divergence(counts(980, 20, 0), counts(980, 0, 20))
    assert much == pytest.approx(1)  # the little ink that there is is all other
    assert data_schema.divergence(counts(991, 9, 0), counts(991, 0, 9)) < 0.02  # hardly any ink
    one, other = counts(0, 46, 6), counts(39, 37, 2)  # the ground is the known images'
    assert data_schema.divergence(one, other) == pytest.approx(0.858, abs=0.001)
    assert data_schema.divergence(other, one) == pytest.approx(0.318, abs=0.001)
    assert data_schema.divergence(counts(990, 10, 0), counts(991, 0, 9)) == 1  # one has some
    assert data_schema.divergence(counts(500, 500, 0), counts(500, 250, 250)) == pytest.approx(
        0.3113, abs=1e-4
    )


def test_the_first_sample_may_be_the_bad_one(folder: Path) -> None:
    values = table()
    values[0, 1] = np.nan
    with pytest.raises(DataSchemaError, match="sample 0 has NaN or infinity"):
        data_schema.require(folder, "new", values, None)
    many = np.tile(table(), (300, 1))  # more than are looked at at once
    many[9000, 0] = np.inf
    with pytest.raises(DataSchemaError, match="sample 9000 has NaN or infinity"):
        data_schema.require(folder, "new", many, None)


def test_each_of_a_few_samples_counts(folder: Path) -> None:
    """Of every other one the values are far off, of all they are not."""
    values = table()
    values[::2] = 0.99, 99
    data_schema.require(folder, "new", values, None)
    with pytest.raises(DataSchemaError, match="inverted or scaled"):
        data_schema.require(folder, "new", values[::2], None)
