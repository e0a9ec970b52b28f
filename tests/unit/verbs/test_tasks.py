"""The verbs as a user meets them: help, exit codes, one-line errors, a quick start."""

from __future__ import annotations

import errno
import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from invoke import Config, Context, Exit, Program
from invoke.parser import Parser

import tasks
from codegen.boards.facts import Board, list_boards
from codegen.errors import CodegenError
from verbs import options, program
from verbs.choice import choice
from verbs.options import DATA, Option, here
from verbs.verb import Given, one_line_errors
from verification.cases.model_builder import small_cnn

ROOT = Path(tasks.__file__).parent
VERBS = (
    *(
        "train",
        "seeds",
        "search",
        "quantize",
        "generate",
        "build",
        "flash",
        "emulate",
        "monitor",
        "serve",
    ),
    *("hil", "new", "test", "golden", "fuzz", "mutate", "evaluate", "report", "compress", "bless"),
    "runs",
    *("diff", "stream", "profile", "pad", "debug", "size", "bench", "plan", "preflight", "costs"),
    "cycles",
    *("data", "predict", "view", "export"),
    *("docs", "lint", "boards", "doctor", "clean"),
)


def invoke(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "invoke", *args], cwd=ROOT, capture_output=True, text=True
    )


def test_every_verb_is_there_with_help() -> None:
    verbs = tasks.namespace.tasks
    assert set(verbs) == set(VERBS)
    for name, verb in verbs.items():
        assert verb.__doc__, name
        options = set(verb.argspec(verb.body).parameters) - {"c"}
        # not verb.help: Invoke takes from it what it has shown once
        explained = {option.name for option in verb.options.values() if option.help}
        assert options <= explained, f"{name}: options without help"


def test_hil_takes_several_ports() -> None:
    verbs = Parser(tasks.namespace.to_contexts())
    (parsed,) = verbs.parse_argv(["hil", "--port", "A", "--port", "B"])
    assert parsed.args.port.value == ["A", "B"]


def test_common_options_mean_the_same() -> None:
    measured = {
        ("golden", "board"),
        ("golden", "model"),
        ("golden", "seed"),
        ("fuzz", "seed"),
        ("mutate", "seed"),
        ("bench", "board"),
        ("bench", "model"),
        ("bench", "seed"),
        ("cycles", "board"),
        ("cycles", "model"),
        ("plan", "model"),
        ("preflight", "model"),
        ("costs", "model"),
    }
    own = {
        ("boards", "board"),
        ("test", "port"),
        ("hil", "port"),
        ("hil", "seed"),
        ("hil", "baud"),
        ("serve", "port"),
        ("hil", "board"),
        ("hil", "model"),
        ("evaluate", "board"),
        ("predict", "board"),
        ("search", "board"),
        *measured,
    }
    declared = [one for one in vars(options).values() if isinstance(one, Option)]
    common = {one.name: one for one in declared if one.carried or one.name in ("seed", "optimizer")}
    for name, verb in tasks.namespace.tasks.items():
        for option in common.keys() & verb.options.keys():
            if (name, option) not in own:
                assert verb.options[option] == common[option], name


def test_an_option_of_several_verbs_is_declared_once() -> None:
    """Its kind and short form too, unless a verb takes several of what the others take one of."""
    two_meanings = {"frames"}  # a number of stream, a switch of fuzz
    declared = {one.name for one in vars(options).values() if isinstance(one, Option)}
    users: dict[str, list[Option]] = {}
    for verb in tasks.namespace.tasks.values():
        for option in verb.options.values():
            users.setdefault(option.name, []).append(option)
    several = {name for name, found in users.items() if len(found) > 1}
    assert several - two_meanings <= declared
    for name in several:
        assert len({one.short for one in users[name]}) == 1, name


def test_readme_has_options_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text()
    found = re.findall(r"^\| `--([a-z-]+)[^|`]*`(?:, `-(\w)`)? \|", readme, re.MULTILINE)
    options = {
        (option.flag[2:], option.short)
        for verb in tasks.namespace.tasks.values()
        for option in verb.options.values()
    }
    assert len(found) > 4
    assert set(found) <= options


