"""What tests of both ends of a line share."""

from __future__ import annotations

import pytest

from harness.wire import device, exchange
from tests.unit.harness.wire import fake_device
from tests.unit.harness.wire.fake_device import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """That both ends go by: what is lost costs no time here, on a busy machine neither."""
    made = Clock()
    for module in (exchange, device, fake_device):
        monkeypatch.setattr(module, "time", made)
    return made
