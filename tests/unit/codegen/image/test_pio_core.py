"""PlatformIO's folder is complete after one call, whatever state it was in."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.image import pio_core


def test_prepare_makes_a_running_tool(tmp_path: Path) -> None:
    assert pio_core.prepare(tmp_path)
    assert pio_core.is_complete(tmp_path)
    tool = tmp_path / "packages" / "tool-scons"
    output = subprocess.run(
        [sys.executable, tool / "scons.py", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert "4.11.1" in output
    note = json.loads((tool / ".piopm").read_text())
    assert note["version"] == json.loads((tool / "package.json").read_text())["version"]
    assert note["spec"]["id"] == 8192
    assert not pio_core.prepare(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["appstate.json", "packages"]


@pytest.mark.parametrize("lost", [".piopm", "package.json"])
def test_prepare_mends_a_damaged_tool(tmp_path: Path, lost: str) -> None:
    pio_core.prepare(tmp_path)
    (tmp_path / "packages" / "tool-scons" / lost).unlink()
    assert pio_core.prepare(tmp_path)
    assert (tmp_path / "packages" / "tool-scons" / lost).is_file()


def test_settings_are_merged_into_platformios(tmp_path: Path) -> None:
    state = tmp_path / "appstate.json"
    state.write_text(json.dumps({"cid": "1", "settings": {"force_verbose": True}}))
    pio_core.prepare(tmp_path)
    merged = json.loads(state.read_text())
    assert merged["cid"] == "1"
    assert merged["settings"]["force_verbose"] is True
    assert merged["settings"]["enable_telemetry"] is False
    assert merged["settings"]["check_prune_system_threshold"] == 0  # never asks to tidy up


def test_other_scons_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pio_core, "SCONS_VERSION", "1.0")
    with pytest.raises(pio_core.PlatformioCoreError, match=r"SCons is 4\.11\.1, PlatformIO needs"):
        pio_core.prepare(tmp_path)
    assert not pio_core.is_complete(tmp_path)


@pytest.mark.parametrize("note", ['{"cwd": "/another/project"}', "{", "{}"])
def test_platform_of_another_project_is_let_go(tmp_path: Path, note: str) -> None:
    """Else a copied project would build with the ports and the builder of the one it came from."""
    link = tmp_path / "platforms" / "platform.pio-link"
    link.parent.mkdir()
    link.write_text(note)
    assert pio_core.prepare(tmp_path)
    assert not link.exists()


def test_own_platform_is_kept(tmp_path: Path) -> None:
    link = tmp_path / "platforms" / "platform.pio-link"
    link.parent.mkdir()
    link.write_text(json.dumps({"cwd": str(pio_core.PROJECT)}))
    pio_core.prepare(tmp_path)
    assert link.exists()


def test_variables_for_other_projects_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUILD_DIR", "WORKSPACE_DIR", "SRC_DIR", "LIB_DIR", "BUILD_SRC_FLAGS", "CORE_DIR"):
        monkeypatch.setenv(f"PLATFORMIO_{name}", "/somewhere/else")
    monkeypatch.setenv("PLATFORMIO_BUILD_FLAGS", "-DMINE")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy")
    made = pio_core.environment({"PLATFORMIO_INCLUDE_DIR": "generated"})
    assert "/somewhere/else" not in made.values()
    assert made["PLATFORMIO_CORE_DIR"] == str(pio_core.CORE_DIR)
    assert made["PLATFORMIO_BUILD_FLAGS"] == "-DMINE"
    assert (made["HTTP_PROXY"], made["PLATFORMIO_INCLUDE_DIR"]) == ("http://proxy", "generated")
