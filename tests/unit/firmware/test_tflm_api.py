"""Application and custom ops compile against the TFLM API's names alone, which upstream has too."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from flatbuffers import flexbuffers

from codegen.emit.generate import generate
from codegen.model.op_table import load_supported_ops
from harness.wire import ids, messages
from harness.wire.framing import Decoder, Frame
from tests.unit.codegen.fakes import fake_plan
from tests.upstream_tflm import API, link_flags
from verification.cases.model_builder import small_cnn, with_first_op

ROOT = Path(__file__).resolve().parents[3]
FIRMWARE = ROOT / "firmware"
CUSTOM_OPS = FIRMWARE / "lib" / "custom_ops"

# CALL_ONCE, with an op of the graph that it calls inside; then an op of the main graph.
NESTED_EVENTS = """
#include "op_observer.h"

uint32_t g_now = 0;
uint32_t board::Ticks() { return g_now += 100; }

size_t g_ops = 0;
uint32_t g_ticks[2];
void Note(size_t op, uint32_t ticks) {
  if (op < 2) g_ticks[op] = ticks;
  ++g_ops;
}

int main() {
  static model::OpObserver observer;
  observer.Start(Note);
  observer.BeginEvent("CALL_ONCE");
  g_now += 1;
  observer.EndEvent(observer.BeginEvent("ASSIGN_VARIABLE"));
  g_now += 2;
  observer.EndEvent(0);
  observer.EndEvent(observer.BeginEvent("CONV_2D"));
  return g_ops == 2 && g_ticks[0] == 103 && g_ticks[1] == 100 ? 0 : 1;
}
"""

# The reply to INFO of a chip that has a unique id, which the process has not.
INFO_REPLY = """
#include <cstdio>
#include <cstring>

#include "board.h"
#include "engine.h"
#include "info.h"

void board::UartWrite(const uint8_t* src, size_t n) { std::fwrite(src, 1, n, stdout); }
uint32_t board::ClockHz() { return 48000000; }
uint32_t board::TickHz() { return 1000; }
size_t board::UniqueId(uint8_t* dst) {
  for (size_t i = 0; i < kUniqueIdMaxBytes; ++i) dst[i] = static_cast<uint8_t>(0xA0 + i);
  return kUniqueIdMaxBytes;
}
void engine::WriteSha256(uint8_t* to) { std::memset(to, 0xCD, 32); }
size_t engine::ArenaUsedBytes() { return 77; }

