"""Checks of a device, the same for an emulator and a real board, for `hil` and for the tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness import ids
from harness.device import Device
from harness.errors import CheckError
from harness.expected import Expected
from harness.messages import Inference, Info

Scores = NDArray[np.int8]


@dataclass(frozen=True)
class Mismatch:
    """One input on which device and oracle differ. The scores are int8."""

    index: int
    device_scores: tuple[int, ...]
    oracle_scores: tuple[int, ...]
    path: str  # "uint8 pixels" or "raw int8"

    def __str__(self) -> str:
        return (
            f"digit {self.index} ({self.path}): device {list(self.device_scores)}, "
            f"oracle {list(self.oracle_scores)}"
        )


def check_info(info: Info, expected: Expected) -> None:
    """Raise CheckError if the device runs anything else than the image in the build folder.

    The model's hash comes first: the device computes it over the bytes in its image, so nothing
    else that it says counts while that differs.
    """
    board = expected.board.id
    if info.model_sha256 != expected.model_sha256:
        raise CheckError(
            f"model hash: {board} holds a model with sha256 {info.model_sha256[:16]}..., "
            f"{expected.model_path} has {expected.model_sha256[:16]}...; the image is stale or "
            f"damaged, run `invoke build flash --board {board}`"
        )
    if not info.ready:
        raise CheckError(
            f"model set-up on {board}: {info.setup_failure}; run `invoke generate build`"
        )
    if info.board != board:
        raise CheckError(
            f"board: the firmware was built for {info.board}, this run is for {board}; "
            f"give --board {info.board} or flash the other image"
        )
    if info.build_id != expected.image.build_id:
        raise CheckError(
            f"build id: {board} runs build {info.build_id}, the build folder holds "
            f"{expected.image.build_id}; run `invoke flash --board {board}`"
        )
    if info.isa != expected.board.isa:
        raise CheckError(
            f"isa: the kernels on {board} were compiled for {info.isa}, the board's data says "
            f"{expected.board.isa}; run `invoke build --board {board}`"
        )
    if info.arena_used != info.arena_size:
        raise CheckError(
            f"arena: {board} uses {info.arena_used} B of an arena of {info.arena_size} B; they "
            "have to be equal, run `invoke generate build`, and if it stays, report a planner bug"
        )


def compare(index: int, path: str, result: Inference, oracle_scores: Scores) -> Mismatch | None:
    """None if the device's scores and its choice are the oracle's, to the bit."""
    if np.array_equal(result.scores, oracle_scores) and result.predicted == int(
        np.argmax(oracle_scores)
    ):
        return None
    return Mismatch(index, tuple(map(int, result.scores)), tuple(map(int, oracle_scores)), path)


def check_digit(
    device: Device,
    index: int,
    pixels: NDArray[np.uint8],
    quantized: Scores,
    oracle_scores: Scores,
    *,
    raw_too: bool,
) -> tuple[Inference, list[Mismatch]]:
    """Send one digit as pixels, and as raw int8 if `raw_too`; return the pixels' result and what
    differs from the oracle.

    Both ways have to give the oracle's scores: pixels exercise the device's own quantization.
    """
    result = device.infer(pixels, ids.InputFormat.PIXELS_U8)
    mismatches = [compare(index, "uint8 pixels", result, oracle_scores)]
    if raw_too:
        raw = device.infer(quantized, ids.InputFormat.RAW_S8)
        mismatches.append(compare(index, "raw int8", raw, oracle_scores))
    return result, [mismatch for mismatch in mismatches if mismatch is not None]
