"""An export, built by hand on this machine as its README says, outside of the repository.

tests/export builds each kind of export as its user would, for the cores that QEMU has.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from codegen.model.tflite import Model
from codegen.samples.encode import dequantize
from tests.exported import make
from verification.cases.model_builder import small_cnn

pytestmark = pytest.mark.golden

_WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wconversion")


def compile_by_hand(out: Path, folder: Path, *sources: Path) -> Path:
    """A program of the export's sources and of C sources that use it."""
    common = [*_WARNINGS, "-O1", f"-I{out / 'src'}", f"-I{out / 'test'}", "-c"]
    folder.mkdir(exist_ok=True)
    cpp = sorted((out / "src").glob("*.cc"))
    flags = ["-std=c++17", "-fno-exceptions", "-fno-rtti"]
    subprocess.run(["g++", *flags, *common, *map(str, cpp)], cwd=folder, check=True)
    c = [out / "test" / f"{out.name}_self_test.c", *sources]
    subprocess.run(["gcc", "-std=c11", *common, *map(str, c)], cwd=folder, check=True)
    program = folder / "program"
    subprocess.run(["gcc", *map(str, folder.glob("*.o")), "-o", str(program)], check=True)
    return program


def compile_lines_of_readme(out: Path, folder: Path) -> None:
    lines = re.search(r"```c\n(.*?)```", (out / "README.md").read_text(), re.DOTALL)
    assert lines
    (folder / "user.c").write_text(lines[1])
    command = ["gcc", "-std=c11", *_WARNINGS, f"-I{out / 'src'}", "-fsyntax-only"]
    subprocess.run([*command, str(folder / "user.c")], check=True)


