"""The table of supported ops is read as the C++ sources read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen.errors import OpTableError
from codegen.model.op_table import (
    WIDE_OPS_DEF,
    SupportedOp,
    has_foreign_ops,
    is_upstreams,
    load_custom_ops,
    load_supported_ops,
    resolver_arguments,
    resolver_calls,
)
from codegen.model.tflite import MEMORY_PLAN, Model
from verification.cases.model_builder import one_op


def test_the_runtimes_own_table() -> None:
    ops = load_supported_ops()
    assert ops["CONV_2D"] == SupportedOp("CONV_2D", "Conv2D", "conv", "conv_s16")
    assert ops["RESHAPE"] == SupportedOp("RESHAPE", "Reshape", "reshape")
    assert {"FULLY_CONNECTED", "SOFTMAX", "MAX_POOL_2D"} <= set(ops)


def _table(tmp_path: Path, text: str) -> dict[str, SupportedOp]:
    path = tmp_path / "ops.def"
    path.write_text(text)
    return load_supported_ops(path)


def test_comments_and_directives_are_skipped(tmp_path: Path) -> None:
    text = (
        "// MCUFORGE_OP(ADD, Add, add)\n/* MCUFORGE_OP(\nSUB, Sub, sub) */\n#ifndef X\n#endif\n"
        "MCUFORGE_OP(MUL,Mul, mul)  // why\n  MCUFORGE_OP( PAD , Pad ,\n pad )\n"
    )
    assert list(_table(tmp_path, text)) == ["MUL", "PAD"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no op"),
        ("MCUFORGE_OP(ADD, Add)\n", r"'MCUFORGE_OP\(ADD, Add\)' is not of the form"),
        ("MCUFORGE_OP(ADD, Add, add);\n", "';' is not of the form"),
        ("MCUFORGE_OP(ADDD, Add, add)\n", "ADDD is no builtin operator"),
        ("MCUFORGE_OP(CUSTOM, Custom, custom)\n", "CUSTOM is no builtin operator"),
        ("MCUFORGE_OP(ADD, Add, add)\nMCUFORGE_OP(ADD, Add, add)\n", "ADD stands there twice"),
    ],
)
def test_malformed_tables(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(OpTableError, match=message):
        _table(tmp_path, text)


def test_absent_table(tmp_path: Path) -> None:
    with pytest.raises(OpTableError, match=r"cannot read the table of ops .*restore") as caught:
        load_supported_ops(tmp_path / "ops.def")
    assert caught.value.exit_code == 3


def test_upstreams_custom_ops_are_told_from_others() -> None:
    assert is_upstreams("SignalWindow") and not is_upstreams("Binarize")
    window = Model.parse(one_op("CUSTOM:SignalWindow", [_io("INT16")], [_io("INT16")]))
    own = Model.parse(one_op("CUSTOM:Binarize", [_io("INT8")], [_io("INT8")]))
    assert not has_foreign_ops(window) and has_foreign_ops(own)


def test_the_projects_own_custom_ops() -> None:
    assert load_custom_ops()["Binarize"] == "RegisterBinarize"


def _custom_table(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "custom_ops.def"
    path.write_text(text)
    return load_custom_ops(path)


def test_a_table_of_custom_ops_may_be_empty_and_names_may_be_anything(tmp_path: Path) -> None:
    assert _custom_table(tmp_path, '// MCUFORGE_CUSTOM_OP("A", A)\n') == {}
    text = 'MCUFORGE_CUSTOM_OP("my.op v2",  Mine)\nMCUFORGE_CUSTOM_OP("B", B)  // why\n'
    assert _custom_table(tmp_path, text) == {"my.op v2": "Mine", "B": "B"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MCUFORGE_CUSTOM_OP(A, A)\n", r"'MCUFORGE_CUSTOM_OP\(A, A\)' is not of the form"),
        ('MCUFORGE_CUSTOM_OP("A", A());\n', "is not of the form"),
        ('MCUFORGE_CUSTOM_OP("A", A)\nMCUFORGE_CUSTOM_OP("A", B)\n', "'A' stands there twice"),
    ],
)
def test_malformed_tables_of_custom_ops(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(OpTableError, match=message):
        _custom_table(tmp_path, text)


def _io(dtype: str) -> dict[str, Any]:
    return {"shape": [1, 4], "dtype": dtype, "scale": 0.5}


def test_a_model_without_int16_registers_ops_for_int8_alone() -> None:
    ops = load_supported_ops()
    narrow = Model.parse(one_op("RELU", [_io("INT8")], [_io("INT8")]))
    assert resolver_calls(narrow, ops) == ["AddRelu(MCUFORGE_INT8(RELU))"]
    wide = Model.parse(one_op("RELU", [_io("INT16")], [_io("INT16")]))
    assert resolver_calls(wide, ops) == ["AddRelu()"]
    moved = Model.parse(one_op("RESHAPE", [_io("INT8")], [_io("INT8")]))
    assert resolver_calls(moved, ops) == ["AddReshape()"]  # which has one form


def test_what_reads_a_memory_plan_is_linked_for_a_model_that_may_bring_one() -> None:
    plain = Model.parse(one_op("RELU", [_io("INT8")], [_io("INT8")]))
    assert resolver_arguments(plain, ["AddRelu()"]) == "MCUFORGE_PLANLESS(1)"
    planned = Model.parse(plain.data + MEMORY_PLAN)  # somewhere in the file
    assert resolver_arguments(planned, ["AddRelu()", "AddAdd()"]) == "2"


def test_each_op_with_two_forms_is_one_of_the_table() -> None:
    wide = [op.name for op in load_supported_ops().values() if op.wide_kernel]
    assert len(wide) == WIDE_OPS_DEF.read_text().count("\nMCUFORGE_WIDE_OP(")
