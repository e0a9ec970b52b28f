"""Options that say which board the tests run on, and what emulated and real boards share."""

from pathlib import Path

import pytest

from codegen.boards import Board, load_board
from harness.digits import Digits, load_digits
from harness.expected import Expected

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_BOARD = "mps2_an386"
PROCESS_BOARD = "host"
DIGITS = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mcuforge")
    group.addoption("--board", default=DEFAULT_BOARD, help="id of the board (invoke boards)")
    group.addoption("--port", help="serial port or URL of a real board: runs the hardware tests")
    group.addoption("--baud", type=int, help="baud rate, if other than the board's data says")
    group.addoption(
        "--build-dir",
        type=Path,
        default=REPOSITORY / "build" / "tiny",
        help="folder with the model, its digits and the images (made by `invoke hil`)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--port"):
        return
    skip = pytest.mark.skip(reason="needs a real board: give its port with --port")
    for item in items:
        if item.get_closest_marker("hardware"):
            item.add_marker(skip)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Emulated tests run on the chosen board and on the firmware as a Linux process."""
    if "emulated_board" in metafunc.fixturenames:
        boards = dict.fromkeys([metafunc.config.getoption("--board"), PROCESS_BOARD])
        metafunc.parametrize("emulated_board", boards, indirect=True, scope="module")


@pytest.fixture(scope="session")
def build_dir(request: pytest.FixtureRequest) -> Path:
    """The folder whose images are tested. Missing pieces are an error, not a reason to skip."""
    path: Path = request.config.getoption("--build-dir")
    return path


@pytest.fixture(scope="session")
def digits(build_dir: Path) -> Digits:
    """The first digits of the test split and the oracle's scores."""
    return load_digits(build_dir, DIGITS)


@pytest.fixture(scope="module")
def emulated_board(request: pytest.FixtureRequest, build_dir: Path) -> Expected:
    """What the build folder holds for one of the emulated boards."""
    return Expected.load(load_board(request.param), build_dir)


@pytest.fixture(scope="session")
def real_board(request: pytest.FixtureRequest, build_dir: Path) -> Expected:
    """What the build folder holds for the board on --port."""
    board: Board = load_board(request.config.getoption("--board"))
    return Expected.load(board, build_dir)
