"""Settings that are none, in invoke.yaml and in the environment: one line, exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from invoke import Exit, Program

import tasks
from codegen.files.places import PROGRAM
from verbs import settings

WRONG_FILES = {
    "mcuforge:\n  bord: host\n": "bord: no such setting; there are board, recipe,",
    "mcuforge:\n  board: 5\n": "board: 5: is a number; a name stands in quotes",
    "mcuforge:\n  board: [host]\n": "board: ['host']: give one value",
    "mcuforge:\n  model: 5\n": "model: 5: is a number",
    "mcuforge:\n  seed: [1]\n": "seed: [1]: give one value",
    "mcuforge:\n  count: {a: 1}\n": "count: {'a': 1}: give one value",
    "mcuforge:\n  image_size: 3\n": "image_size: 3: is a number",
    "mcuforge:\n  recipe: true\n": "recipe: True: give one value",
    'mcuforge:\n  self_test: "no"\n': "self_test: no: give true or false",
    "mcuforge:\n  5: host\n": "5: no such setting",
    "mcuforge: 7\n": "mcuforge: is no list of settings",
    "mcuforge:\n": "mcuforge: is no list of settings",
    "mcuforge:\n- board: host\n": "mcuforge: is no list of settings",
    "5": "holds no settings; give `mcuforge:`",
    "a: [1\n": "no YAML at line 2; correct it",
    "a: \x1b[2J\n": "no YAML; correct it",
    "\udcff\udcfe": "cannot be read ('utf-8' codec can't decode",
    "[" * 5000: "cannot be read (maximum recursion depth exceeded",
}
WRONG_VARIABLES = {
    "BORD=host": "INVOKE_MCUFORGE_BORD: no such setting; there are board,",
    "SEED=1e9": "INVOKE_MCUFORGE_SEED=1e9: give a whole number",
    "CALIBRATION=": "INVOKE_MCUFORGE_CALIBRATION=: give a whole number",
    "SELF_TEST=false": "INVOKE_MCUFORGE_SELF_TEST=false: give 0 or 1",
    "IMAGE_SIZE=3": "--image-size 3: give HEIGHTxWIDTH",
    "WINDOW=x": "--window x: give a whole number",
    "CHANNELS=2": "--channels 2: give 1 (grey) or 3 (colour)",
    "BOARD=": "no board ''",
    "ENGINE=\x1b[2J": "--engine \\x1b[2J: choose",
}


def _message(folder: Path, environment: dict[str, str]) -> str:
    with pytest.raises(Exit) as ended:
        settings.require_sound(folder, environment)
    assert ended.value.code == 2
    said = str(ended.value.message)
    assert said.startswith("error: ")
    assert len(said.splitlines()) == 1
    return said.removeprefix("error: ")


@pytest.mark.parametrize(("content", "message"), WRONG_FILES.items(), ids=lambda one: one[:30])
def test_a_file_of_settings(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "invoke.yaml"
    path.write_bytes(content.encode(errors="surrogateescape"))
    said = _message(tmp_path, {})
    assert said.startswith(str(path))
    assert message in said


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "invoke.yaml").mkdir()
    assert "cannot be read (Is a directory)" in _message(tmp_path, {})


@pytest.mark.parametrize(
    "content",
    [
        "",
        "run:\n  echo: true\n",
        "mcuforge: {}\n",
        "mcuforge:\n  count: 500\n  window: 16\n  model:\n  self_test: true\n",
    ],
)
def test_settings_that_are_sound(content: str, tmp_path: Path) -> None:
    (tmp_path / "invoke.yaml").write_text(content)
    environment = {"INVOKE_MCUFORGE_SEED": "7", "INVOKE_MCUFORGE_SELF_TEST": "0"}
    settings.require_sound(tmp_path, {**environment, "INVOKE_MCUFORGE_FIT": "crop", "HOME": "/x"})


@pytest.mark.parametrize(("variable", "message"), WRONG_VARIABLES.items(), ids=lambda one: one[:20])
def test_a_variable(
    variable: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, _, value = variable.partition("=")
    monkeypatch.setenv(f"INVOKE_MCUFORGE_{name}", value)
    with pytest.raises(SystemExit) as ended:
        root = str(Path(tasks.__file__).parent)
        Program().run(["invoke", "--search-root", root, "train"])
    said = capsys.readouterr().err
    assert ended.value.code == 2, said
    assert said.startswith(f"error: {message}"), said
    assert len(said.strip().splitlines()) == 1


def test_what_the_program_comes_with_is_complete(tmp_path: Path) -> None:
    found = settings.program_defaults(PROGRAM)
    assert found["board"] == "mps2_an386" and found["window"] is None
    kept = (PROGRAM / "invoke.yaml").read_text().splitlines()
    (tmp_path / "invoke.yaml").write_text(
        "\n".join(line for line in kept if not line.strip().startswith("seed:"))
    )
    with pytest.raises(Exit, match=r"seed is missing; the program's own file names it"):
        settings.program_defaults(tmp_path)


def test_the_console_script_says_it_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from verbs import program

    monkeypatch.setenv("INVOKE_MCUFORGE_SEED", "x")
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: INVOKE_MCUFORGE_SEED=x: give a whole number\n"
