"""How like the training data a sample is, whatever a model says of it: a network of classes is as
sure of noise as of a digit (Nguyen, Yosinski, Clune, "Deep Neural Networks are Easily Fooled", CVPR
2015).

The distance is that of process control: what the principal components of the training samples do
not explain of a sample, and how far it lies out in what they explain, each by its mean (Yue, Qin,
"Reconstruction-Based Fault Identification Using a Combined Index", Ind. Eng. Chem. Res. 40, 2001,
over Jackson and Mudholkar's Q and Hotelling's T^2). The limit is of training samples that the
components were not made of: a sample like these is above it with a chance of at most RARE, whatever
the distribution (Bates and others, "Testing for Outliers with Conformal p-values", Ann. Stat. 51,
2023).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.files.artifacts import FAMILIARITY, TRAIN_SPLIT
from codegen.samples.split import map_npz
from training import artifacts
from training.data.examples import Examples, load
from training.fit.train import held_out_rows

RARE = 0.01  # share of samples like the training's that are above the limit
_FEWEST = math.ceil(1 / RARE) - 1  # held-out samples that a limit for so rare a distance takes
_MOST = 2000  # samples of each kind that are looked at
_EXPLAINED = 0.95  # of the variance, by the components that are kept
_MOST_COMPONENTS = 64
_SEED = 1
_LEAST = 1e-30  # in the place of 0, of samples that are all the same


@dataclass(frozen=True)
class Familiarity:
    """mean [D] and components [C, D] of samples as the float model takes them, laid flat; variances
    [C] along these. weights: of the two parts of the distance. limit: of a distance, infinite where
    there were too few samples to say."""

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    variances: NDArray[np.float64]
    weights: NDArray[np.float64]
    limit: float

    def distances(self, samples: NDArray[Any]) -> NDArray[np.float64]:
        """[N, ...] -> [N]; about 2 for training samples."""
        return _parts(self, samples) @ self.weights

    def strangers(self, samples: NDArray[Any]) -> int:
        """How many of the samples [N, ...] are unlike the training's, where they are more than
        chance would make of samples that are like them; else 0."""
        found = int((self.distances(samples) > self.limit).sum())
        expected = len(samples) * RARE
        return found if found > expected + 3 * math.sqrt(expected) else 0  # three deviations


def measure(build_dir: Path) -> None:
    """Writes familiarity.npz of the training split. Raises CodegenError, DataError."""
    examples = load(build_dir, TRAIN_SPLIT)
    found = fit(examples) if len(examples) >= 2 * _FEWEST else _none(examples)
    arrays = {**vars(found), "limit": np.array(found.limit)}
    artifacts.write_npz(build_dir / FAMILIARITY, **arrays)


def of_folder(build_dir: Path) -> Familiarity | None:
    """None of a model that came without training data."""
    path = build_dir / FAMILIARITY
    if not path.is_file():
        return None
    found = map_npz(path)
    limit = float(found.pop("limit"))
    return Familiarity(**found, limit=limit)


def fit(examples: Examples) -> Familiarity:
    """Half of the examples give the components, the other half, other recordings where the data
    name them, the limit; of each at most 2,000."""
    rows = [_some(half) for half in held_out_rows(examples, 0.5, _SEED)]
    shown, held_out = (_flat(examples.real(some)) for some in rows)
    mean = shown.mean(axis=0)
    values, vectors, total = _principal(shown - mean)
    kept = 1 + int(np.searchsorted(np.cumsum(values) / total, _EXPLAINED))
    kept = min(kept, len(values), _MOST_COMPONENTS)
    plain = Familiarity(mean, vectors[:kept], values[:kept], np.ones(2), math.inf)
    means = np.maximum(_parts(plain, held_out).mean(axis=0), _LEAST)
    weighted = replace(plain, weights=1 / means)
    return replace(weighted, limit=_limit(weighted.distances(held_out)))


def _parts(one: Familiarity, samples: NDArray[Any]) -> NDArray[np.float64]:
    """[N, 2]: T^2 and Q."""
    off = _flat(samples) - one.mean
    along = off @ one.components.T
    unexplained = (off**2).sum(axis=1) - (along**2).sum(axis=1)
    return np.stack([(along**2 / one.variances).sum(axis=1), np.maximum(unexplained, 0)], axis=1)


def _limit(distances: NDArray[np.float64]) -> float:
    rank = math.ceil((1 - RARE) * (len(distances) + 1))
    return float(np.sort(distances)[rank - 1]) if rank <= len(distances) else math.inf


def _principal(off: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Variances, largest first, directions [C, D] and the sum of all variances of [N, D], whose
    mean is 0. By the smaller of the two products, for D may be 10,000s."""
    count, width = off.shape
    if count < width:
        values, left = np.linalg.eigh(off @ off.T / count)
        vectors = (off.T @ left).T
    else:
        values, vectors = np.linalg.eigh(off.T @ off / count)
        vectors = vectors.T
    total = max(float(values.sum()), _LEAST)
    order = [index for index in np.argsort(-values) if values[index] > 1e-9 * total]
    lengths = np.linalg.norm(vectors[order], axis=1, keepdims=True)
    return values[order], vectors[order] / lengths, total


def _none(examples: Examples) -> Familiarity:
    width = math.prod(examples.shape)
    none = np.zeros((0, width))
    return Familiarity(np.zeros(width), none, np.zeros(0), np.ones(2), math.inf)


def _some(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    chosen = np.random.default_rng(_SEED).permutation(rows)[:_MOST]
    return np.sort(chosen)


def _flat(samples: NDArray[Any]) -> NDArray[np.float64]:
    return samples.reshape(len(samples), -1).astype(np.float64)
