"""The first op whose output is not the oracle's, on a device that shows its arena."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.boards.facts import load_board
from codegen.host.oracle import Oracle
from codegen.host.random_inputs import random_input
from codegen.memory.planner import plan_model
from codegen.model.tflite import Model
from harness.errors import HarnessError
from harness.run import op_diff
from verification.cases.model_builder import small_cnn

MODEL = Model.parse(small_cnn())
ISA = load_board("mps2_an386").isa


class Shown:
    """Shows what the oracle computes; where `wrong` says so, one value of an op's output less."""

    def __init__(self, wrong: dict[int, int], runtime: str = "mcuforge") -> None:
        self._wrong = wrong
        self._runtime = runtime
        self._offsets = {t.index: t.offset for t in plan_model(MODEL, ISA).tensors}

    def info(self) -> Any:
        return SimpleNamespace(runtime=self._runtime)

    def peek(self, inputs: Any, op: int, offset: int, size: int) -> bytes:
        oracle = Oracle(MODEL, keep_tensors=True)
        oracle.run(inputs)
        (index,) = MODEL.ops[op].outputs
        values = oracle.tensor(index).reshape(-1).copy()
        assert (offset, size) == (self._offsets[index], values.nbytes)
        if op in self._wrong:
            values[self._wrong[op]] -= 1
        return values.tobytes()


def ask(
    device: Shown, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> tuple[op_diff.Difference | None, list[str]]:
    expected = SimpleNamespace(model_path=Path("m"), elf=Path("e"))

    @contextmanager
    def open_device(*_: object, **__: object) -> Iterator[Any]:
        yield device

    monkeypatch.setattr(op_diff.Expected, "load", lambda *_: expected)
    monkeypatch.setattr(op_diff.Model, "read", lambda _: MODEL)
    monkeypatch.setattr(op_diff.identity, "check_info", lambda *_: None)
    monkeypatch.setattr(op_diff.link, "open_device", open_device)
    said: list[str] = []
    return op_diff.run("mps2_an386", Path("build/x"), say=said.append, **options), said


def test_all_ops_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    found, said = ask(Shown({}), monkeypatch)
    assert found is None
    assert said == [
        f"diff: a random input on mps2_an386: all {len(MODEL.ops)} ops give the oracle's bytes"
    ]


def test_the_first_that_differs_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    (index,) = MODEL.ops[1].outputs
    shape = MODEL.tensors[index].shape
    place = int(np.prod(shape)) - 2
    sample = ("mine", [one.reshape(-1) for one in random_input(MODEL)])  # in any shape
    found, said = ask(Shown({1: place, 2: 0}), monkeypatch, sample=sample)
    assert found is not None and (found.op.index, found.tensor.index) == (1, index)
    where = [int(i) for i in np.unravel_index(place, shape)]
    assert f"differs in 1 of {place + 2:,} elements, first at {where}: device" in str(found)
    assert said == [f"diff: mine on mps2_an386: first difference in {found}"]
    values = found.device.astype(int), found.oracle.astype(int)
    assert values[1][place] - values[0][place] == 1


def test_another_runtimes_arena_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HarnessError, match="whose memory plan is not known here"):
        ask(Shown({}, op_diff.OTHER_RUNTIME), monkeypatch)


def test_a_sample_is_one_of_the_split(monkeypatch: pytest.MonkeyPatch) -> None:
    class Split(list[int]):
        info = SimpleNamespace(noun="word")

        def take(self, rows: list[int]) -> list[int]:
            return [self[row] for row in rows]

    monkeypatch.setattr(op_diff.split_file, "load", lambda _: Split([10, 20, 30]))
    monkeypatch.setattr(op_diff, "model_input", lambda _, rows: rows)
    expected: list[tuple[int, Any]] = [(0, [10]), (2, [30])]
    for digit, values in expected:
        assert op_diff._inputs(Path(), MODEL, digit) == (f"word {digit}", values)
    for wrong in (-1, 3):
        with pytest.raises(HarnessError, match=f"^--digit {wrong}: there are words 0 to 2"):
            op_diff._inputs(Path(), MODEL, wrong)


def test_a_scalar_has_a_place_too() -> None:
    scalar = replace(MODEL.tensors[0], shape=())
    values = [np.array([value], np.int8) for value in (1, 2)]
    text = str(op_diff.Difference(MODEL.ops[0], scalar, *values))
    assert text.endswith("[] differs in 1 of 1 elements, first at [0]: device 1, oracle 2")
