"""Which sources an application's files lead to, by their names alone.

That an op gets all it needs is tests/cores/test_needless_sources.py's.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from codegen.compile import cpp_build
from codegen.compile.needless_sources import build_filter, needed_files, needless_sources
from codegen.model.op_table import load_supported_ops

INTERPRETER = '#include "tensorflow/lite/micro/micro_interpreter.h"\n'
OPS = load_supported_ops().values()


def test_an_op_for_int8_alone_needs_nothing_of_int16(tmp_path: Path) -> None:
    application = tmp_path / "application.cc"
    application.write_text(f"{INTERPRETER}auto s = resolver.AddConv2D(MCUFORGE_INT8(CONV_2D));\n")
    kept = {path.name for path, _ in cpp_build.library_sources("scalar")} - {
        path.name for path in needless_sources([application])
    }
    assert "conv_s8__scalar.cc" in kept
    assert not {name for name in kept if "s16" in name}


def test_a_resolver_of_all_ops_needs_them(tmp_path: Path) -> None:
    application = tmp_path / "sketch.cc"
    application.write_text('#include "tensorflow/lite/micro/all_ops_resolver.h"\n')
    kernels = {
        path.stem for path in needless_sources([application]) if path.parent.name == "kernels"
    }
    assert not kernels & {op.kernel for op in OPS}


def test_an_application_without_ops_needs_no_kernel(tmp_path: Path) -> None:
    application = tmp_path / "application.cc"
    application.write_text(INTERPRETER)
    names = {path.name for path in needless_sources([application])}
    assert {
        "conv.cc",
        "depthwise_conv_s8__dsp.cc",
        "add_common.cc",
        "softmax_s8__scalar.cc",
    } <= names
    assert not {"micro_interpreter.cc", "graph.cc", "scale.cc"} & names


def test_custom_ops_get_what_they_include(tmp_path: Path) -> None:
    kernel_util = cpp_build.TFLM / "tensorflow/lite/micro/kernels/kernel_util.cc"
    plain, custom = tmp_path / "plain.cc", tmp_path / "custom.cc"
    plain.write_text(INTERPRETER)
    custom.write_text(f'{INTERPRETER}#include "custom_ops.h"\n')
    assert kernel_util in needless_sources([plain])
    assert kernel_util not in needless_sources([custom])


_RELU = {"relu.cc", "elementwise.cc", "requantize_s8__scalar.cc", "table_s8__scalar.cc"}
_LOGISTIC = {"logistic.cc", "logistic_s8__scalar.cc", "sigmoid_common.cc", "fixed_point.cc"} | {
    "elementwise.cc",
    "table_s8__scalar.cc",
}
# One source has the int16 forms of several ops, and names the int8 forms of them all.
_RELU_S16 = (
    {"unary_s16.cc", "unary_s16__scalar.cc", "s16.cc"}
    | {f"{op}{end}" for op in ("abs", "leaky_relu") for end in (".cc", "_s8__scalar.cc")}
    | {"relu6.cc", "clamp_s8__scalar.cc"}
)
_FLOAT = {"f32.cc", "float_arithmetic.cc", "float_bits.cc", "float_unary.cc"} | {
    "float_unary__scalar.cc"
}


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        ("Reshape()", {"reshape.cc"}),
        ("Relu(MCUFORGE_INT8(RELU))", _RELU),
        ("Relu()", _RELU | _RELU_S16 | _FLOAT),
        ("Logistic(MCUFORGE_INT8(LOGISTIC))", _LOGISTIC),
    ],
)
def test_an_op_needs_no_kernel_of_others(call: str, needed: set[str], tmp_path: Path) -> None:
    application = tmp_path / "application.cc"
    application.write_text(f"{INTERPRETER}auto status = resolver.Add{call};\n")
    kept = {
        path.name
        for path in needed_files([application])
        if path.suffix == ".cc" and path.parent.name in ("kernels", "nn")
    }
    assert kept == needed | {"broadcast.cc", "kernel_util.cc", "scale.cc"}  # what every op has


def test_headers_count_and_what_is_there_is_needed_or_needless(tmp_path: Path) -> None:
    application = tmp_path / "application.cc"
    application.write_text(INTERPRETER)
    needed, needless = needed_files([application]), needless_sources([application])
    assert application in needed and not needed & needless
    assert cpp_build.TFLM / "tensorflow/lite/micro/micro_interpreter.h" in needed
    libraries = {path for folder in cpp_build.LIBRARIES for path in folder.rglob("*.cc")}
    assert libraries <= needed | needless


def test_platformio_gets_none_for_what_is_needless(tmp_path: Path) -> None:
    application = tmp_path / "application.cc"
    application.write_text(INTERPRETER)
    node_or_none = build_filter([application])

    def node(path: Path) -> Mock:
        return Mock(srcnode=lambda: Mock(get_abspath=lambda: str(path)))

    needless = needless_sources([application])
    for path in (application, *needed_files([application]), *needless):
        given = node(path)
        assert node_or_none("environment", given) is (None if path in needless else given)


@pytest.mark.parametrize(
    ("call", "has_curve"),
    [("Elu()", True), ("Logistic()", True), ("Elu(MCUFORGE_INT8(ELU))", False), ("Relu()", False)],
)
def test_a_function_in_another_ops_source_comes_with_it(
    call: str, has_curve: bool, tmp_path: Path
) -> None:
    """The curves of float32 stand where EXP has its own."""
    application = tmp_path / "application.cc"
    application.write_text(f"{INTERPRETER}auto status = resolver.Add{call};\n")
    names = {path.name for path in needed_files([application])}
    assert ("float_curve.cc" in names) == has_curve
