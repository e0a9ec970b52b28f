"""The application compiles against the names of the TFLM API alone: upstream has no others."""

import subprocess
from pathlib import Path

import pytest

from codegen.generate import generate
from tests.tflite_builder import small_cnn
from tests.unit.codegen.fakes import fake_plan

ROOT = Path(__file__).resolve().parents[3]
FIRMWARE = ROOT / "firmware"
API = Path(__file__).with_name("tflm_api")  # declarations with upstream's signatures, written here


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("api")
    model = folder / "model.tflite"
    model.write_bytes(small_cnn())
    generate(model, folder, plan=fake_plan)
    return folder / "generated"


def compile_against_the_api(source: Path, generated: Path) -> subprocess.CompletedProcess[str]:
    folders = (API, FIRMWARE / "boards", FIRMWARE / "lib" / "wire", FIRMWARE / "src", generated)
    command = ["g++", "-std=c++17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    command += ["-fno-exceptions", "-fno-rtti", "-DMCUFORGE_RUNTIME_UPSTREAM=1"]
    command += ["-DMCUFORGE_ISA_SCALAR=1", '-DMCUFORGE_BOARD="host"']
    command += ["-DMCUFORGE_UART_BUFFER_BYTES=4096", '-DMCUFORGE_BUILD_ID="0123456789abcdef"']
    command += [f"-I{folder}" for folder in folders]
    return subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)


def test_the_application_needs_the_public_names_only(generated: Path) -> None:
    for source in sorted((FIRMWARE / "src").glob("*.cc")):
        result = compile_against_the_api(source, generated)
        assert result.returncode == 0, f"{source.name}: {result.stderr}"


@pytest.mark.parametrize(
    "leak",
    [
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
