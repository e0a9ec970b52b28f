"""The user's example of docs/testing.md, as a project of its own that uses the plugin."""

import itertools
import os
import re
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.emulated

ROOT = Path(__file__).resolve().parents[2]
TESTING_MD = ROOT / "docs/testing.md"


def run_project(folder: Path, test: str, *options: str) -> tuple[int, str]:
    """pytest in a folder that holds nothing but the test and a conftest.py; code and output."""
    (folder / "conftest.py").write_text('pytest_plugins = ["harness.pytest_plugin"]\n')
    (folder / "test_mine.py").write_text(test)
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def examples() -> list[str]:
    """The Python blocks of docs/testing.md: the plugin's tests, the energy of an inference."""
    return re.findall(r"```python\n(.*?)```", TESTING_MD.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the place of a meter a pseudo-terminal, which says more watts with each reading."""
    end, terminal = os.openpty()
    tty.setraw(terminal)
    monkeypatch.setenv("METER", os.ttyname(terminal))
    ended = threading.Event()

    def measure() -> None:
        for reading in itertools.count():
            if ended.wait(0.01):
                return
            os.write(end, b"%.3f\n" % (0.1 + reading / 1000))

    measuring = threading.Thread(target=measure)
    measuring.start()
    yield
    ended.set()
    measuring.join()
    os.close(end)
    os.close(terminal)


@pytest.mark.usefixtures("meter")
def test_the_users_examples_pass_and_name_board_build_model_and_energy(
    tmp_path: Path, build_dir: Path
) -> None:
    options = ["--emulate", "--board=host", f"--build-dir={build_dir}", "--junitxml=out.xml"]
    test = "\n".join(examples()).replace("SECONDS = 10.0", "SECONDS = 0.2")
    code, output = run_project(tmp_path, test, *options)
    assert code == 0, output
    assert "3 passed, 1 skipped" in output
    properties = {
        entry.get("name"): entry.get("value")
        for entry in ElementTree.parse(tmp_path / "out.xml").iter("property")
    }
    assert properties["board"] == "host"
    assert len(str(properties["build_id"])) == 16
    assert len(str(properties["model_sha256"])) == 64
    assert float(str(properties["microjoule"])) > 0


def test_a_failure_shows_the_frames_and_where_the_log_is(tmp_path: Path, build_dir: Path) -> None:
    test = "def test_it(device):\n    assert device.stats()['inferences'] == 77\n"
    code, output = run_project(
        tmp_path, test, "--emulate", "--board=host", f"--build-dir={build_dir}"
    )
    assert code == 1
    for text in ("< STATS reply seq=", "trace.log", "device console"):
        assert text in output


def test_after_a_failed_bring_up_the_rest_is_skipped_with_the_cause(
    tmp_path: Path, build_dir: Path
) -> None:
    test = "def test_a(device):\n    pass\n\ndef test_b(device):\n    pass\n"
    options = ["--port=/dev/nothing-here", "--board=host", f"--build-dir={build_dir}"]
    code, output = run_project(tmp_path, test, *options)
    assert code == 1
    assert "bring-up: opening /dev/nothing-here: no such port" in output
    assert "the device did not come up: opening /dev/nothing-here" in output
    assert "1 skipped, 1 error" in output
