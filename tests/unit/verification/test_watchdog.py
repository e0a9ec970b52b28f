"""An endless loop in C++ ends its process, and says where; pytest-timeout does not reach it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codegen.files.places import PROGRAM
from verification.watchdog import limited

LOOP = """
import ctypes, sys
library = ctypes.CDLL("./loop.so")
def test_in_an_endless_loop():
    library.loop()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "loop.cc").write_text(
        'extern "C" void loop() { for (volatile int i = 0;; i = 0) {} }'
    )
    subprocess.run(
        ["g++", "-shared", "-fPIC", "loop.cc", "-o", "loop.so"], cwd=tmp_path, check=True
    )
    (tmp_path / "test_loop.py").write_text(LOOP)
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM), "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_loop_ends_the_tests_and_names_its_test(folder: Path) -> None:
    hooks = "from tests.watchdog import pytest_runtest_protocol, pytest_sessionstart\n"
    (folder / "conftest.py").write_text(hooks)
    (folder / "pytest.ini").write_text("[pytest]\ntimeout = 1\n")
    ended = run(folder, "-m", "pytest", "-p", "no:mcuforge", "test_loop.py")
    assert ended.returncode == 1
    assert "test_loop.py::test_in_an_endless_loop: no end within 1.2 s" in ended.stderr
    assert 'test_loop.py", line 5 in test_in_an_endless_loop' in ended.stderr


def test_a_loop_ends_a_verb(folder: Path) -> None:
    text = "import test_loop; from verification.watchdog import limited\n"
    text += "with limited('golden: ADD seed 7', 0.5): test_loop.test_in_an_endless_loop()"
    ended = run(folder, "-c", text)
    assert ended.returncode == 1
    assert ended.stderr.startswith("golden: ADD seed 7: no end within 0.5 s\n")


def test_what_ends_in_time_goes_on() -> None:
    with limited("nothing", 0.2):
        pass
    time.sleep(0.3)