def test_a_short_form_is_one_option_wherever_it_is() -> None:
    meaning: dict[str, str] = {}
    for verb in tasks.namespace.tasks.values():
        for option in verb.options.values():
            if option.short:
                assert meaning.setdefault(option.short, option.name) == option.name
    for context in tasks.namespace.to_contexts():
        shorts = {flag for flag in context.flags if len(flag) == 2}
        shorts |= {flag for flag in context.flags.aliases if len(flag) == 2}
        assert shorts <= {f"-{short}" for short in meaning}, context.name


@pytest.mark.parametrize("code", [1, 2, 3])
def test_a_rooms_exit_code_is_ours(code: int) -> None:
    error = CodegenError("what happened")
    error.exit_code = code
    with pytest.raises(Exit) as caught, one_line_errors():
        raise error
    assert (caught.value.message, caught.value.code) == ("error: what happened", code)


def test_a_full_disk_is_one_line_wherever_it_is_met() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/tmp/x/model.keras")
    with pytest.raises(Exit) as caught, one_line_errors():
        raise full
    assert caught.value.code == 2
    assert caught.value.message == (
        "error: cannot write /tmp/x/model.keras: No space left on device; free space, then run it "
        "again"
    )
    with pytest.raises(PermissionError), one_line_errors():
        raise PermissionError(errno.EACCES, "a bug, for rooms report it")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EROFS, "Read-only file system"),
        PermissionError(errno.EACCES, "Permission denied", str(ROOT / "build/x/model.tflite")),
    ],
)
def test_a_checkout_that_nobody_may_write_to_is_one_line(error: OSError) -> None:
    with pytest.raises(Exit) as caught, one_line_errors():
        raise error
    assert caught.value.code == 3
    message = str(caught.value.message)
    assert message.startswith("error: cannot write")
    assert message.endswith(f"work in a copy of {ROOT} that is yours")


def test_interrupt_is_130_and_no_traceback() -> None:
    with pytest.raises(Exit) as caught, one_line_errors():
        raise KeyboardInterrupt
    assert caught.value.code == 130


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["search --help", "--list", "boards", "boards --board microbit"])
def test_what_a_pipe_cuts_off_ends_quietly(words: str, unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as nobody:
        run = subprocess.run(
            [sys.executable, "-m", "invoke", *words.split()],
            cwd=ROOT,
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert (run.returncode, run.stderr) == (128 + signal.SIGPIPE, "")


def test_what_a_verb_says_is_read_at_once_behind_a_pipe() -> None:
    """`invoke pad | tee log` waits for somebody who opens the address that it said."""
    waiting = (
        "import sys\n"
        "from invoke import Context\n"
        "from verbs.verb import verb\n"
        "@verb()\n"
        "def waits(c, given):\n"
        "    print('open http://...')\n"
        "    sys.stdin.readline()\n"
        "waits(Context())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", waiting],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    ) as run:
        assert run.stdout is not None
        readable, _, _ = select.select([run.stdout], [], [], 20)
        said = run.stdout.readline() if readable else ""
        run.communicate("\n")
    assert said == "open http://...\n"


def test_a_tools_broken_pipe_is_a_bug() -> None:
    with pytest.raises(BrokenPipeError), one_line_errors():
        raise BrokenPipeError(errno.EPIPE, "the pipe to a child")


@pytest.mark.parametrize("words", ["new --help", "export -h", "build flash --help", "--help flash"])
def test_help_is_no_value_of_a_verbs(words: str) -> None:
    shown = invoke(*words.split())
    verb = [word for word in words.split() if not word.startswith("-")][-1]
    assert shown.returncode == 0, shown.stderr
    assert f" {verb} [--options]" in shown.stdout


def test_help_for_no_verb_is_bad_input() -> None:
    for words in (["--help", "nosuch"], ["nosuch", "--help"]):
        shown = invoke(*words)
        assert (shown.returncode, shown.stderr) == (2, "error: No idea what 'nosuch' is!\n")


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), one_line_errors():
        _ = 1 / 0


def test_defaults_come_from_invoke_yaml() -> None:
    result = invoke("boards")
    assert result.returncode == 0, result.stderr
    import yaml

    defaults = yaml.safe_load((ROOT / "invoke.yaml").read_text())["mcuforge"]
    chosen = choice(Context(_config(defaults)), Given(board="host"))
    assert chosen.board_id == "host"
    assert chosen.recipe == defaults["recipe"]
    assert chosen.model is None


