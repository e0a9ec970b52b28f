"""--to c: in a CMake project for each core that QEMU has, with GCC and with clang."""

from pathlib import Path

import pytest

from tests.export.bench import (
    CORES,
    CXX,
    WARNINGS,
    clang_headers,
    clean_environment,
    cmake,
    passes,
    run,
)
from tests.exported import make

pytestmark = pytest.mark.emulated


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Both engines; a plain model, one of two types of inputs, one with variables, one with a front
    end: all of them in one image and in one arena."""
    folder = tmp_path_factory.mktemp("exports")
    return [
        make("cnn", folder),
        make("mixed", folder, engine="aot"),
        make("stream", folder),
        make("readings", folder, engine="aot"),
    ]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("core", CORES)
def test_four_models_with_one_arena_in_one_image(
    core: str, compiler: str, exports: list[Path], tmp_path: Path
) -> None:
    assert passes(CORES[core], cmake(CORES[core], compiler, exports, tmp_path))


def test_on_this_machine_with_ctest(exports: list[Path], tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    for export in exports:
        build = tmp_path / export.name
        run(["cmake", "-S", export, "-B", build], tmp_path, environment)
        run(["cmake", "--build", build, "--parallel"], tmp_path, environment)
        said = run(["ctest", "--test-dir", build, "--verbose"], tmp_path, environment)
        assert f"{export.name}: self-test passed" in said


def test_a_float_abi_that_turns_helium_off_is_an_error(exports: list[Path], tmp_path: Path) -> None:
    headers, _ = clang_headers()
    command = [
        *("clang++", "--target=arm-none-eabi", "-mthumb", "-mcpu=cortex-m55", "-std=c++17"),
        *(*headers.split(), "-fsyntax-only", str(exports[0] / "src/cnn.cc")),
    ]
    with pytest.raises(AssertionError, match="give -mfloat-abi=hard"):
        run([*command, "-mfloat-abi=soft"], tmp_path, clean_environment(tmp_path))
    without = "-DCNN_WITHOUT_HELIUM=1"
    run([*command, "-mfloat-abi=soft", without], tmp_path, clean_environment(tmp_path))
    run([*command, "-mfloat-abi=hard"], tmp_path, clean_environment(tmp_path))


def test_an_export_for_one_kind_of_core_refuses_others(tmp_path: Path) -> None:
    out = make("cnn", tmp_path, isa="dsp")
    command = ["arm-none-eabi-g++", "-mthumb", "-std=c++17", *CXX, *WARNINGS, "-fsyntax-only"]
    command.append(str(out / "src/cnn.cc"))
    run([*command, "-mcpu=cortex-m4"], tmp_path, clean_environment(tmp_path))
    with pytest.raises(AssertionError, match="export it with --isa all or --isa scalar"):
        run([*command, "-mcpu=cortex-m3"], tmp_path, clean_environment(tmp_path))
