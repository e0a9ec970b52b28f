"""Reader of a table: a CSV file with a line for each sample, one of its columns the target."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from codegen.files.manifest import sha256_file
from training.data.options import DataOptions
from training.data.readers import csv_file
from training.data.samples import DataSet, Rows, Samples
from training.data.targets import interpret
from training.errors import DataError


def read(path: Path, options: DataOptions) -> DataSet:
    """Samples float32 [N, columns]. The target is the last column unless the user names another
    one or has a task that needs none. A column of groups (a machine, a person) is no value: all
    rows of a group are in one split."""
    options.refuse_all_but(path, "a table", "--columns", "--target-column", "--group-column")
    table = csv_file.read(path)
    notes: tuple[str, ...] = ()
    target = None
    if options.target_column:
        target = table.index(options.target_column, "--target-column")
    elif options.task not in ("none", "reconstruct"):
        target = len(table.names) - 1
        notes = (f"column {table.names[target]!r} is the target; --target-column names another",)
    group = None
    if options.group_column:
        group = table.index(options.group_column, "--group-column")
        if group == target:
            raise DataError(f"{path}: --group-column names the target, {options.group_column}")
    if options.columns:
        columns = [table.index(name, "--columns") for name in options.column_names]
    else:
        columns = [number for number in range(len(table.names)) if number not in (target, group)]
    if target in columns:
        raise DataError(
            f"{path}: --columns names the target, {table.names[target or 0]}; leave it out"
        )
    if not columns:
        raise DataError(f"{path}: one column only; a table needs values beside the target")
    values = table.numbers(columns)
    labels: tuple[str, ...] = ()
    targets, task = None, options.task or "none"
    if target is not None:
        meaning = interpret(path, (_values(table.texts(target)),), options.task)
        task, labels, targets = meaning.task, meaning.labels, meaning.targets[0]
    return DataSet(
        source="table",
        path=path,
        files={path.name: sha256_file(path)},
        kind="table",
        train=Samples(
            Rows.all_of(values), targets, None if group is None else np.array(table.texts(group))
        ),
        test=None,
        task=task,
        labels=labels,
        columns=tuple(table.names[column] for column in columns),
        notes=notes,
    )


def _values(texts: list[str]) -> np.ndarray:
    """A column as numbers, or as text if one of its fields is none."""
    try:
        return np.array([float(text) for text in texts])
    except ValueError:
        return np.array(texts)
