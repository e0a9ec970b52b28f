"""No Armv6-M image goes on with a register that a function which it called has popped."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codegen.boards.facts import Board, boards_built_here
from codegen.compile import compiler_flags
from codegen.image.bench_image import build_bench_image
from codegen.image.firmware_build import image_dir
from codegen.memory.planner import plan_model
from codegen.model.op_table import load_supported_ops
from tests.lost_registers import lost_registers
from verification.bench import measure
from verification.cases.model_builder import small_cnn

pytestmark = pytest.mark.emulated
CPUS = ("cortex-m0", "cortex-m0plus")
FIRMWARE = [board for board in boards_built_here() if board.cpu in CPUS]
BENCHED = [board for board in FIRMWARE if board.emulator and board.emulator.machine]

# Keep() leaves r3 alone until its epilogue frees three words with a pop. The pragma is what some
# kernels have.
POPS = """
#pragma GCC optimize("Os")
#include <cstdint>
[[gnu::noinline, gnu::noclone]] static void Keep(int32_t a, int32_t b, int32_t c, int32_t d) {
  volatile int32_t kept[3] = {a, b, c};
  asm volatile("str %1, [%0]" : : "l"(kept), "l"(d) : "r4", "r5", "memory");
}
volatile int32_t g_in[8];
extern "C" void start() {
  Keep(g_in[0], g_in[1], g_in[2], g_in[3]);
  Keep(g_in[0], g_in[1], g_in[2], 1000);
  Keep(g_in[3], g_in[4], g_in[5], 1000);
}
"""


def image_of(text: str, flags: list[str], folder: Path) -> Path:
    (folder / "main.cc").write_text(text)
    command = ["arm-none-eabi-g++", *flags, *compiler_flags.CXX, *compiler_flags.IMAGE_LINK]
    files = [str(folder / "main.cc"), "-o", str(folder / "image.elf")]
    subprocess.run([*command, "-Wl,--entry=start", *files], check=True)
    return folder / "image.elf"


@pytest.mark.parametrize("cpu", CPUS)
def test_gcc_loses_a_register_without_the_flag(cpu: str, tmp_path: Path) -> None:
    """If this finds nothing, this compiler is mended, or the search is blind."""
    flags = compiler_flags.core_flags(cpu, "soft", "none")
    assert lost_registers(image_of(POPS, flags, tmp_path)) == []
    flags.remove("-fno-ipa-ra")
    (lost,) = lost_registers(image_of(POPS, flags, tmp_path))
    assert (lost.caller, lost.register) == ("start", "r3")
    assert "Keep" in lost.callee


@pytest.mark.parametrize("board", FIRMWARE, ids=lambda board: board.id)
def test_firmware(board: Board, build_dir: Path) -> None:
    assert lost_registers(image_dir(board, build_dir) / "firmware.elf") == []


@pytest.mark.parametrize("board", BENCHED, ids=lambda board: board.id)
def test_benchmark(board: Board, tmp_path: Path) -> None:
    (tmp_path / "cnn.tflite").write_bytes(small_cnn())
    subject = measure.read_subject(tmp_path / "cnn.tflite")
    arena_bytes = plan_model(subject.model, board.isa).arena_bytes
    supported = load_supported_ops()
    image = build_bench_image(subject.model, board, arena_bytes, subject.input_bytes, supported)
    assert lost_registers(image.elf) == []
