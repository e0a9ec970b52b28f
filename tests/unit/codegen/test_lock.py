"""Who holds a lock file is alone; who waits for it says so, and knows it."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

import pytest

from codegen import lock


def test_the_second_waits_for_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.lock"
    waits: list[bool] = []
    said: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(lock, "print", lambda text, flush: said.put(text), raising=False)

    def take() -> None:
        with lock.held(path, "waiting for it") as waited:
            waits.append(waited)

    second = threading.Thread(target=take)
    with lock.held(path) as waited:
        assert not waited
        second.start()
        assert said.get(timeout=60) == "waiting for it" and waits == []
    second.join()
    assert waits == [True]
    take()
    assert waits == [True, False] and said.empty()


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), lock.held(tmp_path / "none/a.lock"):
        pass
