"""Writes what the pages show of the code, and holds the cheap part of it to the code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from codegen.emit import supported_ops
from codegen.errors import CodegenError
from codegen.files.git import short_commit
from codegen.files.manifest import atomic_write
from codegen.files.places import PROGRAM
from verbs.pages import commands, messages, reference, site
from verbs.pages.transcripts import NOW, transcripts
from verbs.program import namespace


def made() -> dict[Path, str]:
    """{page: its text} of the pages that are made from code as a whole."""
    return {**reference.pages(), supported_ops.PAGE: supported_ops.render()}


def check() -> None:
    """Raises PagesError with all that the pages say otherwise than the code."""
    found = list(_problems())
    if found:
        raise site.PagesError("docs: the pages are not what the code is:\n" + "\n".join(found))


def _problems() -> Iterator[str]:
    for page, text in made().items():
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            yield f"{page.name}: is stale; run `invoke docs --refresh --page {page.name}`"
    parser = commands.parser(namespace())
    for page in site.pages():
        yield from commands.problems(page, parser)
    yield from messages.problems(messages.PAGE.read_text(encoding="utf-8"), messages.given())
    for one in transcripts(site.pages()):
        if one.is_of_now and one.run() != one.said:
            yield f"{one.page.name}: `invoke {one.words}` says something else now"


def run(name: str | None) -> None:
    """Writes the pages that are made, and runs every transcript of all pages, or of the one of that
    name. Raises CodegenError; what was written before stays."""
    pages = [page for page in site.pages() if name in (None, _name(page))]
    if not pages:
        raise CodegenError(f"docs: --page {name}: no page of docs/; give one as models.md")
    for page, text in made().items():
        atomic_write(page, text.encode())
    seen = f"seen on {datetime.now(timezone.utc):%Y-%m-%d}, commit {short_commit(PROGRAM)}"
    for one in transcripts(pages):
        print(f"docs: {_name(one.page)}: invoke {one.words}", flush=True)
        one.write(one.run(), NOW if one.is_of_now else seen)


def _name(page: Path) -> str:
    folder = site.DOCS if page.is_relative_to(site.DOCS) else PROGRAM
    return page.relative_to(folder).as_posix()
