"""A cache within its limit: what was used last stays."""

from __future__ import annotations

import os
from pathlib import Path

from codegen.compile import cpp_build
from codegen.files.cache_limit import prune


def test_what_was_not_used_for_the_longest_time_goes(tmp_path: Path) -> None:
    for age, name in enumerate(("newest", "older", "oldest")):
        path = tmp_path / name
        path.write_bytes(bytes(100))
        os.utime(path, (0, 1000 - age))
    gone_already = tmp_path / "gone"
    prune([*tmp_path.iterdir(), gone_already], 300)
    assert len(list(tmp_path.iterdir())) == 3
    assert cpp_build._take(tmp_path / "oldest")
    prune(tmp_path.iterdir(), 250)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["newest", "oldest"]
    assert not cpp_build._take(gone_already)
    assert not gone_already.exists()