def test_invoke_yaml_says_how_its_own_data_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parts").mkdir()
    monkeypatch.setattr("verbs.choice.PROJECT", tmp_path)
    import yaml

    defaults = yaml.safe_load((ROOT / "invoke.yaml").read_text())["mcuforge"]
    context = Context(_config({**defaults, "data": "parts", "image_size": "32x32", "channels": 3}))
    chosen = choice(context, Given())
    assert chosen.data == str(tmp_path / "parts")
    assert chosen.reading.size == (32, 32)
    assert chosen.reading.channels == 3
    chosen = choice(context, Given(channels=1))
    assert (chosen.reading.size, chosen.reading.channels) == ((32, 32), 1)
    others = choice(context, Given(data="sample"))
    assert (others.data, others.reading.given()) == ("sample", {})


def test_a_folder_that_is_called_as_a_data_set_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verbs.options.USER_FOLDER", tmp_path)
    assert DATA.value("words") == "words"
    (tmp_path / "words").mkdir()
    with pytest.raises(CodegenError, match=r"--data words: the name of a data set .*\./words"):
        DATA.value("words")
    assert DATA.value("./words") == str(tmp_path / "words")


def _config(defaults: dict[str, object]) -> Config:
    return Config(overrides={"mcuforge": defaults})


def test_verbs_that_do_not_train_start_without_tensorflow() -> None:
    """Everything that such a verb imports, and none of it TensorFlow, Keras or SciPy."""
    code = (
        "import sys, tasks, pipeline.stages, pipeline.machine\n"
        "import codegen.emit.generate, codegen.cost.memory_fit, codegen.image.firmware_build\n"
        "import codegen.host.oracle\n"
        "import harness.run.hil, harness.rig.link, harness.rig.monitor\n"
        "import training.data.datasets, training.recipes, training.judge.evaluate\n"
        "heavy = {'tensorflow', 'keras', 'scipy', 'pandas', 'jax', 'torch'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_readme_names_every_verb() -> None:
    readme = (ROOT / "README.md").read_text()
    verbs = readme.partition("\n## Verbs\n")[2].partition("\n## ")[0]
    missing = [name for name in tasks.namespace.task_names if not re.search(rf"`{name}\b", verbs)]
    assert not missing


def parsed(*args: str) -> list[dict[str, object]]:
    """What each verb of a command line is given, by the options' names."""
    program = Program()
    program.create_config()
    program.parse_core(["invoke", "--search-root", str(ROOT), *args])
    program.parse_collection()
    program.parse_tasks()
    return [
        {name: argument.value for name, argument in context.args.items()}
        for context in program.tasks
    ]


def test_what_one_verb_works_on_the_next_works_on_too(capsys: pytest.CaptureFixture[str]) -> None:
    build, flash = parsed("build", "--board", "microbit", "-m", "a.tflite", "flash")
    assert (build["board"], build["model"]) == ("microbit", "a.tflite")
    assert (flash["board"], flash["model"]) == ("microbit", "a.tflite")
    said = capsys.readouterr().out
    assert "flash: --board microbit, as build" in said
    assert "flash: --model a.tflite, as build" in said


def test_what_a_verb_says_itself_goes_before_it() -> None:
    _, flash, hil = parsed("build", "-b", "microbit", "flash", "-b", "host", "-p", "X", "hil")
    assert flash["board"] == "host"
    assert (hil["board"], hil["port"]) == ("host", ["X"])
    train, hil = parsed("train", "--seed", "5", "hil")  # damage, not training
    assert (train["seed"], hil["seed"]) == ("5", "1")


def test_paths_are_relative_to_where_the_user_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.setattr(options, "USER_FOLDER", tmp_path)
    assert options.MODEL.value("net.tflite") == tmp_path / "net.tflite"
    assert options.JSON.value("out.json") == tmp_path / "out.json"
    assert options.SVG.value("/tmp/x.svg") == Path("/tmp/x.svg")
    assert options.DATA.value("mine") == str(tmp_path / "mine")
    (tmp_path / "a.tflite").touch()
    (tmp_path / "all").mkdir()
    assert options.MODELS.value("all") == "all"
    assert (
        options.MODELS.value("a.tflite,mlperf_kws_int8")
        == f"{tmp_path / 'a.tflite'},mlperf_kws_int8"
    )
    assert here("x") == tmp_path / "x"


@pytest.mark.parametrize("told", [True, False])
def test_where_the_user_stands_is_no_business_of_programs_that_a_verb_starts(
    tmp_path: Path, told: bool
) -> None:
    """Told by invokew or not, and not passed on to the tests that `test` runs."""
    code = (
        "import os; from verbs.options import here; print(here('x'), 'MCUFORGE_CWD' in os.environ)"
    )
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT if told else tmp_path,
        env={**variables, "MCUFORGE_CWD": str(tmp_path)} if told else variables,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.split() == [str(tmp_path / "x"), "False"]


@pytest.mark.parametrize("with_own", [True, False])
def test_packages_of_another_environment_are_left_out(tmp_path: Path, with_own: bool) -> None:
    """As PYTHONPATH puts them before ours; what holds the program stays."""
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy" / "__init__.py").write_text("raise ImportError('foreign')")
    own = [str(ROOT)] if with_own else []
    code = "import os, tasks, numpy; print(os.environ.get('PYTHONPATH'))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *own])},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip() == (str(ROOT) if with_own else "None")


def test_every_path_of_a_verb_is_taken_as_one() -> None:
    """An option that names a file turns its text into a path of the user's."""
    wanted = {"model", "data", "json", "svg", "image", "png", "markdown", "tflm_lib"}
    for name, verb in tasks.namespace.tasks.items():
        for option in verb.options.values():
            if option.name in wanted:
                assert option.kind is not str, f"{name} {option.flag}"


def row(board: Board) -> str:
    """The board's line in `invoke boards`, made from its data."""
    runs_here = board.status
    if board.emulator is not None:
        runs_here = {"qemu": "in QEMU"}.get(board.emulator.kind, board.emulator.kind)
    sizes = (board.flash_bytes, board.ram_bytes)
    memory = [f"{size >> 10} KB" for size in sizes] if board.regions else ["-", "-"]
    return " ".join([board.id, board.core, board.isa, *memory, runs_here])


def test_boards_says_honestly_where_each_one_runs() -> None:
    lines = invoke("boards").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    boards = list_boards()
    assert len(lines) == 1 + len(boards)
    for line, board in zip(lines[1:], boards, strict=True):
        assert " ".join(line.split()).startswith(row(board))


def test_boards_says_all_of_one() -> None:
    said = invoke("boards", "--board", "microbit").stdout
    for fact in ("BBC micro:bit v1 (nRF51822)", "256 KB of flash", "machine microbit", "pyocd"):
        assert fact in said


@pytest.mark.parametrize("verb", ["plan", "preflight"])
def test_a_name_in_a_model_is_shown_and_not_obeyed(
    verb: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(small_cnn().replace(b"logits", b"\x1b[2Jx\r"))
    svg = ["--svg", str(tmp_path / "plan.svg")] if verb == "plan" else []
    Program().run(
        ["invoke", "--search-root", str(ROOT), verb, "--model", str(path), *svg], exit=False
    )
    out = capfd.readouterr().out
    assert "\x1b" not in out and "\r" not in out
    assert verb == "preflight" or "\\x1b[2Jx\\r" in out


@pytest.mark.parametrize(
    "args",
    [
        ("evaluate",),
        ("stream",),
        ("bless",),
        ("diff", "--digit", "3"),
        ("predict", "--image", "x.png"),
    ],
)
def test_what_wants_labels_is_refused_for_a_model_without_data(
    args: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "signals.tflite"
    path.write_bytes(small_cnn(image=8, channels=2, classes=3))
    with pytest.raises(SystemExit) as ended:
        Program().run(["invoke", "--search-root", str(ROOT), *args, "--model", str(path)])
    said = capsys.readouterr().err
    assert ended.value.code == 2, said
    assert f"{path} does not take the digits" in said
    assert len(said.strip().splitlines()) == 1


def test_what_the_shell_tells_compilers_for_other_projects_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GCC reads these by itself: a build took the headers that lay there."""
    (tmp_path / "stdint.h").write_text("#error another project's\n")
    monkeypatch.setenv("CPATH", str(tmp_path))
    monkeypatch.setenv("GCC_EXEC_PREFIX", "/nowhere/")
    compiles = ["g++", "-fsyntax-only", "-x", "c++", "-"]
    source = b"#include <stdint.h>\n"
    assert subprocess.run(compiles, input=source, capture_output=True).returncode != 0
    program.namespace()
    assert subprocess.run(compiles, input=source, capture_output=True).returncode == 0
