"""docs/tutorials/own_firmware, as the pages stand there, with the model that another page makes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.installed import ROOT, Environment
from tests.tutorials.page import follow

pytestmark = [pytest.mark.emulated, pytest.mark.timeout(900)]

_PAGES = ROOT / "docs/tutorials"


@pytest.fixture(scope="module")
def model(installed: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """charge.tflite, as docs/tutorials/model.md makes it."""
    folder = tmp_path_factory.mktemp("model")
    script = re.search(
        r"```python\n(# make_model\.py\n.*?)```", (_PAGES / "model.md").read_text(), re.S
    )
    assert script
    (folder / "make_model.py").write_text(script[1])
    command = [str(installed.programs / "python"), "make_model.py", "charge"]
    subprocess.run(command, cwd=folder, env=installed.variables, check=True, capture_output=True)
    return folder / "charge.tflite"


@pytest.mark.parametrize("name", ["c", "platformio", "arduino", "zephyr", "cmsis_pack", "tflm"])
def test_the_page_does_what_it_says(
    name: str, model: Path, installed: Environment, tmp_path: Path
) -> None:
    shutil.copy(model, tmp_path)
    follow(f"own_firmware/{name}.md", installed, tmp_path)


def test_every_page_is_followed() -> None:
    pages = {one.stem for one in (_PAGES / "own_firmware").glob("*.md")} - {"README"}
    assert pages == {"c", "platformio", "arduino", "zephyr", "cmsis_pack", "tflm"}