int main() {
  const uint8_t why[] = {'w', 'h', 'y'};
  info::Reply(wire::Setup::IO_MISMATCH, {why, sizeof(why)}, 5, 700, 3);
}
"""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("api")
    model = folder / "model.tflite"
    model.write_bytes(with_first_op(small_cnn(), "Binarize", flexbuffers.Dumps(0)))
    generate(model, folder, plan=fake_plan)
    return folder / "generated"


def compile_against_the_api(
    source: Path, generated: Path, mode: Sequence[str] = ("-fsyntax-only",)
) -> subprocess.CompletedProcess[str]:
    libraries = (FIRMWARE / "lib" / "wire", FIRMWARE / "lib" / "frontend", CUSTOM_OPS)
    folders = (API, FIRMWARE / "boards", *libraries, FIRMWARE / "src", generated)
    command = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror"]
    command += ["-fno-exceptions", "-fno-rtti", "-DMCUFORGE_RUNTIME_UPSTREAM=1"]
    command += ["-DMCUFORGE_ISA_SCALAR=1", '-DMCUFORGE_BOARD="host"']
    command += ["-DMCUFORGE_UART_BAUD=115200", "-DMCUFORGE_UART_MAX_BAUD=1000000"]
    command += ["-DMCUFORGE_UART_BUFFER_BYTES=4096", '-DMCUFORGE_BUILD_ID="0123456789abcdef"']
    command += [f"-I{folder}" for folder in folders]
    command += [str(source), *mode]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_application_and_custom_ops_need_the_public_names_only(generated: Path) -> None:
    assert 'AddCustom("Binarize", ' in (generated / "op_resolver.h").read_text()
    for source in sorted([*(FIRMWARE / "src").glob("*.cc"), *CUSTOM_OPS.glob("*.cc")]):
        result = compile_against_the_api(source, generated)
        assert result.returncode == 0, f"{source.name}: {result.stderr}"


def test_application_includes_the_seams_headers_alone() -> None:
    seam = {
        *("micro_interpreter.h", "micro_log.h", "micro_mutable_op_resolver.h"),
        *("micro_profiler_interface.h", "micro_time.h", "system_setup.h"),
    }
    where_it_is_there = {"debug_log.h", "micro_allocator.h", "micro_resource_variable.h"}
    included = {
        name
        for source in (FIRMWARE / "src").iterdir()
        for name in re.findall(r'^#include "tensorflow/lite/(.*)"', source.read_text(), re.M)
    }
    wanted = {f"micro/{name}" for name in seam} | {"schema/schema_generated.h"}
    assert included <= wanted | {f"micro/{name}" for name in where_it_is_there}
    for source in (FIRMWARE / "src").iterdir():  # an include of the latter follows its question
        lines = source.read_text().splitlines()
        for name in where_it_is_there:
            include = f'#include "tensorflow/lite/micro/{name}"'
            if include in lines:
                before = lines[max(0, lines.index(include) - 3) : lines.index(include)]
                assert any(line.startswith("#if __has_include(") for line in before)


def test_upstream_adds_every_op_of_ours_by_the_same_name(generated: Path, tmp_path: Path) -> None:
    source, program = tmp_path / "every_op.cc", tmp_path / "every_op"
    ops = load_supported_ops()
    calls = "".join(f"resolver.Add{op.add_suffix}() != kTfLiteOk || " for op in ops.values())
    source.write_text(
        '#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"\n'
        f"int main() {{\n  static tflite::MicroMutableOpResolver<{len(ops)}> resolver;\n"
        f"  return {calls}false;\n}}\n"
    )
    mode = ("-o", str(program), *link_flags(tmp_path))
    result = compile_against_the_api(source, generated, mode)
    assert result.returncode == 0, result.stderr
    subprocess.run([program], check=True)


def test_events_inside_an_ops_own_are_that_ops(generated: Path, tmp_path: Path) -> None:
    source, program = tmp_path / "nested.cc", tmp_path / "nested"
    source.write_text(NESTED_EVENTS)
    result = compile_against_the_api(source, generated, ("-o", str(program)))
    assert result.returncode == 0, result.stderr
    subprocess.run([program], check=True)


def test_what_a_chip_with_a_unique_id_says_of_itself(generated: Path, tmp_path: Path) -> None:
    source, program = tmp_path / "reply.cc", tmp_path / "reply"
    source.write_text(INFO_REPLY)
    others = [FIRMWARE / "src/info.cc"]
    others += [FIRMWARE / "lib/wire/wire" / name for name in ("crc32.cc", "frame_encoder.cc")]
    mode = ("-fsanitize=address,undefined", *map(str, others), "-o", str(program))
    result = compile_against_the_api(source, generated, mode)
    assert result.returncode == 0, result.stderr
    (frame,) = Decoder().feed(subprocess.run([program], check=True, capture_output=True).stdout)
    assert isinstance(frame, Frame)
    info = messages.INFO.parse(frame.payload)
    assert (info.unique_id, info.board) == ("a0a1a2a3a4a5a6a7a8a9aaab", "host")
    assert (info.status, info.setup_message) == (ids.Setup.IO_MISMATCH, "why")
    assert (info.window, info.max_payload, info.batch) == (5, 700, 3)
    assert (info.build_id, info.model_sha256) == ("0123456789abcdef", "cd" * 32)
    assert (info.clock_hz, info.tick_hz, info.arena_used) == (48_000_000, 1000, 77)
    assert (info.max_baud, info.inputs, info.outputs) == (1_000_000, 1, 1)


@pytest.mark.parametrize(
    "leak",
    [
        '#include "tensorflow/lite/c/common.h"',  # of upstream's, not those that TFLM uses
        '#include "tensorflow/lite/micro/graph.h"',
        '#include "tensorflow/lite/micro/micro_interpreter.h"\n'
        "auto Leak(tflite::MicroInterpreter& i) { return i.graph(); }",
        '#include "nn/isa.h"',
    ],
)
def test_a_private_name_would_not_compile(leak: str, generated: Path, tmp_path: Path) -> None:
    source = tmp_path / "leak.cc"
    source.write_text(f"{leak}\n")
    assert compile_against_the_api(source, generated).returncode != 0
