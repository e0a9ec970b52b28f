"""Sketches as people have them, in the manner of upstream's examples of 2020 and of today, compile
without a warning against the runtime's headers and run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from flatbuffers import flexbuffers
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.model.op_table import load_supported_ops
from verification.cases.model_builder import ModelBuilder, one_op, small_cnn
from verification.check_runner import build_sanitized

pytestmark = pytest.mark.golden

SKETCHES = Path(__file__).with_name("sketches")


def _halve() -> bytes:
    kind = {"shape": [1, 6], "scale": 0.5}
    return one_op("CUSTOM:Halve", [kind], [kind])


def _options() -> bytes:
    """No model: a custom op's options of every kind."""
    builder = flexbuffers.Builder()
    with builder.Map():
        builder.Int("big", -(1 << 40))
        builder.Int("below", -300)
        builder.UInt("above", 60000)
        builder.Float("real", 2.5)
        builder.Bool("yes", True)
        builder.String("text", "words")
        builder.Null("none")
        builder.TypedVectorFromElements("typed", [1, 20, 300, 4000])
        with builder.Vector("list"):
            builder.String("first")
            builder.Int(-7)
            with builder.Map():
                builder.Int("deep", 1)
    return bytes(builder.Finish())


def _scales() -> bytes:
    """An op with weights of one scale a channel."""
    weights = {"values": np.ones((3, 2), np.int8), "scale": [0.25, 0.5, 1.0], "axis": 0}
    given, made = {"shape": [1, 2], "scale": 0.5, "zero_point": -3}, {"shape": [3], "scale": 0.125}
    return one_op("CUSTOM:Scales", [given, weights], [made])


def _probe() -> bytes:
    """An op with an input, a constant and a variable, whose output is RELU's input, too."""
    b = ModelBuilder()
    x = b.tensor([1, 6], scale=0.25, zero_point=3)
    constant = b.constant(np.array([7, 8], np.int8), scale=[0.5, 1.0])
    variable = b.tensor([1, 2], is_variable=True)
    y = b.tensor([1, 6], scale=0.5, zero_point=-2)
    z = b.tensor([1, 6], scale=0.5, zero_point=-2)
    b.op("CUSTOM:Probe", [x, constant, variable], [y])
    b.op("RELU", [y], [z], version=4)
    return b.build([x], [z, y])


def _wand() -> bytes:
    """Float32 in and out, int8 between."""
    rng = np.random.default_rng(1)
    b = ModelBuilder()
    x = b.tensor([1, 128, 3, 1], "FLOAT32")
    quantized = b.tensor([1, 128, 3, 1], scale=0.03, zero_point=1)
    flat = b.tensor([1, 384], scale=0.03, zero_point=1)
    weights = b.constant(rng.integers(-127, 128, (4, 384), dtype=np.int8), scale=0.01)
    logits = b.tensor([1, 4], scale=0.1)
    scores = b.tensor([1, 4], scale=1 / 256, zero_point=-128)
    y = b.tensor([1, 4], "FLOAT32")
    b.op("QUANTIZE", [x], [quantized], schema.QuantizeOptionsT())
    b.op("RESHAPE", [quantized, b.constant([1, 384])], [flat], schema.ReshapeOptionsT())
    b.op("FULLY_CONNECTED", [flat, weights], [logits], schema.FullyConnectedOptionsT())
    b.op("SOFTMAX", [logits], [scores], schema.SoftmaxOptionsT(beta=1.0))
    b.op("DEQUANTIZE", [scores], [y], schema.DequantizeOptionsT())
    return b.build([x], [y])


def _sums() -> bytes:
    """A sum that is kept, from 100 on; a custom op; a further subgraph that nothing runs."""
    b = ModelBuilder()
    x, sum_, before = (b.tensor([1], "INT32") for _ in range(3))
    count = b.tensor([1])
    once, init = b.subgraph("init")
    _, other = b.subgraph("other")
    other.set_io([other.tensor([1]) for _ in range(2)], [other.tensor([1]) for _ in range(3)])
    name = schema.VarHandleOptionsT(container="", sharedName="sum")
    handles = [graph.tensor([], "RESOURCE") for graph in (b, init)]
    init.op("VAR_HANDLE", [], handles[1:], name)
    first = [handles[1], init.constant(np.array([100], np.int32))]
    init.op("ASSIGN_VARIABLE", first, [], schema.AssignVariableOptionsT())
    b.op("CALL_ONCE", [], [], schema.CallOnceOptionsT(initSubgraphIndex=once))
    b.op("VAR_HANDLE", [], handles[:1], name)
    b.op("READ_VARIABLE", handles[:1], [before], schema.ReadVariableOptionsT())
    b.op("ADD", [before, x], [sum_], schema.AddOptionsT())
    b.op("ASSIGN_VARIABLE", [handles[0], sum_], [], schema.AssignVariableOptionsT())
    b.op("CUSTOM:Look", [x], [count])
    return b.build([x], [sum_, count])


