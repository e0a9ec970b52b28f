"""docs/supported_ops.md is what the code says, and the code says all of it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from codegen.emit import supported_ops
from codegen.emit.upstream_methods import METHODS, REASONS
from codegen.errors import OpTableError
from codegen.host.runtime import HostRuntime, RuntimeRefusedError
from codegen.model.op_table import (
    SupportedOp,
    load_custom_methods,
    load_custom_ops,
    load_supported_ops,
)
from tests.upstream_tflm import MODULE
from verification.cases.model_builder import ModelBuilder

# Registrations of upstream's that no Add method adds: another form of one, or of its tests.
_WITHOUT_METHOD = re.compile(r"(RFFT|OVERLAP_ADD)_(FLOAT|INT16|INT32)|L2NORM_REF|BASIC_CLASSIFIER")


def test_the_page_is_fresh() -> None:
    assert supported_ops.PAGE.read_text() == supported_ops.render(), (
        "docs/supported_ops.md is stale: run `python -m codegen.emit.supported_ops`"
    )


def test_every_message_of_the_kernels_is_on_the_page() -> None:
    on_page = {text for fact in supported_ops.load_facts() for text in fact.constraints}
    in_code = set()
    for path in supported_ops.KERNELS.glob("*.cc"):
        if path.stem != "custom":  # ops that an application brings
            in_code |= set(re.findall(r'Fail\(\s*"([^"]*)"\s*\)', path.read_text()))
    assert in_code and in_code == on_page


def test_every_op_of_the_table_has_its_line() -> None:
    page = supported_ops.render()
    for name, op in load_supported_ops().items():
        assert f"| {name} | `Add{op.add_suffix}()` |" in page
        assert f"\n### {name}\n" in page


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def test_every_op_of_upstream_has_its_row_and_no_other_has_one() -> None:
    command = ["nm", "--dynamic", "--demangle", str(MODULE)]
    symbols = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    registered = set(re.findall(r"\bRegister_(\w+)", symbols))
    upstream = {_plain(name) for name in registered if not _WITHOUT_METHOD.search(name)}
    assert upstream == {_plain(method) for method in METHODS}
    assert len(METHODS) == len(set(METHODS)) == 118
    page = supported_ops.render()
    rows = supported_ops.upstream_rows()
    for method, here in rows.items():
        assert f"| `Add{method}()` | {here} |" in page
    assert len(rows) == len(re.findall(r"^\| `Add\w+\(\)` \|", page, re.MULTILINE)) == 120


def test_every_op_of_ours_is_one_of_upstreams_and_reasons_are_for_missing_ones() -> None:
    rows = supported_ops.upstream_rows()
    ours = {op.add_suffix for op in load_supported_ops().values()}
    assert {method for method, here in rows.items() if here.startswith("yes")} >= ours
    assert ours <= set(METHODS)
    assert not ours & set(REASONS)
    assert {*REASONS, *load_custom_methods()} <= set(METHODS)
    assert set(load_custom_methods().values()) == set(load_custom_ops()) - {"Binarize"}


def test_a_constraint_on_the_page_is_what_the_runtime_says() -> None:
    b = ModelBuilder()
    x = b.tensor([1, 4], scale=0.1)
    y = b.tensor([1, 4], scale=0.1)  # SOFTMAX gives 1/256
    b.op("SOFTMAX", [x], [y])
    with pytest.raises(RuntimeRefusedError) as refused, HostRuntime(b.build([x], [y])):
        pass
    reason = refused.value.reason.partition(": ")[2]
    facts = {fact.op.name: fact for fact in supported_ops.load_facts()}
    assert reason in facts["SOFTMAX"].constraints


def test_helpers_are_followed_in_the_order_of_their_calls(tmp_path: Path) -> None:
    (tmp_path / "helper.cc").write_text(
        "bool Check(const OpContext& context) {\n"
        '  // Fail("in a comment")\n'
        '  return context.Fail("second "\n                      "half") == 0;\n'
        "}\n"
    )
    (tmp_path / "thing.cc").write_text(
        "TfLiteStatus Prepare(OpContext& context) {\n"
        '  context.Fail("first");\n  Check(context);\n'
        '  return context.Fail("third");\n}\n\n'
        "TfLiteStatus Other(OpContext& context) {\n"
        '  return context.Fail("never");\n}\n\n'
        'const OpDef ops::kThing = {tflite::X, "THING", Prepare, Eval};\n'
    )
    sources = supported_ops._Sources(tmp_path)
    op = SupportedOp("THING", "Thing", "thing")
    ((prepare, _),) = sources.op_functions(tmp_path / "thing.cc", op)
    found = list(sources.messages(tmp_path / "thing.cc", prepare))
    assert found == ["first", "second half", "third"]
    with pytest.raises(OpTableError, match="no definition ops::kGone"):
        sources.op_functions(tmp_path / "thing.cc", SupportedOp("GONE", "Gone", "thing"))


def test_own_kernels_are_seen() -> None:
    facts = {fact.op.name: fact for fact in supported_ops.load_facts()}
    assert facts["CONV_2D"].own_kernels == ("v6m", "v7m", "dsp", "mve")
    assert facts["MAX_POOL_2D"].own_kernels == ("dsp", "mve")
    assert facts["RESHAPE"].own_kernels == ()
    assert facts["RESHAPE"].in_place and not facts["CONV_2D"].in_place
