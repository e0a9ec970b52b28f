"""The generated C++ is compiled with warnings as errors, run, and compared with Python."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pytest

from codegen.boards.facts import ISAS
from codegen.compile.cpp_build import LIBRARIES
from codegen.emit import generate as generate_module
from codegen.emit.generate import generate
from codegen.engines import AOT
from codegen.errors import CodegenError, ModelError, UnsupportedModelError
from codegen.files.artifacts import AOT_FILES, GENERATED_FILES
from codegen.host.runtime import PLAN_FLAG, library_file
from codegen.host.scores import oracle_scores
from codegen.memory import planner
from codegen.memory.planner import ArenaPlan
from codegen.model.op_table import OPS_DEF, load_supported_ops
from codegen.model.pixels import pixel_table, quantize_pixels
from codegen.model.tflite import Model
from tests.unit.codegen.fakes import ARENA_BYTES, compile_and_run, fake_plan, made_up_plan
from tests.unit.codegen.memory.test_planner import (
    NOT_LOWEST,
    better_plan,
    branching_model,
    with_plan,
)
from verification.cases.model_builder import ModelBuilder, one_op, schema, small_cnn
from verification.cases.registry import CASES

PRINT_ALL = r"""
#include <cstdio>
#include <cstring>

#include "arena.h"
#include "model_data.h"
#include "model_info.h"

using namespace mcuforge;

template <typename T, size_t kCount>
void Print(const char* name, const T (&values)[kCount]) {
  std::printf("%s", name);
  for (const T& value : values) std::printf(" %d", static_cast<int>(value));
  std::printf("\n");
}

