"""docs/tutorials/model.md, as it stands there: a model of one's own."""

from pathlib import Path

import pytest

from tests.installed import Environment
from tests.tutorials.page import follow

pytestmark = [pytest.mark.emulated, pytest.mark.timeout(900)]


def test_the_page_does_what_it_says(installed: Environment, tmp_path: Path) -> None:
    follow("model.md", installed, tmp_path)
