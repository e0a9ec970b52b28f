"""The samples of a split, as `data` wrote them: memory-mapped, for they may be many."""

from __future__ import annotations

import io
import math
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError
from codegen.files import data_schema
from codegen.files.artifacts import TEST_SPLIT
from codegen.frontend import parameters
from codegen.frontend.front_end import FrontEnd
from codegen.samples.facts import DataInfo
from codegen.samples.subset import take

# Names of the arrays in a split's file: of images of classes, and of all other data.
IMAGES, LABELS = "images", "labels"
SAMPLES, TARGETS, GROUPS = "samples", "targets", "groups"

# In an entry's own header, before its name and extra field (PKWARE's APPNOTE, 4.3.7).
_NAME_LENGTHS_AT = 26
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def map_npz(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a .npz: memory-mapped where they are not compressed, else read.

    Raises what NumPy and zipfile raise for a file that is none, or not a whole one.
    """
    arrays = {}
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for entry in archive.infolist():
            name = entry.filename.removesuffix(".npy")
            if entry.compress_type != zipfile.ZIP_STORED:
                with archive.open(entry) as content:
                    arrays[name] = np.lib.format.read_array(content, allow_pickle=False)
                continue
            file.seek(entry.header_offset + _NAME_LENGTHS_AT)
            name_length, extra_length = struct.unpack("<HH", file.read(4))
            file.seek(name_length + extra_length, io.SEEK_CUR)
            start = file.tell()
            version = np.lib.format.read_magic(file)
            reader = _HEADERS.get(version)
            if reader is None:
                raise ValueError(f"{entry.filename} has format {version}")
            shape, fortran, dtype = reader(file)
            if dtype.hasobject:
                raise ValueError(f"{entry.filename} holds Python objects")
            if file.tell() - start + math.prod(shape) * dtype.itemsize != entry.file_size:
                raise ValueError(f"{entry.filename} is not whole")
            if not math.prod(shape):  # nothing to map
                arrays[name] = np.empty(shape, dtype)
                continue
            order: Literal["F", "C"] = "F" if fortran else "C"
            arrays[name] = np.memmap(path, dtype, "r", file.tell(), shape, order)
    return arrays


@dataclass(frozen=True)
class Split:
    """values [N, *info.shape] of info.dtype. targets: classes (integers [N]), numbers (float32
    [N, T]) or None. groups: text [N], what a sample was cut from or who spoke it, or None.
    front_end: what makes model input of a sample, None where a sample is one."""

    info: DataInfo
    values: Any  # an array, or a Subset of one
    targets: NDArray[Any] | None = None
    groups: NDArray[Any] | None = None
    front_end: FrontEnd | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: Any) -> Split:
        """Some of the samples: a slice or indices."""
        return Split(
            self.info,
            take(self.values, rows),
            None if self.targets is None else self.targets[rows],
            None if self.groups is None else self.groups[rows],
            self.front_end,
        )

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of a sample as a model takes it, without the batch."""
        if self.front_end is None:
            return self.info.input_shape
        return tuple(self.front_end.feature_shape)

    def values_for_front_end(self) -> Any:
        """[N, *front_end.sample_shape]. Raises CodegenError where it takes others."""
        assert self.front_end is not None
        shape, taken = tuple(self.info.shape), tuple(self.front_end.sample_shape)
        if math.prod(shape) != math.prod(taken) or self.info.dtype != self.front_end.sample_dtype:
            raise CodegenError(
                f"the front end takes {self.front_end.sample_dtype} of {list(taken)}, the data are "
                f"{self.info}; give the data that it was made for"
            )
        if shape == taken:
            return self.values
        return np.asarray(self.values).reshape(len(self), *taken)

    @property
    def classes(self) -> NDArray[Any] | None:
        """The targets where they are classes."""
        return self.targets if self.info.labels else None


def load(build_dir: Path, name: str = TEST_SPLIT) -> Split:
    """A split of a build folder. Raises CodegenError if it is missing, damaged or not as the
    folder's schema states."""
    path = build_dir / name
    try:
        arrays = map_npz(path)
        values = arrays[SAMPLES if SAMPLES in arrays else IMAGES]
    except FileNotFoundError:
        raise CodegenError(f"{path} is missing; run `invoke data` first") from None
    except (OSError, ValueError, KeyError, struct.error, zipfile.BadZipFile) as error:
        raise CodegenError(f"{path}: damaged ({error}); run `invoke clean data`") from None
    split = Split(
        DataInfo.load(build_dir),
        values,
        arrays.get(TARGETS, arrays.get(LABELS)),
        arrays.get(GROUPS),
        parameters.load(build_dir),
    )
    data_schema.require(build_dir, str(path), values, split.classes)
    return split


def is_anomalous(split: Split) -> NDArray[np.bool_] | None:
    """bool [N], None where the data do not say."""
    info = split.info
    if split.classes is None or not info.normal:
        return None
    return np.asarray(split.classes != info.labels.index(info.normal))
