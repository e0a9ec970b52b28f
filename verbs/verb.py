"""What makes a function a verb: its options, and its errors as one line and an exit code.

0 fine, 1 a check failed, 2 bad input, 3 something is missing on this machine. Errors become exit
codes here and nowhere else.
"""

from __future__ import annotations

import contextlib
import errno
import inspect
import io
import os
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from invoke import Context, Exit, ParseError, Program, task
from invoke.parser import Argument, ParserContext
from invoke.tasks import Task

from codegen.files.places import PROJECT
from codegen.files.printable import printable
from verbs import settings
from verbs.options import Option, here

_LINE_END = "\n"
INTERRUPTED = 130  # 128 + SIGINT, as a shell says it
_CUT_OFF = 141  # 128 + SIGPIPE, likewise
_NOT_ALLOWED = (errno.EACCES, errno.EPERM)
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # in a temporary folder, a tool's file, ...


class Given(SimpleNamespace):
    """The values of a verb's options, by their names."""


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns a room's error into one line on stderr and its exit code."""
    try:
        try:
            yield
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # Python's own flush, at exit, would complain
    except KeyboardInterrupt:
        raise Exit("interrupted", code=INTERRUPTED) from None
    except BrokenPipeError:
        if not _nobody_reads():
            raise  # the pipe to some tool, which ended
        # nothing more can be said, at exit neither
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Exit(code=_CUT_OFF) from None
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        raise Exit(code=_CUT_OFF) from None  # a table of rich's was cut off
    except OSError as error:
        remedy, code = _unwritable(error)
        if not remedy:
            raise
        where = f" {printable(str(error.filename))}" if error.filename else ""
        raise Exit(f"error: cannot write{where}: {error.strerror}; {remedy}", code=code) from None
    except Exception as error:
        exit_code = getattr(error, "exit_code", None)
        if not isinstance(exit_code, int):
            raise
        raise Exit(f"error: {printable(str(error), but=_LINE_END)}", code=exit_code) from None


def _nobody_reads() -> bool:
    """Whether our output goes into a pipe whose reader has gone, as `| head` does."""
    output = select.poll()
    output.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in output.poll(0))


def _unwritable(error: OSError) -> tuple[str, int]:
    """What to do about a file that cannot be written, and the exit code; "" for other errors."""
    if error.errno in _DISK_FULL:
        return "free space, then run it again", 2
    is_ours = Path(str(error.filename or "")).is_relative_to(PROJECT)
    if error.errno == errno.EROFS or (error.errno in _NOT_ALLOWED and is_ours):
        return f"work in a copy of {PROJECT} that is yours", 3
    return "", 0


class Verb(Task):
    """An Invoke task that knows its options."""

    @property
    def options(self) -> dict[str, Option]:
        found: dict[str, Option] = self.body.options  # type: ignore[attr-defined]
        return found

    def arg_opts(self, name: str, default: str, taken_names: set[str]) -> dict[str, Any]:
        opts = super().arg_opts(name, default, taken_names)
        if self.options[name].short:
            opts["names"].append(self.options[name].short)
        return opts


def verb(*options: Option, name: str | None = None) -> Callable[[Any], Any]:
    """Makes a function of (Context, Given) a verb with these options."""

    def wrap(body: Callable[[Context, Given], None]) -> Any:
        def guarded(c: Context, **given: Any) -> None:
            _speak_by_lines()
            with one_line_errors():
                values = {one.name: one.value(given[one.name]) for one in options}
                body(c, Given(**values))

        guarded.__name__, guarded.__doc__ = body.__name__, body.__doc__
        guarded.__module__ = body.__module__
        guarded.__signature__ = _signature(options)  # type: ignore[attr-defined]
        guarded.options = {one.name: one for one in options}  # type: ignore[attr-defined]
        return task(
            klass=Verb,
            name=name,
            help={one.name: one.help for one in options},
            positional=[one.name for one in options if one.choices],
            iterable=[one.name for one in options if one.kind is list],
            auto_shortflags=False,
        )(guarded)

    return wrap


def _speak_by_lines() -> None:
    """Into a file or a pipe, too: an address to open is of no use at the end of `pad | tee log`."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)


def _signature(options: tuple[Option, ...]) -> inspect.Signature:
    """What Invoke is shown of a verb: numbers as text, which it would turn into a traceback if
    they were none."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    shown = [inspect.Parameter("c", kind)]
    for one in options:
        default = one.default
        if default is not None and one.kind is not bool:
            default = str(default)
        shown.append(inspect.Parameter(one.name, kind, default=default))
    return inspect.Signature(shown)


# ---------------------------------------------------------------- the command line

_parse_core_args = Program.parse_core_args
_parse_tasks, _parse_cleanup = Program.parse_tasks, Program.parse_cleanup
_HELP = ("-h", "--help")
_LIST_FORMATS = ("flat", "nested", "json")


