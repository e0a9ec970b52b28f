"""What PlatformIO is told, what an image is made from, and errors of one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from platformio.project.config import ProjectConfig

from codegen.boards.facts import load_board
from codegen.errors import CodegenError
from codegen.files.artifacts import GENERATED_FILES, INT8_MODEL
from codegen.files.manifest import Manifest, atomic_write
from codegen.files.places import PROGRAM
from codegen.image import firmware_build, image_sources
from codegen.image.firmware_build import FirmwareBuildError
from codegen.image.image_sources import GENERATED_VARIABLE, SELF_TEST_VARIABLE
from codegen.model.tflite import Model
from harness.rig.expected import Expected


@pytest.fixture
def generated(tmp_path: Path) -> Path:
    """build/x/generated with all files."""
    folder = tmp_path / "build" / "x" / "generated"
    folder.mkdir(parents=True)
    for name in GENERATED_FILES:
        (folder / name).write_text(f"// {name}\n")
    return folder


def test_any_generated_file_makes_another_image(generated: Path) -> None:
    def digest() -> str:
        return firmware_build.inputs(load_board("host"), generated.parent)["generated"]

    digests = {digest()}
    for name in GENERATED_FILES:
        (generated / name).write_text("// by hand\n")
        digests.add(digest())
    (generated / "another.cc").write_text("")  # it would be compiled, too
    digests.add(digest())
    assert len(digests) == len(GENERATED_FILES) + 2


def test_platformio_is_told_the_folder(
    generated: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: dict[str, str] = {}

    def platformio(*args: object) -> None:
        told.update(args[-1])  # type: ignore[call-overload]
        raise firmware_build.FirmwareBuildError("enough")

    monkeypatch.setattr(firmware_build, "_run_platformio", platformio)
    monkeypatch.setattr(firmware_build, "PIO_BUILD_DIR", tmp_path / ".pio" / "build")
    monkeypatch.setattr(firmware_build.pio_core, "prepare", lambda: None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(firmware_build.FirmwareBuildError):
        firmware_build.build(load_board("host"), Path("build/x"), "00", self_test=True)
    assert told == {GENERATED_VARIABLE: str(generated), SELF_TEST_VARIABLE: "1"}


def test_a_plain_platformio_run_takes_what_the_default_recipe_generated() -> None:
    """The variable is PlatformIO's own; without it platformio.ini names the folder."""
    config = ProjectConfig(str(PROGRAM / "platformio.ini"))
    defaults = yaml.safe_load((PROGRAM / "invoke.yaml").read_text())
    folder = Path("build") / defaults["mcuforge"]["recipe"] / "generated"
    assert config.get("platformio", "include_dir") == str(PROGRAM / folder)


def test_an_image_does_not_tell_where_its_generated_sources_lay(tmp_path: Path) -> None:
    inside, outside = tmp_path / "build" / "x" / "generated", Path("/elsewhere/generated")
    assert image_sources.generated_flags(tmp_path, inside) == [
        "-ffile-prefix-map=build/x/generated=generated",
        f"-ffile-prefix-map={inside}=generated",
    ]
    assert "-ffile-prefix-map=/elsewhere/generated=generated" in image_sources.generated_flags(
        tmp_path, outside
    )


def test_a_board_without_environment_is_one_line() -> None:
    firmware_build._require_environment("host_sanitize")
    with pytest.raises(CodegenError, match=r"^platformio.ini has no \[env:nope\]; add it"):
        firmware_build._require_environment("nope")


def test_missing_source(generated: Path) -> None:
    (generated / "arena.h").unlink()
    with pytest.raises(CodegenError, match=r"has no arena\.h; run `invoke generate` first"):
        firmware_build.build(load_board("host"), generated.parent, "00")
    assert not (generated.parent / "host").exists()


def test_missing_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(firmware_build, "TOOLCHAIN_PACKAGE", tmp_path)
    with pytest.raises(
        firmware_build.MissingToolError, match=r"arm-none-eabi-g\+\+ is not on PATH"
    ) as caught:
        firmware_build.build(load_board("mps2_an386"), tmp_path / "build", "00")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "build").exists()


