"""The same sources in another folder give the same image, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.firmware_build import REPOSITORY
from codegen.manifest import sha256_file

pytestmark = pytest.mark.emulated

# What a build reads; firmware/generated is a copy of build/<name>/generated.
SOURCES = ("codegen", "firmware", "platformio.ini")


@pytest.fixture(scope="module")
def elsewhere(build_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in a folder with another name of another length, built there."""
    project = tmp_path_factory.mktemp("a-folder-with-quite-another-name") / "project"
    project.mkdir()
    for name in SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "generated")
            shutil.copytree(source, project / name, ignore=ignored)
        else:
            shutil.copy(source, project / name)
    shutil.copytree(build_dir / "generated", project / "firmware" / "generated")
    for command in (["codegen.pio_core"], ["platformio", "run", "-e", "mps2_an386", "-e", "host"]):
        result = subprocess.run(
            [sys.executable, "-m", *command], cwd=project, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stdout + result.stderr
    return project / ".pio" / "build"


@pytest.mark.parametrize(
    "image",
    [
        *(f"mps2_an386/firmware.{suffix}" for suffix in ("elf", "bin", "hex")),
        "host/firmware.elf",
    ],
)
def test_image_is_the_same_elsewhere(elsewhere: Path, build_dir: Path, image: str) -> None:
    assert sha256_file(elsewhere / image) == sha256_file(build_dir / image)


@pytest.mark.parametrize("board", ["mps2_an386", "host"])
def test_image_has_no_path_of_this_machine(elsewhere: Path, board: str) -> None:
    image = (elsewhere / board / "firmware.elf").read_bytes()
    for path in (REPOSITORY, elsewhere.parents[1], Path.home()):
        assert str(path).encode() not in image
