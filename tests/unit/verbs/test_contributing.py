"""CONTRIBUTING.md and docs/architecture.md against the tree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.files.places import PROGRAM

CONTRIBUTING = (PROGRAM / "CONTRIBUTING.md").read_text()
ARCHITECTURE = (PROGRAM / "docs" / "architecture.md").read_text()
PACKAGES = ("codegen", "harness", "pipeline", "training", "verbs", "verification")
FIRMWARE = ("lib/custom_ops", "lib/frontend", "lib/nn", "lib/tflm", "lib/wire")
CODE = {".py", ".cc", ".h", ".def", ".json", ".jinja"}


def files_of(what: str) -> list[str]:
    """The first column of the table under "### `what`"."""
    _, _, rest = CONTRIBUTING.partition(f"### {what}\n")
    table, _, _ = rest.partition("\n###")
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


@pytest.mark.parametrize(
    ("what", "most"),
    [("A board", 2), ("A recipe", 2), ("A verb", 2), ("An op", 6), ("A wire command", 5)],
)
def test_few_files_are_to_be_touched(what: str, most: int) -> None:
    assert 1 <= len(files_of(what)) <= most


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program's Python rooms and board facts, to be added to."""
    copy = tmp_path_factory.mktemp("project")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in (*PACKAGES, "firmware/platform"):
        shutil.copytree(PROGRAM / name, copy / name, ignore=ignore)
    for name in ("tasks.py", "invoke.yaml", "platformio.ini", "README.md"):
        shutil.copy(PROGRAM / name, copy / name)
    (copy / "firmware" / "lib").symlink_to(PROGRAM / "firmware" / "lib")
    (copy / "firmware" / "boards").symlink_to(PROGRAM / "firmware" / "boards")
    return copy


def python(project: Path, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, *arguments], cwd=project, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_board_is_known_by_its_two_files(project: Path) -> None:
    facts, environments = files_of("A board")
    boards = project / facts.replace("<board>", "mps2_an386")
    (project / facts.replace("<board>", "mine")).write_text(boards.read_text())
    with (project / environments).open("a") as file:
        file.write("\n[env:mine]\nboard = mine\n")
    assert "mine " in python(project, "-m", "invoke", "boards")
    code = (
        "from codegen.boards import port_files; from codegen.boards.facts import load_board\n"
        "from codegen.image import firmware_build\n"
        "board = load_board('mine'); print(port_files.linker_script(board)[:10])\n"
        "firmware_build._require_environment(firmware_build.environment_name(board))"
    )
    assert python(project, "-c", code)


def test_a_recipe_is_known_by_its_module(project: Path) -> None:
    module, page = files_of("A recipe")
    tiny = project / module.replace("<recipe>", "tiny")
    own = tiny.read_text().replace('name="tiny"', 'name="mine"')
    assert own != tiny.read_text()
    (project / module.replace("<recipe>", "mine")).write_text(own)
    code = "from training.recipes import get_recipe; print(get_recipe('mine').name)"
    assert python(project, "-c", code) == "mine\n"
    assert "`tiny`" in (PROGRAM / page).read_text()


def test_a_verb_is_known_by_its_function(project: Path) -> None:
    module, page = files_of("A verb")
    (project / module.replace("<family>", "greetings")).write_text(
        "from verbs.options import BOARD\nfrom verbs.verb import Given, verb\n\n\n"
        "@verb(BOARD)\ndef hello(c: object, given: Given) -> None:\n"
        '    """Say hello."""\n    print("hello", given.board)\n'
    )
    assert "hello" in python(project, "-m", "invoke", "--list")
    assert python(project, "-m", "invoke", "hello", "-b", "host") == "hello host\n"
    assert "`hil`" in (PROGRAM / page).read_text()


def test_an_op_stands_in_these_files_and_in_no_others() -> None:
    """HARD_SWISH, as an op of the usual kind, which has float32 kernels besides."""
    named = {name.replace("<op>", "hard_swish") for name in files_of("An op")}
    costs = {f"codegen/cost/{unit}_table.json" for unit in ("cycle", "instruction")}
    made = {"docs/supported_ops.md", *costs}
    of_the_schema = {"firmware/lib/tflm/tensorflow/lite/schema/builtin_operators.def"}
    of_upstream = {"codegen/emit/upstream_methods.py"}  # lists what is here and what is not
    of_upstream |= {"firmware/lib/tflm/tensorflow/lite/micro/kernels/hard_swish.h"}  # a name of its
    _, _, below = CONTRIBUTING.partition("Operand types other than int8 ")
    of_float32 = {
        name.replace("<op>", "hard_swish")
        for name in re.findall(r"`([^`]+\.\w+)`", below.partition("\n\n")[0])
        if "supported_ops" not in name
    }
    assert _naming(r"hard_?swish", "firmware", "codegen", "verification", "docs") == (
        named | made | of_the_schema | of_upstream | of_float32
    )


def test_a_command_stands_in_these_files() -> None:
    named = files_of("A wire command")
    for name in named:
        assert re.search("SELF_TEST|self_test", (PROGRAM / name).read_text()), name
    (others,) = [_naming(r"WIRE_COMMAND\(SELF_TEST", "firmware", "harness")]
    assert others == {"firmware/lib/wire/wire/ids.def"}


def _naming(pattern: str, *folders: str) -> set[str]:
    """Files whose name or text has the pattern, in either case."""
    found = set()
    for folder in folders:
        for path in (PROGRAM / folder).rglob("*"):
            if not path.is_file() or path.suffix not in CODE | {".md"}:
                continue
            if re.search(pattern, path.name + path.read_text(errors="replace"), re.IGNORECASE):
                found.add(path.relative_to(PROGRAM).as_posix())
    return found


def rooms() -> dict[str, Path]:
    """{name: folder} of every room in the tree that has files of code."""
    found: dict[str, Path] = {}
    for package in PACKAGES:
        for init in (PROGRAM / package).rglob("__init__.py"):
            found[init.parent.relative_to(PROGRAM).as_posix()] = init.parent
    return found


def test_the_architecture_names_the_rooms_that_there_are() -> None:
    named = set(re.findall(r"^\| `([^`]+)` \|", ARCHITECTURE, re.MULTILINE))
    there = {name for name in rooms() if name not in ("codegen", "harness", "training")}
    firmware = {f"firmware/{name}" for name in ("src", "boards", "platform", "bench", "checks")}
    firmware |= {f"firmware/{name}" for name in FIRMWARE}
    assert named == there | firmware
    assert all((PROGRAM / name).is_dir() for name in firmware)


def test_a_room_has_3_to_17_files_and_says_what_goes_in_and_out() -> None:
    for name, folder in rooms().items():
        files = [one for one in folder.iterdir() if one.is_file() and one.suffix in CODE]
        assert 3 <= len(files) <= 17, name
        first = (folder / "__init__.py").read_text().splitlines()[0]
        assert re.match(r'"""In: .+\. Out: .+', first), name