def _person() -> bytes:
    """An image of 24x24; the second of two scores is the higher one, the brighter it is."""
    b = ModelBuilder()
    x = b.tensor([1, 24, 24, 1], scale=1 / 128)
    deep = b.tensor([1, 12, 12, 1], scale=1 / 128)
    wide = b.tensor([1, 12, 12, 2], scale=1 / 128)
    mean = b.tensor([1, 1, 1, 2], scale=1 / 128)
    flat = b.tensor([1, 2], scale=1 / 128)
    scores = b.tensor([1, 2], scale=1 / 256, zero_point=-128)
    kernel = b.constant(np.full((1, 2, 2, 1), 32, np.int8), scale=[1 / 128], axis=3)
    none = b.constant(np.zeros(1, np.int32), scale=[1 / 128**2])
    same = {"padding": schema.Padding.SAME, "strideW": 2, "strideH": 2}
    depthwise = schema.DepthwiseConv2DOptionsT(**same, depthMultiplier=1)
    b.op("DEPTHWISE_CONV_2D", [x, kernel, none], [deep], depthwise)
    point = b.constant(np.array([-127, 127], np.int8).reshape(2, 1, 1, 1), scale=[1 / 128] * 2)
    bias = b.constant(np.array([-8192, 8192], np.int32), scale=[1 / 128**2] * 2)
    b.op("CONV_2D", [deep, point, bias], [wide], schema.Conv2DOptionsT(strideW=1, strideH=1))
    pool = schema.Pool2DOptionsT(strideW=12, strideH=12, filterWidth=12, filterHeight=12)
    b.op("AVERAGE_POOL_2D", [wide], [mean], pool)
    b.op("RESHAPE", [mean, b.constant([1, 2])], [flat], schema.ReshapeOptionsT())
    b.op("SOFTMAX", [flat], [scores], schema.SoftmaxOptionsT(beta=1.0))
    return b.build([x], [scores])


@pytest.mark.parametrize(
    ("sketch", "model", "said"),
    [
        ("hello_world_2020", small_cnn, "x_value: 0.500000, y_value: "),
        ("hello_world_2026", small_cnn, "'small_cnn seed 1': 1 subgraphs"),
        ("micro_speech_2020", small_cnn, "@20ms"),
        ("magic_wand_2020", _wand, "|   42|end"),
        ("benchmark", small_cnn, "runner->RunSingleIteration() took "),
        ("flexbuffer", _options, "~~~ALL TESTS PASSED~~~"),
        ("custom_op_2020", _halve, ""),
        ("custom_op_2026", _halve, "~~~ALL TESTS PASSED~~~"),
        ("quantized_op_2026", _scales, ""),
        ("person_detection_2020", _person, "somebody: 5, nobody: -5"),
        ("network_tester_2026", _person, "INT8, 2 bytes"),
    ],
)
def test_a_sketch_compiles_and_runs(
    sketch: str, model: Callable[[], bytes], said: str, tmp_path: Path
) -> None:
    done = _run(sketch, model(), tmp_path)
    assert done.returncode == 0 and said in done.stdout, done.stdout + done.stderr
    assert not done.stderr


def test_variables_and_the_graph_of_an_interpreter(tmp_path: Path) -> None:
    done = _run("variables_2026", _sums(), tmp_path)
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
    assert "~~~ALL TESTS PASSED~~~" in done.stdout
    refused = "subgraph 2: a custom op cannot run it; IF and WHILE can"
    assert done.stdout.count(refused) == 4  # once an Invoke


def test_every_accessor_at_its_ends(tmp_path: Path) -> None:
    done = _run("accessors", _probe(), tmp_path)
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
    assert "~~~ALL TESTS PASSED~~~" in done.stdout
    assert "\nA took 30 ticks\nAB took 10 ticks\nA took 10 ticks\n" in done.stdout
    assert '\n"Event","Tag","Ticks"\n0,A,30\n1,AB,10\n2,A,10\n' in done.stdout
    assert '\n"Unique Tag",' in done.stdout
    assert "\nA, 40\nAB, 10\ntotal number of ticks, 50\n" in done.stdout
    said = re.search(r"(\d+) used, (\d+) persistent, (\d+) others\n(.*)\n", done.stdout)
    assert said and said[4] == (
        f"arena: {said[1]} bytes used, of them {said[2]} of the interpreter and the ops, "
        f"{said[3]} of tensors"
    )
    assert "\nFailing: FAILED\n" in done.stdout and "\n~~~SOME TESTS FAILED~~~\n" in done.stdout
    # With an allocator and without one; before there is an interpreter nothing is said.
    assert done.stdout.count(said[4]) == 2 and done.stdout.count("arena: ") == 2
    assert "tensor 2 of subgraph 1 is no variable in the arena" in done.stdout
    assert "no room for op 'TANH': the resolver was made for 2 ops" in done.stdout
    assert "the resolver already has op 'Probe'" in done.stdout


