"""Generated C++: the same bytes for the same model, one arena a kind of ISA, clear refusals."""

from __future__ import annotations

import itertools
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from flatbuffers import flexbuffers

from codegen.aot import generate
from codegen.aot.generate import generate_aot, plan_aot
from codegen.aot.recording import Constant, Recording, record
from codegen.boards.facts import ISAS
from codegen.compile.cpp_build import NN
from codegen.errors import CodegenError, UnsupportedModelError
from codegen.host.runtime import ALIGNMENT, RuntimeRefusedError
from codegen.memory.planner import plan_model
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder, schema, small_cnn, with_first_op
from verification.cases.registry import CASES


def _source(model: bytes, **more: object) -> str:
    return generate_aot(model, "net", **more)["net_model.cc"].decode()  # type: ignore[arg-type]


def test_one_call_an_op_with_its_shape_beside_it() -> None:
    model = small_cnn(image=12, channels=4)
    text = _source(model, strip_cost=0.0)
    ops = Model.parse(model).ops
    titles = re.findall(r"^  // (\d+): (\w+) (.*) -> (.*)$", text, re.MULTILINE)
    assert [(int(index), name) for index, name, _, _ in titles] == [
        (op.index, op.name) for op in ops
    ]
    assert titles[0][2] == "[1, 12, 12, 1]"
    assert text.count("nn::ConvFastS8(") == sum(op.name == "CONV_2D" for op in ops)


def test_the_same_model_gives_the_same_bytes() -> None:
    assert generate_aot(small_cnn(), "net") == generate_aot(small_cnn(), "net")


@pytest.mark.parametrize("op", sorted(CASES))
def test_nothing_is_recorded_that_nobody_set(op: str) -> None:
    """Parameters that an op leaves unset would differ with what was in memory before."""
    model = CASES[op](np.random.default_rng(3)).model
    one, other = (record(model, "dsp", value * (4 << 20)) for value in (b"\xa5", b"\x5a"))
    assert one == other


def test_a_constant_that_two_ops_have_stands_there_once() -> None:
    b = ModelBuilder()
    weights = np.arange(64, dtype=np.int8).tobytes()
    tensors = [b.tensor([1, 8], scale=0.5, zero_point=0) for _ in range(3)]
    for source, target in itertools.pairwise(tensors):
        filter_ = b.tensor([8, 8], scale=0.25, zero_point=0, data=weights)
        b.op("FULLY_CONNECTED", [source, filter_], [target])
    text = _source(b.build(tensors[:1], tensors[-1:]))
    assert text.count("int8_t k") == 1 and text.count("kOp0Filter,") == 2


def test_the_arena_is_the_interpreters_without_what_it_keeps_itself() -> None:
    model = Model.parse(small_cnn())
    plan, interpreters = plan_aot(model, "dsp"), plan_model(model, "dsp")
    assert plan.persistent_bytes == 0
    assert plan.arena_bytes <= interpreters.activation_bytes
    assert plan.arena_bytes % ALIGNMENT == 0
    assert (
        f"kArenaBytes = {plan.arena_bytes};"
        in generate_aot(model.data, "net", ["dsp"])["net_model.h"].decode()
    )


def test_arenas_are_told_apart_only_where_they_differ() -> None:
    b = ModelBuilder()
    ends = [b.tensor([1, 8], scale=0.5) for _ in range(2)]
    b.op("RELU", ends[:1], ends[1:])
    same = generate_aot(b.build(ends[:1], ends[1:]), "net")
    for name in ("net_model.h", "net_model.cc"):
        assert b"#elif" not in same[name]
    assert same["net_model.h"].count(b"kArenaBytes =") == 1
    differ = small_cnn()
    assert len({plan_aot(Model.parse(differ), isa).arena_bytes for isa in ISAS}) > 1
    assert generate_aot(differ, "net")["net_model.h"].count(b"kArenaBytes =") == len(ISAS)


@pytest.mark.parametrize("is_custom", [False, True])
def test_a_custom_op_in_a_subgraph_is_refused(is_custom: bool) -> None:
    """Of those, only calls of kernels are recorded."""
    b = ModelBuilder()
    given, made = (b.tensor([1, 8], scale=0.5) for _ in range(2))
    decision = b.tensor([1], "BOOL")
    ways = []
    for _ in range(2):
        index, way = b.subgraph("way")
        ends = [way.tensor([1, 8], scale=0.5) for _ in range(2)]
        options = flexbuffers.Dumps(3) if is_custom else None
        name = "CUSTOM:Binarize" if is_custom else "RELU"
        way.op(name, ends[:1], ends[1:], custom_options=options)
        way.set_io(ends[:1], ends[1:])
        ways.append(index)
    b.op("IF", [decision, given], [made], schema.IfOptionsT(*ways))
    model = b.build([decision, given], [made])
    if not is_custom:
        assert "nn::LookUpS8" in _source(model)
        return
    with pytest.raises(UnsupportedModelError, match=r"in subgraph 1, which may be one of IF"):
        _source(model)


