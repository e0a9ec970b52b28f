"""The baud rate goes up where device and cable allow it, and back down where they do not."""

import pytest

from harness.run.worker import highest_baud
from harness.wire.device import Device
from tests.unit.harness.wire.fake_device import FakeDevice

OWN = 115_200


@pytest.mark.parametrize(
    ("max_baud", "cable_baud", "expected"),
    [
        (1_000_000, 1_000_000, 1_000_000),
        (921_600, 1_000_000, 921_600),
        (OWN, 1_000_000, OWN),
        (1_000_000, 921_600, 921_600),
        (460_800, 230_400, 230_400),
        (230_400, OWN, OWN),
    ],
)
def test_the_highest_rate_that_works_is_taken(
    max_baud: int, cable_baud: int, expected: int
) -> None:
    fake = FakeDevice(max_baud=max_baud, cable_baud=cable_baud)
    with Device(fake, timeout_s=2) as device:
        assert highest_baud(device, OWN, device.info()) == expected
        device.stats()
    assert fake.baud == fake.line_baud == expected


def test_a_device_that_resets_is_followed_to_its_own_rate() -> None:
    fake = FakeDevice(max_baud=1_000_000)
    with Device(fake, timeout_s=5) as device:
        assert device.raise_baud(OWN, 1_000_000)
        fake.baud = OWN
        device.stats()
    assert fake.line_baud == OWN


def test_a_device_that_refuses_stays_where_it_is() -> None:
    fake = FakeDevice(max_baud=OWN)
    with Device(fake, timeout_s=2) as device:
        assert not device.raise_baud(OWN, 230_400)
        device.stats()
    assert fake.line_baud == OWN
