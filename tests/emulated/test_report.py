"""One file that says all of a model and its boards, and stands alone."""

from __future__ import annotations

import html.parser
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from invoke import Program
from rich.console import Console

import tasks
from codegen.files.artifacts import METRICS
from codegen.files.places import RUNS
from codegen.model.tflite import Model
from harness.run import hil

pytestmark = pytest.mark.emulated

ROOT = Path(tasks.__file__).parent
_MOST_BYTES = 2 << 20


class Elements(html.parser.HTMLParser):
    """Tags that are open at the end, texts of cells and headings, and what is loaded."""

    VOID = ("meta", "img", "link", "br", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "b", "h1", "h2", "h3", "pre", "code"):
            self.texts.append(data.strip())


def test_the_report_says_what_was_measured(build_dir: Path, tmp_path: Path) -> None:
    console = Console(file=io.StringIO())
    settings = hil.Settings(count=20, emulators=1)
    before = set(RUNS.glob("*"))
    run = hil.run("host", build_dir, settings, console=console)  # into runs/, as a user's
    (folder,) = set(RUNS.glob("*")) - before
    page, pdf = tmp_path / "report.html", tmp_path / "report.pdf"
    arguments = ["--board", "host", "--out", str(page), "--pdf", str(pdf)]
    try:
        Program().run(["invoke", "--search-root", str(ROOT), "report", *arguments], exit=False)
    finally:
        shutil.rmtree(folder)
    text = page.read_text()
    assert len(text) < _MOST_BYTES
    elements = Elements()
    elements.feed(text)
    assert elements.open == []
    outside = [one for one in elements.loaded if not one.startswith(("data:", "#"))]
    assert outside == [] and "<script" not in text
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", text)
    assert titles == [
        *("Data", "Training", "Evaluation", "What int8 costs, op by op", "Memory over time"),
        *("Flash and RAM", "Cost of each op", "Boards side by side", "Hashes"),
    ]
    model = Model.read(build_dir / "model.tflite")
    metrics = json.loads((build_dir / METRICS).read_text())
    accuracy = metrics["measures"]["int8"]["accuracy"]
    for said in (
        f"{accuracy:.2%}",
        f"{run.flash_bytes:,} B",
        model.sha256,
        *(f"{op.index} {op.label}" for op in model.ops),
        f"{run.answered:,} of {run.sent:,}",
        "passed",
    ):
        assert said in elements.texts, said
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert str(ROOT) not in text  # nor any other path of this machine
    assert text.count("<svg") == 3
