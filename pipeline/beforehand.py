"""What can be refused of a run on a device, before anything is trained or built."""

from __future__ import annotations

from codegen.errors import CodegenError
from codegen.image import firmware_build, pio_registry
from harness.rig import link
from pipeline import stages
from pipeline.choice import Choice
from training.data.datasets import DataInfo


def require_image(choice: Choice) -> None:
    """What a build for the board needs of this machine is here. Raises CodegenError."""
    pio_registry.require_platform(choice.board)
    firmware_build.require(choice.board, choice.sanitize)


def require_device(choice: Choice, *ports: str | None, baud: int | None = None) -> None:
    """The board's image can be built, and each of its ports opened; without any (None says the
    same) its emulator is here. Raises CodegenError or HarnessError."""
    require_image(choice)
    for port in ports or (None,):
        link.require(choice.board, port, baud)


def require_samples(choice: Choice, option: str, number: int | None, first: int = 1) -> None:
    """`first` to all of the test samples go with --`option`, and `number` is one of these. Reads
    the data. Raises CodegenError."""
    there = _test_count(choice)
    last = there - 1 + first
    if number is not None and there and not first <= number <= last:
        raise CodegenError(
            f"--{option} {number}: there are {there} test samples; choose {first} to {last}"
        )


def at_most(choice: Choice, number: int | None) -> int | None:
    """That many test samples, or as many as the data have, if that is less. None: all."""
    there = _test_count(choice)
    return min(number, there) if number is not None and there else number


def _test_count(choice: Choice) -> int:
    """How many samples the data have to test with; 0 where there are none, but random ones."""
    if not stages.has_data(choice):
        return 0
    stages.data(choice)
    return DataInfo.load(choice.build_dir).test_count
