"""The methods, with tensorflow-model-optimization (TFMOT), on tf_keras models.

Each takes a trained model, changes it and lets `tune` train it on. Pruning: Zhu and Gupta, "To
prune, or not to prune", 2017. Clustering: Han et al., "Deep Compression", 2015. TFMOT's PCQAT is
both, kept by a last quantization-aware training.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training.compression.channels import without_channels
from training.compression.options import Options
from training.errors import CompressionError

# (title, model, callbacks): trains the model for the epochs asked for.
Tune = Callable[..., None]

_UPDATES = 40  # how often a pruning moves, of all its steps
_RAMP = 0.7  # of the steps; the rest is for recovery


def compress(method: str, model: Any, options: Options, steps: int, tune: Tune) -> tuple[Any, bool]:
    """The compressed model, and whether its own ranges quantize it (else calibration does).

    model: a tf_keras.Model. steps: of one `tune`. Raises CompressionError for a model that the
    method cannot change.
    """
    try:
        if method == "qat":
            return _quantization_aware(model, None, tune), True
        if method == "prune-channels":
            model = without_channels(model, options.sparsity)
            tune("prune-channels", model)
            return model, False
        if method == "prune":
            return _pruned(model, options, steps, tune), False
        if method == "cluster":
            return _clustered(model, options, False, tune), False
        model = _pruned(model, options, steps, tune)
        model = _clustered(model, options, True, tune)
        return _quantization_aware(model, _cluster_preserving_scheme(), tune), True
    except (ValueError, RuntimeError) as error:  # how TFMOT refuses a layer
        raise CompressionError(
            f"{method}: tensorflow-model-optimization refuses the model: "
            f"{str(error).strip().splitlines()[0]}"
        ) from None


def _pruned(model: Any, options: Options, steps: int, tune: Tune) -> Any:
    """The smallest weights of each layer set to zero and kept there."""
    from tensorflow_model_optimization.sparsity import keras as sparsity

    frequency = max(1, steps // _UPDATES)
    if options.schedule == "constant":
        schedule = sparsity.ConstantSparsity(options.sparsity, begin_step=0, frequency=frequency)
    else:
        schedule = sparsity.PolynomialDecay(
            initial_sparsity=0.0,
            final_sparsity=options.sparsity,
            begin_step=0,
            # reached exactly: between updates nothing happens
            end_step=max(1, int(steps * _RAMP) // frequency * frequency),
            frequency=frequency,
        )
    wrapped = sparsity.prune_low_magnitude(model, pruning_schedule=schedule)
    tune("prune", wrapped, [sparsity.UpdatePruningStep()])
    return sparsity.strip_pruning(wrapped)


def _clustered(model: Any, options: Options, keep_zeros: bool, tune: Tune) -> Any:
    """The weights of each layer replaced by a few shared ones, which are trained."""
    from tensorflow_model_optimization.clustering import keras as clustering
    from tensorflow_model_optimization.python.core.clustering.keras.experimental import (
        cluster as experimental,  # the public function lacks preserve_sparsity
    )

    wrapped = experimental.cluster_weights(
        model,
        number_of_clusters=options.clusters,
        cluster_centroids_init=clustering.CentroidInitialization.KMEANS_PLUS_PLUS,
        preserve_sparsity=keep_zeros,
    )
    tune("cluster", wrapped)
    return clustering.strip_clustering(wrapped)


def _quantization_aware(model: Any, scheme: Any, tune: Tune) -> Any:
    """The model with int8's rounding in each forward pass (Jacob et al., 2018)."""
    from tensorflow_model_optimization.quantization import keras as quantization

    annotated = quantization.quantize_annotate_model(model)
    aware = quantization.quantize_apply(annotated, *([scheme] if scheme else []))
    tune("qat", aware)
    return aware


def _cluster_preserving_scheme() -> Any:
    from tensorflow_model_optimization import experimental

    return experimental.combine.Default8BitClusterPreserveQuantizeScheme(preserve_sparsity=True)
