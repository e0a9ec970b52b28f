"""--to tflm: with a TFLM that is there already. Upstream's sources are not here, so lib/tflm, which
has its API, stands for it; what the files use of the API is checked against upstream's
declarations.
"""

from pathlib import Path

import pytest

from codegen.compile.cpp_build import NN, TFLM
from codegen.errors import CodegenError
from codegen.files.places import PROGRAM
from tests.export.bench import (
    BOARD,
    CORES,
    CXX,
    WARNINGS,
    clean_environment,
    compile_image,
    main_source,
    passes,
    run,
)
from tests.exported import make

pytestmark = pytest.mark.emulated

_RUNTIME_FLAGS = ("-fwrapv", "-DTF_LITE_STRIP_ERROR_STRINGS")


@pytest.mark.parametrize("core", ["m3", "m4", "m55"])
def test_in_a_project_that_has_tflm(core: str, tmp_path: Path) -> None:
    out = make("cnn", tmp_path, "tflm")
    main = tmp_path / "main.c"
    main.write_text(main_source(["cnn"]))
    cpp = [*out.glob("*.cc"), *(out / "test").glob("*.cc"), *TFLM.rglob("*.cc"), *NN.rglob("*.cc")]
    image = compile_image(
        CORES[core], cpp, [out / "test/cnn_self_test.c", main],
        [out, out / "test", BOARD, TFLM, NN], tmp_path / "objects", _RUNTIME_FLAGS,
    )  # fmt: skip
    assert passes(CORES[core], image)


def test_against_upstreams_declarations(tmp_path: Path) -> None:
    out = make("cnn", tmp_path, "tflm")
    api = PROGRAM / "tests/tflm_api"
    command = ["g++", "-std=c++17", *CXX, *WARNINGS, "-Wno-conversion", "-fsyntax-only"]
    for source in (*out.glob("*.cc"), *(out / "test").glob("*.cc")):
        run([*command, f"-I{api}", f"-I{out}", source], tmp_path, clean_environment(tmp_path))


def test_a_model_that_needs_more_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match="VAR_HANDLE"):
        make("stream", tmp_path, "tflm")
