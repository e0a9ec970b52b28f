"""Reader of recordings: one folder a class, a CSV file for each recording, a row for each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.data import folders
from training.data.options import DataOptions
from training.data.readers import csv_file
from training.data.samples import DataSet, Rows, Samples
from training.data.splits import by_file
from training.errors import DataError

SUFFIXES = (".csv",)
# A column that says when a row was measured, and how many of its units a second has.
_TIMES = {"time": 1.0, "time_s": 1.0, "timestamp": 1.0, "seconds": 1.0, "t": 1.0,
          "time_ms": 1e3, "timestamp_ms": 1e3, "ms": 1e3, "time_us": 1e6}  # fmt: skip
_RATE_TOLERANCE = 0.05  # clocks of cheap sensors differ by that much


def read(directory: Path, options: DataOptions) -> DataSet:
    """Samples float32 [N, window, columns]; a sample's group is its file.

    A column of times is left out and gives the rate. Without --window each recording is one sample.
    """
    options.refuse_all_but(directory, "a folder of recordings", "--window", "--stride", "--columns")
    found = folders.class_files(directory, SUFFIXES, "CSV files", 1)
    tables = [csv_file.read(path) for path in found.each()]
    names = options.column_names or [name for name in tables[0].names if name.lower() not in _TIMES]
    values = [_columns(table, names, tables[0], bool(options.columns)) for table in tables]
    window = options.window or _one_length(found.paths, values)
    stride = options.stride or window
    windows, origins, unused = [], [], 0
    for number, (path, recording) in enumerate(zip(found.paths, values, strict=True)):
        if len(recording) < window:
            raise DataError(
                f"{path}: {len(recording)} rows, --window {window} needs as many; "
                "make it smaller or remove the file"
            )
        for start in range(0, len(recording) - window + 1, stride):
            windows.append(recording[start : start + window])
            origins.append(number)
        unused += (len(recording) - window) % stride
    samples = Samples(
        Rows.all_of(np.stack(windows)),
        found.labels[origins],
        np.array([path.relative_to(directory).as_posix() for path in found.paths])[origins],
    )
    is_test = None if found.is_test is None else found.is_test[origins]
    train, test = by_file(samples, is_test, by_group=True)
    return DataSet(
        source="recordings",
        path=directory,
        files={directory.name: folders.digest(directory, SUFFIXES)},
        kind="signal",
        train=train,
        test=test,
        task=options.of_folders(directory),
        labels=found.names,
        rate_hz=_one_rate(tables),
        columns=tuple(names),
        notes=(
            f"{len(tables)} recordings give {len(windows)} windows of {window} rows, one every "
            f"{stride}; {unused} rows at their ends are in none",
        ),
    )


def _columns(
    table: csv_file.Table, names: list[str], first: csv_file.Table, chosen: bool
) -> np.ndarray:
    if not chosen and table.names != first.names:
        raise DataError(
            f"{table.path}: columns {', '.join(table.names)}, but {', '.join(first.names)} in "
            f"{first.path}; name those to use with --columns"
        )
    if not names:
        raise DataError(f"{table.path}: no column beside the time")
    return table.numbers([table.index(name, "--columns") for name in names])


def _one_length(paths: list[Path], values: list[np.ndarray]) -> int:
    lengths = [len(recording) for recording in values]
    shortest, longest = int(np.argmin(lengths)), int(np.argmax(lengths))
    if lengths[shortest] != lengths[longest]:
        raise DataError(
            f"{paths[shortest]}: {lengths[shortest]} rows, but {lengths[longest]} in "
            f"{paths[longest]}; recordings of unequal lengths need --window, at most "
            f"{lengths[shortest]}"
        )
    return lengths[0]


def _one_rate(tables: list[csv_file.Table]) -> float:
    """In Hz, of the first recording; 0 if there is no column of times. Raises DataError."""
    rates = [(table.path, _rate(table)) for table in tables]
    first_path, first = rates[0]
    for path, rate in rates:
        if abs(rate - first) > _RATE_TOLERANCE * first:
            raise DataError(
                f"{path}: {rate:.4g} rows a second, but {first:.4g} in {first_path}; "
                "resample the recordings to one rate"
            )
    return first


def _rate(table: csv_file.Table) -> float:
    column = next((n for n, name in enumerate(table.names) if name.lower() in _TIMES), None)
    if column is None or len(table.rows) < 2:
        return 0.0
    times = np.array([float(value) for value in _times(table, column)])
    step = float(np.median(np.diff(times)))
    if step <= 0:
        raise DataError(
            f"{table.path}: the times in column {table.names[column]} do not grow; sort the rows"
        )
    return round(_TIMES[table.names[column].lower()] / step, 3)


def _times(table: csv_file.Table, column: int) -> np.ndarray:
    """In float64: float32 has too few digits for the seconds of a day."""
    _ = table.numbers([column])
    return np.array(table.texts(column), np.float64)
