"""Campaigns without workers, and which workers may be asked for; tests/search has the others."""

from __future__ import annotations

import importlib.util

import pytest

from codegen import campaign
from codegen.errors import CodegenError, MissingToolError


def test_alone_pieces_are_done_in_order_as_they_are_asked_for() -> None:
    done: list[int] = []

    def do(piece: int) -> int:
        done.append(piece)
        return -piece

    answers = campaign.each(do, iter(range(5)))
    assert next(answers) == 0 and done == [0]
    assert list(answers) == [-1, -2, -3, -4]


@pytest.mark.parametrize("text", ["0", "-1", "many", "tcp://host", "http://host:1", "2.5"])
def test_what_are_no_workers(text: str) -> None:
    with pytest.raises(CodegenError, match="give a number of processes from 1 on"):
        campaign.workers(text)


def test_without_dask_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingToolError, match=r'pip install "distributed>=') as caught:
        campaign.workers("2")
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("text", ["1", "16", "tcp://10.0.0.7:8786", "tls://host:1"])
def test_what_are_workers(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert campaign.workers(text) == text
