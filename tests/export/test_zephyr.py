"""--to zephyr: Zephyr itself is not here. Its warnings on all sources, its schema for module.yml,
the Kconfig symbols that its own files ask for. Nothing is built by west, and nothing run.
"""

import re
from pathlib import Path

import pytest
import yaml

from tests.export.bench import CORES, clean_environment, run
from tests.exported import make

pytestmark = pytest.mark.emulated

# cmake/compiler/gcc/compiler_flags.cmake of Zephyr: warning_base, warning_extended,
# warning_error_misra_sane, and what C++ gets; W=1's but for those on style.
_WARNINGS = (
    *("-Wall", "-Wformat", "-Wformat-security", "-Wno-format-zero-length", "-Wno-main"),
    *("-Wpointer-arith", "-Wexpansion-to-defined", "-Wno-address-of-packed-member"),
    *(
        "-Wno-unused-but-set-variable",
        "-Werror=vla",
        "-Wlogical-op",
        "-Wmissing-field-initializers",
    ),
    *("-Werror", "-ffreestanding", "-fno-common", "-Os", "-fno-strict-aliasing"),
)
_CXX = ("-std=c++17", "-Wno-register", "-fcheck-new", "-fno-exceptions", "-fno-rtti")
_C = ("-std=c11", "-Wno-pointer-sign", "-Werror=implicit-int", "-Wold-style-definition")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cnn", tmp_path_factory.mktemp("zephyr"), "zephyr")


@pytest.mark.parametrize("core", CORES)
def test_its_sources_with_zephyrs_warnings(core: str, out: Path, tmp_path: Path) -> None:
    common = ["-mthumb", *CORES[core].flags, *_WARNINGS, f"-I{out / 'src'}", f"-I{out / 'test'}"]
    c = [out / "test/cnn_self_test.c", out / "samples/cnn/src/main.c"]
    environment = clean_environment(tmp_path)
    cpp = sorted((out / "src").glob("*.cc"))
    run(["arm-none-eabi-g++", *_CXX, *common, "-c", *cpp], tmp_path, environment)
    run(["arm-none-eabi-gcc", *_C, *common, "-c", *c], tmp_path, environment)


def test_module_yml_is_as_its_schema_says(out: Path) -> None:
    """scripts/schemas/module-schema.yaml of Zephyr, as far as the file goes."""
    module = yaml.safe_load((out / "zephyr/module.yml").read_text())
    assert set(module) == {"name", "build", "samples"}
    assert isinstance(module["name"], str)
    assert set(module["build"]) == {"cmake", "kconfig"}
    assert all(isinstance(one, str) for one in module["build"].values())
    assert all((out / one).is_dir() for one in module["samples"])
    assert (out / module["build"]["cmake"] / "CMakeLists.txt").is_file()
    assert (out / module["build"]["kconfig"]).is_file()


def test_its_files_name_each_other(out: Path) -> None:
    declared = set(re.findall(r"^config (\w+)", (out / "Kconfig").read_text(), re.MULTILINE))
    cmake = (out / "CMakeLists.txt").read_text()
    assert (
        set(re.findall(r"CONFIG_(\w+)", cmake))
        == declared
        == {"MCUFORGE_CNN", "MCUFORGE_CNN_SELF_TEST"}
    )
    set_to = re.findall(r"CONFIG_(\w+)=y", (out / "samples/cnn/prj.conf").read_text())
    assert declared < set(set_to)
    sources = {f"src/{one.name}" for one in (out / "src").glob("*.cc")}
    assert set(re.findall(r"src/\w+\.cc", cmake)) == sources
    yaml.safe_load((out / "samples/cnn/sample.yaml").read_text())
