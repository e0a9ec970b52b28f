"""The front end and post-processing give the same bytes on each core as on this machine."""

from __future__ import annotations

import pytest

from tests.front_end_requests import random_batch
from verification import front_end
from verification.check_runner import TARGETS

pytestmark = pytest.mark.emulated

_ROUNDS = 40


@pytest.fixture(scope="module")
def expected() -> list[bytes]:
    with front_end.HostCases() as cases:
        return [cases.reply(sent) for sent in random_batch(17, _ROUNDS)]


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4", "cortex-m55"])
def test_every_byte_is_the_hosts(core: str, expected: list[bytes]) -> None:
    replies = front_end.run_on_core(TARGETS[core], random_batch(17, _ROUNDS))
    assert [reply.data for reply in replies] == expected
    assert sum(map(len, expected)) > 100_000