KERNEL_TESTS = (
    "kernel_tests",
    "elementwise_tests",
    "mover_tests",
    "reduction_tests",
    "control_tests",
)


@pytest.mark.parametrize(
    "name",
    [*KERNEL_TESTS, "kernel_tests_2020", "kernel_habits", "custom_op_kinds", "arena_allocators"],
)
def test_tests_of_kernels_run_as_upstream_writes_them(name: str) -> None:
    sources = [SKETCHES / f"{name}.cc", SKETCHES / "host.cc"]
    program = build_sanitized(name, sources, includes=[SKETCHES])
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "~~~ALL TESTS PASSED~~~" in done.stdout, done.stdout
    assert not done.stderr
    refused = "CONV_2D (node 0): needs a bias with one value an output channel"
    assert (refused in done.stdout) == (name == "kernel_tests")


def test_every_op_has_a_test_of_its_kernel() -> None:
    """But for those that want a whole model, which a test of ours makes of them: a loop that ends,
    a variable's handle."""
    text = "".join((SKETCHES / f"{name}.cc").read_text() for name in KERNEL_TESTS)
    tested = set(re.findall(r"Register_([A-Z0-9_]+?)(?:_INT8)?\(\)", text))
    whole_models = {"WHILE", "VAR_HANDLE", "ASSIGN_VARIABLE", "READ_VARIABLE"}
    assert tested == set(load_supported_ops()) - whole_models


def test_what_custom_ops_call_beside_their_tensors() -> None:
    name = "custom_op_helpers"
    program = build_sanitized(name, [SKETCHES / f"{name}.cc", SKETCHES / "host.cc"])
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    # One test is to fail half-way, says so, and goes on as one that passes.
    assert re.findall(r"not so: (.*)", done.stdout) == ["(1) == (2)"], done.stdout
    assert done.returncode == 0 and done.stdout.endswith("~~~ALL TESTS PASSED~~~\n"), done.stdout
    assert not done.stderr


def test_tests_of_kernels_in_the_newer_manner() -> None:
    program = build_sanitized(
        "kernel_tests_v2", [SKETCHES / "kernel_tests_v2.cc", SKETCHES / "host.cc"]
    )
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and not done.stderr, done.stdout
    ended = [line for line in done.stdout.splitlines() if line.endswith((": passed", ": FAILED"))]
    assert ended == [
        "Rows.ACustomOpIsTold: passed",
        "Rows.AnOpOfInt8IsRefusedOtherTypes: passed",
        "Expectations.HoldAtTheirEnds: passed",
        "Expectations.GoOnWhereTheyFail: FAILED",
        "Assertions.EndTheirTest: FAILED",
    ]
    failed = re.findall(r": not so: (.*)", done.stdout)
    assert failed == [
        "1 == 2",
        "1.0f within 0.4f of 1.5f",
        "1.0f within 4 * FLT_EPSILON of 1.0f + 5 * kStep",
        '"one" and "two" as texts',
        "gone on",
        "3 == 4",
    ]
    assert done.stdout.endswith("3 of 5 tests passed\n~~~SOME TESTS FAILED~~~\n")


def test_messages_go_to_a_callback() -> None:
    program = build_sanitized("log_callback", [SKETCHES / "log_callback.cc"])
    done = subprocess.run([program], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"2 of two\r\n", b"")


def _run(sketch: str, content: bytes, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    array = tmp_path / "model_data.cc"
    numbers = ", ".join(map(str, content))
    array.write_text(
        '#include "sketch.h"\n'
        f"alignas(16) const unsigned char g_model[] = {{{numbers}}};\n"
        f"const unsigned int g_model_len = {len(content)};\n"
    )
    sources = [*(SKETCHES / f"{name}.cc" for name in (sketch, "main", "host")), array]
    program = build_sanitized(sketch, sources, includes=[SKETCHES])
    return subprocess.run([program], capture_output=True, text=True, check=False)
