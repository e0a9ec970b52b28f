"""The plugin of harness/, and what only the emulated tests of this repository share."""

from dataclasses import replace
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.image.firmware_build import FirmwareInfo, image_dir

# As a plugin of a user's project, which names it in its top-level conftest.py.
from harness.pytest_plugin import (  # noqa: F401
    build_dir,
    device,
    digits,
    oracle,
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    real_board,
    samples,
)
from harness.rig.expected import Expected
from tests.installed import installed  # noqa: F401
from tests.watchdog import pytest_runtest_protocol, pytest_sessionstart  # noqa: F401

PROCESS_BOARD = "host"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Emulated tests run on the chosen board and on the firmware as a Linux process."""
    if "emulated_board" in metafunc.fixturenames:
        boards = dict.fromkeys([metafunc.config.getoption("--board"), PROCESS_BOARD])
        metafunc.parametrize("emulated_board", boards, indirect=True, scope="module")


@pytest.fixture(scope="module")
def emulated_board(request: pytest.FixtureRequest, build_dir: Path) -> Expected:  # noqa: F811
    """What the build folder holds for one of the emulated boards: of the process the image with
    sanitizers, which notice what is written beside its place."""
    built = Expected.load(load_board(request.param), build_dir)
    if request.param != PROCESS_BOARD:
        return built
    folder = image_dir(built.board, build_dir, sanitize=True)
    return replace(built, elf=folder / "firmware.elf", image=FirmwareInfo.load(folder))
