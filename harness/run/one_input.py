"""One input of the user's own to a board, checked as hil checks a test digit."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen.boards.facts import load_board
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.wire.ids import InputFormat
from harness.wire.messages import Inference


def infer(
    board_id: str,
    build_dir: Path,
    pixels: NDArray[np.uint8],
    *,
    port: str | None = None,
    baud: int | None = None,
) -> Inference:
    """What the device on `port`, or the emulated board, answers to uint8 pixels.

    Board, build and model are checked first. Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    with link.open_device(board, expected.elf, port=port, baud=baud) as device:
        identity.check_info(device.info(), expected)
        return device.infer(pixels, InputFormat.PIXELS_U8)
