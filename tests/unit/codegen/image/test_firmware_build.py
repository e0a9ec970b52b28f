"""Sources reach firmware/generated once; hand-made changes are kept; errors are one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.errors import CodegenError
from codegen.files.artifacts import GENERATED_FILES
from codegen.image import firmware_build


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """build/x/generated with all files, and a firmware/generated of its own."""
    monkeypatch.setattr(firmware_build, "FIRMWARE", tmp_path / "firmware")
    folder = tmp_path / "build" / "x" / "generated"
    folder.mkdir(parents=True)
    for name in GENERATED_FILES:
        (folder / name).write_text(f"// {name}\n")
    return folder


def synced(tmp_path: Path, name: str) -> Path:
    return tmp_path / "firmware" / "generated" / name


def test_sync_copies_and_leaves_unchanged_files_alone(generated: Path, tmp_path: Path) -> None:
    assert firmware_build.sync_generated(generated) == []
    copy = synced(tmp_path, "arena.h")
    assert copy.read_text() == "// arena.h\n"
    before = copy.stat().st_mtime_ns
    assert firmware_build.sync_generated(generated) == []
    assert copy.stat().st_mtime_ns == before


def test_sync_follows_a_new_model(generated: Path, tmp_path: Path) -> None:
    firmware_build.sync_generated(generated)
    (generated / "arena.h").write_text("// another model\n")
    assert firmware_build.sync_generated(generated) == []
    assert synced(tmp_path, "arena.h").read_text() == "// another model\n"


def test_change_by_hand_is_kept_and_told(generated: Path, tmp_path: Path) -> None:
    firmware_build.sync_generated(generated)
    before = firmware_build.inputs(load_board("host"), generated.parent)["generated"]
    synced(tmp_path, "op_resolver.h").write_text("// by hand\n")
    assert firmware_build.inputs(load_board("host"), generated.parent)["generated"] != before
    for _ in range(2):
        assert firmware_build.sync_generated(generated) == ["op_resolver.h"]
        assert synced(tmp_path, "op_resolver.h").read_text() == "// by hand\n"
    synced(tmp_path, "op_resolver.h").unlink()
    assert firmware_build.sync_generated(generated) == []
    assert synced(tmp_path, "op_resolver.h").read_text() == "// op_resolver.h\n"


def test_a_board_without_environment_is_one_line() -> None:
    firmware_build._require_environment("host_sanitize")
    with pytest.raises(CodegenError, match=r"^platformio.ini has no \[env:nope\]; add it"):
        firmware_build._require_environment("nope")


def test_missing_source(generated: Path) -> None:
    (generated / "arena.h").unlink()
    with pytest.raises(CodegenError, match=r"arena\.h is missing; run `invoke generate` first"):
        firmware_build.sync_generated(generated)


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
