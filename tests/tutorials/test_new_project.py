"""A project made by `mcuforge new`, from nothing to its green check, by its own CI script."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from tests.installed import Environment

pytestmark = [pytest.mark.emulated, pytest.mark.timeout(900)]

COUNT = 20


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Two classes that are told apart at once: stripes that lie and that stand."""
    rng = np.random.default_rng(3)
    for name, turned in (("lying", False), ("standing", True)):
        folder = tmp_path / "pictures" / name
        folder.mkdir(parents=True)
        for number in range(60):
            pixels = rng.integers(0, 60, (28, 28), np.uint8)
            pixels[rng.integers(2, 6) :: 8] += 180
            Image.fromarray(pixels.T if turned else pixels).save(folder / f"{number}.png")
    return tmp_path / "pictures"


def test_its_own_check_is_green(installed: Environment, pictures: Path, tmp_path: Path) -> None:
    arguments = ("--board", "microbit", "--recipe", "nano", "--data", pictures)
    code, said = installed.run("mcuforge", "new", "my project", *arguments, cwd=tmp_path)
    assert code == 0, said
    project = tmp_path / "my project"
    for path in project.rglob("*.json"):
        json.loads(path.read_text())
    workflow = yaml.safe_load((project / ".github/workflows/check.yml").read_text())
    gitlab = yaml.safe_load((project / ".gitlab-ci.yml").read_text())
    # Both do the same, but for who may install packages.
    (job,) = workflow["jobs"].values()
    steps = [step["run"].replace("sudo ", "") for step in job["steps"] if "run" in step]
    assert steps == [
        *gitlab["emulated-boards"]["before_script"], *gitlab["emulated-boards"]["script"]
    ]  # fmt: skip
    assert re.fullmatch(r"mcuforge @ file:///.*\.whl", _requirement(project))

    done = subprocess.run(
        ["./check.sh"], cwd=project, env={**installed.variables, "COUNT": str(COUNT)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    for board in ("host", "microbit"):
        result = json.loads((project / f"result-{board}.json").read_text())
        assert (result["answered"], result["mismatches"]) == (COUNT, 0)
    (suite,) = ElementTree.parse(project / "results.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "0", "0")
    code, said = installed.run("python", "-m", "invoke", "check", "--help", cwd=project)
    assert code == 0 and "What CI runs." in said, said


def _requirement(project: Path) -> str:
    return (project / "requirements.txt").read_text().splitlines()[-1]
