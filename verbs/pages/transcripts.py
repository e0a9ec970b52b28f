"""Commands in the pages whose output stands below them, and is written there by running them.

A block of a page that begins so is a transcript:

    ```console
    $ invoke boards --board pico  # as it is now
    $ invoke evaluate  # seen on 2026-11-30, commit 1a2b3c4

What is so "now" is cheap and the same on every machine, so that `--check` can hold it to the page;
what was "seen" is measured again by `--refresh` alone. A command with --markdown writes its tables
into the page itself, and its transcript stays empty.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write
from codegen.files.places import PROJECT

NOW = "as it is now"
_BLOCK = re.compile(
    rf"^```console\n\$ invoke (?P<words>[^\n#]+?)  # (?P<when>{NOW}|seen on [^\n]+)\n"
    r"(?P<said>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# Lines of the stages before it, such as where the data lie on this machine, and of progress.
_STAGE = re.compile(
    r"(data|train|export|quantize|evaluate|generate|build \w+|compress [\w-]+|compiling C\+\+)\b"
    r".*[:,] |\w+: [\d,]+ of [\d,]+"
)


@dataclass(frozen=True)
class Transcript:
    """A command of a page, without `invoke`, when it was run, and what it said."""

    page: Path
    words: str
    when: str
    said: str

    @property
    def is_of_now(self) -> bool:
        return self.when == NOW

    def run(self) -> str:
        """What the command says now: its output without the lines of the stages before it, or
        nothing where it writes into the page itself. Raises CodegenError where it fails."""
        words = shlex.split(self.words)
        result = subprocess.run(
            [sys.executable, "-m", "invoke", *words],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise CodegenError(
                f"{self.page.name}: `invoke {self.words}` ended with {result.returncode}; its "
                "messages are above. Mend it, or the page, and say it again"
            )
        if "--markdown" in words:
            return ""
        # Paths as a reader sees them who stands in his own checkout.
        said = result.stdout.replace(f"{PROJECT}/", "")
        lines = (line.rstrip() for line in said.splitlines())
        return "".join(f"{line}\n" for line in lines if not _STAGE.match(line))

    def write(self, said: str, when: str) -> None:
        """Puts what it said into its page, of which the other parts stay as they are."""
        text = self.page.read_text(encoding="utf-8")
        head = f"```console\n$ invoke {self.words}  # "
        old = f"{head}{self.when}\n{self.said}```"
        atomic_write(self.page, text.replace(old, f"{head}{when}\n{said}```").encode())


def transcripts(pages: Iterable[Path]) -> Iterator[Transcript]:
    """Those of each page, in its order."""
    for page in pages:
        for found in _BLOCK.finditer(page.read_text(encoding="utf-8")):
            yield Transcript(page, found["words"], found["when"], found["said"])
