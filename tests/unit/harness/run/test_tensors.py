"""Samples for any model: what is sent, what is compared, and what is told of a wrong byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import INT8_MODEL, MODEL_INPUTS
from codegen.samples.facts import DataInfo
from codegen.samples.split import Split
from harness.errors import HarnessError
from harness.run import op_diff, stream, tensors
from harness.run.run_folder import Answer, Mismatch
from harness.run.tensors import TensorSubject
from verification.cases.model_builder import small_cnn

INFO = DataInfo(
    "made up", "", 6, 6, {}, ["a", "b"], kind="signal", shape=[2], dtype="int8", task="classify"
)


class Device:
    """Answers with what it holds; remembers what was asked of it."""

    def __init__(self, outputs: dict[int, Any]) -> None:
        self.asked: list[Any] = []
        self._outputs = outputs

    def reset(self) -> None:
        self.asked.append("reset")

    def load(self, number: int, values: Any) -> None:
        self.asked.append((number, values.tolist()))

    def load_sample(self, number: int, values: Any) -> None:
        self.asked.append(("sample", number, values.tolist()))

    def run(self) -> int:
        self.asked.append("run")
        return len(self.asked)

    def read(self, number: int) -> Any:
        return self._outputs[number]


def model(stateful: bool = False) -> Any:
    tensor = SimpleNamespace(scale=0.5, zero_point=-1, scales=[0.5], zero_points=[-1], dtype="int8")
    return SimpleNamespace(is_stateful=stateful, inputs=[tensor], outputs=[tensor], subgraphs=[])


def subject(rows: int = 4, **changes: Any) -> TensorSubject:
    inputs = [np.arange(2 * rows, dtype=np.int8).reshape(rows, 2)]
    outputs = [np.tile(np.array([[1, 2]], np.int8), (rows, 1))]
    fields = {"starts": list(range(rows)), "oracle": "o", "origin": "w", **changes}
    return TensorSubject(model(fields.pop("stateful", False)), inputs, outputs, **fields)


def test_each_input_is_loaded_run_and_compared() -> None:
    device: Any = Device({0: np.array([1, 2], np.int8)})
    answers = list(subject().answers(device, [2, 0]))
    assert device.asked == [(0, [4, 5]), "run", (0, [0, 1]), "run"]
    assert answers == [Answer(2, None, 2, ()), Answer(0, None, 4, ())]
    assert len(subject()) == 4 and subject().noun == "sample"


def test_a_wrong_byte_is_told_with_both_values() -> None:
    device: Any = Device({0: np.array([1, 3], np.int8)})
    (answer,) = subject().answers(device, [1])
    assert answer.mismatches == (Mismatch(1, (1, 3), (1, 2), "output 0, value 1", 0, 0),)


def test_of_a_long_output_the_first_wrong_value_is_kept() -> None:
    for size in (64, 65):
        wanted = np.zeros((1, size), np.float32)
        given = wanted[0].copy()
        given[7:9] = 1.5
        one = replace(subject(1), outputs=[wanted])
        ((mismatch,),) = [a.mismatches for a in one.answers(Device({0: given}), [0])]  # type: ignore[arg-type]
        assert mismatch.path == "output 0, value 7"
        assert mismatch.device_scores == (tuple(given.tolist()) if size == 64 else (1.5,))


def test_a_sequence_begins_with_a_reset_and_names_the_step() -> None:
    given = np.array([9, 2], np.int8)
    device: Any = Device({0: given})
    one = subject(5, starts=[0, 3], stateful=True)
    (answer,) = one.answers(device, [1])
    assert device.asked == ["reset", (0, [6, 7]), "run", (0, [8, 9]), "run"]
    assert [m.path for m in answer.mismatches] == [
        "step 0, output 0, value 0",
        "step 1, output 0, value 0",
    ]
    assert [m.step for m in answer.mismatches] == [0, 1]
    assert one.noun == "sequence" and len(one) == 2 and one.inputs(1) is None
    (values,) = subject().inputs(3) or []
    assert values.tolist() == [6, 7]


def test_with_a_front_end_the_first_samples_go_both_ways() -> None:
    front_end: Any = SimpleNamespace(sample_shape=[2], sample_dtype="int8")
    split = Split(
        INFO, np.arange(60, dtype=np.int8).reshape(30, 2), np.zeros(30, int), None, front_end
    )
    one = replace(subject(30), split=split)
    device: Any = Device({0: np.array([1, 2], np.int8)})
    list(one.answers(device, [19, 20]))
    assert device.asked == [
        *[(0, [38, 39]), "run", ("sample", 0, [38, 39]), "run"],
        *[("sample", 0, [40, 41]), "run"],
    ]
    device.asked.clear()
    stateful = replace(one, model=model(True), starts=[0])
    list(stateful.answers(device, [0]))
    assert device.asked[:3] == ["reset", ("sample", 0, [0, 1]), "run"]
    wrong: Any = Device({0: np.array([1, 0], np.int8)})
    (answer,) = one.answers(wrong, [25])
    assert answer.mismatches[0].path == "as a sample, output 0, value 1"


def test_the_devices_own_outputs_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "real_outputs", lambda _, outputs: outputs)
    targets = np.array([1, 1, 1, 0])
    split = Split(INFO, np.zeros((4, 2), np.int8), targets)
    one = replace(subject(), split=split)
    wrong = Mismatch(2, (7.0, 2.0), (1.0, 2.0), "", 0, 0)
    answers = [Answer(index, None, 1, ()) for index in (0, 3)] + [Answer(2, None, 1, (wrong,))]
    judged = one.judge(answers)
    assert judged.device and judged.oracle
    assert judged.oracle.values["accuracy"] == pytest.approx(2 / 3)
    assert judged.device.values["accuracy"] == pytest.approx(1 / 3)
    cut = replace(wrong, device_scores=(7.0,))  # of a long output one value is known
    judged = one.judge([Answer(2, None, 1, (cut,))])
    assert judged.device and judged.device.values["accuracy"] == 1
    assert subject().judge(answers) == tensors.Judgement()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A build folder; the oracle's answers are zeros."""

    def answers(_: Any, inputs: Any, resets: list[int]) -> list[Any]:
        return [np.array([*resets, *[0] * (len(inputs[0]) - len(resets))])]

    monkeypatch.setattr(tensors, "answers", answers)
    monkeypatch.setattr("codegen.host.scores.oracle_name", lambda _: "tflm")
    (tmp_path / INT8_MODEL).write_bytes(small_cnn())
    return tmp_path


