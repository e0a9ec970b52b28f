"""Upstream TFLM under the same application: its API as tests/tflm_api declares it, its machine code
from the wheel."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.boards.facts import load_board
from codegen.emit.generate import generate
from codegen.errors import CodegenError
from codegen.files.artifacts import FIRMWARE_MAP
from codegen.files.manifest import sha256_file
from codegen.files.places import PROGRAM
from codegen.host.oracle import Oracle
from codegen.image import firmware_build
from codegen.image.tflm_lib import TflmLib
from codegen.model.tflite import Model
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.wire import ids
from tests import device_checks
from tests.emulated import test_tensors
from tests.upstream_tflm import API, link_flags
from verification.cases.model_builder import ModelBuilder, Subgraph, schema

pytestmark = pytest.mark.emulated

LIBRARIES = firmware_build.FIRMWARE / "lib"
PORTING = (PROGRAM / "docs" / "porting.md").read_text()
BOARD = load_board("host")
# Of what upstream's folder holds besides, and docs/porting.md's library.json leaves out.
NOT_TO_COMPILE = (
    "tensorflow/lite/micro/cortex_m_generic/micro_time.cc",
    "signal/src/energy.cc",
    "third_party/kissfft/kiss_fft.c",
    "third_party/cmsis/Device/startup.c",
    "examples/hello_world/main.cc",
)
THIRD_PARTY_HEADERS = (
    "flatbuffers/include/flatbuffers/flatbuffers.h",
    "gemmlowp/fixedpoint/fixedpoint.h",
    "kissfft/kiss_fft.h",
    "ruy/ruy/profiler/instrumentation.h",
    "cmsis_nn/Include/arm_nnfunctions.h",
)
OPTIMIZED_KERNEL = "cmsis_nn/Source/ConvolutionFunctions/kernel.c"
# What upstream's headers include and want.
WANTED = """
#if !defined(TF_LITE_STATIC_MEMORY)
#error "application and library have to lay TfLiteTensor out alike"
#endif
#include "flatbuffers/flatbuffers.h"
#include "fixedpoint/fixedpoint.h"
#include "kiss_fft.h"
#include "ruy/profiler/instrumentation.h"
#include "Include/arm_nnfunctions.h"
"""


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """Upstream's API and machine code, laid out as its create_tflm_tree.py lays out its sources,
    with the library.json that docs/porting.md gives for that."""
    folder = tmp_path / "provider"
    shutil.copytree(API / "tensorflow", folder / "tensorflow")
    for name in THIRD_PARTY_HEADERS:
        _write(folder / "third_party" / name, "#pragma once\n")
    for name in NOT_TO_COMPILE:
        _write(folder / name, "#error not to be compiled\n")
    _write(folder / "third_party" / OPTIMIZED_KERNEL, '#include "arm_nnfunctions.h"\n')
    types = folder / "tensorflow/lite/micro/micro_common.h"
    types.write_text(WANTED + types.read_text())
    library = _documented_library()
    library["build"]["flags"] += link_flags(folder)
    (folder / "library.json").write_text(json.dumps(library))
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _documented_library() -> Any:
    (block,) = re.findall(r'```json\n(\{\n  "name": "upstream",.*?)```', PORTING, re.DOTALL)
    return json.loads(block)


def streaming_model() -> bytes:
    """Pixels to ten scores that are added to two fading sums, one of which starts by CALL_ONCE."""
    rng = np.random.default_rng(3)
    b = ModelBuilder()
    quantized: dict[str, Any] = {"scale": 0.25, "zero_point": 3}

    def handle(graph: Subgraph, name: str) -> int:
        resource = graph.tensor([], "RESOURCE")
        options = schema.VarHandleOptionsT(container="", sharedName=name)
        graph.op("VAR_HANDLE", [], [resource], options)
        return resource

    def assign(graph: Subgraph, variable: int, value: int) -> None:
        graph.op("ASSIGN_VARIABLE", [variable, value], [], schema.AssignVariableOptionsT())

    index, init = b.subgraph("init")
    first = init.constant(rng.integers(-50, 50, (1, 10), dtype=np.int8), **quantized)
    assign(init, handle(init, "sum0"), first)
    b.op("CALL_ONCE", [], [], schema.CallOnceOptionsT(initSubgraphIndex=index))

    pixels: dict[str, Any] = {"scale": 1 / 255, "zero_point": -128}
    image, flat = b.tensor([1, 28, 28, 1], **pixels), b.tensor([1, 784], **pixels)
    options = schema.ReshapeOptionsT(newShape=[1, 784])
    b.op("RESHAPE", [image, b.constant([1, 784])], [flat], options)
    weights = b.constant(rng.integers(-127, 128, (10, 784), dtype=np.int8), scale=0.01)
    scores = b.tensor([1, 10], **quantized)
    b.op("FULLY_CONNECTED", [flat, weights, -1], [scores], schema.FullyConnectedOptionsT())
    for name in ("sum0", "sum1"):
        variable = handle(b, name)
        old, added, faded = (b.tensor([1, 10], **quantized) for _ in range(3))
        b.op("READ_VARIABLE", [variable], [old], schema.ReadVariableOptionsT())
        b.op("ADD", [scores, old], [added], schema.AddOptionsT())
        share = b.constant(np.array(100, np.int8), scale=0.006)
        b.op("MUL", [added, share], [faded], schema.MulOptionsT())
        assign(b, variable, faded)
        scores = faded
    return b.build([image], [scores])


def test_the_same_application_runs_on_upstream(
    provider: Path, build_dir: Path, tmp_path: Path
) -> None:
    own = tmp_path / "build"
    own.mkdir()
    model = own / "model.tflite"
    model.write_bytes(streaming_model())
    shutil.copy(build_dir / "digits.npz", own)
    generate(model, own)
    library = TflmLib.parse(str(provider))
    firmware_build.build(BOARD, own, sha256_file(model), tflm_lib=library)
    assert OPTIMIZED_KERNEL.removesuffix(".c") in (own / BOARD.id / "build.log").read_text()
    objects = (own / BOARD.id / FIRMWARE_MAP).read_text()
    assert "libprovider.a" in objects
    assert "libtflm.a" not in objects and "libnn.a" not in objects

    oracle = Oracle(model.read_bytes())
    expected = Expected.load(BOARD, own)
    with link.open_device(BOARD, expected.elf) as device:
        info = device.info()
        assert info.runtime == firmware_build.OTHER_RUNTIME
        identity.check_info(info, expected)
        assert 0 < info.arena_used < info.arena_size  # estimated from above: upstream needs more
        images = np.random.default_rng(4).integers(-128, 128, (20, 1, 28, 28, 1), dtype=np.int8)
        for image in images:
            scores = device.infer(image, ids.InputFormat.RAW_S8).scores
            np.testing.assert_array_equal(scores, oracle.run([image])[0].reshape(-1))
        ops = Model.parse(model.read_bytes()).ops
        assert len(device.profile([images[0]]).op_ticks) == len(ops)


def test_a_model_of_many_tensors_runs_on_upstream(provider: Path, tmp_path: Path) -> None:
    expected = test_tensors.build(BOARD, tmp_path / "build", tflm_lib=TflmLib.parse(str(provider)))
    with link.open_device(BOARD, expected.elf) as device:
        assert device.info().runtime == firmware_build.OTHER_RUNTIME
        device_checks.check_tensors(device, Model.read(expected.model_path))
        device_checks.check_run(device)


def test_a_change_in_the_library_is_a_change_of_the_image(provider: Path) -> None:
    library = TflmLib.parse(str(provider))
    assert library is not None
    before = library.digest()
    (provider / "tensorflow" / "more.cc").write_text("// new\n")
    assert library.digest() != before


def test_a_library_that_cannot_replace_ours_is_refused(tmp_path: Path) -> None:
    assert TflmLib.parse("") is None
    with pytest.raises(CodegenError, match="no such folder"):
        TflmLib.parse(str(tmp_path / "absent"))
    with pytest.raises(CodegenError, match="called 'tflm', as one of mcuforge's own"):
        TflmLib.parse(str(LIBRARIES / "tflm"))
    fetched = TflmLib.parse("owner/library@^1.0.0")
    assert fetched == TflmLib("owner/library@^1.0.0", None)
