"""Each case's model with one thing changed (tests/contradictions.py): what becomes of it is on
record, and where the oracle accepts it, too, both give the same bytes.

APPROVE=1 pytest tests/golden/test_contradictions.py    writes the record anew; then judge what git
says has changed. A letter a change, in the order of contradictions(): "." it is refused, "a"
accepted with the oracle's bytes, "o" accepted by our runtime, which has no other to be held to.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.contradictions import contradictions
from verification.cases.registry import CASES
from verification.differential import compare
from verification.fuzz import ACCEPTED, REFUSED

pytestmark = pytest.mark.golden

_RECORD = Path(__file__).parent / "data" / "contradictions.txt"
_LEAVES_OUTPUTS = {
    "DETECTION_POST_PROCESS",
    "SIGNAL_ENERGY",
    "SIGNAL_FRAMER",
    "SIGNAL_STACKER",
    "CIRCULAR_BUFFER",
}
"""Upstream does not write all of their outputs, then; ours are zeros."""
_GRAPHS = {"GRAPH", "GRU_LOOP"}  # of many ops, each of which has its own case


def _record() -> dict[str, str]:
    lines = _RECORD.read_text(encoding="utf-8").splitlines() if _RECORD.exists() else []
    return dict(line.split(" ") for line in lines)


@pytest.mark.parametrize("op", sorted(CASES.keys() - _GRAPHS))
def test_what_becomes_of_a_model_with_one_thing_changed(op: str) -> None:
    words, models = zip(*contradictions(CASES[op](np.random.default_rng(3)).model), strict=True)
    verdicts = list(compare(models))
    wrong = [f"{w}: {v.words}" for w, v in zip(words, verdicts, strict=True) if v.wrong]
    assert not wrong or op in _LEAVES_OUTPUTS, wrong
    letters = "".join(
        "." if v == REFUSED else "a" if v == ACCEPTED or v.wrong else "o" for v in verdicts
    )
    record = _record()
    if os.environ.get("APPROVE"):
        record[op] = letters
        _RECORD.write_text("".join(f"{op} {record[op]}\n" for op in sorted(record)))
    before = record[op]
    assert len(before) == len(letters), "other changes than those on record"
    others = [
        f"{w}: {a} is now {b}" for w, a, b in zip(words, before, letters, strict=True) if a != b
    ]
    assert not others, others
