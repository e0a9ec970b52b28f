"""Verbs about a project and this machine: new, test, docs, lint, doctor, clean."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

from invoke import Context, Exit

from codegen.files.places import PROGRAM
from verbs.choice import choice
from verbs.options import BOARD, DATA, MODEL, PORT, RECIPE, Option, path
from verbs.shell import run_shown
from verbs.verb import Given, verb


@verb(
    BOARD,
    DATA,
    Option(
        "only",
        "one of unit, golden, training, emulated, hardware (without lint), cores, compression, "
        "tutorials, export, search, farm",
    ),
    PORT.but("serial port of a real board: runs the hardware tests on it"),
    Option("args", "further arguments for pytest, as one text", default=""),
    name="test",
)
def test_(c: Context, given: Given) -> None:
    """Lint, then the tests: unit to emulated, and hardware with --port."""
    from codegen.boards.facts import boards_built_here, load_board
    from codegen.errors import CodegenError
    from codegen.tools import find
    from pipeline import beforehand, stages
    from verbs.suites import (
        NEEDED_BY,
        ON_IMAGES,
        ON_REQUEST,
        SANITIZED,
        SUITES,
        require_arguments,
        run,
    )

    if given.only is not None and given.only not in SUITES + ON_REQUEST:
        known = ", ".join(SUITES + ON_REQUEST)
        raise CodegenError(f"no test suite {given.only!r}; known: {known}")
    suites = [given.only] if given.only else list(SUITES)
    try:
        further = shlex.split(given.args)
    except ValueError as error:
        raise CodegenError(f"--args {given.args}: {error}") from None
    if given.board:
        load_board(given.board)
    if given.port:
        beforehand.require_device(choice(c, given), given.port)
    require_arguments(further)
    if not given.only:
        run_lint()

    for suite in suites:
        for program in NEEDED_BY.get(suite, ()):
            find(program, f"the tests of {suite}")

    def make_images() -> None:
        """A model and its images, made as `hil` makes them."""
        if not set(ON_IMAGES) & set(suites) and not given.port:
            return  # the others make their own; hardware is skipped, with the reason
        tested = [given.board or c.config.mcuforge.board]
        if "emulated" in suites:
            tested = [*tested, *(board.id for board in boards_built_here())]
        for board_id in dict.fromkeys(tested):
            chosen = choice(c, given, board=board_id)
            stages.evaluate(chosen)
            stages.build(chosen)
            if board_id == SANITIZED and "emulated" in suites:
                stages.build(replace(chosen, sanitize=True))

    options = [f"--port={given.port}"] if given.port else []
    options += [f"--board={given.board}"] if given.board else []
    # A real board is there only once.
    workers = "0" if given.port else "auto"
    if not run(suites, make_images, [*options, *further], workers):
        raise Exit("error: tests failed; their messages are above", code=1)


@verb(
    Option("folder", "the project's folder, new or empty", kind=path, choices="a new folder"),
    BOARD,
    RECIPE,
    DATA,
)
def new(c: Context, given: Given) -> None:
    """Make a project of your own that depends on mcuforge: settings, CI, hooks, a test.

    `invoke.yaml`, `tasks.py`, a test, CI for GitHub and GitLab that asks emulated boards on every
    push, hooks, VS Code, a dev container.
    """
    from codegen.boards.facts import load_board
    from pipeline import new_project
    from training.recipes import get_recipe

    board = load_board(given.board or c.config.mcuforge.board)
    recipe = given.recipe or c.config.mcuforge.recipe
    get_recipe(recipe)
    new_project.make(given.folder, board, recipe, given.data or c.config.mcuforge.data)
    print(new_project.steps(given.folder))


@verb(
    Option(
        "refresh",
        "run every command whose output the pages show, and write it there (hours)",
        kind=bool,
        default=False,
    ),
    Option("page", "with --refresh, only commands of this page of docs/, as models.md"),
)
def docs(c: Context, given: Given) -> None:
    """Build the site of docs/, and hold to the code what the pages show of it.

    Fails where a link leads nowhere, a command has options that are not there, a message or an
    output is shown that is another now.
    """
    from codegen.errors import CodegenError
    from verbs.pages import refresh, site

    if given.refresh:
        refresh.run(given.page)
    elif given.page:
        raise CodegenError("docs: --page goes with --refresh; give both")
    refresh.check()
    print(f"docs: {site.build()}")


@verb()
def lint(c: Context, given: Given) -> None:
    """Check style, types and imports: ruff, mypy, import-linter, clang-format."""
    run_lint()


def run_lint() -> None:
    """Raises Exit at the first tool that finds something."""
    cpp = [
        str(one.relative_to(PROGRAM))
        for folder in ("firmware", "codegen", "tests")
        for one in sorted((PROGRAM / folder).rglob("*"))
        if one.suffix in (".h", ".cc") and "generated" not in one.parts
    ]
    python = [sys.executable, "-m"]
    run_shown([*python, "ruff", "check", "."], "ruff")
    run_shown([*python, "ruff", "format", "--check", "."], "ruff")
    run_shown([*python, "mypy"], "mypy")
    # The wheels have programs only, no module to run.
    programs = Path(sys.executable).parent
    run_shown([str(programs / "lint-imports")], "import-linter")
    clang_format = str(programs / "clang-format")
    run_shown([clang_format, "--dry-run", "-Werror", *cpp], "clang-format")


@verb()
def doctor(c: Context, given: Given) -> None:
    """Check this machine for everything that mcuforge needs, and say what to do."""
    from pipeline import machine

    if not machine.report(machine.examine()):
        raise Exit(code=3)


@verb(
    RECIPE,
    MODEL,
    Option(
        "everything",
        "all that was ever made, not only this recipe's or model's folder",
        kind=bool,
        default=False,
    ),
)
def clean(c: Context, given: Given) -> None:
    """Remove what the stages made."""
    from codegen.errors import CodegenError
    from pipeline import stages

    if given.everything and (given.recipe or given.model):
        raise CodegenError("clean: --everything removes every folder; leave the other option out")
    stages.clean(choice(c, given), given.everything)
