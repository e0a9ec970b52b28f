"""Instructions of image front end and post-processing on emulated cores: the table in
docs/front_ends.md, by `python -m verification.front_end_costs`.
"""

from __future__ import annotations

import numpy as np

from codegen.files.markdown import table
from verification.check_runner import TARGETS
from verification.front_end import Kind, instructions, request

_CORES = ("cortex-m0", "cortex-m4", "cortex-m55")
_RGB565 = 2


def _image(kind: Kind, frame: tuple[int, int], side: int, channels: int, margin: int = 0) -> bytes:
    """The middle of a random RGB565 frame of (width, height) to side x side, all in one piece."""
    rng = np.random.default_rng(1)
    box, target = (side - margin,) * 2, (side,) * 2
    sizes = (*frame, 0, 0, 0, 0, *box, *target, 65535)
    return request(
        kind,
        "3B11H",
        *(_RGB565, channels, 0, *sizes),
        data=rng.bytes(256 + 2 * frame[0] * frame[1]),
    )


def _boxes(count: int) -> bytes:
    """Random ones of 2 labels, of which every fourth or so stays."""
    rng = np.random.default_rng(2)
    low = rng.integers(0, 60, (count, 2))
    corners = np.hstack([low, low + rng.integers(10, 40, (count, 2))]).astype("<i2")
    ends = rng.integers(0, [128, 2], (count, 2)).astype(np.uint8)
    return b"".join(c.tobytes() + e.tobytes() for c, e in zip(corners, ends, strict=True))


def cases() -> dict[str, bytes]:
    """{what is measured: its request}."""
    scores = np.random.default_rng(3).integers(-128, 128, 4096).astype(np.int8).tobytes()
    return {
        "160x120 to 28x28x1, area": _image(Kind.IMAGE_AREA, (160, 120), 28, 1),
        "160x120 to 20x20 by mass in 28x28x1, area": _image(
            Kind.IMAGE_AREA, (160, 120), 28, 1, margin=8
        ),
        "160x120 to 28x28x1, bilinear": _image(Kind.IMAGE_BILINEAR, (160, 120), 28, 1),
        "320x240 to 96x96x1, area": _image(Kind.IMAGE_AREA, (320, 240), 96, 1),
        "320x240 to 96x96x3, area": _image(Kind.IMAGE_AREA, (320, 240), 96, 3),
        "320x240 to 96x96x3, bilinear": _image(Kind.IMAGE_BILINEAR, (320, 240), 96, 3),
        "label of 10 logits": request(Kind.LABEL, "f", 0.1, data=scores[:10]),
        "top 5 of 1,000 scores": request(Kind.TOP_K, "H", 5, data=scores[:1000]),
        "moving average of 16 frames, 3 classes, a frame": request(
            Kind.MOVING_AVERAGE, "B", 16, data=scores[:3000]
        ),
        "exponential average, 3 classes, a frame": request(
            Kind.EXPONENTIAL_AVERAGE, "H", 64, data=scores[:3000]
        ),
        "detector with a pause, a frame": request(Kind.REFRACTORY, "bB", 60, 3, data=scores[:1000]),
        "detector with hysteresis, a frame": request(
            Kind.HYSTERESIS, "bb", 60, 20, data=scores[:1000]
        ),
        "anomaly score of 640 values": request(
            Kind.ANOMALY, "fbfb", 0.1, 0, 0.11, 3, data=scores[:1280]
        ),
        "suppression of 50 boxes": request(Kind.SUPPRESS, "bHH", -128, 128, 50, data=_boxes(50)),
    }


def markdown() -> str:
    """Raises CheckFailedError, MissingToolError, CppBuildError."""
    made = cases()
    columns = [instructions(TARGETS[core], list(made.values())) for core in _CORES]
    rows = [
        (name, *(f"{count // (1000 if name.endswith('a frame') else 1):,}" for count in counts))
        for name, *counts in zip(made, *columns, strict=True)
    ]
    return "\n".join(table(("", *_CORES), "lrrr", rows))


if __name__ == "__main__":
    print(markdown())
