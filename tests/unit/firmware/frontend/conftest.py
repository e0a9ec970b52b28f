"""firmware/lib/frontend behind a pipe, with AddressSanitizer and UBSan on."""

from collections.abc import Iterator

import pytest

from verification.front_end import HostCases


@pytest.fixture(scope="session")
def cases() -> Iterator[HostCases]:
    with HostCases() as made:
        yield made
