"""Another provider of the TFLM API under the same application: here, our own under another name."""

import json
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
BOARD = load_board("host")


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """One library with all that lib/tflm and lib/nn hold."""
    folder = tmp_path / "provider"
    shutil.copytree(LIBRARIES / "tflm" / "tensorflow", folder / "tensorflow")
    shutil.copytree(LIBRARIES / "nn" / "nn", folder / "nn")
    kernels = json.loads((LIBRARIES / "nn" / "library.json").read_text())
    build = {**kernels["build"], "srcDir": ".", "includeDir": "."}
    library = {"name": "provider", "version": "1.0.0", "build": build}
    (folder / "library.json").write_text(json.dumps(library))
    return folder


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
    (provider / "nn" / "more.cc").write_text("// new\n")
    assert library.digest() != before


def test_a_library_that_cannot_replace_ours_is_refused(tmp_path: Path) -> None:
    assert TflmLib.parse("") is None
    with pytest.raises(CodegenError, match="no such folder"):
        TflmLib.parse(str(tmp_path / "absent"))
    with pytest.raises(CodegenError, match="called 'tflm', as one of mcuforge's own"):
        TflmLib.parse(str(LIBRARIES / "tflm"))
    fetched = TflmLib.parse("owner/library@^1.0.0")
    assert fetched == TflmLib("owner/library@^1.0.0", None)
