"""When a stage runs, when it is skipped, and what happens to files changed by hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from codegen.errors import CodegenError
from codegen.files.manifest import Manifest
from pipeline import stage as room
from pipeline.stage import FolderError, Stage


@dataclass(frozen=True)
class Work(Stage):
    """A stage that does what the test says, with the code of a module that changes little."""

    action: Callable[[], object] = lambda: None

    def call(self) -> object:
        return self.action()


def run(
    build_dir: Path,
    options: dict[str, str],
    keep_edited: bool = False,
    force: bool = False,
    fail: bool = False,
    inputs: tuple[str, ...] = (),
) -> bool:
    """Runs the stage "work", which writes "out"; True if it was really run."""
    room._settled.clear()

    def action() -> bool:
        if fail:
            raise CodegenError("no")
        (build_dir / "out").write_text(str(options))
        return True

    stage = Work(
        "work",
        "codegen.errors:CodegenError",
        outputs=("out",),
        arguments={},
        inputs=inputs,
        inputs_if_there=("maybe",),
        options=lambda: options,
        keep_edited=keep_edited,
        action=action,
    )
    return bool(room.run(stage, build_dir, force))


def test_stage_is_skipped_until_its_options_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, {"a": "1"})
    assert not run(tmp_path, {"a": "1"})
    assert "work: up to date (inputs unchanged)" in capsys.readouterr().out
    assert run(tmp_path, {"a": "2"})
    assert not run(tmp_path, {"a": "2"})
    assert run(tmp_path, {"a": "2"}, force=True)


def test_stage_is_skipped_until_its_input_files_change(tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match="in is missing, although the stage before it ended"):
        run(tmp_path, {}, inputs=("in",))
    (tmp_path / "in").write_text("1")
    assert run(tmp_path, {}, inputs=("in",))
    assert not run(tmp_path, {}, inputs=("in",))
    (tmp_path / "in").write_text("2")
    assert run(tmp_path, {}, inputs=("in",))
    (tmp_path / "maybe").write_text("now it is there")
    assert run(tmp_path, {}, inputs=("in",))
    assert not run(tmp_path, {}, inputs=("in",))


def test_missing_output_runs_the_stage_again(tmp_path: Path) -> None:
    assert run(tmp_path, {"a": "1"})
    (tmp_path / "out").unlink()
    assert run(tmp_path, {"a": "1"}, keep_edited=True)


def test_changed_output_runs_the_stage_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, {"a": "1"})
    (tmp_path / "out").write_text("damaged")
    assert run(tmp_path, {"a": "1"})
    assert "out in " in (said := capsys.readouterr().err)
    assert "is made anew" in said
    assert (tmp_path / "out").read_text() == "{'a': '1'}"


def test_change_by_hand_is_kept_where_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, {"a": "1"}, keep_edited=True)
    (tmp_path / "out").write_text("by hand")
    assert not run(tmp_path, {"a": "1"}, keep_edited=True)
    assert "out in " in capsys.readouterr().err
    assert run(tmp_path, {"a": "1"}, keep_edited=True, force=True)
    (tmp_path / "out").write_text("by hand")
    assert run(tmp_path, {"a": "2"}, keep_edited=True), "new inputs win over an old experiment"


def test_failed_stage_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(CodegenError):
        run(tmp_path, {"a": "1"}, fail=True)
    assert run(tmp_path, {"a": "1"})


def test_prerequisite_of_two_verbs_is_looked_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Work("work", "codegen.errors:CodegenError", outputs=(), arguments={})
    room._settled.clear()
    for _ in range(2):
        room.run(stage, tmp_path)
    assert capsys.readouterr().out.count("work:") == 1


def test_whoever_needs_a_stage_that_failed_is_told_why_too(tmp_path: Path) -> None:
    def fail() -> object:
        raise CodegenError("no")

    stage = Work("work", "codegen.errors:CodegenError", outputs=(), arguments={}, action=fail)
    room._settled.clear()
    for _ in range(2):  # as hil of two boards
        with pytest.raises(CodegenError, match="no"):
            room.run(stage, tmp_path)


def test_what_was_downloaded_by_the_run_is_recorded(tmp_path: Path) -> None:
    there = {"data": "not cached"}
    stage = Work(
        "work",
        "codegen.errors:CodegenError",
        outputs=(),
        arguments={},
        options=lambda: dict(there),
        action=lambda: there.update(data="cached"),
    )
    room._settled.clear()
    room.run(stage, tmp_path)
    assert Manifest.load(tmp_path).inputs("work")["data"] == "cached"


def test_entry_is_called_by_name_and_its_closure_is_the_code(tmp_path: Path) -> None:
    stage = Stage(
        "write",
        "codegen.files.manifest:atomic_write",
        outputs=("out",),
        arguments={"path": tmp_path / "out", "data": b"1"},
        data=("firmware/lib",),
    )
    assert room.run(stage, tmp_path)
    assert (tmp_path / "out").read_bytes() == b"1"
    assert {"codegen/files/manifest.py", "codegen/errors.py", "firmware/lib"} <= {*stage.files()}


@pytest.mark.parametrize("other_does_it", [True, False])
def test_a_second_process_in_the_folder_says_so_and_waits(
    other_does_it: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[bool] = []
    said = ""
    with room._alone(Work("other", "x:y", outputs=(), arguments={}), tmp_path) as waited:
        assert not waited
        second = threading.Thread(target=lambda: ran.append(run(tmp_path, {"a": "1"})))
        second.start()
        for _ in range(200):
            said += capsys.readouterr().out
            if "waiting" in said:
                break
            time.sleep(0.01)
        assert said == f"work: another process works in {tmp_path}; waiting for its end\n"
        assert not ran
        assert not (tmp_path / "out").exists()
        if other_does_it:
            (tmp_path / "out").write_text("{'a': '1'}")
            wanted = Work(
                "work",
                "codegen.errors:CodegenError",
                outputs=(),
                arguments={},
                options=lambda: {"a": "1"},
            ).state(tmp_path)
            Manifest.load(tmp_path).record("work", wanted, [tmp_path / "out"])
    second.join(10)
    assert ran == [not other_does_it]


def test_a_folder_that_nobody_may_write_is_one_line() -> None:
    with pytest.raises(FolderError, match=r"^work: cannot write in /proc/mcuforge: ") as caught:
        run(Path("/proc/mcuforge"), {"a": "1"})
    assert caught.value.exit_code == 3


def test_the_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    assert run(tmp_path / "not" / "there", {"a": "1"})
    assert not run(tmp_path / "not" / "there", {"a": "1"})
