"""Samples for any model that the runtime runs: an array for each input, the oracle's outputs.

Those of the test split where the build folder has data; else seeded random inputs, which prove
every byte and measure no accuracy. A model that keeps state is shown sequences, each from its first
state on: the recordings of the data in their order, or random ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.files.artifacts import INT8_MODEL, MODEL_INPUTS
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import random_inputs
from codegen.model.closeness import Closeness, closeness_of, differing
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.encode import dequantize, model_input
from codegen.samples.facts import DataInfo
from codegen.samples.measures import measure, real_outputs
from codegen.samples.sequences import in_order, resets
from codegen.samples.split import Split
from harness.errors import HarnessError
from harness.run.run_folder import Answer, Mismatch
from harness.run.subject import Judgement
from harness.wire.device import Device

SEED = 1
STEPS = 5  # inferences of a random sequence: state has gone round, and a fault is soon found
_BOTH_WAYS = 20  # samples that are sent as they are and as the model's input
_AS_INPUT, _AS_SAMPLE = "", "as a sample, "
_RECORDED_VALUES = 64  # of a wrong output that is recorded whole; of longer ones the first


@dataclass(frozen=True)
class TensorSubject:
    """model_inputs: of each input [rows, *its shape]; outputs: of each output the same.

    starts: the row with which each sample begins; one row each unless the model keeps state, which
    is reset there. oracle, origin: as Subject has them. split: the data, a row a sample, or None.
    """

    model: Model
    model_inputs: list[NDArray[Any]]
    outputs: list[NDArray[Any]]
    starts: list[int]
    oracle: str
    origin: str
    split: Split | None = None

    @property
    def noun(self) -> str:
        if self.model.is_stateful:
            return "sequence"
        return "sample" if self.split is None else self.split.info.noun

    def __len__(self) -> int:
        return len(self.starts)

    def answers(self, device: Device, indices: Iterable[int]) -> Iterator[Answer]:
        """As Subject has it; one at a time, for a model may be larger than any window."""
        for index in indices:
            ticks = 0
            mismatches: list[Mismatch] = []
            if self.model.is_stateful:
                device.reset()
            for row in self._rows(index):
                for sent in self._sent_as(index):
                    if sent == _AS_SAMPLE:
                        device.load_sample(0, self._samples[row])
                    else:
                        for number, values in enumerate(self.model_inputs):
                            device.load(number, values[row])
                    ticks = device.run()
                    mismatches += self._compare(device, index, row, sent)
            yield Answer(index, None, ticks, tuple(mismatches))

    def _sent_as(self, index: int) -> tuple[str, ...]:
        """What a row is sent as: a sample, of which the device's front end makes the input, where
        there is one; the first ones as input besides."""
        if self.split is None or self.split.front_end is None:
            return (_AS_INPUT,)
        both = index < _BOTH_WAYS and not self.model.is_stateful
        return (_AS_INPUT, _AS_SAMPLE) if both else (_AS_SAMPLE,)

    @cached_property
    def _closeness(self) -> Closeness:
        return closeness_of(self.model)

    @cached_property
    def _samples(self) -> NDArray[Any]:
        assert self.split is not None
        return self.split.values_for_front_end()

    def judge(self, answers: Sequence[Answer]) -> Judgement:
        """By the targets of the data; nobody knows what random inputs should give."""
        if self.split is None:
            return Judgement()
        rows = np.concatenate([self._rows(answer.index) for answer in answers])
        outputs = [output[rows] for output in self.outputs]
        oracle = self._measured(rows, outputs)
        given = [output.copy() for output in outputs]
        place = {int(row): number for number, row in enumerate(rows)}
        for answer in answers:
            for wrong in answer.mismatches:
                output = given[wrong.output]
                if len(wrong.device_scores) == output[0].size:
                    values = np.array(wrong.device_scores, output.dtype)
                    output[place[self._row(wrong)]] = values.reshape(output.shape[1:])
        return Judgement(self._measured(rows, given), oracle)

    def inputs(self, index: int) -> list[NDArray[Any]] | None:
        """As Subject has it."""
        if self.model.is_stateful:
            return None
        return [values[self.starts[index]] for values in self.model_inputs]

    def _rows(self, index: int) -> NDArray[np.int64]:
        ends = [*self.starts[1:], len(self.model_inputs[0])]
        return np.arange(self.starts[index], ends[index])

    def _row(self, wrong: Mismatch) -> int:
        return self.starts[wrong.index] + wrong.step

    def _measured(self, rows: NDArray[np.int64], outputs: list[NDArray[Any]]) -> Any:
        assert self.split is not None
        shown = None
        if self.split.info.task == "reconstruct":
            shown = dequantize(self.model_inputs[0][rows], self.model.inputs[0])
        return measure(self.split.take(rows), shown, real_outputs(self.model, outputs))

    def _compare(self, device: Device, index: int, row: int, sent: str) -> Iterator[Mismatch]:
        step = int(row) - self.starts[index]
        for number, outputs in enumerate(self.outputs):
            given = device.read(number).reshape(-1)
            wanted = np.ascontiguousarray(outputs[row]).reshape(-1)
            wrong = differing(
                self.model.outputs[number], given.tobytes(), wanted.tobytes(), self._closeness
            )
            if len(wrong):
                at = int(wrong[0]) // given.itemsize
                shown = slice(None) if given.size <= _RECORDED_VALUES else slice(at, at + 1)
                where = f"step {step}, " if self.model.is_stateful else ""
                yield Mismatch(
                    index,
                    tuple(given[shown].tolist()),
                    tuple(wanted[shown].tolist()),
                    f"{where}{sent}output {number}, value {at}",
                    number,
                    step,
                )


def data_subject(build_dir: Path, count: int | None) -> TensorSubject:
    """The first `count` samples of the test split, or recordings where the model keeps state; all
    of them for None. Raises HarnessError or CodegenError.
    """
    model = Model.read(build_dir / INT8_MODEL)
    split = in_order(model, split_file.load(build_dir))
    starts = resets(model, split) if model.is_stateful else list(range(len(split)))
    if count is not None and count > len(starts) and not model.is_stateful:
        raise HarnessError(
            f"--count {count}: the test split holds {len(starts)} {split.info.noun}s; choose 1 to "
            f"{len(starts)}, or all"
        )
    rows = len(split) if count is None or count >= len(starts) else starts[count]
    measured = "" if split.targets is not None else "; no targets: accuracy not measured"
    return subject_of(model, split.take(slice(0, rows)), f"the test split{measured}")


def subject_of(model: Model, split: Split, origin: str) -> TensorSubject:
    """All samples of a split, which are in order. Raises CodegenError."""
    starts = resets(model, split) if model.is_stateful else list(range(len(split)))
    return _asked(model, [model_input(model, split)], starts, origin, split)


def inputs_subject(build_dir: Path, count: int | None) -> TensorSubject:
    """The first `count` samples of data for a model of several inputs, or all there are; where it
    keeps state, all of them as one sequence. Raises CodegenError.
    """
    model = Model.read(build_dir / INT8_MODEL)
    arrays = split_file.map_npz(build_dir / MODEL_INPUTS)
    rows = slice(None) if model.is_stateful else slice(count)
    inputs = [np.asarray(arrays[f"input{index}"][rows]) for index in range(len(model.inputs))]
    split = Split(DataInfo.load(build_dir), inputs[0], arrays.get("targets"))
    split = replace(split, targets=None if split.targets is None else split.targets[rows])
    starts = [0] if model.is_stateful else list(range(len(inputs[0])))
    measured = "" if split.targets is not None else "; no targets: accuracy not measured"
    return _asked(model, inputs, starts, f"--data{measured}", split)


def random_subject(build_dir: Path, count: int) -> TensorSubject:
    """`count` samples, or sequences, of seeded random inputs for build_dir/model.tflite.

    Raises HarnessError or CodegenError.
    """
    if count < 1:
        raise HarnessError(f"--count {count}: choose 1 or more")
    model = Model.read(build_dir / INT8_MODEL)
    steps = STEPS if model.is_stateful else 1
    inputs = random_inputs(model, count * steps, SEED)
    origin = f"random inputs, seed {SEED}; no data: accuracy not measured"
    return _asked(model, inputs, list(range(0, count * steps, steps)), origin, None)


def _asked(
    model: Model,
    inputs: list[NDArray[Any]],
    starts: list[int],
    origin: str,
    split: Split | None,
) -> TensorSubject:
    outputs = answers(model, inputs, resets=starts if model.is_stateful else [0])

    # here, for its interpreter takes a while to import
    from codegen.host.scores import oracle_name

    return TensorSubject(model, inputs, outputs, starts, oracle_name(model), origin, split)
