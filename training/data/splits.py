"""Which samples are held out: some of each class, and never a recording in both parts."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from training.data.samples import DataSet, Samples
from training.errors import DataError

SEED = 1
TEST_FRACTION = 0.2


def hold_out(data: DataSet) -> DataSet:
    """`data` with a test split: its own, else a fifth of the samples.

    Images are split by class. Other samples are split by group, and where they have none equal
    samples go to one side. Raises DataError.
    """
    if data.test is not None:
        return data
    whole = data.train
    classes = whole.targets if data.labels else None
    if data.kind == "image" and classes is not None:
        train, test = stratified_split(classes, TEST_FRACTION, SEED)
    else:
        groups = _contents(whole) if whole.groups is None else whole.groups
        try:
            train, test = grouped_split(groups, classes, data.labels, TEST_FRACTION, SEED)
        except DataError as error:
            raise DataError(f"{data.path}: {error}") from None
    if data.kind == "signal":  # windows of a recording stay in their order
        test = np.sort(test)
        return replace(data, train=whole.take(train), test=mixed(whole.take(test), True))
    return replace(data, train=whole.take(train), test=whole.take(test))


def stratified_split(
    labels: np.ndarray, held_out_fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint, shuffled index arrays that cover `labels`.

    The second has `held_out_fraction` of each class, at least one. Raises DataError if a class
    would keep no image in the first part.
    """
    generator = np.random.default_rng(seed)
    kept, held_out = [], []
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        count = max(1, round(held_out_fraction * len(members)))
        if len(members) <= count:
            raise DataError(
                f"class {label} has {len(members)} images, {count} of them are to be held out and "
                "none would be left; add images of this class"
            )
        held_out.append(members[:count])
        kept.append(members[count:])
    return (
        generator.permutation(np.concatenate(kept)),
        generator.permutation(np.concatenate(held_out)),
    )


def grouped_split(
    groups: np.ndarray,
    classes: np.ndarray | None,
    names: tuple[str, ...],
    held_out_fraction: float,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Two disjoint, shuffled index arrays that cover `groups`; all of a group are in one of them.

    The second has `held_out_fraction` of the groups of each class, at least one; where groups have
    samples of several classes (a speaker says each word) that share of all groups. Raises DataError
    if a class, or all, would be missing from one part.
    """
    generator = np.random.default_rng(seed)
    _, numbers = np.unique(groups, return_inverse=True)
    held_groups: list[np.ndarray] = []
    for members in _strata(numbers, classes):
        shuffled = generator.permutation(members)
        held_groups.append(shuffled[: max(1, round(held_out_fraction * len(shuffled)))])
    held = np.isin(numbers, np.concatenate(held_groups))
    for label, of_class in _classes(classes, len(groups)):
        what = f"class {names[label]} has" if label >= 0 else "there are"
        if held[of_class].all() or not held[of_class].any():
            count = len(np.unique(numbers[of_class]))
            raise DataError(
                f"{what} {count} different sample{'s' * (count != 1)} or recording"
                f"{'s' * (count != 1)}, too few to train on some and test on others; add more, or "
                "put them into folders train and test"
            )
    return (
        generator.permutation(np.flatnonzero(~held)),
        generator.permutation(np.flatnonzero(held)),
    )


def _strata(numbers: np.ndarray, classes: np.ndarray | None) -> list[np.ndarray]:
    """Groups of each class, or all groups if one has samples of several classes."""
    if classes is not None:
        strata = [np.unique(numbers[classes == label]) for label in np.unique(classes)]
        if sum(map(len, strata)) == len(np.unique(numbers)):
            return strata
    return [np.unique(numbers)]


def _classes(classes: np.ndarray | None, count: int) -> list[tuple[int, np.ndarray]]:
    if classes is None:
        return [(-1, np.ones(count, bool))]
    return [(int(label), classes == label) for label in np.unique(classes)]


def _contents(samples: Samples) -> np.ndarray:
    return np.array(
        [
            hashlib.blake2b(sample.tobytes(), digest_size=16).hexdigest()
            for chunk in samples.values.chunks()
            for sample in chunk
        ]
    )


def by_file(
    samples: Samples, is_test: np.ndarray | None, by_group: bool = False
) -> tuple[Samples, Samples | None]:
    """The splits that the files give, bool [N]; all and None where they give none.

    by_group: the samples of a group stay together and in their order in the test split.
    """
    if is_test is None:
        return samples, None
    test = samples.take(np.flatnonzero(is_test))
    return samples.take(np.flatnonzero(~is_test)), mixed(test, by_group)


def mixed(samples: Samples, by_group: bool) -> Samples:
    """In another order than the folders', so that the first few samples are of all classes."""
    generator = np.random.default_rng(SEED)
    if not by_group or samples.groups is None:
        return samples.take(generator.permutation(len(samples)))
    names, numbers = np.unique(samples.groups, return_inverse=True)
    place = generator.permutation(len(names))
    return samples.take(np.argsort(place[numbers], kind="stable"))