unsigned Bits(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

int main() {
  static_assert(sizeof(g_model_data) == kModelDataBytes, "");
  static_assert(kInputScale > 0 && kModelSha256[0] + 1 > 0 && kTensorArenaSize > 0, "constants");
  std::printf("aligned %d\n", static_cast<int>(reinterpret_cast<size_t>(g_model_data) % 16 == 0));
  std::printf("arena %zu\n", kTensorArenaSize);
  Print("model", g_model_data);
  Print("sha256", kModelSha256);
  Print("pixels", kPixelToInput);
  Print("input_shape", kInputShape);
  Print("output_shape", kOutputShape);
  std::printf("input %08x %d %zu\n", Bits(kInputScale), kInputZeroPoint, kInputBytes);
  std::printf("output %08x %d %zu\n", Bits(kOutputScale), kOutputZeroPoint, kOutputBytes);
  std::printf("labels %zu\n", kLabelCount);
  for (const char* label : kLabels) {
    std::printf("label");
    for (; *label; ++label) std::printf(" %d", static_cast<unsigned char>(*label));
    std::printf("\n");
  }
}
"""

# Records the calls of generated code; fails at the call that FAIL_AT names.
FAKE_RESOLVER = r"""
#ifndef FAKE_RESOLVER_
#define FAKE_RESOLVER_
#include <cstdio>
enum TfLiteStatus { kTfLiteOk, kTfLiteError };
namespace tflite {
template <unsigned kCount>
struct MicroMutableOpResolver {
  static constexpr unsigned kOpCount = kCount;
  unsigned added = 0;
#define MCUFORGE_OP(name, suffix, kernel)                    \
  TfLiteStatus Add##suffix() {                               \
    std::printf("Add" #suffix "\n");                         \
    return added++ == FAIL_AT ? kTfLiteError : kTfLiteOk;    \
  }
#include "ops.def"
#undef MCUFORGE_OP
};
}  // namespace tflite
#endif
"""


def _words(text: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split()[1:] for line in text.splitlines()}


def _numbers(values: Any) -> list[str]:
    return [str(int(v)) for v in values]


def test_generated_sources_say_what_the_model_says(cnn_path: Path, tmp_path: Path) -> None:
    labels = ["zero", 'q"uote', "back\\slash", "new\nline", "ünï", "数", "??/", "7", "", "\x01f"]
    paths = generate(cnn_path, tmp_path, labels, fake_plan)
    assert [path.name for path in paths] == list(GENERATED_FILES)
    main = tmp_path / "main.cc"
    main.write_text(PRINT_ALL)
    folder = tmp_path / "generated"
    output = compile_and_run([main, folder / "model_data.cc"], tmp_path, [folder])
    said = _words(output)

    model = Model.read(cnn_path)
    (image,), (scores,) = model.inputs, model.outputs
    assert said["aligned"] == ["1"]
    assert said["arena"] == [str(ARENA_BYTES["scalar"])]
    assert said["model"] == _numbers(model.data)
    assert said["sha256"] == _numbers(bytes.fromhex(model.sha256))
    assert said["pixels"] == _numbers(pixel_table(image.scale, image.zero_point))
    assert said["input_shape"] == _numbers(image.shape)
    assert said["output_shape"] == _numbers(scores.shape)
    assert said["input"] == [struct.pack(">f", image.scale).hex(), "-128", "784"]
    assert said["output"] == [struct.pack(">f", scores.scale).hex(), "-128", "10"]
    assert said["labels"] == ["10"]
    got = [line.split()[1:] for line in output.splitlines() if line.startswith("label ")
           or line == "label"]  # fmt: skip
    assert got == [_numbers(label.encode()) for label in labels]


@pytest.mark.parametrize(
    ("define", "isa"),
    [("MCUFORGE_ISA_SCALAR", "scalar"), ("MCUFORGE_ISA_DSP", "dsp"), ("MCUFORGE_ISA_MVE", "mve")],
)
def test_arena_of_each_instruction_set(
    define: str, isa: str, cnn_path: Path, tmp_path: Path
) -> None:
    generate(cnn_path, tmp_path, None, fake_plan)
    main = tmp_path / "main.cc"
    main.write_text(
        '#include "arena.h"\n#include <cstdio>\n'
        'int main() { std::printf("%zu", mcuforge::kTensorArenaSize); }\n'
    )
    output = compile_and_run([main], tmp_path, [tmp_path / "generated"], [f"-D{define}=1"])
    assert output == str(ARENA_BYTES[isa])


def _run_resolver(folder: Path, fail_at: int) -> list[str]:
    fake = folder / "fake/tensorflow/lite/micro"
    fake.mkdir(parents=True, exist_ok=True)
    (fake / "micro_mutable_op_resolver.h").write_text(FAKE_RESOLVER)
    shutil.copy(OPS_DEF, fake)
    main = folder / "main.cc"
    main.write_text(
        '#include "op_resolver.h"\n#include <cstdio>\n'
        "int main() {\n"
        "  mcuforge::OpResolver resolver;\n"
        "  const TfLiteStatus status = mcuforge::AddOps(resolver);\n"
        '  std::printf("%u %d\\n", mcuforge::OpResolver::kOpCount, status);\n'
        "}\n"
    )
    includes = [folder / "generated", folder / "fake"]
    return compile_and_run([main], folder, includes, [f"-DFAIL_AT={fail_at}"]).splitlines()


def test_resolver_adds_exactly_the_models_ops(cnn_path: Path, tmp_path: Path) -> None:
    generate(cnn_path, tmp_path, None, fake_plan)
    calls = ["AddConv2D", "AddMaxPool2D", "AddReshape", "AddFullyConnected", "AddSoftmax"]
    assert _run_resolver(tmp_path, fail_at=99) == [*calls, "5 0"]
    for failing in range(5):  # every status is checked, and the first failure ends it
        assert _run_resolver(tmp_path, failing) == [*calls[: failing + 1], "5 1"]


def test_resolver_names_every_supported_op() -> None:
    """Each op of the runtime's table, alone, gives a resolver that calls its Add method."""
    ops = load_supported_ops()
    io: dict[str, Any] = {"shape": [1, 4], "scale": 0.5}
    model = Model.parse(one_op("ADD", [io], [io]))
    plans: Any = {isa: made_up_plan(size) for isa, size in ARENA_BYTES.items()}
    for name, op in ops.items():
        renamed: Any = type("Renamed", (), {
            "__getattr__": lambda _, key: getattr(model, key), "op_names": (name,),
        })()  # fmt: skip
        text = generate_module.render(renamed, ops, plans, ["a"], [])["op_resolver.h"]
        argument = f"MCUFORGE_INT8({name})" if op.wide_kernel else ""
        call = f"resolver.Add{op.add_suffix}({argument})"
        assert f"= {call}; status != kTfLiteOk) return status;" in text
        assert "MicroMutableOpResolver<MCUFORGE_PLANLESS(1)>" in text


RUN_MODEL = r"""
#include <cstdio>
#include <cstring>

#include "arena.h"
#include "model_data.h"
#include "model_info.h"
#include "op_resolver.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"

void DebugLog(const char* format, va_list args) { std::vfprintf(stderr, format, args); }

alignas(16) unsigned char g_arena[mcuforge::kTensorArenaSize];

int main() {
  mcuforge::OpResolver resolver;
  if (mcuforge::AddOps(resolver) != kTfLiteOk) return 1;
  tflite::MicroInterpreter interpreter(tflite::GetModel(mcuforge::g_model_data), resolver, g_arena,
                                       mcuforge::kTensorArenaSize);
  if (interpreter.AllocateTensors() != kTfLiteOk) return 2;
  std::printf("arena %zu\n", interpreter.arena_used_bytes());
  if (interpreter.input(0)->bytes != mcuforge::kInputBytes) return 3;
  if (interpreter.output(0)->bytes != mcuforge::kOutputBytes) return 4;
  for (int seed = 0; seed < 3; ++seed) {
    for (size_t i = 0; i < mcuforge::kInputBytes; ++i) {
      interpreter.input(0)->data.int8[i] = mcuforge::kPixelToInput[(i * (7 + seed) + seed) % 256];
    }
    if (interpreter.Invoke() != kTfLiteOk) return 5;
    std::printf("scores");
    for (size_t i = 0; i < mcuforge::kOutputBytes; ++i) {
      std::printf(" %d", interpreter.output(0)->data.int8[i]);
    }
    std::printf("\n");
  }
}
"""


def run_generated(path: Path, folder: Path) -> str:
    """What RUN_MODEL says, compiled with the sources generated for a model."""
    generate(path, folder)
    generated = folder / "generated"
    main = folder / "main.cc"
    main.write_text(RUN_MODEL)
    sources = [main, generated / "model_data.cc", library_file()]
    return compile_and_run(sources, folder, [generated, *LIBRARIES], [PLAN_FLAG])


def test_generated_sources_run_in_the_runtime_as_the_oracle_does(
    cnn_path: Path, tmp_path: Path
) -> None:
    """With the real planner and lib/tflm: the arena is exact and every score is the oracle's."""
    output = run_generated(cnn_path, tmp_path)
    model = Model.read(cnn_path)
    arena_bytes = planner.plan(cnn_path, "scalar").arena_bytes
    index = np.arange(784)
    images = np.stack([(index * (7 + seed) + seed) % 256 for seed in range(3)]).astype(np.uint8)
    expected = oracle_scores(model, quantize_pixels(model, images))
    assert output.splitlines() == [
        f"arena {arena_bytes}",
        *("scores " + " ".join(map(str, row)) for row in expected.tolist()),
    ]


def test_the_resolver_of_a_model_with_a_memory_plan_follows_it(tmp_path: Path) -> None:
    model = branching_model(NOT_LOWEST)
    own = planner.plan_model(model, "scalar")
    path = tmp_path / "planned.tflite"
    path.write_bytes(with_plan(model.data, better_plan(model, own)))
    arena_bytes = planner.plan(path, "scalar").arena_bytes
    assert arena_bytes < own.arena_bytes
    assert run_generated(path, tmp_path).startswith(f"arena {arena_bytes}\n")


def test_golden_text_of_the_resolver(cnn_path: Path, tmp_path: Path) -> None:
    generate(cnn_path, tmp_path, None, fake_plan)
    text = (tmp_path / "generated/op_resolver.h").read_text()
    or_return = "status != kTfLiteOk) return status;"
    assert (
        text
        == f"""\
// Made by mcuforge from the model with sha256
// {Model.read(cnn_path).sha256}; do not edit.

#ifndef MCUFORGE_GENERATED_OP_RESOLVER_H_
#define MCUFORGE_GENERATED_OP_RESOLVER_H_

#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

#ifndef MCUFORGE_INT8  // upstream's ops and resolver are taken as they are
#define MCUFORGE_INT8(NAME)
#define MCUFORGE_PLANLESS(OPS) OPS
#endif

namespace mcuforge {{

using OpResolver = tflite::MicroMutableOpResolver<MCUFORGE_PLANLESS(5)>;

// Registers exactly the ops of the model; the first failure is returned at once.
inline TfLiteStatus AddOps(OpResolver& resolver) {{
  if (TfLiteStatus status = resolver.AddConv2D(MCUFORGE_INT8(CONV_2D)); {or_return}
  if (TfLiteStatus status = resolver.AddMaxPool2D(MCUFORGE_INT8(MAX_POOL_2D)); {or_return}
  if (TfLiteStatus status = resolver.AddReshape(); {or_return}
  if (TfLiteStatus status = resolver.AddFullyConnected(MCUFORGE_INT8(FULLY_CONNECTED)); {or_return}
  if (TfLiteStatus status = resolver.AddSoftmax(MCUFORGE_INT8(SOFTMAX)); {or_return}
  return kTfLiteOk;
}}

}}  // namespace mcuforge

#endif  // MCUFORGE_GENERATED_OP_RESOLVER_H_
"""
    )


def test_same_model_gives_the_same_bytes_wherever_it_lies(cnn_path: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "another name.tflite"
    other.parent.mkdir()
    shutil.copy(cnn_path, other)
    a = generate(cnn_path, tmp_path / "a", None, fake_plan)
    b = generate(other, tmp_path / "b", None, fake_plan)
    assert [p.read_bytes() for p in a] == [p.read_bytes() for p in b]


def test_unchanged_files_keep_their_time_stamps(cnn_path: Path, tmp_path: Path) -> None:
    paths = generate(cnn_path, tmp_path, None, fake_plan)
    for path in paths:
        os.utime(path, ns=(1, 1))
    generate(cnn_path, tmp_path, None, fake_plan)
    assert [path.stat().st_mtime_ns for path in paths] == [1] * len(paths)
    generate(cnn_path, tmp_path, list("abcdefghij"), fake_plan)
    changed = [path.name for path in paths if path.stat().st_mtime_ns != 1]
    assert changed == ["model_info.h"]


def test_stale_files_are_removed(cnn_path: Path, tmp_path: Path) -> None:
    generate(cnn_path, tmp_path, None, fake_plan)
    (tmp_path / "generated/left_over.cc").touch()
    (tmp_path / "generated/.model_data.h.partial").touch()
    generate(cnn_path, tmp_path, None, fake_plan)
    assert sorted(p.name for p in (tmp_path / "generated").iterdir()) == sorted(GENERATED_FILES)


def _labels(build_dir: Path) -> list[str]:
    lines = (build_dir / "generated/model_info.h").read_text().splitlines()
    start = lines.index("inline constexpr const char* kLabels[] = {")
    return [line.strip() for line in lines[start + 1 : lines.index("};", start)]]


def test_labels_of_the_data_set(cnn_path: Path, tmp_path: Path) -> None:
    names = [f"digit {i}" for i in range(10)]
    (tmp_path / "data.json").write_text(json.dumps({"labels": names}))
    generate(cnn_path, tmp_path, None, fake_plan)
    assert _labels(tmp_path) == [f'"{name}",' for name in names]


@pytest.mark.parametrize("data_json", [None, "{}", '{"labels": ["cat", "dog"]}'])
def test_labels_are_numbers_otherwise(
    data_json: str | None, cnn_path: Path, tmp_path: Path
) -> None:
    if data_json is not None:
        (tmp_path / "data.json").write_text(data_json)
    generate(cnn_path, tmp_path, None, fake_plan)
    assert _labels(tmp_path) == [f'"{i}",' for i in range(10)]


@pytest.mark.parametrize("text", ["", "[1]", '{"labels": 3}', '{"labels": [1]}', "\xff"])
def test_damaged_data_json(text: str, cnn_path: Path, tmp_path: Path) -> None:
    (tmp_path / "data.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(CodegenError, match=r"data\.json.*delete the file"):
        generate(cnn_path, tmp_path, None, fake_plan)


def test_a_model_that_is_not_plain_has_no_samples(tmp_path: Path) -> None:
    """Two inputs of any type: no pixel table, no labels, no golden vectors; and it compiles."""
    b = ModelBuilder()
    x, y = b.tensor([3, 4], "FLOAT32"), b.tensor([3, 4], scale=0.5)
    q, z = b.tensor([3, 4], scale=0.5), b.tensor([3, 4], scale=0.5)
    b.op("QUANTIZE", [x], [q], schema.QuantizeOptionsT())
    b.op("ADD", [q, y], [z], schema.AddOptionsT())
    path = tmp_path / "two.tflite"
    path.write_bytes(b.build([x, y], [z]))
    generate(path, tmp_path)
    info = (tmp_path / "generated/model_info.h").read_text()
    for line in ("kInputCount = 2;", "kOutputCount = 1;", "kIsPlain = false;", "kInputBytes = 0;"):
        assert line in info
    assert "kLabels[]" not in info
    vectors = (tmp_path / "generated/golden_vectors.h").read_text()
    assert "std::array<GoldenVector, 0> kGoldenVectors = {" in vectors
    with pytest.raises(CodegenError, match="1 labels given, the model has 0 classes"):
        generate(path, tmp_path, labels=["a"])


def test_wrong_number_of_labels(cnn_path: Path, tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match="2 labels given, the model has 10 classes"):
        generate(cnn_path, tmp_path, ["a", "b"], fake_plan)


def test_refused_models_write_nothing(tmp_path: Path) -> None:
    io: dict[str, Any] = {"shape": [1, 4], "dtype": "FLOAT32"}
    path = tmp_path / "model.tflite"
    path.write_bytes(one_op("SVDF", [io], [io]))
    with pytest.raises(UnsupportedModelError, match="FLOAT32"):
        generate(path, tmp_path / "build", None, fake_plan)
    path.write_bytes(small_cnn()[:1000])
    with pytest.raises(ModelError, match=r"model\.tflite: the \.tflite model is damaged"):
        generate(path, tmp_path / "build", None, fake_plan)
    assert not (tmp_path / "build").exists()


def test_op_that_the_planner_misses(cnn_path: Path, tmp_path: Path) -> None:
    def plan(_: Path, isa: str) -> ArenaPlan:
        return made_up_plan(1, ops_missing=["CONV_2D"] if isa == "mve" else [])

    with pytest.raises(UnsupportedModelError, match="the runtime for mve lacks CONV_2D"):
        generate(cnn_path, tmp_path, None, plan)
    assert not (tmp_path / "generated").exists()


def test_templates_refuse_unknown_names(
    cnn_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(generate_module.TEMPLATES, templates)
    with (templates / "arena.h.jinja").open("a") as file:
        file.write("{{ no_such_value }}")
    monkeypatch.setattr(generate_module, "TEMPLATES", templates)
    with pytest.raises(jinja2.UndefinedError, match="no_such_value"):
        generate(cnn_path, tmp_path, None, fake_plan)


def test_the_engine_aot_has_sources_of_its_own(tmp_path: Path) -> None:
    model = tmp_path / "model.tflite"
    model.write_bytes(small_cnn())
    folder = tmp_path / "generated"
    generate(model, tmp_path)
    generate(model, tmp_path, engine=AOT)
    assert sorted(path.name for path in folder.iterdir()) == sorted(AOT_FILES)
    header, arena = ((folder / name).read_text() for name in ("aot_model.h", "arena.h"))
    sizes = re.findall(r"kArenaBytes = (\d+);", header)
    assert sizes == re.findall(r"kTensorArenaSize = (\d+);", arena)[1:]  # without upstream's
    assert "mcuforge_after_op(0);" in (folder / "aot_model.cc").read_text()


def test_tensors_are_described_as_the_wire_states_them() -> None:
    b = ModelBuilder()
    plain = b.tensor([1, 4], scale=0.5, zero_point=-7)
    real = b.tensor([2, 3], "FLOAT32")
    many = b.tensor([2, 1], scale=[0.5, 0.25], zero_point=[0, 0])
    b.op("RELU", [plain], [real])
    tensors = Model.parse(b.build([plain, real, many], [])).main.tensors
    found = generate_module._described(tensors)
    assert [(one["scale"], one["zero_point"], one["nbytes"]) for one in found] == [
        ("5.0e-01f", -7, 4), ("0.0e+00f", 0, 24), ("0.0e+00f", 0, 2)
    ]  # fmt: skip
    assert [one["shape"] for one in found] == [(1, 4), (2, 3), (2, 1)]


@pytest.mark.parametrize(
    ("op", "variables", "has_first_values"),
    [("CALL_ONCE", True, True), ("VAR_HANDLE", True, None), ("ADD", False, False)],
)
def test_what_a_model_keeps_is_said(
    op: str, variables: bool, has_first_values: bool | None
) -> None:
    drawn = (Model.parse(CASES[op](np.random.default_rng(seed)).model) for seed in range(20))
    model = next(one for one in drawn if has_first_values in (None, "CALL_ONCE" in one.op_names))
    plans = {isa: made_up_plan(ARENA_BYTES[isa]) for isa in ISAS}
    text = generate_module.render(model, load_supported_ops(), plans, [], [])["model_info.h"]
    has_first = re.findall(r"kHasFirstValues = (\w+);", text)
    assert has_first == [str("CALL_ONCE" in model.op_names).lower()]
    (count,) = re.findall(r"k\w*Variable\w* = (\d+);", text)
    handles = [one for graph in model.subgraphs for one in graph.ops if one.name == "VAR_HANDLE"]
    assert int(count) == len(handles)
    assert bool(handles) == variables
