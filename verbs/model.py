"""Verbs that make a model: train, seeds, quantize, compress."""

from __future__ import annotations

from invoke import Context

from verbs.choice import choice
from verbs.options import (
    CALIBRATION,
    FORCE,
    MADE,
    OPTIMIZER,
    PRESET,
    RESUME,
    SEED,
    TRAINED,
    Option,
    once_each,
)
from verbs.verb import Given, verb


@verb(*TRAINED, SEED, OPTIMIZER, RESUME, FORCE)
def train(c: Context, given: Given) -> None:
    """Train the float model of a recipe."""
    from pipeline import stages

    stages.train(choice(c, given, force="train"))


@verb(
    *TRAINED,
    OPTIMIZER,
    Option("seeds", "whole numbers separated by commas", default="1,2,3"),
)
def seeds(c: Context, given: Given) -> None:
    """Train a recipe once for each seed; show each one's accuracy, mean and spread.

    Each one's accuracy, mean and spread, size and training time.
    """
    from pipeline import stages

    chosen = [SEED.value(one) for one in once_each("--seeds", given.seeds)]
    print(stages.seeds(choice(c, given), chosen))


@verb(
    *MADE,
    SEED,
    OPTIMIZER,
    CALIBRATION,
    Option(
        "mode",
        "int8, or to compare: another of the converter's (docs/models.md), or `all`",
        default="int8",
    ),
    PRESET,
    Option("layers", "show each op's quantization error", kind=bool, default=False),
    FORCE,
)
def quantize(c: Context, given: Given) -> None:
    """Make the int8 .tflite and measure it on the test samples; compare other quantizations.

    `metrics.json` has what float and int8 reach, as the data's task asks.
    """
    from pipeline import stages
    from training.int8 import modes

    chosen = choice(c, given, force="quantize evaluate")
    modes.check(given.mode)
    if given.mode != "int8" or given.layers:
        stages.require_float(chosen)
    if given.mode == "int8":
        stages.evaluate(chosen)
    else:
        print(stages.compare_modes(chosen, given.mode))
    if given.layers:
        print(stages.layer_errors(chosen))


@verb(
    Option(
        "method",
        "qat, prune, prune-channels, cluster, pcqat (prune, cluster and qat), or `all`",
        choices="qat, prune, prune-channels, cluster, pcqat or all",
    ),
    *TRAINED,
    Option("sparsity", "share of weights, or of channels, that goes; 0.5 by default", kind=float),
    Option("schedule", "how pruning gets there: polynomial (default) or constant"),
    Option("clusters", "distinct weights a layer keeps; 16 by default", kind=int),
    Option("epochs", "of fine-tuning, for each step of the method; 4 by default", kind=int),
    SEED,
    FORCE,
)
def compress(c: Context, given: Given) -> None:
    """Make the trained model smaller by fine-tuning; compare size and accuracy before and after.

    Quantization-aware training, pruning, clustering, fewer channels: docs/models.md.
    """
    from pipeline import stages

    asked = {name: getattr(given, name) for name in ("sparsity", "schedule", "clusters", "epochs")}
    print(stages.compress(choice(c, given, force="compress"), given.method, asked))
