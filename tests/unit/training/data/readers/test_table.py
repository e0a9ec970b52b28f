"""A CSV file as a table: its columns, its target, and the line of each mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import TEST_SPLIT, TRAIN_SPLIT
from codegen.samples import split as split_file
from codegen.samples.measures import measure
from training.data import datasets
from training.data.options import DataOptions
from training.errors import DataError

RNG = np.random.default_rng(1)
VALUES = RNG.normal(size=(40, 2)).round(3)
LINES = [f"{a},{b},{'dog' if a > 0 else 'cat'}" for a, b in VALUES]
HEADER = "width,height,animal"


def written(tmp_path: Path, *lines: str) -> str:
    (tmp_path / "own.csv").write_text("\n".join(lines) + "\n")
    return str(tmp_path / "own.csv")


def test_the_last_column_is_the_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    info = datasets.prepare(written(tmp_path, HEADER, *LINES), tmp_path / "build")
    assert (info.kind, info.shape, info.columns) == ("table", [2], ["width", "height"])
    assert (info.labels, info.task) == (["cat", "dog"], "classify")
    assert "column 'animal' is the target; --target-column" in capsys.readouterr().out
    for name in (TRAIN_SPLIT, TEST_SPLIT):
        split = split_file.load(tmp_path / "build", name)
        np.testing.assert_array_equal(split.targets, split.values[:][:, 0] > 0)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_by_name_and_another_target(tmp_path: Path, separator: str) -> None:
    lines = [line.replace(",", separator) for line in (HEADER, *LINES)]
    options = DataOptions(columns="width", target_column="height")
    info = datasets.prepare(written(tmp_path, *lines), tmp_path / "build", options=options)
    assert (info.task, info.columns, info.labels, info.shape) == ("regress", ["width"], [], [1])
    split = split_file.load(tmp_path / "build", TRAIN_SPLIT)
    assert split.targets is not None
    pairs = {tuple(pair) for pair in VALUES.astype(np.float32)}
    assert {(*a, *b) for a, b in zip(split.values[:], split.targets, strict=True)} <= pairs


def test_rows_of_a_group_are_in_one_split_and_measured_by_themselves(tmp_path: Path) -> None:
    lines = [f"m{n % 8},{line}" for n, line in enumerate(LINES)]
    options = DataOptions(group_column="machine")
    path = written(tmp_path, f"machine,{HEADER}", *lines)
    info = datasets.prepare(path, tmp_path / "build", options=options)
    assert info.columns == ["width", "height"]
    both = [split_file.load(tmp_path / "build", name) for name in (TRAIN_SPLIT, TEST_SPLIT)]
    names = [set(one.groups.tolist()) for one in both if one.groups is not None]
    assert len(names) == 2 and not names[0] & names[1]
    assert names[0] | names[1] == {f"m{n}" for n in range(8)}
    found = measure(both[1], None, [np.eye(2)[both[1].targets]])
    assert {one.value for one in found.slices if one.column == "group"} == names[1]
    with pytest.raises(DataError, match="--group-column names the target, animal"):
        datasets.prepare(path, tmp_path / "b", options=DataOptions(group_column="animal"))


def test_without_a_header_columns_are_numbered(tmp_path: Path) -> None:
    lines = [f"{a},{b},{n % 3}" for n, (a, b) in enumerate(VALUES)]
    info = datasets.prepare(written(tmp_path, *lines), tmp_path / "build")
    assert (info.columns, info.labels) == (["0", "1"], ["0", "1", "2"])
    assert info.train_count + info.test_count == 40


def test_reconstruct_takes_all_columns(tmp_path: Path) -> None:
    lines = [f"{a},{b}" for a, b in VALUES]
    options = DataOptions(task="reconstruct")
    info = datasets.prepare(written(tmp_path, "a,b", *lines), tmp_path / "build", options=options)
    assert (info.task, info.shape, info.labels) == ("reconstruct", [2], [])


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ([*LINES[:4], "1,2"], {}, "line 6: 2 fields, the first line has 3"),
        ([*LINES[:4], "1,tall,cat"], {}, "line 6: height is 'tall', no number"),
        ([*LINES[:4], "1,,cat"], {}, "line 6: height is missing; fill it in"),
        ([*LINES[:4], "1,2,"], {}, "line 6: animal is missing"),
        ([*LINES[:4], "1,nan,cat"], {}, "line 6: height is nan; fill it in"),
        ([*LINES[:4], "inf,1,cat"], {}, "line 6: width is inf"),
        ([*LINES[:4], '1,"2,cat'], {}, "line 6: unexpected end of data"),
        ([], {}, "a header and no row of values"),
        (LINES, {"columns": "depth"}, "--columns depth: no such column; there are width, height"),
        (LINES, {"target_column": "kind"}, "--target-column kind: no such column"),
        (LINES, {"columns": "width,animal"}, "--columns names the target, animal; leave it out"),
        (LINES, {"task": "regress"}, "--task regress needs numbers; the target '.*' is none"),
        (LINES, {"image_size": "8x8"}, "--image-size: has no meaning for .*, a table"),
        ([line for line in LINES if "cat" in line], {}, r"one class \(cat\) to train"),
        ([*LINES, "1,2,cow"], {}, "class cow has 1 different sample or recording, too few"),
    ],
)
def test_refused(tmp_path: Path, lines: list[str], options: Any, message: str) -> None:
    source = written(tmp_path, HEADER, *lines)
    with pytest.raises(DataError, match=message) as caught:
        datasets.prepare(source, tmp_path / "build", options=DataOptions(**options))
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2
    assert not (tmp_path / "build").exists()


def test_empty_repeated_and_foreign_text(tmp_path: Path) -> None:
    for content, message in (
        (b"", "empty; give it"),
        (b"a,a,b\n1,2,3\n", "two columns are called 'a'"),
        (b"a,b\n1,2\n\xff,3\n", "line 3: no UTF-8 text"),
        (b"a\n1\n2\n", "one column only"),
    ):
        (tmp_path / "own.csv").write_bytes(content)
        with pytest.raises(DataError, match=message):
            datasets.prepare(str(tmp_path / "own.csv"), tmp_path / "build")
