"""A page of docs/tutorials, followed as its reader would.

    ```python, yaml, cpp    a file; its first line is a comment with its name
    ```console              lines after "$ " are typed, the others are what is printed
    ```text                 only shown

Printed lines have to come in that order; others may come between them, and "..." stands for any
text. Numbers have to be the page's; those that depend on the machine or on rounding, about so.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.installed import ROOT, Environment

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE_NAME = re.compile(r"(?:#|//) (\w+\.\w+)")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
# Lines with times, sizes and costs, which are other machines', compilers' and weights' own.
_OF_THIS_MACHINE = re.compile(
    r"\bepochs?\b|\d s\b|microseconds|estimated|/s\b|\bB\b|instructions|^\s*\d+ [A-Z\d_]+ "
)
# Rows of which only the name is promised: which class is weakest hangs on the last digit.
_WEAKEST = re.compile(r"\s*(confused most|worst class|worst group)\s")
_POINTS = 10.0  # of percentages
_PART = 0.25  # of numbers with decimals
_BAD_INPUT = 2
_TIMEOUT_S = 240.0


def follow(name: str, environment: Environment, folder: Path) -> None:
    """Write the page's files and type its commands, in their order. Raises AssertionError."""
    text = (ROOT / "docs" / "tutorials" / name).read_text("utf-8")
    for language, block in _BLOCK.findall(text):
        if language == "console":
            for command, printed in _typed(block):
                _type(command, printed, environment, folder)
        elif language != "text":
            named = _FILE_NAME.match(block)
            assert named, f"{name}: a block of {language} that names no file:\n{block}"
            (folder / named[1]).write_text(block)


def _typed(block: str) -> Iterator[tuple[str, list[str]]]:
    """Each command, and what is printed after it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = re.sub(r"\\\n\s*", "", part).partition("\n")
        yield command, [line for line in printed.splitlines() if line.strip(" .")]


def _type(command: str, printed: list[str], environment: Environment, folder: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment.variables, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_TIMEOUT_S,
    )  # fmt: skip
    refused = any(line.startswith("error: ") for line in printed)
    assert done.returncode == (_BAD_INPUT if refused else 0), f"$ {command}\n{done.stdout}"
    rest = iter(done.stdout.splitlines())
    for line in printed:
        found = any(_says(line, actual) for actual in rest)
        assert found, f"$ {command}\n{done.stdout}\n--- the page promises: {line}"


def _says(promised: str, actual: str) -> bool:
    """Whether the lines are the same, but for spaces and numbers that may differ."""
    if weakest := _WEAKEST.match(promised):
        return weakest[1] in actual
    pattern = r"\s+".join(
        re.escape(_NUMBER.sub("0", word)).replace(r"\.\.\.", ".*").replace("0", _NUMBER.pattern)
        for word in promised.split()
    )
    if not re.fullmatch(rf"\s*{pattern}\s*", actual):
        return False
    if "..." in promised or _OF_THIS_MACHINE.search(promised):
        return True
    numbers = zip(_NUMBER.finditer(promised), _NUMBER.finditer(actual), strict=True)
    return all(
        _is_about(one[0], other[0], promised[one.end() :].startswith(("%", " %")))
        for one, other in numbers
    )


def _is_about(promised: str, actual: str, is_percentage: bool) -> bool:
    wanted, found = (float(number.replace(",", "")) for number in (promised, actual))
    if is_percentage:
        return abs(wanted - found) <= _POINTS
    return abs(wanted - found) <= (_PART * abs(wanted) if "." in promised else 0)
