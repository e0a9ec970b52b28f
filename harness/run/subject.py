"""What a hil run sends to a device, and how it judges what comes back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from codegen.samples.measures import Measures
from harness.run.run_folder import Answer
from harness.wire.device import Device


@dataclass(frozen=True)
class Judgement:
    """Of the answers by what they should have been; None where nobody knows that."""

    device: Measures | None = None
    oracle: Measures | None = None  # on the same samples


class Subject(Protocol):
    """Samples with the oracle's answers. They have numbers from 0 on; any device may take any."""

    @property
    def noun(self) -> str:
        """What one of them is called: "digit"."""

    @property
    def oracle(self) -> str:
        """Who gave the answers that are compared."""

    @property
    def origin(self) -> str:
        """Where the samples come from."""

    def __len__(self) -> int: ...

    def answers(self, device: Device, indices: Iterable[int]) -> Iterator[Answer]:
        """Send samples, which are taken only as the device's window moves on; what came back, in
        their order. Raises DeviceError."""

    def judge(self, answers: Sequence[Answer], /) -> Judgement:
        """Of one answer or more."""

    def inputs(self, index: int, /) -> list[NDArray[Any]] | None:
        """The model inputs of one sample, None where its answer hangs on those before it."""
