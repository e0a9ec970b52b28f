"""A header's change reaches the sources that include it, by whatever way, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.compile.included import Headers

_FILES = {
    "lib/a.cc": '#include "nn/near.h"\n# include <stdint.h>\n',
    "lib/b.cc": '#include "alone.h"\n',
    "lib/c.cc": '#include "near.h"\n',
    "lib/nn/near.h": '  #include "table.def"\n',
    "lib/nn/table.def": "ROW(1)\n",
    "lib/nn/other.h": "int other;\n",
    "more/near.h": '#include "near.h"\nint near;\n',
    "lib/alone.h": "int alone;\n",
    "lib/notes.txt": "",
}


def _write(folder: Path, changed: str = "") -> Headers:
    """changed: what the path of the changed file ends with, without its suffix."""
    for name, text in _FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        is_changed = changed and Path(name).with_suffix("").match(changed)
        (folder / name).write_text(text + "// more\n" if is_changed else text)
    return Headers([folder / "lib/nn", folder / "more"])


def _digests(headers: Headers, folder: Path) -> list[str]:
    return [headers.digest(folder / "lib" / name) for name in ("a.cc", "b.cc", "c.cc")]


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        ("table", [True, False, True]),  # by a header
        ("nn/near", [True, False, True]),  # its folder's name is asked for, or none is
        ("more/near", [False, False, True]),
        ("alone", [False, True, False]),  # beside the source, in no folder of headers
        ("other", [False, False, False]),
        ("notes", [False, False, False]),
        ("b", [False, False, False]),  # the source itself is no header of its own
    ],
)
def test_what_a_change_reaches(changed: str, reached: list[bool], tmp_path: Path) -> None:
    before = _digests(_write(tmp_path), tmp_path)
    after = _digests(_write(tmp_path, changed), tmp_path)
    assert [a != b for a, b in zip(before, after, strict=True)] == reached


def test_a_name_counts_and_a_folder_does_not(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    assert _digests(_write(here), here) == _digests(_write(there), there)
    before = _digests(_write(here), here)
    (here / "more/near.h").rename(here / "more/nearer.h")
    assert _digests(Headers([here / "lib/nn", here / "more"]), here)[2] != before[2]
    (here / "lib/b.cc").write_text("")
    assert _digests(Headers([here / "lib/nn"]), here)[1] != before[1]
