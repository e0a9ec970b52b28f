"""Who holds a lock file is alone; who waits for it says so, and knows it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from codegen import lock


def test_the_second_waits_for_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, waits, said = tmp_path / "a.lock", [], ""

    def take() -> None:
        with lock.held(path, "waiting for it") as waited:
            waits.append(waited)

    second = threading.Thread(target=take)
    with lock.held(path) as waited:
        assert not waited
        second.start()
        end_s = time.monotonic() + 10
        while not said and time.monotonic() < end_s:
            said = capsys.readouterr().out
        assert said == "waiting for it\n" and waits == []
    second.join()
    assert waits == [True]
    take()
    assert waits == [True, False] and capsys.readouterr().out == ""


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), lock.held(tmp_path / "none/a.lock"):
        pass
