"""The types that the pages and the checks say an op has (codegen/model/int8_checks.py) are those in
which our runtime and upstream's both run it, and give the same bytes."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from codegen.errors import CodegenError
from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.int8_checks import operand_types
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model, Op
from tests.contradictions import retyped
from verification.cases.registry import CASES
from verification.differential import compare
from verification.fuzz import ACCEPTED

pytestmark = pytest.mark.golden

# What a subgraph gets and gives is its ops' affair, of a variable that of three ops together.
_OF_OTHERS = {"IF", "WHILE", "CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"}
_OPS = sorted(load_supported_ops().keys() - _OF_OTHERS)
# A shape that stands in the options or in the output as well: of what type it is, nobody looks.
_UNREAD = {("RESHAPE", "in", 1), ("SPLIT_V", "in", 1), ("TRANSPOSE_CONV", "in", 0)}
_FORMS = ("", "_16X8", "_EDGES", "_F32", "_S32", "_U32")
_RETYPED, _DRAWN = 2, 48

Place = tuple[str, str, int]
"""Op, "in" or "out", position; from the last one that is listed on they are one."""


@pytest.mark.parametrize("op", _OPS)
def test_the_types_that_are_listed_run_and_no_others(op: str) -> None:
    draws = [CASES[op + form] for form in _FORMS if op + form in CASES]
    cases = [draw(np.random.default_rng(seed)).model for seed in range(_DRAWN) for draw in draws]
    seen: dict[Place, set[str]] = defaultdict(set)
    unlisted: list[tuple[Place, str, bytes]] = []
    for content in [
        *cases,
        *(one for case in cases[: _RETYPED * len(draws)] for one in retyped(case)),
    ]:
        if not _is_accepted(content):
            continue
        for found in Model.parse(content).ops:
            if found.name != op:
                continue
            for place, dtype, listed in _operands(content, found):
                seen[place].add(dtype)
                if dtype not in listed and place not in _UNREAD:
                    unlisted.append((place, dtype, content))
    verdicts = compare([content for _, _, content in unlisted])
    pairs = zip(unlisted, verdicts, strict=True)
    assert {(place, kind) for (place, kind, _), said in pairs if said == ACCEPTED} == set()
    for place, kinds in seen.items():
        sides = operand_types(op)[place[1] == "out"]
        assert sides[place[2]] <= kinds or place in _UNREAD, (place, sides[place[2]] - kinds)


def _is_accepted(content: bytes) -> bool:
    try:
        Model.parse(content)
        with HostRuntime(content, arena_bytes=1 << 20):
            return True
    except (CodegenError, RuntimeRefusedError):
        return False


def _operands(content: bytes, op: Op) -> list[tuple[Place, str, frozenset[str]]]:
    tensors = Model.parse(content).tensors
    found = []
    for side, indices, listed in zip(
        ("in", "out"), (op.inputs, op.outputs), operand_types(op.name), strict=True
    ):
        for position, index in enumerate(indices):
            last = min(position, len(listed) - 1)
            if index >= 0:
                found.append(((op.name, side, last), tensors[index].dtype, listed[last]))
    return found
