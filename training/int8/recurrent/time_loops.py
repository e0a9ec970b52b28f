"""Recurrent layers over long sequences: what stands around the loop of each is marked in the graph,
so that the rest can be converted without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np

_MARK = re.compile(r"(?:^|/)time_loop_(\d+)/(given|made)_(\d+)$")
_SCOPE = re.compile(r"(?:^|/)time_loop_\d+/")


@dataclass(frozen=True)
class TimeLoop:
    """A layer's call over `steps`. given: how many tensors it takes, the sequences [1, steps, ...]
    and, where they are more, its first states. step: a concrete function of a row [1, ...] and the
    states, which gives the next states and, if that is none of them, what the layer gives at that
    step. kept: which of the states that is, None if none."""

    layer: Any
    steps: int
    given: int
    step: Any
    kept: int | None

    @property
    def rows(self) -> bool:
        """Whether the layer gives what it has at each step, not at the last alone."""
        return bool(self.layer.return_sequences)

    def first_states(self) -> list[np.ndarray]:
        """[1, ...] each; those of a layer that is given none."""
        import keras

        return [np.asarray(one) for one in keras.tree.flatten(self.layer.get_initial_state(1))]


def call(
    tf: Any, layer: Any, own: Callable[..., Any], given: Sequence[Any], loops: list[TimeLoop]
) -> Any:
    """What the layer's `own` call gives for the sequences and its first states, None for zeros,
    between marks; a loop is added to the list."""
    import keras

    sequences, initial = given
    if layer.go_backwards:
        sequences = tf.reverse(sequences, [1])
    tensors = [sequences, *([] if initial is None else keras.tree.flatten(initial))]
    with tf.name_scope(f"time_loop_{len(loops)}"), mock.patch.object(layer, "go_backwards", False):
        step, kept = _step(tf, layer, sequences)
        loops.append(TimeLoop(layer, sequences.shape[1], len(tensors), step, kept))
        marked = [tf.identity(one, name=f"given_{i}") for i, one in enumerate(tensors)]
        states = None if initial is None else keras.tree.pack_sequence_as(initial, marked[1:])
        made = own(marked[0], initial_state=states)
        outputs = [
            tf.identity(one, name=f"made_{i}") for i, one in enumerate(keras.tree.flatten(made))
        ]
    return keras.tree.pack_sequence_as(made, outputs)


def _step(tf: Any, layer: Any, sequences: Any) -> tuple[Any, int | None]:
    import keras

    kept = None
    if hasattr(layer.cell, "implementation"):
        layer.cell.implementation = 1  # as where steps are unrolled: a product a gate

    def step(row: Any, *before: Any) -> Any:
        nonlocal kept
        made, after = layer.cell(row, keras.tree.pack_sequence_as(states, before), training=False)
        flat = keras.tree.flatten(after)
        kept = next((i for i, one in enumerate(flat) if one is made), None)
        return flat if kept is not None else [*flat, made]

    with tf.init_scope():
        states = list(layer.get_initial_state(1))
        shapes = [(1, *sequences.shape[2:]), *(one.shape for one in keras.tree.flatten(states))]
        specs = [tf.TensorSpec(one, tf.float32) for one in shapes]
        return tf.function(step, autograph=False).get_concrete_function(*specs), kept


def mark(node_name: str) -> tuple[int, str, int] | None:
    """(Number of a loop, "given" or "made", which of these) that a node of a graph stands for."""
    found = _MARK.search(node_name)
    return (int(found[1]), found[2], int(found[3])) if found else None


def is_its_loop(node_name: str) -> bool:
    """Whether a loop of a graph is such a layer's, which does not reach the converter."""
    return bool(_SCOPE.search(node_name))
