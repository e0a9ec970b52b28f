"""The pages of docs/ with the README as one site, built by zensical, warnings as errors.

build/pages has what the site is made of: docs/ as it is, README.md as its start page and
CONTRIBUTING.md, with links between them as they are there. build/site is the site.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from codegen.errors import CodegenError
from codegen.files.places import BUILD, PROGRAM

DOCS = PROGRAM / "docs"
SITE = BUILD / "site"
_PAGES = BUILD / "pages"
_CONFIG = "zensical.toml"
_ZENSICAL = str(Path(sys.executable).with_name("zensical"))  # the wheel has no module to run

_START, _CONTRIBUTING = "index.md", "contributing.md"
_SECTIONS = {
    "Start": (_START, "glossary.md", "verbs.md", "errors.md"),
    "Tutorials": ("tutorials/",),
    "Models and data": ("models.md", "data.md", "front_ends.md", "supported_ops.md", "search.md"),
    "Boards": ("boards.md", "porting.md", "protocol.md", "pad.md", "farm.md"),
    "Into your product": ("exporting.md",),
    "Cost": ("measuring.md", "performance.md", "cycles.md"),
    "Proof": ("testing.md",),
    "Inside": ("architecture.md", "decisions.md", _CONTRIBUTING),
}
"""Heading -> its pages in docs/, or a folder of them. One that is not there yet is left out."""


_PALETTES = (
    ("(prefers-color-scheme)", "default", "brightness-auto", "light"),
    ("(prefers-color-scheme: light)", "default", "brightness-7", "dark"),
    ("(prefers-color-scheme: dark)", "slate", "brightness-4", "as the system"),
)
"""Media query, scheme, icon of the switch, and what the switch turns to. As the reader's system is,
or one of both for good."""


class PagesError(CodegenError):
    """The pages say what is not so, or lead nowhere."""

    exit_code = 1


def pages() -> list[Path]:
    """Every page of the repository that the site shows."""
    return [*sorted(DOCS.rglob("*.md")), PROGRAM / "README.md", PROGRAM / "CONTRIBUTING.md"]


def build() -> Path:
    """Builds the site; returns its start page.

    Raises PagesError where a link leads nowhere, or a page of docs/ has no place in the site.
    """
    sections = _sections()
    _lay_out()
    shutil.rmtree(SITE, ignore_errors=True)
    _write_config(BUILD / _CONFIG, sections)
    result = subprocess.run(
        [_ZENSICAL, "build", "--strict", "--clean", "--config-file", _CONFIG],
        cwd=BUILD,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise PagesError(f"docs: the pages are not right:\n{_warnings(result.stdout)}")
    return SITE / "index.html"


def _sections() -> dict[str, list[str]]:
    """Heading -> the names of its pages that are there."""
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    there |= {_START, _CONTRIBUTING}
    sections = {
        heading: [
            name
            for part in parts
            for name in sorted(there, key=_readme_first)
            if name == part or (part.endswith("/") and name.startswith(part))
        ]
        for heading, parts in _SECTIONS.items()
    }
    lost = there - {name for names in sections.values() for name in names}
    if lost:
        raise PagesError(f"docs/{min(lost)} has no place in the site; name it in {__name__}")
    return sections


def _readme_first(name: str) -> tuple[str, bool, str]:
    folder, _, page = name.rpartition("/")
    return folder, page != "README.md", page


def _lay_out() -> None:
    shutil.rmtree(_PAGES, ignore_errors=True)
    shutil.copytree(DOCS, _PAGES)
    for source, target in (("README.md", _START), ("CONTRIBUTING.md", _CONTRIBUTING)):
        text = (PROGRAM / source).read_text(encoding="utf-8")
        text = re.sub(r"\]\(docs/", "](", text).replace("](CONTRIBUTING.md", f"]({_CONTRIBUTING}")
        # a file of the repository that is no page
        text = re.sub(r"\[([^\]]*)\]\(LICENSE\)", r"\1", text)
        (_PAGES / target).write_text(text, encoding="utf-8")


def _write_config(path: Path, sections: dict[str, list[str]]) -> None:
    """JSON's texts and lists are TOML's, too."""
    nav = ", ".join(
        f"{{{json.dumps(heading)} = {json.dumps(names)}}}" for heading, names in sections.items()
    )
    path.write_text(
        "[project]\n"
        'site_name = "mcuforge"\n'
        f'docs_dir = "{_PAGES.name}"\n'
        f'site_dir = "{SITE.name}"\n'
        "use_directory_urls = false\n"  # so that the pages open from a folder, too
        f"nav = [{nav}]\n"
        "[project.theme]\n"
        'variant = "classic"\n'
        "font = false\n"  # none from another host
        'features = ["navigation.sections", "navigation.top", "toc.follow", "content.code.copy"]\n'
        + "".join(_palette(*one) for one in _PALETTES),
        encoding="utf-8",
    )


def _palette(media: str, scheme: str, icon: str, next_one: str) -> str:
    return (
        "[[project.theme.palette]]\n"
        f'media = "{media}"\n'
        f'scheme = "{scheme}"\n'
        f'toggle = {{icon = "material/{icon}", name = "{next_one}"}}\n'
    )


def _warnings(said: str) -> str:
    """Its messages without the traceback that strict mode ends with."""
    lines: Iterable[str] = said.partition("Traceback")[0].splitlines()
    return "\n".join(line for line in lines if line.strip())
