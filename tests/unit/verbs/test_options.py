"""What each kind of option takes, refuses and stands for; and how the shared ones are declared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from codegen.errors import CodegenError
from verbs import options
from verbs.options import Option

NUMBERS = 2**32 - 1
DECLARED = {
    one.name + (" (several)" if one.kind is options.paths_or_names else ""): one
    for one in vars(options).values()
    if isinstance(one, Option)
}


def test_shared_options_are_carried_and_switches_are_off() -> None:
    carried = (
        "board recipe data model front_end tflm_lib targets window stride columns target_column "
        "group_column image_size channels fit task normal calibration_data engine port baud"
    )
    assert {name for name, one in DECLARED.items() if one.carried} == set(carried.split())
    switches = {name for name, one in DECLARED.items() if one.kind is bool}
    assert switches == {"farm", "force", "resume", "verbose", "cycles"}
    assert all(DECLARED[name].default is False for name in switches)
    assert Option("x", "y").carried is False


def test_limits_of_shared_numbers() -> None:
    limits = {name: (one.least, one.most) for name, one in DECLARED.items() if one.kind is int}
    assert limits == {
        **dict.fromkeys(("window", "stride", "channels", "epochs", "calibration"), (1, None)),
        **{"baud": (1, NUMBERS), "seed": (0, NUMBERS), "count": (1, NUMBERS)},
    }


@pytest.mark.parametrize(
    ("option", "given", "value"),
    [
        (Option("x", "", int, least=2, most=5), "2", 2),
        (Option("x", "", int, least=2, most=5), "5", 5),
        (Option("x", "", int, least=2, most=5), "1", "--x 1: choose 2 to 5"),
        (Option("x", "", int, least=2, most=5), "6", "--x 6: choose 2 to 5"),
        (Option("x", "", int, least=2), "1", "--x 1: choose 2 or more"),
        (Option("x", "", int, least=2), "9999999", 9999999),
        (Option("x", "", int, most=5), "-7", -7),
        (Option("x", "", int), "7.5", "--x 7.5: give a whole number"),
        (Option("x", "", float), "7.5", 7.5),
        (Option("x", "", float), "seven", "--x seven: give a number"),
        (Option("x", "", float), "nan", "--x nan: give a number"),
        (Option("x_y", "", int), "", "--x-y needs a value"),
        (Option("x", "", str), "", "--x needs a value"),
        (Option("x", "", str, default=""), "", ""),
        (Option("x", "", str), "text", "text"),
        (Option("x", "", int), None, None),
        (Option("x", "", bool), True, True),
        (Option("x", "", list), ["a", "b"], ["a", "b"]),
        (Option("x", "", list), [""], [""]),
    ],
)
def test_a_value_or_what_is_wrong_with_it(option: Option, given: Any, value: Any) -> None:
    if isinstance(value, str) and value.startswith("--"):
        with pytest.raises(CodegenError) as refused:
            option.value(given)
        assert str(refused.value) == value
    else:
        assert option.value(given) == value


def test_a_verb_words_an_option_anew() -> None:
    one = Option("x_y", "old", int, default=3, short="x", carried=True)
    assert one.flag == "--x-y"
    assert one.but("new") == Option("x_y", "new", int, default=3, short="x", carried=True)
    assert one.but(default=4) == Option("x_y", "old", int, default=4, short="x", carried=True)


def test_words_stand_there_once() -> None:
    assert options.once_each("--x", "a,b,c") == ["a", "b", "c"]
    with pytest.raises(CodegenError, match=r"^--x a,b,a: one stands there twice; leave it out$"):
        options.once_each("--x", "a,b,a")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user stands: a file `a`, a folder `b`, a pipe `p`."""
    monkeypatch.setattr(options, "USER_FOLDER", tmp_path)
    (tmp_path / "a").touch()
    (tmp_path / "b").mkdir()
    os.mkfifo(tmp_path / "p")
    return tmp_path


def test_paths_and_names(folder: Path) -> None:
    for name in ("a", "b", "absent"):
        assert options.path(name) == folder / name
    assert options.path_or_name("a") == str(folder / "a")
    assert options.path_or_name("absent") == "absent" and options.path_or_name("") == ""
    assert options.paths_or_names("a,absent,b") == f"{folder}/a,absent,{folder}/b"
    (folder / "all").mkdir()
    assert options.paths_or_names("all") == "all"
    assert options.recipe("a") == "a" and options.recipe("x.json") == f"{folder}/x.json"
    (folder / "fashion").mkdir()
    (folder / "auto").mkdir()
    assert options.data_source("auto") == "auto" and options.data_source("keras") == "keras"
    assert options.data_source("b") == str(folder / "b")
    with pytest.raises(CodegenError, match=r"--data fashion: .* give \./fashion for the folder"):
        options.data_source("fashion")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("p", "p is a pipe or device; name a file or folder"),
        ("x\x1b[2J", "its name has characters that a terminal obeys"),
        ("x" * 300, "File name too long"),
        ("x\0", "characters that a terminal obeys"),
    ],
)
def test_what_is_no_file_or_folder(name: str, said: str, folder: Path) -> None:
    with pytest.raises(CodegenError, match=said):
        options.path(name)


def test_a_file_to_write_has_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert options.output("new") == folder / "new" and options.output("a") == folder / "a"
    assert sorted(one.name for one in folder.iterdir()) == ["a", "b", "p"]  # nothing was written
    monkeypatch.setattr(options, "BUILD", folder / "build")
    assert options.output("build/x/y") == folder / "build/x/y"  # a stage makes the folders
    for name, said in (
        ("b", "b is a folder; name a file to write"),
        ("absent/new", r"absent: No such file or directory; choose a folder that is there"),
        ("a/new", "a: Not a directory"),
        ("x\x1b", "a name has characters that a terminal obeys"),
    ):
        with pytest.raises(CodegenError, match=said):
            options.output(name)


def test_nobody_else_does_it_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codegen.campaign.workers", lambda text: f"workers {text}")
    assert options.workers("") == "" and options.workers("3") == "workers 3"
