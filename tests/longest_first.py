"""A pytest plugin: files that take long come first, so that no worker ends with one alone."""

from __future__ import annotations

import pytest

# Those of a quarter of a minute and more of processor time, the longest first; but before them one
# whose tests limit the memory of their process, which TensorFlow's imports would be counted to.
LONGEST = (
    "tests/golden/test_fuzz.py",
    "tests/golden/test_contradictions.py",
    "tests/golden/test_golden.py",
    "tests/training/test_user_model.py",
    "tests/emulated/test_bench.py",
    "tests/emulated/test_engines.py",
    "tests/golden/test_sketches.py",
    "tests/emulated/test_cycles.py",
    "tests/emulated/test_installed.py",
    "tests/golden/test_aot.py",
    "tests/emulated/test_front_end.py",
    "tests/training/test_any_data.py",
    "tests/emulated/test_reproducible.py",
    "tests/emulated/test_every_board.py",
    "tests/training/test_saved_model.py",
    "tests/emulated/test_pad.py",
    "tests/emulated/test_cortex_m_port.py",
    "tests/training/test_untrained.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(ranks)))
