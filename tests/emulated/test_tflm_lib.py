"""Another provider of the TFLM API under the same application: here, our own under another name."""

import re
import shutil
from pathlib import Path

import pytest

from codegen import firmware_build
from codegen.boards import load_board
from codegen.errors import CodegenError
from codegen.manifest import sha256_file
from codegen.tflm_lib import TflmLib
from harness import checks, link
from harness.digits import Digits
from harness.expected import Expected
from tests import device_checks

pytestmark = pytest.mark.emulated

LIBRARIES = firmware_build.FIRMWARE / "lib"
PORTING = (firmware_build.REPOSITORY / "docs" / "porting.md").read_text()
BOARD = load_board("host")


# Of what upstream's folder holds besides, and docs/porting.md's library.json leaves out.
NOT_TO_COMPILE = (
    "tensorflow/lite/micro/cortex_m_generic/micro_time.cc",
    "signal/src/energy.cc",
    "third_party/kissfft/kiss_fft.c",
    "third_party/cmsis/Device/startup.c",
    "examples/hello_world/main.cc",
)
AGREED_LAYOUT = """
#if !defined(TF_LITE_STATIC_MEMORY)
#error "application and library have to lay TfLiteTensor out alike"
#endif
#include "flatbuffers/flatbuffers.h"
#include "fixedpoint/fixedpoint.h"
#include "kiss_fft.h"
#include "ruy/profiler/instrumentation.h"
"""
THIRD_PARTY_HEADERS = (
    "flatbuffers/include/flatbuffers/flatbuffers.h",
    "gemmlowp/fixedpoint/fixedpoint.h",
    "kissfft/kiss_fft.h",
    "ruy/ruy/profiler/instrumentation.h",
)


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """What lib/tflm and lib/nn hold, laid out as upstream's create_tflm_tree.py lays its own out,
    with the library.json that docs/porting.md gives for that."""
    folder = tmp_path / "provider"
    third_party = folder / "third_party"
    shutil.copytree(LIBRARIES / "tflm" / "tensorflow", folder / "tensorflow")
    is_header = shutil.ignore_patterns("*.h", "*.def")
    shutil.copytree(LIBRARIES / "nn" / "nn", third_party / "cmsis_nn/Source", ignore=is_header)
    headers = [p for p in (LIBRARIES / "nn" / "nn").iterdir() if p.suffix in (".h", ".def")]
    (third_party / "cmsis_nn/Include/nn").mkdir(parents=True)
    for header in headers:
        shutil.copy(header, third_party / "cmsis_nn/Include/nn")
    for name in THIRD_PARTY_HEADERS:
        _write(third_party / name, "#pragma once\n")
    for name in NOT_TO_COMPILE:
        _write(folder / name, "#error not to be compiled\n")
    types = folder / "tensorflow/lite/c/common.h"
    types.write_text(AGREED_LAYOUT + types.read_text())
    (folder / "library.json").write_text(_documented_library())
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _documented_library() -> str:
    (block,) = re.findall(r'```json\n(\{\n  "name": "upstream",.*?)```', PORTING, re.DOTALL)
    return block


def test_the_same_application_runs_on_another_library(
    provider: Path, build_dir: Path, digits: Digits, tmp_path: Path
) -> None:
    own = tmp_path / "build"
    shutil.copytree(build_dir / "generated", own / "generated")
    shutil.copy(build_dir / "model.tflite", own)
    model_sha256 = sha256_file(own / "model.tflite")
    library = TflmLib.parse(str(provider))
    firmware_build.build(BOARD, own, model_sha256, tflm_lib=library)
    objects = (own / BOARD.id / firmware_build.MAP_FILE).read_text()
    assert "libprovider.a" in objects
    assert "libtflm.a" not in objects and "libnn.a" not in objects

    expected = Expected.load(BOARD, own)
    with link.open_device(BOARD, expected.elf) as device:
        info = device.info()
        assert info.runtime == firmware_build.OTHER_RUNTIME
        checks.check_info(info, expected)
        assert info.arena_used < info.arena_size  # estimated from above, for upstream needs more
        device_checks.check_digits(device, digits)


def test_a_change_in_the_library_is_a_change_of_the_image(provider: Path) -> None:
    library = TflmLib.parse(str(provider))
    assert library is not None
    before = library.digest()
    (provider / "tensorflow" / "more.cc").write_text("// new\n")
    assert library.digest() != before


def test_a_library_that_cannot_replace_ours_is_refused(tmp_path: Path) -> None:
    assert TflmLib.parse("") is None
    with pytest.raises(CodegenError, match="no such folder"):
        TflmLib.parse(str(tmp_path / "absent"))
    with pytest.raises(CodegenError, match="called 'tflm', as one of mcuforge's own"):
        TflmLib.parse(str(LIBRARIES / "tflm"))
    fetched = TflmLib.parse("owner/library@^1.0.0")
    assert fetched == TflmLib("owner/library@^1.0.0", None)
