"""Exit codes of the room's errors: 1 a check failed, 2 bad input, 3 missing on this machine."""

from __future__ import annotations

import pytest

from codegen import campaign, errors
from codegen.compile.cpp_build import CppBuildError
from codegen.cost.estimate import CostTableError
from codegen.cost.preflight import PreflightError
from codegen.host.runtime import RuntimeRefusedError
from codegen.image.firmware_build import FirmwareBuildError
from codegen.image.pio_core import PlatformioCoreError
from codegen.image.pio_registry import PlatformMissingError
from codegen.memory.planner import PlanError

CODES: dict[int, tuple[type[errors.CodegenError], ...]] = {
    1: (
        campaign.LostPieceError,
        CppBuildError,
        errors.BudgetError,
        FirmwareBuildError,
        PlanError,
        PreflightError,
        RuntimeRefusedError,
    ),
    2: (
        errors.ManifestError,
        errors.ModelError,
        errors.OracleError,
        errors.UnsupportedModelError,
    ),
    3: (
        campaign.CampaignError,
        CostTableError,
        errors.MissingToolError,
        errors.OpTableError,
        PlatformioCoreError,
        PlatformMissingError,
    ),
}


@pytest.mark.parametrize(
    ("error", "code"), [(error, code) for code, of in CODES.items() for error in of]
)
def test_an_error_has_the_code_of_its_kind(error: type[errors.CodegenError], code: int) -> None:
    assert error("what is wrong").exit_code == code
