"""The runtime in an export: what is in it, under which names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codegen.errors import ExportError
from codegen.export.request import check
from codegen.export.sources import NAMESPACES, runtime_files

APPLICATION = {
    "net.cc": '#include "net_target.h"\n#include "tensorflow/lite/micro/micro_interpreter.h"\n'
    '#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"\n'
    "void Add() { resolver.AddConv2D(); tflite::Use(nn::x); }\n",
    "net_target.h": "",
    "net_kernel.h": "",
}


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return runtime_files(check("c", "interpreter", "net", "all", Path("out")), APPLICATION)


def test_what_the_ops_need_and_no_more(files: dict[str, str]) -> None:
    machines = {f"nn_conv_s8__{one}.cc" for one in ("scalar", "v6m", "v7m", "dsp", "mve")}
    assert machines <= files.keys()
    for absent in ("softmax", "depthwise_conv_s8__", "max_pool", "tanh", "custom", "frontend"):
        assert not [name for name in files if absent in name], absent


@pytest.mark.parametrize(
    ("isa", "machines"), [("scalar", {"v6m", "v7m"}), ("dsp", {"dsp"}), ("mve", {"mve"})]
)
def test_one_instruction_set(isa: str, machines: set[str]) -> None:
    made = runtime_files(check("c", "interpreter", "net", isa, Path("out")), APPLICATION)
    found = {name.rpartition("__")[2].removesuffix(".cc") for name in made if "__" in name}
    assert found == machines | {"scalar"}


def test_every_namespace_has_the_exports_name(files: dict[str, str]) -> None:
    assert "net_tflite::Use(net_nn::x)" in files["net.cc"]
    for name, text in files.items():
        code = re.sub(r"//[^\n]*", "", text)
        for namespace in NAMESPACES:
            assert not re.search(rf"\b{namespace}::|namespace {namespace}\b", code), name


def test_a_name_that_is_a_files() -> None:
    asked = check("c", "interpreter", "nn_conv_s8", "all", Path("out"))
    with pytest.raises(ExportError, match=r"nn_conv_s8\.h is a file of the runtime"):
        runtime_files(asked, {**APPLICATION, "nn_conv_s8.h": ""})


def test_every_include_is_a_neighbour(files: dict[str, str]) -> None:
    for name, text in files.items():
        for included in re.findall(r'#\s*include\s+"([^"]+)"', text):
            assert included in files, (name, included)


def test_every_source_takes_the_compilers_word_first(files: dict[str, str]) -> None:
    for name, text in files.items():
        if name.endswith(".cc"):
            first = re.search(r"^#.*", text, re.MULTILINE)
            assert first and first[0].startswith('#include "net_'), name


def test_no_pragma_brings_an_unsound_optimisation_back(files: dict[str, str]) -> None:
    pragmas = [p for text in files.values() for p in re.findall(r"#pragma GCC optimize.*", text)]
    assert len(pragmas) > 3
    assert all('"no-ipa-ra"' in one for one in pragmas)


def test_kernels_and_the_rest_are_configured_apart(files: dict[str, str]) -> None:
    """Sums of kernels wrap."""
    seen = set()
    for name, text in files.items():
        if name.endswith(".cc") and name != "net.cc":
            is_kernel = name.startswith("nn_")
            seen.add(is_kernel)
            assert f'#include "net_{"kernel" if is_kernel else "target"}.h"' in text, name
            for pragma in re.findall(r"#pragma GCC optimize.*", text):
                assert ('"wrapv"' in pragma) == is_kernel, name
    assert seen == {True, False}
