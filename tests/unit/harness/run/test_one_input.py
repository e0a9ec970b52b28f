"""A user's own samples on a board: board, build and model are checked before any is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.errors import CheckError
from harness.run import one_input

WRONG = object()


class Subject:
    """Three samples, of which the second is answered otherwise than by the oracle."""

    def __len__(self) -> int:
        return 3

    def answers(self, device: Any, indices: Any) -> Iterator[Any]:
        for index in indices:
            device.sent.append(index)
            yield SimpleNamespace(mismatches=[WRONG] if index == 1 else [])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The samples that a device got."""
    got: list[int] = []
    expected = SimpleNamespace(model_path=Path("model.tflite"), elf=Path("firmware.elf"))

    @contextmanager
    def open_device(board: Any, elf: Path, *, port: str | None, baud: int | None) -> Iterator[Any]:
        assert (board.id, elf, port, baud) == ("microbit", expected.elf, "/dev/ttyX", 9600)
        yield SimpleNamespace(sent=got, info=lambda: "info")

    monkeypatch.setattr(one_input.Expected, "load", lambda board, folder: expected)
    monkeypatch.setattr(one_input.Model, "read", lambda path: path)
    monkeypatch.setattr(one_input, "subject_of", lambda *_: Subject())
    monkeypatch.setattr(one_input.link, "open_device", open_device)
    return got


def ask() -> list[Any]:
    samples: Any = None  # subject_of is faked
    return one_input.mismatches("microbit", Path("build/x"), samples, port="/dev/ttyX", baud=9600)


def test_every_sample_is_sent_and_what_is_wrong_is_told(
    sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_input.identity, "check_info", lambda info, _: None)
    assert ask() == [WRONG]
    assert sent == [0, 1, 2]


def test_another_device_gets_nothing(sent: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(info: str, _: Any) -> None:
        raise CheckError(f"{info}: another build")

    monkeypatch.setattr(one_input.identity, "check_info", refuse)
    with pytest.raises(CheckError, match="another build"):
        ask()
    assert not sent
