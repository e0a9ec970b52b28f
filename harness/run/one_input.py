"""Samples of the user's own to a board, checked as hil checks those of the test split."""

from pathlib import Path

from codegen.boards.facts import load_board
from codegen.model.tflite import Model
from codegen.samples.split import Split
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.run.run_folder import Mismatch
from harness.run.tensors import subject_of


def mismatches(
    board_id: str,
    build_dir: Path,
    samples: Split,
    *,
    port: str | None = None,
    baud: int | None = None,
) -> list[Mismatch]:
    """Where the device on `port`, or the emulated board, answers otherwise than the oracle.

    Board, build and model are checked first. Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    subject = subject_of(Model.read(expected.model_path), samples, "the file")
    with link.open_device(board, expected.elf, port=port, baud=baud) as device:
        identity.check_info(device.info(), expected)
        answers = subject.answers(device, range(len(subject)))
        return [wrong for answer in answers for wrong in answer.mismatches]
