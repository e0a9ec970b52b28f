"""The command lines that the pages show: each has to be one that the verbs take."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from invoke import Collection, ParseError
from invoke.parser import Parser, ParserContext

_SHOWN = re.compile(
    r"^(?: {4,}|\$ )(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\S*/)?(?:invoke|invokew|mcuforge) (?P<words>.*)"
)
_COMMENT = re.compile(r"(?:^| )#.*")
_OTHERS = re.compile(r" (?:[;|<>]|&&|2>).*")  # of the shell: what follows is no word of ours


def shown(page: Path) -> Iterator[str]:
    """The commands of a page, without `invoke`; lines that end in a backslash as one."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        found = _SHOWN.match(line)
        if found:
            yield _OTHERS.sub("", _COMMENT.sub("", found["words"])).strip()


def parser(verbs: Collection) -> Parser:
    """Of command lines without `invoke`."""
    return Parser(contexts=verbs.to_contexts(), initial=ParserContext())


def problems(page: Path, parser: Parser) -> Iterator[str]:
    """What the verbs do not take of a page's commands, a line each. No value is looked at."""
    for words in shown(page):
        refused = _refused(words, parser)
        if refused:
            yield f"{page.name}: `invoke {words}`: {refused}"


def _refused(command: str, parser: Parser) -> str:
    """Why no verb takes it; "" where one does."""
    try:
        words = shlex.split(command)
        if not words or words[0] not in ("--help", "--list", "--version"):  # of Invoke itself
            parser.parse_argv(words)
    except (ParseError, ValueError) as error:
        return str(error)
    return ""
