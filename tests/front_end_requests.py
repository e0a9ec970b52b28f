"""Requests of verification/front_end.py as the tests make them, and random ones of all kinds."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from verification.front_end import Kind, request

GREY8, RGB888, RGB565_LE, RGB565_BE = range(4)
BYTES_PER_PIXEL = {GREY8: 1, RGB888: 3, RGB565_LE: 2, RGB565_BE: 2}
IDENTITY = np.arange(256, dtype=np.uint8)
BOX = np.dtype(
    [(n, "<i2") for n in ("left", "top", "right", "bottom")] + [("score", "i1"), ("label", "u1")]
)
Scores = NDArray[np.int8]


@dataclass(frozen=True)
class Image:
    """Sizes are (width, height); crop: left, top, width, height, or None: in the middle.

    frame: the bytes, uint8, one behind the other. table: of 256 bytes.
    """

    kind: Kind
    format: int
    channels: int
    negative: bool
    frame_size: tuple[int, int]
    crop: tuple[int, int, int, int] | None
    box: tuple[int, int]
    target: tuple[int, int]
    piece: int
    frame: NDArray[np.uint8]
    table: NDArray[np.uint8]

    def request(self) -> bytes:
        return request(
            self.kind,
            "3B11H",
            *(self.format, self.channels, self.negative),
            *(*self.frame_size, *(self.crop or (0, 0, 0, 0)), *self.box, *self.target, self.piece),
            data=self.table.tobytes() + self.frame.tobytes(),
        )


def top_k(scores: Scores, k: int) -> bytes:
    return request(Kind.TOP_K, "H", k, data=scores.tobytes())


def label(scale: float, logits: Scores) -> bytes:
    return request(Kind.LABEL, "f", scale, data=logits.tobytes())


def moving_average(frames: int, scores: Scores) -> bytes:
    return request(Kind.MOVING_AVERAGE, "B", frames, data=scores.tobytes())


def exponential_average(weight: int, scores: Scores) -> bytes:
    return request(Kind.EXPONENTIAL_AVERAGE, "H", weight, data=scores.tobytes())


def refractory(threshold: int, pause: int, scores: Scores) -> bytes:
    return request(Kind.REFRACTORY, "bB", threshold, pause, data=scores.tobytes())


def hysteresis(on: int, off: int, scores: Scores) -> bytes:
    return request(Kind.HYSTERESIS, "bb", on, off, data=scores.tobytes())


@dataclass(frozen=True)
class Quantization:
    scale: float
    zero_point: int


def anomaly(
    ends: tuple[Quantization, Quantization], values: Scores, reconstructed: Scores
) -> bytes:
    numbers = [number for end in ends for number in astuple(end)]
    return request(Kind.ANOMALY, "fbfb", *numbers, data=values.tobytes() + reconstructed.tobytes())


def suppress(least_score: int, most_overlap: int, most: int, boxes: NDArray[np.void]) -> bytes:
    return request(Kind.SUPPRESS, "bHH", least_score, most_overlap, most, data=boxes.tobytes())


def random_boxes(rng: np.random.Generator, count: int, side: int) -> NDArray[np.void]:
    """Many of them share a place, a score or a label."""
    boxes = np.zeros(count, BOX)
    for low, high in (("left", "right"), ("top", "bottom")):
        boxes[low] = rng.integers(-side, side, count)
        boxes[high] = np.minimum(boxes[low].astype(int) + rng.integers(-1, 2 * side, count), 32767)
    boxes["score"] = rng.choice(rng.integers(-128, 128, 4), count)
    boxes["label"] = rng.integers(0, 2, count)
    return boxes


def random_batch(seed: int, rounds: int) -> list[bytes]:
    """`rounds` requests of every kind and variant; the same seed gives the same ones."""
    rng = np.random.default_rng(seed)

    def number(low: int, high: int) -> int:
        return int(rng.integers(low, high, endpoint=True))

    def scores(count: int) -> Scores:
        return rng.integers(-128, 128, count, np.int8, endpoint=False)

    requests = []
    for _ in range(rounds):
        requests += [
            _random_image(rng, kind, form).request()
            for kind in (Kind.IMAGE_AREA, Kind.IMAGE_BILINEAR)
            for form in BYTES_PER_PIXEL
        ]
        count = number(1, 40)
        requests += [
            top_k(scores(count), number(0, count)),
            label(2.0 ** rng.uniform(-26, 3), scores(count)),
            moving_average(number(1, 16), scores(3 * count)),
            exponential_average(number(1, 256), scores(3 * count)),
            refractory(number(-128, 127), number(0, 6), scores(count)),
            hysteresis(number(0, 127), number(-128, 0), scores(count)),
            anomaly(
                (
                    Quantization(2.0 ** rng.uniform(-9, 0), number(-128, 127)),
                    Quantization(2.0 ** rng.uniform(-9, 0), number(-128, 127)),
                ),
                scores(count),
                scores(count),
            ),
            suppress(
                number(-128, 127), number(0, 256), number(0, 12), random_boxes(rng, count, 20)
            ),
        ]
    return requests


def _random_image(rng: np.random.Generator, kind: Kind, form: int) -> Image:
    def side(most: int) -> int:
        return int(rng.integers(1, most, endpoint=True))

    frame = (side(24), side(24))
    left, top = (int(rng.integers(0, extent)) for extent in frame)
    crop = (left, top, side(frame[0] - left), side(frame[1] - top))
    box = (side(30), side(30))
    return Image(
        kind=kind,
        format=form,
        channels=int(rng.choice([1, 3])),
        negative=bool(rng.integers(0, 2)),
        frame_size=frame,
        crop=crop if rng.integers(0, 2) else None,
        box=box,
        target=(box[0] + int(rng.integers(0, 8)), box[1] + int(rng.integers(0, 8))),
        piece=side(50),
        frame=rng.integers(0, 256, frame[0] * frame[1] * BYTES_PER_PIXEL[form]).astype(np.uint8),
        table=rng.integers(0, 256, 256).astype(np.uint8),
    )
