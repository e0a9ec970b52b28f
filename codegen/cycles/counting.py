"""What an image executes in QEMU, counted by counts_plugin.cc, which is compiled at first use."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from codegen import tools
from codegen.boards.facts import FlashTiming, Region
from codegen.compile import cpp_build
from codegen.errors import CodegenError

SOURCE = Path(__file__).with_name("counts_plugin.cc")
COUNTS = "counts.txt"
"""What the plugin writes, in the folder that QEMU runs in."""

_FIRST_VERSION_OF_API_2 = 9  # QEMU's; from there on it refuses plugins of version 1

BlockKey = tuple[int, int]
"""Addresses of a block's first and last instruction."""


@dataclass
class Span:
    """What was executed between two marks. entries: of each block, by the last instruction of the
    one before it, how often.

    fetches: lines that the instruction cache missed in a block, and how many of them follow on the
    line before. loads: misses of the data cache, by the load's address.
    """

    entries: dict[BlockKey, dict[int, int]] = field(default_factory=dict)
    fetches: dict[BlockKey, tuple[int, int]] = field(default_factory=dict)
    loads: dict[int, int] = field(default_factory=dict)

    def add(self, other: Span) -> None:
        for key, entries in other.entries.items():
            own = self.entries.setdefault(key, {})
            for origin, count in entries.items():
                own[origin] = own.get(origin, 0) + count
        for key, (missed, sequential) in other.fetches.items():
            before = self.fetches.get(key, (0, 0))
            self.fetches[key] = (before[0] + missed, before[1] + sequential)
        for address, missed in other.loads.items():
            self.loads[address] = self.loads.get(address, 0) + missed


def sum_of(spans: Iterable[Span]) -> Span:
    total = Span()
    for span in spans:
        total.add(span)
    return total


def qemu_arguments(mark: int, flash: Region, timing: FlashTiming | None) -> list[str]:
    """For QEMU's command line; it then leaves COUNTS in its folder.

    mark: address of the function whose calls divide the run into spans. flash, timing: of the
    caches that are followed, none where it has no wait states. Raises MissingToolError,
    CppBuildError.
    """
    facts: dict[str, object] = {"mark": hex(mark), "out": COUNTS}
    if timing is not None and timing.wait_states:
        code, data = timing.instruction_cache, timing.data_cache
        facts |= {"flash_lo": hex(flash.origin), "flash_hi": hex(flash.end)}
        facts |= {"ilines": code.lines, "ibytes": code.line_bytes}
        facts |= {"dlines": data.lines, "dbytes": data.line_bytes}
    given = ",".join(f"{name}={value}" for name, value in facts.items())
    # a comma in a path ends it there, unless it is doubled
    return ["-plugin", f"{str(_plugin()).replace(',', ',,')},{given}"]


def read_spans(path: Path, said: str) -> Iterator[Span]:
    """The spans of a run, the first one from reset to the first mark. said: what QEMU printed, for
    the message. Raises CodegenError where it wrote nothing."""
    if not path.is_file():
        last = (said.strip().splitlines() or ["nothing"])[-1]
        raise CodegenError(
            f"counting cycles: QEMU took no plugin, it said: {last[:200]}; install one that was "
            "built with --enable-plugins, as Debian's is"
        )
    span = Span()
    with path.open() as lines:
        for line in lines:
            kind, *words = line.split()
            if kind == "b":
                key = (int(words[0], 16), int(words[1], 16))
                span.entries.setdefault(key, {})[int(words[2], 16)] = int(words[3])
            elif kind == "i":
                key = (int(words[0], 16), int(words[1], 16))
                span.fetches[key] = (int(words[2]), int(words[3]))
            elif kind == "d":
                span.loads[int(words[0], 16)] = int(words[1])
            else:
                yield span
                span = Span()


@cache
def _plugin() -> Path:
    flags = [*cpp_build.program_flags(), "-O2", "-fPIC", f"-DMCUFORGE_PLUGIN_VERSION={_version()}"]
    objects = cpp_build.compile_objects([(SOURCE, flags)], [SOURCE.parent], cpp_build.HOST)
    return cpp_build.link("counts_plugin.so", objects, ["-shared"], cpp_build.HOST)


def _version() -> int:
    """Of the plugin interface that the installed QEMU takes."""
    program = tools.find("qemu-system-arm", "counting cycles")
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"version (\d+)", text.stdout)
    return 2 if found and int(found[1]) >= _FIRST_VERSION_OF_API_2 else 1
