"""Work in forked processes: what ends or hangs one is told, and the rest is done by the next."""

from __future__ import annotations

import os
import time

from verification.children import Death, Done, each


def _do(work: str) -> str:
    if work == "abort":
        os.abort()
    if work == "exit":
        os._exit(3)
    if work == "hang":
        time.sleep(60)
    return work.upper()


def test_what_comes_before_and_behind_an_end_is_done() -> None:
    started = time.monotonic()
    outcomes = list(each(_do, ["a", "abort", "b", "hang", "exit", "c"], limit_s=0.5))
    assert time.monotonic() - started < 20
    done, died = outcomes[::5] + outcomes[2:3], outcomes[1:2] + outcomes[3:5]
    assert done == [Done("A"), Done("C"), Done("B")]
    reasons = [death.reason for death in died if isinstance(death, Death)]
    assert reasons[0].startswith("SIGABRT; File") and "_do" in reasons[0]
    assert reasons[1].startswith("no end within 0.5 s; File") and "_do" in reasons[1]
    assert reasons[2] == "exit code 3"


def test_no_work_is_no_process() -> None:
    assert list(each(_do, [], limit_s=1)) == []
