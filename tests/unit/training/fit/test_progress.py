"""What a training says of itself while it runs, and when it stops."""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import MagicMock

import pytest

from training.errors import DivergedError
from training.fit import progress as room
from training.fit.progress import EpochProgress


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    text = capsys.readouterr().err
    return [re.sub(r"\d+ s\b", "T s", line) for line in text.splitlines()]


def test_the_first_and_last_epochs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with EpochProgress("train x", 3, 10) as progress:
        progress.step(1.5)
        for number in (1, 2, 3):
            progress.epoch(number, {"loss": 1.5, "held_out_loss": 2.0, "held_out_accuracy": 0.912})
    told = [f"train x: epoch {n}/3, loss 1.5000, held-out accuracy 91.20 %, T s" for n in (1, 2, 3)]
    assert said(capsys) == [
        "train x: 3 epochs of 10 steps, compiling",
        *told,
        "train x: T s, T s of processor time",
    ]


def test_of_many_epochs_fifty_lines_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    entry = {"loss": 1.0, "held_out_loss": 0.25}
    with EpochProgress("t", 101, 1) as progress:
        for number in range(1, 102):
            progress.epoch(number, entry)
    numbers = re.findall(
        r"epoch (\d+)/101, loss 1.0000, held-out loss 0.2500", capsys.readouterr().err
    )
    assert numbers == ["1", *(str(n) for n in range(3, 100, 3)), "101"]
    with EpochProgress("t", 50, 1) as progress:
        for number in range(1, 51):
            progress.epoch(number, entry)
    assert capsys.readouterr().err.count("epoch ") == 50


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_it(loss: float) -> None:
    progress = EpochProgress("train x", 1, 1)
    progress._step = progress._shown.__enter__()
    try:
        with pytest.raises(DivergedError, match=f"^train x: the loss became {loss}; nothing"):
            progress.step(loss)
    finally:
        progress._shown.__exit__(None, None, None)


def test_it_ends_early_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    with EpochProgress("t", 9, 1, done=4) as progress:
        progress.end("enough")
        wall_s, cpu_s = progress.elapsed_s()
    assert 0 <= wall_s < 60 and 0 <= cpu_s < 60
    assert said(capsys)[:2] == [
        "t: 9 epochs of 1 steps, 4 of them done, compiling",
        "t: ends after epoch 4: enough",
    ]


@pytest.mark.parametrize(
    ("done", "resume", "error", "told"),
    [
        (2, "invoke train --resume", KeyboardInterrupt, True),
        (0, "invoke train --resume", KeyboardInterrupt, False),
        (2, "", KeyboardInterrupt, False),
        (2, "invoke train --resume", RuntimeError, False),
    ],
)
def test_who_interrupts_is_told_how_to_go_on(
    done: int, resume: str, error: Any, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(error), EpochProgress("t", 9, 1, done, resume):
        raise error
    lines = said(capsys)[1:]
    line = (
        "t: epoch 2/9 is the last one that was finished; `invoke train --resume` goes on after it"
    )
    assert lines == ([line] if told else [])


def test_the_bar_counts_steps_those_done_before_too() -> None:
    with EpochProgress("t", 5, 4, done=2) as progress:
        assert (progress._step.done, progress._step.total) == (8, 20)
        progress.step(0.123456)
        assert progress._step.done == 9 and progress._step.state == "loss 0.1235"
    assert room._LINES_AT_MOST == 50


def test_times_are_those_since_it_began(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = {"monotonic": 1000.0, "process_time": 50.0}
    for name in now:
        monkeypatch.setattr(room.time, name, lambda name=name: now[name])
    with EpochProgress("t", 1, 1) as progress:
        now.update(monotonic=1007.0, process_time=53.0)
        assert progress.elapsed_s() == (7.0, 3.0)
        progress.epoch(1, {"loss": 1.0, "held_out_loss": 0.25})
    assert capsys.readouterr().err.splitlines()[1:] == [
        "t: epoch 1/1, loss 1.0000, held-out loss 0.2500, 7 s",
        "t: 7 s, 3 s of processor time",
    ]


def test_the_bar_ends_with_it() -> None:
    ended: list[Any] = []
    progress = EpochProgress("t", 1, 1)
    progress._shown = MagicMock()
    progress._shown.__exit__.side_effect = lambda *given: ended.append(given)
    with pytest.raises(RuntimeError), progress:
        assert not ended
        raise RuntimeError
    assert [given[-3] for given in ended] == [RuntimeError]
