"""docs/tutorials/keywords.md, as it stands there: sounds as words."""

from pathlib import Path

import pytest

from tests.installed import Environment
from tests.tutorials.page import follow

pytestmark = [pytest.mark.emulated, pytest.mark.timeout(900)]


def test_the_page_does_what_it_says(installed: Environment, tmp_path: Path) -> None:
    follow("keywords.md", installed, tmp_path)