def test_sources_of_one_isa_do_not_compile_for_another(tmp_path: Path) -> None:
    for name, data in generate_aot(small_cnn(), "net", ["dsp"]).items():
        (tmp_path / name).write_bytes(data)
    command = ["g++", "-std=c++17", "-fsyntax-only", f"-I{NN}", str(tmp_path / "net_model.cc")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "these sources are for MCUFORGE_ISA_DSP" in result.stderr


def test_one_function_hears_of_each_op() -> None:
    model = small_cnn()
    text = _source(model, after_op="heard")
    assert re.findall(r"  heard\((\d+)\);", text) == [
        str(op.index) for op in Model.parse(model).ops
    ]
    assert "heard" not in _source(model)


@pytest.mark.parametrize("name", ["", "Net", "9net", "nn", "a b", "net;"])
def test_a_name_that_is_no_namespace_is_refused(name: str) -> None:
    with pytest.raises(CodegenError, match="namespace"):
        generate_aot(small_cnn(), name)


def test_what_the_runtime_refuses_is_refused_with_its_words() -> None:
    b = ModelBuilder()
    ends = [b.tensor([1, 8], dtype="INT16", scale=0.5, zero_point=0) for _ in range(2)]
    b.op("HARD_SWISH", ends[:1], ends[1:])
    with pytest.raises(RuntimeRefusedError, match="HARD_SWISH"):
        generate_aot(b.build(ends[:1], ends[1:]), "net")


def test_a_function_of_one_element_becomes_its_table() -> None:
    (calls,) = record(CASES["LOGISTIC"](np.random.default_rng(3)).model, "scalar").calls
    (call,) = calls
    name, table = call.arguments[0]
    assert (call.function, name) == ("nn::LookUpS8", "table")
    assert isinstance(table, Constant) and len(table.data) == 256
    values = np.frombuffer(table.data, np.int8)
    assert (np.diff(np.roll(values, 128).astype(int)) >= 0).all()  # from -128 to 127 it rises


def test_a_custom_op_is_called_by_its_registration() -> None:
    model = with_first_op(small_cnn(image=12), "Binarize", flexbuffers.Dumps(3))
    text = _source(model)
    assert "custom_ops::RegisterBinarize" in text
    assert re.findall(r"tflm::InvokeCustom\(\s*(\w+)", text) == ["kOp0Custom"]  # no op but that
    (custom,) = record(model, "dsp").customs
    assert (custom.op, custom.options) == (0, flexbuffers.Dumps(3))
    plan = plan_aot(Model.parse(model), "dsp")
    assert plan.persistent_bytes == ALIGNMENT >= custom.persistent_bytes > 0


def test_a_custom_op_that_nobody_registered_is_refused() -> None:
    with pytest.raises(RuntimeRefusedError, match="Other"):
        generate_aot(with_first_op(small_cnn(), "Other", b""), "net")


@pytest.mark.parametrize("op", sorted(CASES))
def test_one_source_holds_for_all_isas(op: str) -> None:
    """Scratch differs between them, down to none: nothing else."""
    for seed in range(3):
        text = _source(CASES[op](np.random.default_rng(seed)).model)
        head, found, body = text.partition("uint8_t* g_arena;")
        assert found
        _require_each_defined_once(head, body)


def _require_each_defined_once(head: str, body: str) -> None:
    """Constants of the arena stand there once for each ISA; those of ops once, before their use.
    Fields are named."""
    constants = head.rpartition("#endif\n")[2]
    defined = re.findall(r"^(?:alignas\(\d+\) )?constexpr [\w: ]+ (k\w+)", constants, re.MULTILINE)
    assert len(set(defined)) == len(defined)
    known = {*defined, *re.findall(r"constexpr u?int32_t (k\w+)", head)}
    assert set(re.findall(r"\bk(?:Op|Tensor|Scratch)\d\w*", body)) <= known
    for text in re.findall(r"constexpr nn::\w*Params k\w+ = \{\n(.*?)\};", constants, re.DOTALL):
        flat = text
        while flat != (flat := re.sub(r"\{[^{}]*\}|\([^()]*\)", "0", flat)):
            pass
        assert re.fullmatch(r"(\s*/\*\w+\*/ [^,{]+,)+\s*", flat), text


@pytest.mark.parametrize("op", ["IF", "WHILE"])
def test_what_a_branch_or_a_round_does_stands_a_level_further_in(op: str) -> None:
    text = _source(CASES[op](np.random.default_rng(1)).model)
    lines = text.partition("bool Invoke() {\n")[2].partition("\n}\n")[0].splitlines()
    level, levels, goes_on = 1, set(), False
    for line in lines:
        level -= line.lstrip().startswith("}")
        assert len(line) - len(line.lstrip()) == 2 * level + 4 * goes_on, line
        levels.add(level)
        level += line.endswith("{")
        goes_on = line.endswith(("(", ","))
    assert level == 1 and levels >= {1, 2}
    assert "for (uint32_t round1 = 0;; ++round1) {" in text


def test_headers_of_the_system_are_those_of_what_is_called() -> None:
    text = _source(CASES["WHILE"](np.random.default_rng(1)).model)
    assert "#include <cstring>\n" in text and "std::memcpy(" in text
    assert '#include "cstring"' not in text
    assert "#include <cstring>" not in _source(small_cnn())


def test_an_op_without_scratch_on_one_isa_has_it_on_the_others() -> None:
    """DEPTHWISE_CONV_2D of a multiplier, as in person_detect: the dsp kernel needs none."""
    b = ModelBuilder()
    given = b.tensor([1, 8, 8, 1], scale=0.1)
    weights = b.tensor([1, 3, 3, 8], scale=0.1, data=bytes(72))
    made = b.tensor([1, 8, 8, 8], scale=0.1)
    b.op(
        "DEPTHWISE_CONV_2D",
        [given, weights],
        [made],
        schema.DepthwiseConv2DOptionsT(
            strideW=1, strideH=1, depthMultiplier=8, dilationWFactor=1, dilationHFactor=1
        ),
    )
    text = _source(b.build([given], [made]))
    assert "As<int8_t>(arena + kTensor2), arena + kScratch0);" in text
    assert "constexpr uint32_t kScratch0 = 0;" in text


def test_what_nothing_needs_is_not_called_unless_somebody_watches() -> None:
    """A shape that is computed for a RESHAPE, whose output's shape is known."""
    b = ModelBuilder()
    given = b.tensor([2, 3], scale=0.1)
    extents = b.tensor([2], dtype="INT32")
    made = b.tensor([3, 2], scale=0.1)
    ended = b.tensor([3, 2], scale=0.1)
    b.op("SHAPE", [given], [extents])
    b.op("RESHAPE", [given, extents], [made])
    b.op("RELU", [made], [ended])
    model = b.build([given], [ended])
    assert "std::memcpy" not in _source(model) and "nn::LookUpS8" in _source(model)
    assert "  // 0: SHAPE [2, 3] -> [2]\n  // nothing needs it" in _source(model)
    assert _source(model).count("// nothing") == 2
    assert "  // 1: RESHAPE [2, 3], [2] -> [3, 2]\n  // nothing to do" in _source(model)
    assert "std::memcpy" in _source(model, after_op="watch")


@pytest.mark.parametrize(("bias", "function"), [(5, "nn::ConvFastS8"), (1 << 30, "nn::ConvS8")])
def test_a_convolution_is_the_short_one_where_each_channel_can_go_that_way(
    bias: int, function: str
) -> None:
    b = ModelBuilder()
    given = b.tensor([1, 4, 4, 4], scale=0.1)
    weights = b.tensor([2, 1, 1, 4], scale=0.1, data=bytes(8))
    biases = np.array([5, bias], np.int32).tobytes()
    added = b.tensor([2], dtype="INT32", scale=0.01, data=biases)
    made = b.tensor([1, 4, 4, 2], scale=0.1)
    options = schema.Conv2DOptionsT(strideW=1, strideH=1, dilationWFactor=1, dilationHFactor=1)
    b.op("CONV_2D", [given, weights, added], [made], options)
    ((call,),) = record(b.build([given], [made]), "dsp").calls
    assert call.function == function


def test_threads_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorder and the walk over runs of ops keep what they have at hand in C++."""
    inside: list[int] = []

    def record_alone(*given: object) -> Recording:
        inside.append(1)
        assert len(inside) == 1
        time.sleep(0.05)
        inside.pop()
        return record(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(generate, "record", record_alone)
    models = [Model.parse(small_cnn(seed)) for seed in (101, 102, 103, 104)]
    with ThreadPoolExecutor(4) as pool:
        plans = list(pool.map(lambda model: plan_aot(model, "scalar"), models))
    assert len(plans) == 4
