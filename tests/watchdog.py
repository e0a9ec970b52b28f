"""An endless loop in C++, which pytest-timeout cannot end, ends the tests' process and is named."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from verification.watchdog import limited

_BEYOND = 1.2  # its own limit is the gentler one: the test fails, and the others go on
_TERMINAL = pytest.StashKey[int]()


def pytest_sessionstart(session: pytest.Session) -> None:
    capture = session.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        session.config.stash[_TERMINAL] = os.dup(2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    marker = item.get_closest_marker("timeout")
    limit_s = float(marker.args[0] if marker else item.config.getini("timeout"))
    with limited(item.nodeid, _BEYOND * limit_s, to=item.config.stash[_TERMINAL]):
        return (yield)
