"""Exit codes of the room's errors: 1 a check failed, 2 bad input, 3 missing on this machine."""

from __future__ import annotations

import pytest

from harness import errors
from harness.rig.debug import DebugError
from harness.rig.upload_tools import FlashError, NoProbeError

CODES: dict[int, tuple[type[errors.HarnessError], ...]] = {
    1: (
        DebugError,
        errors.CheckError,
        errors.DeviceError,
        errors.DeviceTimeoutError,
        errors.EmulatorError,
        errors.PlaceLostError,
        FlashError,
    ),
    2: (errors.HarnessError, errors.PortError),
    3: (NoProbeError,),
}


@pytest.mark.parametrize(
    ("error", "code"), [(error, code) for code, of in CODES.items() for error in of]
)
def test_an_error_has_the_code_of_its_kind(error: type[errors.HarnessError], code: int) -> None:
    assert error.exit_code == code
