"""What can be refused is refused before anything is trained, built or sent."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from invoke import Program

import tasks
from codegen.errors import MissingToolError
from codegen.image import firmware_build
from harness.rig import emulator
from pipeline import beforehand, stage, stages
from pipeline.choice import Choice
from verification.cases.model_builder import small_cnn

ROOT = Path(tasks.__file__).parent
NO_PORT = "/dev/mcuforge-no-such-port"


class BeganError(AssertionError):
    """A stage ran."""


@pytest.fixture(autouse=True)
def no_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any stage but the data's is a failure of the test."""

    def began(one: stage.Stage, *_: object, **__: object) -> None:
        if one.name != "data":
            raise BeganError(one.name)

    monkeypatch.setattr(stages, "run", began)
    monkeypatch.setattr(beforehand.DataInfo, "load", lambda _: SimpleNamespace(test_count=30))


def refused(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[str, object]:
    with pytest.raises(SystemExit) as ended:
        Program().run(["invoke", "--search-root", str(ROOT), *args])
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1, said
    return said, ended.value.code


DEVICE_VERBS = [
    ("hil",),
    ("diff",),
    ("stream",),
    ("profile",),
    ("pad",),
    ("flash",),
    ("predict", "--image", "x.png"),
    ("test", "--only", "hardware"),
]


@pytest.mark.parametrize("verb", DEVICE_VERBS, ids=lambda verb: verb[0])
def test_a_port_that_is_not_there(
    verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    said, code = refused(capsys, *verb, "--board", "host", "--port", NO_PORT)
    assert code == 2
    assert said.startswith(f"error: opening {NO_PORT}: no such port")


@pytest.mark.parametrize(
    "verb", [*DEVICE_VERBS[:5], ("emulate",), ("monitor",), ("debug",)], ids=lambda verb: verb[0]
)
def test_a_board_that_nobody_can_ask(
    verb: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages.pio_registry, "require_platform", lambda _: None)
    monkeypatch.setattr(firmware_build, "compiler_version", lambda _: "")
    said, code = refused(capsys, *verb, "--board", "pico_arduino")
    assert code == 2
    assert "--port" in said or "--remote" in said


@pytest.mark.parametrize("verb", DEVICE_VERBS[:5], ids=lambda verb: verb[0])
@pytest.mark.parametrize("missing", ["arm-none-eabi-g++", emulator.QEMU])
def test_a_program_that_is_missing(
    verb: tuple[str, ...],
    missing: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find(program: str, purpose: str) -> None:
        raise MissingToolError(f"{purpose}: {program} is not on PATH")

    if missing == emulator.QEMU:
        monkeypatch.setattr(emulator.tools, "find", find)
    else:
        monkeypatch.setattr(firmware_build, "_compiler", lambda _: find(missing, "building"))
    said, code = refused(capsys, *verb, "--board", "microbit")
    assert code == 3
    assert f"{missing} is not on PATH" in said


def test_a_model_that_was_never_run_is_not_blessed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stages, "RUNS", tmp_path / "runs")
    said, code = refused(capsys, "bless", "--board", "host")
    assert code == 2
    assert "no run of host; run `invoke hil --recipe tiny --data auto --board host` first" in said


WRITERS = [
    (name, option.flag)
    for name, verb in sorted(tasks.namespace.tasks.items())
    for option in verb.options.values()
    if option.name in ("json", "svg", "png")
]


@pytest.mark.parametrize(("verb", "flag"), WRITERS)
@pytest.mark.parametrize("place", ["no folder", "a file's place", "a folder", "read-only"])
def test_an_output_that_cannot_be_written(
    verb: str, flag: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    path = {
        "no folder": tmp_path / "none" / "out",
        "a file's place": tmp_path / "file" / "out",
        "a folder": tmp_path,
        "read-only": Path("/proc/out"),  # where root may not write either
    }[place]
    model = tmp_path / "net.tflite"
    model.write_bytes(small_cnn())
    given = {"plan": ["--model", str(model)], "predict": ["--image", "x.png"]}
    said, code = refused(capsys, verb, *given.get(verb, []), flag, str(path))
    assert code == 2
    assert str(path) in said


def test_writers_are_found() -> None:
    assert {"hil", "profile", "size", "plan", "predict", "bench", "cycles"} <= {
        verb for verb, _ in WRITERS
    }


def test_a_build_folder_may_be_made_by_a_stage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from verbs import options

    monkeypatch.setattr(options, "BUILD", tmp_path / "build")
    path = tmp_path / "build" / "tiny" / "size.json"
    assert options.JSON.value(str(path)) == path


@pytest.mark.parametrize(("asked", "sent"), [(1000, 30), (20, 20), (None, None)])
def test_the_default_is_what_there_is(asked: int | None, sent: int | None) -> None:
    assert beforehand.at_most(Choice("host", "tiny", "auto"), asked) == sent


def test_models_that_would_share_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = [tmp_path / name / "net.tflite" for name in ("a", "b")]
    for model in models:
        model.parent.mkdir()
        model.write_bytes(small_cnn())
    said, code = refused(capsys, "hil", "--model", ",".join(map(str, models)))
    assert (said, code) == (
        "error: --model: two models would be built in build/net; rename one of the files\n",
        2,
    )


def test_one_of_several_models_that_is_refused_does_not_refuse_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = tmp_path / "bad.tflite", tmp_path / "good.tflite"
    bad.write_bytes(b"no model")
    good.write_bytes(small_cnn())
    said, code = refused(capsys, "hil", "--model", f"{bad},{bad.with_name('x')}")
    assert (code, "no model" in said) == (2, True)
    said, code = refused(capsys, "hil", "--model", str(bad), "--board", "host,microbit")
    assert code == 2
    assert "bad.tflite" in said
    with pytest.raises(BeganError):
        Program().run(
            ["invoke", "--search-root", str(ROOT), "hil", "--model", f"{bad},{good}", "-b", "host"]
        )
    assert "hil: 1 of 2: bad on host: refused: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "frontend.json: no such file"),
        ("{", "delete or correct it"),
        ('{"kind": "smell"}', "front end of kind 'smell'; there are audio, readings, image"),
    ],
)
def test_a_front_end_that_is_none(
    content: str | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, path = tmp_path / "own.tflite", tmp_path / "frontend.json"
    model.write_bytes(small_cnn())
    if content is not None:
        path.write_text(content)
    said, code = refused(capsys, "hil", "--model", str(model), "--front-end", str(path))
    assert code == 2 and message in said


def test_a_recipe_takes_no_front_end(capsys: pytest.CaptureFixture[str]) -> None:
    said, code = refused(capsys, "hil", "--front-end", "x.json")
    assert code == 2 and "a recipe states its own front end, or none" in said
