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
    while work == "loop":
        pass
    return work.upper()


def test_what_comes_before_and_behind_an_end_is_done() -> None:
    started = time.monotonic()
    outcomes = list(each(_do, ["a", "abort", "b", "hang", "exit", "loop"], limit_s=0.1))
    assert time.monotonic() - started < 20
    assert outcomes[0::2][:2] == [Done("A"), Done("B")]
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Death)]
    assert reasons[0].startswith("SIGABRT; File") and "_do" in reasons[0]
    assert reasons[1].startswith("no end within 1.2 s by the clock; File") and "_do" in reasons[1]
    assert reasons[2] == "exit code 3"
    assert reasons[3].startswith("too much processor time; File") and "_do" in reasons[3]


def test_no_work_is_no_process() -> None:
    assert list(each(_do, [], limit_s=1)) == []
