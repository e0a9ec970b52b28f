"""When a stage runs, when it is skipped, and what happens to files changed by hand."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from codegen.errors import CodegenError
from pipeline import stages


@pytest.fixture(autouse=True)
def own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "BUILD", tmp_path / "build")


def run(
    inputs: dict[str, str], keep_edited: bool = False, force: str = "", fail: bool = False
) -> bool:
    """Runs the stage "work", which writes "out"; True if it was really run."""
    stages._settled.clear()
    choice = stages.Choice("host", "tiny", "auto", force=frozenset({force}))
    ran = []

    def action() -> None:
        if fail:
            raise CodegenError("no")
        (choice.build_dir / "out").write_text(str(inputs))
        ran.append(True)

    stages._run(choice, "work", lambda: inputs, ["out"], action, keep_edited=keep_edited)
    return bool(ran)


def test_stage_is_skipped_until_its_inputs_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert run({"a": "1"})
    assert not run({"a": "1"})
    assert "work: up to date (inputs unchanged)" in capsys.readouterr().out
    assert run({"a": "2"})
    assert not run({"a": "2"})
    assert run({"a": "2"}, force="work")


def test_missing_output_runs_the_stage_again(tmp_path: Path) -> None:
    assert run({"a": "1"})
    (tmp_path / "build/tiny/out").unlink()
    assert run({"a": "1"}, keep_edited=True)


def test_changed_output_runs_the_stage_again(tmp_path: Path) -> None:
    assert run({"a": "1"})
    (tmp_path / "build/tiny/out").write_text("damaged")
    assert run({"a": "1"})
    assert (tmp_path / "build/tiny/out").read_text() == "{'a': '1'}"


def test_change_by_hand_is_kept_where_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run({"a": "1"}, keep_edited=True)
    (tmp_path / "build/tiny/out").write_text("by hand")
    assert not run({"a": "1"}, keep_edited=True)
    assert "out in " in capsys.readouterr().err
    assert run({"a": "1"}, keep_edited=True, force="work")
    (tmp_path / "build/tiny/out").write_text("by hand")
    assert run({"a": "2"}, keep_edited=True), "new inputs win over an old experiment"


def test_failed_stage_is_not_recorded() -> None:
    with pytest.raises(CodegenError):
        run({"a": "1"}, fail=True)
    assert run({"a": "1"})


def test_prerequisite_of_two_verbs_is_looked_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    choice = stages.Choice("host", "tiny", "auto")
    stages._settled.clear()
    for _ in range(2):
        stages._run(choice, "work", lambda: {}, [], lambda: None)
    assert capsys.readouterr().out.count("work:") == 1


def test_check_refuses_before_any_work(tmp_path: Path) -> None:
    model = tmp_path / "mine.tflite"
    model.write_bytes(struct.pack("<I4s", 8, b"TFL3"))
    for bad, message in [
        (stages.Choice("nope", "tiny", "auto"), "no board 'nope'"),
        (stages.Choice("host", "nope", "auto"), "unknown recipe 'nope'"),
        (stages.Choice("host", "tiny", "auto", model=tmp_path / "none.tflite"), "none.tflite"),
        (stages.Choice("host", "tiny", "auto", model=tmp_path / "host.tflite"), "another use"),
        (stages.Choice("host", "tiny", "auto", model=tmp_path / "tiny.tflite"), "another use"),
        (stages.Choice("host", "tiny", "auto", model=tmp_path / "-a b.tflite"), "letters"),
        (stages.Choice("host", "tiny", "auto", model=model), "mine.tflite"),
    ]:
        with pytest.raises(Exception, match=message) as caught:
            stages.check(bad)
        assert caught.value.exit_code == 2  # type: ignore[attr-defined]
    assert not (tmp_path / "build").exists()


def test_clean_removes_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "PROJECT", tmp_path)
    monkeypatch.setattr(stages, "PROGRAM", tmp_path)
    monkeypatch.setattr(stages, "RUNS", tmp_path / "runs")
    for name in ("tiny", "other"):
        (tmp_path / "build" / name).mkdir(parents=True)
    stages.clean(stages.Choice("host", "tiny", "auto"), everything=False)
    assert [path.name for path in (tmp_path / "build").iterdir()] == ["other"]
    stages.clean(stages.Choice("host", "tiny", "auto"), everything=True)
    assert not (tmp_path / "build").exists()
