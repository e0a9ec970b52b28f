"""The wheel of this checkout, installed in an environment of its own, as a user has it.

The environment borrows the packages of this one, so that nothing is downloaded.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BORROWED = "borrowed.pth"
OF_THIS_RUN = ("MCUFORGE_", "MNIST_DIR", "PLATFORMIO_", "PYTEST_", "PYTHON")


@dataclass(frozen=True)
class Environment:
    """programs: its folder of programs. modules: where its packages lie."""

    programs: Path
    modules: Path

    @property
    def variables(self) -> dict[str, str]:
        """Of a shell in which it is activated, which is told nothing of this checkout."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OF_THIS_RUN)}
        return {**kept, "PATH": f"{self.programs}{os.pathsep}{kept['PATH']}"}

    def run(self, program: str, *arguments: str | Path, cwd: Path) -> tuple[int, str]:
        """Exit code and output of one of its programs."""
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=cwd, env=self.variables, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def files(self) -> dict[Path, bytes]:
        """What the package holds, but for the interpreter's caches."""
        found = (self.modules / "mcuforge").rglob("*")
        return {p: p.read_bytes() for p in found if p.is_file() and p.suffix != ".pyc"}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    offline = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, *offline, "wheel", "--no-deps", "--no-build-isolation", "--no-index",
         "--wheel-dir", folder, ROOT],
        cwd=folder, check=True,
    )  # fmt: skip
    left = [
        found for name in ("*.egg-info", "build/lib", "build/bdist*") for found in ROOT.glob(name)
    ]
    assert not left, "building the wheel leaves something in the checkout"
    venv.create(folder / "venv", with_pip=True, symlinks=True)
    (modules,) = (folder / "venv").glob("lib/python*/site-packages")
    environment = Environment(folder / "venv/bin", modules)
    (wheel,) = folder.glob("*.whl")
    code, output = environment.run(
        "python", *offline, "install", "--no-deps", "--no-index", wheel, cwd=folder
    )
    assert code == 0, output
    (environment.modules / BORROWED).write_text(sysconfig.get_path("purelib") + "\n")
    return environment
