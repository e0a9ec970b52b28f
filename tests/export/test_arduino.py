"""--to arduino: its layout, and its sketches over a core that stands for Arduino's."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from codegen.host.oracle_child import answers
from codegen.model.tflite import Model
from tests.export.bench import BOARD, CORES, Core, boot, clean_environment, compile_image, run
from tests.exported import MODELS, make

pytestmark = pytest.mark.emulated

_SHIM = Path(__file__).parent / "arduino"


def _image(core: Core, out: Path, sketch: str, folder: Path, *further: str) -> Path:
    """As the IDE does it: a sketch becomes C++ with Arduino.h before it."""
    cpp = folder / f"{sketch}.ino.cpp"
    ino = out / "examples" / sketch / f"{sketch}.ino"
    cpp.write_text(f"#include <Arduino.h>\n{ino.read_text()}")
    sources = [cpp, _SHIM / "core.cc", *(out / "src").glob("*.cpp")]
    return compile_image(
        core, sources, sorted((out / "src").glob("*.c")), [out / "src", _SHIM, BOARD],
        folder / sketch, further,
    )  # fmt: skip


@pytest.mark.parametrize("core", CORES)
def test_the_self_test_sketch(core: str, tmp_path: Path) -> None:
    out = make("cnn", tmp_path, "arduino")
    image = _image(CORES[core], out, "cnn_self_test", tmp_path)
    assert boot(CORES[core], image) == "cnn: self-test passed\n"


def test_the_serial_sketch(tmp_path: Path) -> None:
    """It answers what the oracle does."""
    out = make("mixed", tmp_path, "arduino", "aot")
    model = Model.parse(MODELS["mixed"]())
    sizes = [one.nbytes for one in model.inputs]
    data = np.arange(sum(sizes), dtype=np.uint8)
    real = data[: sizes[0]].view(np.float32).reshape(1, *model.inputs[0].shape)
    steps = data[sizes[0] :].view(np.int8).reshape(1, *model.inputs[1].shape)
    expected = b"".join(one.tobytes() for one in answers(model, [real, steps]))
    image = _image(CORES["m4"], out, "mixed_serial", tmp_path, f"-DINPUT_BYTES={sum(sizes)}")
    assert bytes(map(int, boot(CORES["m4"], image).split())) == expected


def test_the_sketch_of_a_model_with_a_front_end_compiles(tmp_path: Path) -> None:
    out = make("readings", tmp_path, "arduino")
    _image(CORES["m0"], out, "readings_serial", tmp_path)


def test_cores_with_cpp14(tmp_path: Path) -> None:
    out = make("cnn", tmp_path, "arduino")
    command = ["arm-none-eabi-g++", "-std=gnu++14", "-mthumb", "-mcpu=cortex-m4", "-fsyntax-only"]
    run([*command, *(out / "src").glob("*.cpp")], tmp_path, clean_environment(tmp_path))


def test_the_zip_is_the_library(tmp_path: Path) -> None:
    out = make("cnn", tmp_path / "tree", "arduino")
    zipped = make("cnn", tmp_path / "zip", "arduino", zipped=True)
    with zipfile.ZipFile(zipped / "cnn.zip") as archive:
        archive.extractall(tmp_path)
    ours = {"mcuforge-export.json"}
    names = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} - ours
    found = (one for one in (tmp_path / "cnn").rglob("*") if one.is_file())
    assert {one.relative_to(tmp_path / "cnn").as_posix() for one in found} == names
    for name in names:
        assert (tmp_path / "cnn" / name).read_bytes() == (out / name).read_bytes()


def test_its_properties(tmp_path: Path) -> None:
    """What the library specification wants: every field, a flat src/, folders named as sketches."""
    out = make("cnn", tmp_path, "arduino")
    lines = (out / "library.properties").read_text().splitlines()
    fields = {line.partition("=")[0] for line in lines}
    wanted = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url"}
    assert wanted | {"architectures"} <= fields
    assert re.fullmatch(r"version=\d+\.\d+\.\d+", lines[1])
    assert all(one.is_file() for one in (out / "src").iterdir())
    assert {one.suffix for one in (out / "src").iterdir()} == {".c", ".cpp", ".h", ".def"}
    for sketch in (out / "examples").iterdir():
        assert (sketch / f"{sketch.name}.ino").is_file()
