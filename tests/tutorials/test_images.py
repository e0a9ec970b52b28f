"""docs/tutorials/images.md, as it stands there: pictures of parts."""

from pathlib import Path

import pytest

from tests.installed import Environment
from tests.tutorials.page import follow

pytestmark = [pytest.mark.emulated, pytest.mark.timeout(900)]


def test_the_page_does_what_it_says(installed: Environment, tmp_path: Path) -> None:
    follow("images.md", installed, tmp_path)
