"""Our fixtures in labgrid's own pytest: on a place of the farm, and in labgrid's QEMU driver."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from codegen.files.places import BUILD, PROGRAM
from tests.farm.conftest import BOARD, Farm

pytestmark = pytest.mark.timeout(600)

_TESTS = """
def test_scores_are_the_oracles(samples, device):
    answers = list(samples.answers(device, range(20)))
    assert len(answers) == 20
    assert not any(answer.mismatches for answer in answers)

def test_golden_vectors(device):
    assert device.self_test().failed is None
"""
_OURS = [
    {"McuforgeDriver": {"board": BOARD, "build_dir": "build/tiny"}},
    {"McuforgeStrategy": {}},
]


def run_tests(python: Path, folder: Path, environment: dict[str, object]) -> tuple[int, str]:
    (folder / "test_it.py").write_text(_TESTS)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "env.yaml").write_text(yaml.dump(environment))
    plugins = ("-p", "harness.pytest_plugin", "-p", "no:mcuforge", "-p", "no:cacheprovider")
    result = subprocess.run(
        [str(python), "-m", "pytest", "-q", *plugins, "--lg-env", "env.yaml", "test_it.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROGRAM)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return result.returncode, result.stdout


def on_place(farm: Farm) -> dict[str, object]:
    drivers = [
        {"SerialDriver": {"bindings": {"port": "uart"}}},
        {"McuforgeGdbDriver": {"board": BOARD, "bindings": {"gdb": "gdb"}}},
        *_OURS,
    ]
    return {
        "targets": {
            "main": {"resources": {"RemotePlace": {"name": "shelf-1"}}, "drivers": drivers}
        },
        "options": {"coordinator_address": farm.address},
        "imports": ["harness.farm.labgrid_drivers"],
    }


def test_on_a_place_of_the_farm(farm: Farm, tmp_path: Path) -> None:
    farm.client("shelf-1", "acquire")
    try:
        code, said = run_tests(farm.python, tmp_path, on_place(farm))
    finally:
        farm.client("shelf-1", "release")
    assert code == 0, said
    assert "2 passed" in said


def test_in_labgrids_qemu_driver(python: Path, tmp_path: Path) -> None:
    qemu = {
        "qemu_bin": "qemu",
        "machine": "mps2-an386",
        "cpu": "cortex-m4",
        "memory": "16M",
        "kernel": "firmware",
        "extra_args": "-nic none -icount shift=5",
    }
    code, said = run_tests(
        python,
        tmp_path,
        {
            "targets": {"main": {"resources": {}, "drivers": [{"QEMUDriver": qemu}, *_OURS]}},
            "tools": {"qemu": "/usr/bin/qemu-system-arm"},
            "images": {"firmware": str(BUILD / "tiny" / BOARD / "firmware.elf")},
            "imports": ["harness.farm.labgrid_drivers"],
        },
    )
    assert code == 0, said
    assert "2 passed" in said


def test_what_does_not_come_up_is_said_in_one_line(farm: Farm, tmp_path: Path) -> None:
    environment = on_place(farm)
    environment["targets"]["main"]["drivers"][1]["McuforgeGdbDriver"]["board"] = "host"  # type: ignore[index]
    farm.client("shelf-1", "acquire")
    try:
        code, said = run_tests(farm.python, tmp_path, environment)
    finally:
        farm.client("shelf-1", "release")
    assert code == 1
    assert "bring-up: flash host with 'gdb': not one of its protocols: emulator" in said
    assert "Traceback" not in said