def run(program: Path) -> tuple[int, str]:
    done = subprocess.run([program], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


@pytest.fixture(scope="module")
def cnn(folder: Path) -> Path:
    return make("cnn", folder)


@pytest.fixture(scope="module")
def built(cnn: Path, folder: Path) -> Iterator[Path]:
    """Of the objects of cnn, with its own test."""
    compile_by_hand(cnn, folder / "objects", cnn / "test/main.c")
    yield folder / "objects"


def test_its_self_test_passes(built: Path) -> None:
    assert run(built / "program") == (0, "cnn: self-test passed, 3 vectors\n")


def test_every_symbol_has_its_name(built: Path) -> None:
    objects = [one for one in built.glob("*.o") if one.name != "main.o"]
    named = subprocess.run(
        ["nm", "-g", "--defined-only", "--format=posix", *map(str, objects)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    symbols = {line.split()[0] for line in named.splitlines() if " " in line}
    assert len(symbols) > 50
    # cnn_init; nn::ConvS8 as _ZN6cnn_nn6ConvS8...; a function of nn's templates
    other = [one for one in symbols if not re.match(r"cnn_|_Z\w*?\d+cnn(_[a-z]+)?\d", one)]
    other = [one for one in other if not re.match(r"_Z\d+cnn_", one)]
    assert not other


def test_its_self_test_can_fail(cnn: Path, built: Path, tmp_path: Path) -> None:
    text = (cnn / "test/cnn_self_test.c").read_text()
    crcs = re.findall(r"0x[0-9a-f]{8}u", text)
    for number, crc in enumerate(crcs[:3], 1):
        wrong = tmp_path / "cnn_self_test.c"
        wrong.write_text(text.replace(crc, f"0x{int(crc[:-1], 16) ^ 1:08x}u"))
        includes = [f"-I{cnn / 'src'}", f"-I{cnn / 'test'}"]
        others = [str(one) for one in built.glob("*.o") if one.name != "cnn_self_test.o"]
        program = tmp_path / "program"
        subprocess.run(["gcc", *includes, str(wrong), *others, "-o", str(program)], check=True)
        said = f"cnn: self-test FAILED at vector {number} of 3\n"
        assert run(program) == (1, said)


@pytest.mark.parametrize(
    ("name", "engine", "vectors"),
    [
        ("custom", "interpreter", 3),
        ("mixed", "interpreter", 3),
        ("stream", "aot", 3),
        ("readings", "aot", 6),
    ],
)
def test_other_models(name: str, engine: str, vectors: int, tmp_path: Path) -> None:
    out = make(name, tmp_path, engine=engine)
    program = compile_by_hand(out, tmp_path / "objects", out / "test/main.c")
    assert run(program) == (0, f"{name}: self-test passed, {vectors} vectors\n")
    compile_lines_of_readme(out, tmp_path)


_MISUSE = """
#include <stdio.h>

#include "cnn.h"

static _Alignas(CNN_ARENA_ALIGNMENT) unsigned char arena[CNN_ARENA_BYTES + CNN_ARENA_ALIGNMENT];

static void show(int value) { printf("%d ", value); }

int main(void) {
  show(cnn_invoke()), show(cnn_input(0) == NULL), show(cnn_output(0) == NULL);
  cnn_reset();
  show(cnn_init(NULL, sizeof(arena))), show(cnn_init(arena + 8, sizeof(arena) - 8));
  show(cnn_init(arena, CNN_ARENA_BYTES - 1)), show(cnn_init(arena, CNN_ARENA_BYTES));
  show(cnn_input(0) != NULL), show(cnn_input(CNN_INPUT_COUNT) == NULL);
  show(cnn_output(0) != NULL), show(cnn_output(CNN_OUTPUT_COUNT) == NULL);
  printf("\\n%s %d\\n", cnn_label(0), cnn_label(CNN_LABEL_COUNT) == NULL);
  for (int i = -400; i < 400; ++i) printf("%d ", cnn_quantize_input0((float)i * STEP));
  printf("\\n%d %d\\n", cnn_quantize_input0(1e30f), cnn_quantize_input0(0.0f / 0.0f));
  for (int i = -128; i < 128; ++i) printf("%.9g ", (double)cnn_dequantize_output0((int8_t)i));
  return 0;
}
"""


def test_wrong_calls_and_helpers(cnn: Path, built: Path, tmp_path: Path) -> None:
    tensor = Model.parse(small_cnn()).inputs[0]
    step = f"{tensor.scale / 2:.9g}f"  # halves are among them
    source = tmp_path / "misuse.c"
    source.write_text(_MISUSE.replace("STEP", step))
    others = [str(one) for one in built.glob("*.o") if one.name != "main.o"]
    program = tmp_path / "program"
    command = ["gcc", f"-I{cnn / 'src'}", str(source), *others, "-o", str(program)]
    subprocess.run(command, check=True)
    code, text = run(program)
    assert code == 0
    *words, steps, edges, reals = text.splitlines()
    assert words == ["3 1 1 1 1 2 0 1 1 1 1 ", "0 1"]
    real = np.arange(-400, 400).astype(np.float32) * np.float32(step[:-1])
    ratio = (real / np.float32(tensor.scale)).astype(np.float64)  # in float, as TFLM's QUANTIZE
    nearest = np.sign(ratio) * np.floor(np.abs(ratio) + 0.5) + tensor.zero_point
    assert [int(one) for one in steps.split()] == np.clip(nearest, -128, 127).tolist()
    assert edges == "127 -128"
    output = Model.parse(small_cnn()).outputs[0]
    expected = dequantize(np.arange(-128, 128).astype(np.int8), output)
    assert np.array_equal(np.array(reals.split(), np.float32), expected)


def test_the_same_bytes_again(cnn: Path, tmp_path: Path) -> None:
    def contents(folder: Path) -> dict[str, bytes]:
        files = (one for one in folder.rglob("*") if one.is_file())
        return {one.relative_to(folder).as_posix(): one.read_bytes() for one in files}

    again = make("cnn", tmp_path)
    assert contents(again) == contents(cnn)


def test_the_readmes_lines_compile(cnn: Path, tmp_path: Path) -> None:
    compile_lines_of_readme(cnn, tmp_path)


def test_kernels_wrap_without_a_flag(cnn: Path, tmp_path: Path) -> None:
    """GCC takes x + 1 > x for granted, unless sums wrap."""
    (tmp_path / "main.cc").write_text(
        '#include <climits>\n#include "cnn_kernel.h"\n'
        "[[gnu::noinline]] int Grows(int x) { return x + 1 > x; }\n"
        "int main(int argc, char**) { return Grows(INT_MAX - 1 + argc); }\n"
    )
    program = tmp_path / "program"
    command = ["g++", "-O2", f"-I{cnn / 'src'}", str(tmp_path / "main.cc"), "-o", str(program)]
    subprocess.run(command, check=True)
    assert run(program) == (0, "")
