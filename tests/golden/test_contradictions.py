"""Each case's model with one thing changed (tests/contradictions.py): what becomes of it is on
record, and where the oracle accepts it, too, both give the same bytes.

APPROVE=1 pytest tests/golden/test_contradictions.py    writes the records anew; then judge what git
says has changed. In contradictions.txt a letter a change, in their order: "." it is refused, "a"
accepted with the oracle's bytes or where upstream leaves the answer open, "o" accepted by our
runtime, which has no other to be held to.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from tests.approved import on_record
from tests.contradictions import contradictions, scaled_tensors, with_scales
from verification.cases.registry import CASES
from verification.differential import LEFT_OPEN, compare
from verification.fuzz import ACCEPTED, REFUSED

pytestmark = pytest.mark.golden

# Not of graphs of many ops, each of which has its own case.
_OPS = sorted(op for op in CASES if not op.endswith(("GRAPH", "_LOOP", "_CHAIN")))
_CHANGED, _SCALES = (
    Path(__file__).parent / "data" / f"{name}.txt" for name in ("contradictions", "scales")
)
_EXPONENTS = range(-64, 33)
_USUAL = -4


_ACCEPTED = "accepted"  # though its Invoke may fail
_UNSAID = "gave no reason"


def _refusal(content: bytes) -> str:
    try:
        with HostRuntime(content, arena_bytes=1 << 20):
            return _ACCEPTED
    except RuntimeRefusedError as refused:
        return refused.reason


@pytest.mark.parametrize("op", _OPS)
def test_what_becomes_of_a_model_with_one_thing_changed(op: str) -> None:
    words, models = zip(*contradictions(CASES[op](np.random.default_rng(3)).model), strict=True)
    verdicts = list(compare(models))
    wrong = [f"{w}: {v.words}" for w, v in zip(words, verdicts, strict=True) if v.wrong]
    assert not wrong, wrong
    letters = "".join(
        "." if v == REFUSED else "a" if v in (ACCEPTED, LEFT_OPEN) else "o" for v in verdicts
    )
    refused = [(w, m) for w, m, a in zip(words, models, letters, strict=True) if a == "."]
    unsaid = [w for w, m in refused if _UNSAID in _refusal(m)]
    assert not unsaid, unsaid
    before = on_record(_CHANGED, op, letters)
    assert len(before) == len(letters), "other changes than those on record"
    others = [
        f"{w}: {a} is now {b}" for w, a, b in zip(words, before, letters, strict=True) if a != b
    ]
    assert not others, others


def _is_accepted(content: bytes) -> bool:
    return _refusal(content) == _ACCEPTED


@pytest.mark.parametrize("op", _OPS)
def test_which_scales_are_accepted(op: str) -> None:
    """Of powers of two, one tensor's after the other, beside the usual ones where those will do.
    On record are the exponents' ranges. At each range's ends
    both runtimes give the same bytes."""
    model = CASES[op](np.random.default_rng(3)).model
    for index in scaled_tensors(model):
        (usual,) = with_scales(model, index, [_USUAL])
        model = usual if _is_accepted(usual) else model
    ranges, ends = [], []
    for index in scaled_tensors(model):
        models = list(with_scales(model, index, _EXPONENTS))
        fine = [e for e, one in zip(_EXPONENTS, models, strict=True) if _is_accepted(one)]
        starts = [e for e in fine if e - 1 not in fine]
        stops = [e for e in fine if e + 1 not in fine]
        ends += [models[e - _EXPONENTS.start] for e in {*starts, *stops}]
        spans = (f"{a}..{b}" if a < b else f"{a}" for a, b in zip(starts, stops, strict=True))
        ranges.append(f"{index}: {', '.join(spans) or 'none'}")
    verdicts = list(compare(ends))
    assert not any(v.wrong for v in verdicts), verdicts
    line = "; ".join(ranges) or "none"
    assert on_record(_SCALES, op, line) == line