def _parse_core_args_as_ours(program: Program) -> None:
    """A number of Invoke's own that is none would end in a traceback."""
    try:
        _parse_core_args(program)
    except ParseError as error:
        raise Exit(f"error: {printable(str(error))}", code=2) from None
    except ValueError as error:
        numbers = [one for one in program.core_args() if one.kind is int]
        flags = ", ".join(f"-{name}" for one in numbers for name in one.names if len(name) == 1)
        word = printable(str(error).rpartition(": ")[2])
        raise Exit(f"error: {word}: give a whole number to {flags}", code=2) from None


def _parse_tasks_as_ours(program: Program) -> None:
    """An option or verb that does not exist, an option that has lost its value (such as an empty
    variable of a script), or one that is missing is bad input; Invoke would exit with 1.
    """
    _turn_to_help(program)
    if program.args.config.value:
        given = here(program.args.config.value)
        settings.require_file(given)
        program.args.config.value = str(given)
    try:
        _parse_tasks(program)
    except ParseError as error:
        said = _missing(program, error) or printable(str(error))
        raise Exit(f"error: {said}", code=2) from None
    for context in program.tasks:
        for flag, argument in context.flags.items():
            # Invoke takes an option that may be repeated without a value for none at all.
            if argument.kind is list and flag in program.argv and not all(argument.value or [""]):
                raise Exit(f"error: {flag} needs a value", code=2)
    _carry_on(program)
    _check_values(program)


def _parse_cleanup_as_ours(program: Program) -> None:
    """Help and lists are printed here, and may be cut off by a pipe as a verb's output is."""
    form = program.args["list-format"].value
    if form not in _LIST_FORMATS:
        said = f"--list-format {printable(form)}: choose {', '.join(_LIST_FORMATS)}"
        raise Exit(f"error: {said}", code=2)
    try:
        with one_line_errors():
            _parse_cleanup(program)
    except ParseError as error:
        raise Exit(f"error: {printable(str(error))}", code=2) from None


Program.parse_core_args = _parse_core_args_as_ours  # type: ignore[assignment]
Program.parse_tasks = _parse_tasks_as_ours  # type: ignore[assignment]
Program.parse_cleanup = _parse_cleanup_as_ours  # type: ignore[assignment]


def _turn_to_help(program: Program) -> None:
    """`VERB --help` is `--help VERB`; Invoke takes it for the value that a verb has to be given."""
    words = program.core.unparsed
    end = next((i for i, word in enumerate(words) if word in _HELP), 0)
    verb = next((word for word in reversed(words[:end]) if word in program.collection), "")
    if verb:
        program.args["help"].value = verb
        program.core.unparsed = []


def _check_values(program: Program) -> None:
    """Refuses a wrong value of the last verb before the first one, which may train, begins."""
    for context in program.tasks:
        verb = program.collection[context.name]
        if isinstance(verb, Verb):
            with one_line_errors():
                for option in verb.options.values():
                    option.value(context.args[option.name].value)


def _missing(program: Program, error: ParseError) -> str:
    """What to choose from where an option that has to be given is not; "" for another error."""
    context = error.context
    if context is None or not context.missing_positional_args:
        return ""
    verb = program.collection[context.name]
    if not isinstance(verb, Verb):
        return ""
    option = verb.options[str(context.missing_positional_args[0].name)]
    return f"{context.name}: {option.flag} is missing; choose {option.choices}"


def _carry_on(program: Program) -> None:
    """What one verb works on, those behind it in the command line work on, too, unless they say
    otherwise: `build --board microbit flash` flashes what was built."""
    carried: dict[str, tuple[list[str], str]] = {}
    for context in program.tasks:
        verb = program.collection[context.name]
        if not isinstance(verb, Verb):
            continue
        for option in verb.options.values():
            if not option.carried:
                continue
            argument = context.args[option.name]
            if argument.got_value:
                values = argument.value if argument.kind is list else [argument.value]
                carried[option.name] = (values, str(context.name))
            elif option.name in carried and not _says_otherwise(context, option.name):
                _take_over(argument, option, context, *carried[option.name])


_IN_PLACE_OF = {"model": "recipe", "recipe": "model"}


def _says_otherwise(context: ParserContext, name: str) -> bool:
    """A verb that was given what takes the option's place has its own answer."""
    other = context.args.get(_IN_PLACE_OF.get(name, name))
    return other is not None and other.got_value


def _take_over(
    argument: Argument, option: Option, context: ParserContext, values: list[str], origin: str
) -> None:
    if len(values) > 1 and argument.kind is not list:
        raise Exit(
            f"error: {context.name}: takes one {option.flag}, {origin} was given {len(values)}; "
            f"say which, or run {context.name} by itself",
            code=2,
        )
    for value in values:
        argument.set_value(value, cast=False)
    shown = printable(" ".join(values))
    print(f"{context.name}: {option.flag} {shown}, as {origin}", flush=True)
