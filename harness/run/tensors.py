"""Samples for any model that the runtime runs: an array for each input, the oracle's outputs.

Without data they are seeded random inputs, which prove every byte and measure no accuracy. A model
that keeps state is shown sequences, each from its first state on.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.files.artifacts import INT8_MODEL
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import random_inputs
from codegen.model.tflite import Model
from harness.errors import HarnessError
from harness.run.run_folder import Answer, Mismatch
from harness.run.subject import Judgement
from harness.wire.device import Device

SEED = 1
STEPS = 5  # inferences of a sequence: state has then gone round, and a fault is soon found


@dataclass(frozen=True)
class TensorSubject:
    """inputs: of each model input [count * steps, *its shape]; outputs: of each output the same.

    steps: inferences from one reset to the next; 1 for a model without state.
    """

    inputs: list[NDArray[Any]]
    outputs: list[NDArray[Any]]
    steps: int
    oracle: str
    origin: str

    @property
    def noun(self) -> str:
        return "sample" if self.steps == 1 else "sequence"

    def __len__(self) -> int:
        return len(self.inputs[0]) // self.steps

    def answers(self, device: Device, indices: Iterable[int]) -> Iterator[Answer]:
        """As Subject has it; one at a time, for a model may be larger than any window."""
        for index in indices:
            ticks = 0
            mismatches: list[Mismatch] = []
            if self.steps > 1:
                device.reset()
            for row in range(index * self.steps, (index + 1) * self.steps):
                for number, values in enumerate(self.inputs):
                    device.load(number, values[row])
                ticks = device.run()
                mismatches += self._compare(device, index, row)
            yield Answer(index, None, ticks, tuple(mismatches))

    def _compare(self, device: Device, index: int, row: int) -> Iterator[Mismatch]:
        for number, wanted in enumerate(self.outputs):
            given = device.read(number)
            one = given.reshape(-1).view(np.uint8)
            other = np.ascontiguousarray(wanted[row]).reshape(-1).view(np.uint8)
            wrong = np.flatnonzero(one != other)
            if len(wrong):
                at = int(wrong[0]) // given.itemsize
                step = f"step {row % self.steps}, " if self.steps > 1 else ""
                yield Mismatch(
                    index,
                    (given.reshape(-1)[at].item(),),
                    (wanted[row].reshape(-1)[at].item(),),
                    f"{step}output {number}, value {at}",
                )

    def judge(self, _: Sequence[Answer]) -> Judgement:
        """Nobody knows what random inputs should give."""
        return Judgement()


def random_subject(build_dir: Path, count: int) -> TensorSubject:
    """`count` samples, or sequences, of seeded random inputs for build_dir/model.tflite.

    Raises HarnessError or CodegenError.
    """
    if count < 1:
        raise HarnessError(f"--count {count}: choose 1 or more")
    model = Model.read(build_dir / INT8_MODEL)
    steps = STEPS if model.is_stateful else 1
    inputs = random_inputs(model, count * steps, SEED)
    outputs = answers(model, inputs, resets=range(0, count * steps, steps))

    # here, for its interpreter takes a while to import
    from codegen.host.scores import oracle_name

    return TensorSubject(
        inputs,
        outputs,
        steps,
        oracle_name(model),
        f"random inputs, seed {SEED}; no data: accuracy not measured",
    )
