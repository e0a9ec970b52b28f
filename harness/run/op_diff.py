"""Where device and oracle part: the first op whose output is not the oracle's, byte for byte.

The device runs the very image that `hil` tests. It shows its arena as it is after each op (PEEK),
and the memory plan, which is the same on the host and on the device, says where each tensor lies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.aot.generate import plan_aot
from codegen.boards.facts import load_board
from codegen.host.oracle import Oracle
from codegen.host.random_inputs import random_input
from codegen.image.firmware_build import AOT_RUNTIME, OTHER_RUNTIME
from codegen.memory.planner import ArenaPlan, plan_model
from codegen.model.tflite import Model, Op, Tensor
from codegen.samples import split as split_file
from codegen.samples.encode import model_input
from harness.errors import HarnessError
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.wire.device import Device


@dataclass(frozen=True)
class Difference:
    """An output of an op on which device and oracle differ.

    device, oracle: the whole tensor, flat, of its own type.
    """

    op: Op
    tensor: Tensor
    device: NDArray[np.generic]
    oracle: NDArray[np.generic]

    def __str__(self) -> str:
        wrong = np.flatnonzero(self.device != self.oracle)
        first = int(wrong[0])
        position = [int(i) for i in np.unravel_index(first, self.tensor.shape or (1,))]
        return (
            f"op {self.op.index} {self.op.label}: tensor {self.tensor.index} {self.tensor.name!r} "
            f"{list(self.tensor.shape)} differs in {len(wrong):,} of {self.device.size:,} "
            f"elements, first at {position}: device {self.device[first]}, oracle "
            f"{self.oracle[first]}"
        )


def run(
    board_id: str,
    build_dir: Path,
    *,
    digit: int | None = None,
    sample: tuple[str, Sequence[NDArray[Any]]] | None = None,
    port: str | None = None,
    baud: int | None = None,
    say: Callable[[str], None] = print,
) -> Difference | None:
    """Compares every op's output on one input: that test sample, one of the caller's with its
    name, or fixed random values.

    Prints what was found. Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    model = Model.read(expected.model_path)
    what, inputs = sample or _inputs(build_dir, model, digit)
    inputs = [one.reshape(t.shape) for one, t in zip(inputs, model.inputs, strict=True)]
    with link.open_device(board, expected.elf, port=port, baud=baud) as device:
        info = device.info()
        identity.check_info(info, expected)
        if info.runtime == OTHER_RUNTIME:
            raise HarnessError(
                f"diff: {board.id} runs {info.runtime}, whose memory plan is not known here; "
                "build without --tflm-lib"
            )
        plan = plan_aot if info.runtime == AOT_RUNTIME else plan_model
        difference = find_difference(device, model, plan(model, board.isa), inputs)
    if difference is None:
        say(f"diff: {what} on {board.id}: all {len(model.ops)} ops give the oracle's bytes")
    else:
        say(f"diff: {what} on {board.id}: first difference in {difference}")
    return difference


def find_difference(
    device: Device, model: Model, plan: ArenaPlan, inputs: Sequence[NDArray[Any]]
) -> Difference | None:
    """The first op, in the order of execution, with an output that is not the oracle's. What is
    never whole in memory is left out: an op that makes something of it shows the difference.

    inputs: an array for each of the model's.
    """
    oracle = Oracle(model, keep_tensors=True)
    oracle.run(inputs)
    places = {tensor.index: tensor for tensor in plan.tensors}
    for op in model.ops:
        for index in op.outputs:
            tensor = model.tensors[index]
            place = places[index]
            if place.nbytes < tensor.nbytes:
                continue
            wanted = oracle.tensor(index).reshape(-1)
            content = device.peek(inputs, op.index, place.offset, tensor.nbytes)
            if content != wanted.tobytes():
                return Difference(op, tensor, np.frombuffer(content, wanted.dtype), wanted)
    return None


def _inputs(build_dir: Path, model: Model, digit: int | None) -> tuple[str, list[NDArray[Any]]]:
    if digit is None:
        return "a random input", random_input(model)
    split = split_file.load(build_dir)
    noun = split.info.noun
    if not 0 <= digit < len(split):
        raise HarnessError(f"--digit {digit}: there are {noun}s 0 to {len(split) - 1}")
    return f"{noun} {digit}", list(model_input(model, split.take([digit])))
