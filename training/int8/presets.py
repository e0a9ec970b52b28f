"""The converter's optimization presets: which members of tf.lite.Optimize each stands for.

`size` and `latency` are deprecated names of the default, and give the same bytes. `sparsity` also
stores a constant that is mostly zero without its zeros, which no microcontroller runtime reads.
"""

from __future__ import annotations

from training.errors import DataError

PRESETS = {
    "default": ("DEFAULT",),
    "size": ("OPTIMIZE_FOR_SIZE",),
    "latency": ("OPTIMIZE_FOR_LATENCY",),
    "sparsity": ("DEFAULT", "EXPERIMENTAL_SPARSITY"),
}


def check(preset: str) -> None:
    """Raises DataError unless `preset` is one of PRESETS."""
    if preset not in PRESETS:
        raise DataError(f"unknown preset {preset!r} of the converter; known: {', '.join(PRESETS)}")
