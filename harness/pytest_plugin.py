"""A pytest plugin for tests on a device, real or emulated (docs/testing.md).

Where mcuforge is installed, pytest finds it by itself.
"""

import contextlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from codegen.boards.facts import load_board
from codegen.files.artifacts import TEST_SPLIT
from codegen.files.places import BUILD, PROJECT
from harness.errors import HarnessError
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.run import hil
from harness.run.digits import Digits, load_digits
from harness.run.subject import Subject
from harness.wire.device import Device
from harness.wire.trace import Trace

DEFAULT_BOARD = "mps2_an386"
DIGITS = 100
_CONSOLE_LINES_SHOWN = 10
_TRACE_LINES_SHOWN = 4

_trace_path = pytest.StashKey[Path]()
_opened = pytest.StashKey[Device]()
_bring_up_failure = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that choose board, line and image."""
    group = parser.getgroup("mcuforge")
    group.addoption("--board", default=DEFAULT_BOARD, help="id of the board (invoke boards)")
    group.addoption("--port", help="serial port or URL of a real board: runs the hardware tests")
    group.addoption("--emulate", action="store_true", help="run them on the emulated board")
    group.addoption("--baud", type=int, help="baud rate, if other than the board's data says")
    group.addoption(
        "--build-dir",
        type=Path,
        default=BUILD / "tiny",
        help="folder with the model, its digits and the images (made by `invoke hil`)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The markers."""
    config.addinivalue_line("markers", "hardware: needs a device: --port PORT or --emulate")
    config.addinivalue_line("markers", "emulated: boots firmware in QEMU or as a Linux process")
    config.addinivalue_line("markers", 'board("id", ...): runs on these boards only')


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a device when there is none, and what is for other boards."""
    chosen = config.getoption("--board")
    options = (config.getoption(name) for name in ("--port", "--emulate"))
    device_given = any(options) or _has_target(config)
    for item in items:
        if item.get_closest_marker("hardware") and not device_given:
            reason = "needs a real board: give its port with --port"
            item.add_marker(pytest.mark.skip(reason=reason))
        wanted = item.get_closest_marker("board")
        if wanted is not None and chosen not in wanted.args:
            reason = f"is for {', '.join(wanted.args)}; --board is {chosen}"
            item.add_marker(pytest.mark.skip(reason=reason))


def _has_target(config: pytest.Config) -> bool:
    """Whether labgrid's own plugin has been given an environment."""
    given = config.getoption("lg_env", None) or os.environ.get("LG_ENV")
    return bool(given) and config.pluginmanager.hasplugin("labgrid")


def _labgrid_strategy(request: pytest.FixtureRequest) -> Any:
    """Of labgrid's target, which names the board and its image; None without one."""
    return request.getfixturevalue("strategy") if _has_target(request.config) else None


@pytest.fixture(scope="session")
def build_dir(request: pytest.FixtureRequest) -> Path:
    """The folder whose images are tested. Missing pieces are an error, not a reason to skip."""
    strategy = _labgrid_strategy(request)
    if strategy is not None:
        return PROJECT / strategy.device.build_dir
    path: Path = request.config.getoption("--build-dir")
    return path


@pytest.fixture(scope="session")
def digits(build_dir: Path) -> Digits:
    """The first digits of the test split and the oracle's scores."""
    return load_digits(build_dir, DIGITS)


@pytest.fixture(scope="session")
def oracle(digits: Digits) -> NDArray[np.int8]:
    """[digits, classes]: the scores that the device has to give to `digits`, bit for bit."""
    return digits.oracle_scores


@pytest.fixture(scope="session")
def samples(build_dir: Path) -> Subject:
    """What `invoke hil` sends to a device with this model, whatever it takes, with the oracle's
    outputs: `samples.answers(device, range(20))` gives answers with their `mismatches`.
    """
    has_data = (build_dir / TEST_SPLIT).is_file()
    return hil.load_subject(build_dir, None if has_data else DIGITS)


@pytest.fixture(scope="session")
def real_board(request: pytest.FixtureRequest, build_dir: Path) -> Expected:
    """What the build folder holds for --board, or for the board of labgrid's target."""
    strategy = _labgrid_strategy(request)
    board_id = strategy.device.board if strategy else request.config.getoption("--board")
    return Expected.load(load_board(board_id), build_dir)


@pytest.fixture(scope="session")
def device(
    request: pytest.FixtureRequest,
    real_board: Expected,
    tmp_path_factory: pytest.TempPathFactory,
    record_testsuite_property: object,
) -> Iterator[Device]:
    """The device on --port, emulated, or of labgrid's target; opened once, exclusively, its image
    and model checked.

    When that fails, each test that needs it is skipped with the first one's cause.
    """
    stash = request.config.stash
    path = tmp_path_factory.mktemp("device") / "trace.log"
    stash[_trace_path] = path
    with path.open("w", buffering=1, encoding="utf-8") as trace:
        try:
            with _opened_device(request, real_board, Trace(trace)) as opened:
                stash[_opened] = opened
                info = opened.info()
                identity.check_info(info, real_board)
                assert callable(record_testsuite_property)
                record_testsuite_property("board", info.board)
                record_testsuite_property("build_id", info.build_id)
                record_testsuite_property("model_sha256", info.model_sha256)
                yield opened
        except HarnessError as error:
            stash[_bring_up_failure] = str(error)
            pytest.fail(f"bring-up: {error}", pytrace=False)


@contextlib.contextmanager
def _opened_device(
    request: pytest.FixtureRequest, expected: Expected, trace: Trace
) -> Iterator[Device]:
    strategy = _labgrid_strategy(request)
    if strategy is not None:
        from labgrid.strategy import StrategyError

        strategy.device.trace = trace
        try:
            strategy.transition("ready")
        except StrategyError as error:
            raise error.__cause__ or error from None
        yield strategy.device.device
        return
    port, baud = (request.config.getoption(name) for name in ("--port", "--baud"))
    with (
        link.connect(expected.board, expected.elf, port=port, baud=baud) as connection,
        connection.device(trace=trace) as opened,
    ):
        yield opened


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """After a failed bring-up nothing that needs the device is tried again."""
    cause = item.config.stash.get(_bring_up_failure, None)
    if cause is not None and "device" in getattr(item, "fixturenames", ()):
        pytest.skip(f"the device did not come up: {cause}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the last frames, the end of the console and the path of the log to a failure."""
    report = yield
    stash = item.config.stash
    if report.failed and _trace_path in stash and "device" in getattr(item, "fixturenames", ()):
        path = stash[_trace_path]
        frames = path.read_text("utf-8").splitlines()[-_TRACE_LINES_SHOWN:]
        report.sections.append(("last frames", "\n".join(frames)))
        if _opened in stash:
            console = list(stash[_opened].console_tail)[-_CONSOLE_LINES_SHOWN:]
            report.sections.append(("device console", "\n".join(console) or "nothing"))
        report.sections.append(("all frames", str(path)))
    return report