@pytest.mark.parametrize("stateful", [False, True])
def test_random_inputs(asked: Path, monkeypatch: pytest.MonkeyPatch, stateful: bool) -> None:
    monkeypatch.setattr(tensors.Model, "is_stateful", stateful)
    one = tensors.random_subject(asked, 3)
    steps = tensors.STEPS if stateful else 1
    assert one.starts == [0, steps, 2 * steps] and len(one.model_inputs[0]) == 3 * steps
    assert one.outputs[0][:3].tolist() == (one.starts if stateful else [0, 0, 0])
    assert one.origin.startswith("random inputs, seed 1; no data")
    assert tensors.random_subject(asked, 1).model_inputs[0].tolist() == (
        one.model_inputs[0][:steps].tolist()
    )
    with pytest.raises(HarnessError, match="--count 0: choose 1 or more"):
        tensors.random_subject(asked, 0)


@pytest.mark.parametrize(
    ("stateful", "count", "starts", "rows"),
    [
        (False, None, [0, 1, 2, 3, 4, 5], 6),
        (False, 6, [0, 1, 2, 3, 4, 5], 6),
        (False, 2, [0, 1], 2),
        (True, None, [0, 2, 5], 6),
        (True, 2, [0, 2], 5),
        (True, 3, [0, 2, 5], 6),
        (True, 9, [0, 2, 5], 6),
    ],
)
def test_samples_of_the_test_split(
    asked: Path, monkeypatch: pytest.MonkeyPatch,
    stateful: bool, count: int | None, starts: list[int], rows: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(tensors.Model, "is_stateful", stateful)
    monkeypatch.setattr(tensors, "model_input", lambda _, split: split.values)
    groups = np.array(["x", "y", "y", "z", "x", "y"])
    split = Split(INFO, np.arange(12, dtype=np.int8).reshape(6, 2), None, groups)
    monkeypatch.setattr(tensors.split_file, "load", lambda _: split)
    one = tensors.data_subject(asked, count)
    assert one.starts == starts and len(one.model_inputs[0]) == rows
    assert one.origin == "the test split; no targets: accuracy not measured"
    told = replace(split, targets=np.zeros(6, int))
    monkeypatch.setattr(tensors.split_file, "load", lambda _: told)
    assert tensors.data_subject(asked, count).origin == "the test split"
    if not stateful:
        with pytest.raises(HarnessError, match=r"--count 7: .*holds 6 samples; choose 1 to 6"):
            tensors.data_subject(asked, 7)


@pytest.mark.parametrize(("stateful", "rows"), [(False, 2), (True, 5)])
def test_arrays_for_the_inputs(
    asked: Path, monkeypatch: pytest.MonkeyPatch, stateful: bool, rows: int
) -> None:
    monkeypatch.setattr(tensors.Model, "is_stateful", stateful)
    monkeypatch.setattr(tensors.DataInfo, "load", lambda _: INFO)
    np.savez(asked / MODEL_INPUTS, input0=np.zeros((5, 2), np.int8), targets=np.arange(5))
    one = tensors.inputs_subject(asked, 2)
    assert one.starts == ([0] if stateful else [0, 1]) and len(one.model_inputs[0]) == rows
    assert one.split and one.split.targets is not None and len(one.split.targets) == rows
    assert one.origin == "--data"
    np.savez(asked / MODEL_INPUTS, input0=np.zeros((5, 2), np.int8))
    assert "no targets" in tensors.inputs_subject(asked, None).origin


SETTINGS = stream.Settings(count=1, hold=1, frames=1, threshold=0.25, refractory=0)
OUTPUT: Any = SimpleNamespace(scale=1 / 256, zero_point=-128)


@pytest.mark.parametrize(
    ("name", "least", "most"), [("hold", 1, 1000), ("frames", 1, 16), ("refractory", 0, 255)]
)
def test_the_limits_of_a_stream(name: str, least: int, most: int) -> None:
    for value in (least, most):
        replace(SETTINGS, **{name: value}).check()
    for value in (least - 1, most + 1):
        with pytest.raises(HarnessError, match=rf"--{name} {value}: choose {least} to {most}"):
            replace(SETTINGS, **{name: value}).check()
    with pytest.raises(HarnessError, match="--count 0: choose 1 or more"):
        replace(SETTINGS, count=0).parameters(OUTPUT)


def test_a_threshold_is_quantized_upwards() -> None:
    assert SETTINGS.parameters(OUTPUT).threshold == -64
    assert replace(SETTINGS, threshold=0.2501).parameters(OUTPUT).threshold == -63
    assert replace(SETTINGS, threshold=255 / 256).parameters(OUTPUT).threshold == 127
    assert replace(SETTINGS, threshold=0.0, frames=3, refractory=7).parameters(
        OUTPUT
    ) == stream.Parameters(3, -128, 7)
    for threshold in (-0.001, 0.999):
        with pytest.raises(HarnessError, match=r"output is 0 to 0\.9961"):
            replace(SETTINGS, threshold=threshold).parameters(OUTPUT)


def test_the_sample_that_diff_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    split = Split(INFO, np.arange(12, dtype=np.int8).reshape(6, 2))
    monkeypatch.setattr(op_diff.split_file, "load", lambda _: split)
    monkeypatch.setattr(op_diff, "model_input", lambda _, part: [part.values])
    what, (values,) = op_diff._inputs(Path(), model(), 5)
    assert (what, values.tolist()) == ("sample 5", [[10, 11]])
    for index in (-1, 6):
        with pytest.raises(HarnessError, match=f"--digit {index}: there are samples 0 to 5"):
            op_diff._inputs(Path(), model(), index)