def test_toolchain_package_is_the_second_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler = tmp_path / "bin" / "arm-none-eabi-g++"
    compiler.parent.mkdir()
    compiler.write_text("#!/bin/sh\necho packaged 1.2.3\necho more\n")
    compiler.chmod(0o755)
    monkeypatch.setattr(firmware_build, "TOOLCHAIN_PACKAGE", tmp_path)
    assert firmware_build.compiler_version(load_board("mps2_an386")) != "packaged 1.2.3"
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert firmware_build.compiler_version(load_board("mps2_an386")) == "packaged 1.2.3"


def test_what_the_linker_says_of_regions_that_are_too_small() -> None:
    board = load_board("stm32vldiscovery")
    said = "ld: region `ram' overflowed by 1000 bytes\nld: region `flash' overflowed by 24 bytes\n"
    assert firmware_build._overflowing(board, said) == {"ram": 9192, "flash": 131096}
    assert firmware_build._overflowing(board, "ld: region `FLASH' overflowed by 24 bytes") == {}


def test_an_image_with_a_self_test_at_boot_is_another_one(generated: Path) -> None:
    board = load_board("host")
    plain = firmware_build.inputs(board, generated.parent)
    assert firmware_build.inputs(board, generated.parent, self_test=True) != plain


def test_only_processes_have_sanitizers() -> None:
    with pytest.raises(CodegenError, match="mps2_an386 has no sanitizers"):
        firmware_build.environment_name(load_board("mps2_an386"), sanitize=True)
    assert firmware_build.environment_name(load_board("host"), sanitize=True) == "host_sanitize"


def test_firmware_json_that_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match="run `invoke build` first"):
        firmware_build.FirmwareInfo.load(tmp_path)
    (tmp_path / "firmware.json").write_text(json.dumps({"board": "host"}))
    with pytest.raises(CodegenError, match="is damaged"):
        firmware_build.FirmwareInfo.load(tmp_path)


@pytest.mark.parametrize(
    ("board_id", "name"), [("host", "elf"), ("mps2_an386", "elf"), ("mps2_an386", "bin")]
)
def test_only_a_whole_image_is_run(board_id: str, name: str, cnn: Model, tmp_path: Path) -> None:
    """Half of one may well run: the second half is debug information."""
    board = load_board(board_id)
    (tmp_path / INT8_MODEL).write_bytes(cnn.data)
    outputs = firmware_build.output_files(board, tmp_path)
    for path in outputs:
        atomic_write(path, b"0123456789")
    info = {"board": board_id, "isa": "x", "build_id": "b", "model_sha256": "m"}
    atomic_write(outputs[0], json.dumps({**info, "flash_bytes": 1, "ram_bytes": 1}).encode())
    Expected.load(board, tmp_path)  # somebody else's: no manifest
    Manifest.load(tmp_path).record(firmware_build.stage_name(board), {}, outputs)
    Expected.load(board, tmp_path)
    image = tmp_path / board_id / f"firmware.{name}"
    image.write_bytes(image.read_bytes()[:5])
    with pytest.raises(CodegenError, match=f"firmware.{name} in .* run `invoke build --board"):
        Expected.load(board, tmp_path)
    image.unlink()
    with pytest.raises(CodegenError, match=f"firmware.{name} in .* is damaged"):
        Expected.load(board, tmp_path)


def test_an_image_of_other_sources_is_not_taken(
    generated: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PlatformIO left it where it was, and says that all went well."""
    made = tmp_path / ".pio" / "build" / "host"
    made.mkdir(parents=True)
    (made / "build_id").write_text("0123456789abcdef\n")
    (made / "firmware.elf").write_bytes(b"ELF of fedcba9876543210")
    monkeypatch.setattr(firmware_build, "_run_platformio", lambda *_: None)
    monkeypatch.setattr(firmware_build, "PIO_BUILD_DIR", made.parent)
    monkeypatch.setattr(firmware_build.pio_core, "prepare", lambda: None)
    with pytest.raises(FirmwareBuildError, match=r"firmware\.elf is not build 0123456789abcdef"):
        firmware_build.build(load_board("host"), generated.parent, "00")
    assert not (generated.parent / "host" / "firmware.elf").exists()
