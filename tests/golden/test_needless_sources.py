"""What a build leaves out because no op leads to it is never what an op needs, on any ISA."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codegen.compile import cpp_build
from codegen.compile.needless_sources import needed_files, needless_sources
from codegen.model.op_table import load_supported_ops
from verification.check_runner import TARGETS

pytestmark = pytest.mark.golden

INTERPRETER = '#include "tensorflow/lite/micro/micro_interpreter.h"\n'
OPS = load_supported_ops().values()


def _symbols(isa_of: str) -> dict[Path, tuple[set[str], set[str]]]:
    """{source: (what it defines for others, what it takes from others)} from its object."""
    target = TARGETS[isa_of]
    work = [
        (path, [*target.machine_flags, *flags])
        for path, flags in cpp_build.library_sources(target.isa)
    ]
    sources = {
        str(o): path for o, (path, _) in zip(cpp_build.compile_objects(work), work, strict=True)
    }
    found: dict[Path, tuple[set[str], set[str]]] = {p: (set(), set()) for p in sources.values()}
    text = subprocess.run(
        ["arm-none-eabi-nm", "-g", "-A", *sources], capture_output=True, text=True, check=True
    ).stdout
    for line in text.splitlines():
        made, _, rest = line.partition(":")
        *_, kind, name = rest.split()
        found[sources[made]][kind == "U"].add(name)
    return found


@pytest.mark.parametrize("cpu", ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55"])
def test_each_op_has_all_that_it_needs(cpu: str, tmp_path: Path) -> None:
    symbols = _symbols(cpu)
    ours = set().union(*(defined for defined, _ in symbols.values()))
    calls = [(op, argument) for op in OPS for argument in ("", f"MCUFORGE_INT8({op.name})")]
    for op, argument in calls:
        application = tmp_path / f"{op.name}.cc"
        call = f"resolver.Add{op.add_suffix}({argument})"
        application.write_text(f"{INTERPRETER}auto status = {call};\n")
        needless = needless_sources([application])
        assert needless, f"{op.name} alone needs everything"
        kept = [parts for path, parts in symbols.items() if path not in needless]
        defined = set().union(*(defined for defined, _ in kept))
        taken = set().union(*(undefined for _, undefined in kept))
        assert f"k{op.add_suffix}" in "".join(defined)
        missing = (taken & ours) - defined
        assert not missing, f"{op.name}: {missing}"


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
_LOGISTIC_S16 = {"sigmoid_s16.cc", "sigmoid_s16__scalar.cc", "s16.cc"} | {
    "tanh.cc",
    "tanh_s8__scalar.cc",
}


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        ("Reshape()", {"reshape.cc"}),
        ("Relu(MCUFORGE_INT8(RELU))", _RELU),
        ("Relu()", _RELU | _RELU_S16),
        ("Logistic(MCUFORGE_INT8(LOGISTIC))", _LOGISTIC),
        ("Logistic()", _LOGISTIC | _LOGISTIC_S16),
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
