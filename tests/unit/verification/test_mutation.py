"""Small faults: which are made, and what a run says of the tests that should notice them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from verification.errors import CheckFailedError, VerificationError
from verification.mutation import cpp_mutants, python_mutants, rooms, run
from verification.mutation.mutant import Mutant

PYTHON = '''"""A text with 1 < 2 and not true."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import that == 5
def f(a: int = 7, größe: str = "ä 1 < 2") -> bool:
    if a < größe and a is not None:
        a += 1
    return not (a * 2)
'''.replace("import that == 5", "x = 5")
CPP = """// 1 + 1 < 3
#define ONE 1
bool F(const char* s, int n) {
  n += 4;
  return n + 1 <= 7u && s[0] == 'x' || true;
}
"""


def texts(source: str, found: list[Mutant]) -> set[str]:
    lines = source.splitlines()
    made = [mutant.applied(source).splitlines() for mutant in found]
    return {b.strip() for each in made for a, b in zip(lines, each, strict=True) if a != b}


def test_faults_in_python() -> None:
    assert texts(PYTHON, python_mutants.mutants(PYTHON)) == {
        'def f(a: int = 8, größe: str = "ä 1 < 2") -> bool:',
        "if a <= größe and a is not None:",
        "if a < größe or a is not None:",
        "if a < größe and a is None:",
        "if not (a < größe and a is not None):",
        "a += 2",
        "pass",
        "return a * 2",
        "return not (a + 2)",
        "return not (a * 3)",
    }


def test_faults_in_cpp() -> None:
    assert texts(CPP, cpp_mutants.mutants(CPP)) == {
        "n -= 4;",
        "n += 5;",
        ";",
        "return n - 1 <= 7u && s[0] == 'x' || true;",
        "return n + 2 <= 7u && s[0] == 'x' || true;",
        "return n + 1 < 7u && s[0] == 'x' || true;",
        "return n + 1 <= 8u && s[0] == 'x' || true;",
        "return n + 1 <= 7u || s[0] == 'x' || true;",
        "return n + 1 <= 7u && s[1] == 'x' || true;",
        "return n + 1 <= 7u && s[0] != 'x' || true;",
        "return n + 1 <= 7u && s[0] == 'x' && true;",
        "return n + 1 <= 7u && s[0] == 'x' || false;",
    }


def test_a_diff_shows_the_changed_line() -> None:
    assert (
        Mutant(4, 5, "2").diff("a = 1\nb = 3\n", "x.py") == "+++ x.py\n@@ -1 +1 @@\n-a = 1\n+a = 2"
    )


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one room, whose tests know half of it."""
    for module in (rooms, run):
        monkeypatch.setattr(module, "PROGRAM", tmp_path)
    monkeypatch.setattr(run, "BUILD", tmp_path / "build")
    (tmp_path / "codegen").mkdir()
    (tmp_path / "codegen/thing.py").write_text("def known():\n    return 1\n")
    tests = tmp_path / "tests/unit/codegen"
    tests.mkdir(parents=True)
    (tests / "test_thing.py").write_text(
        "import sys; sys.path.insert(0, '.')\nfrom codegen.thing import known\n"
        "def test_it():\n    assert known() == 1\n"
    )
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def test_a_fault_that_a_test_notices_is_killed(checkout: Path) -> None:
    said: list[str] = []
    report = run.run_mutation("codegen", 1, seed=1, say=said.append)
    assert report.passed and str(report).startswith("mutate: 1 of 1 noticed, 0 survived")
    assert "killed by tests/unit/codegen/test_thing.py::test_it" in said[0]
    assert "+    return 2" in said[1]
    assert (checkout / "codegen/thing.py").read_text().endswith("return 1\n")


def test_a_fault_that_none_notices_survives_and_a_loop_is_killed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = checkout / "codegen/thing.py"
    thing.write_text("def known():\n    return 1\ndef unknown():\n    return 2\n")
    report = run.run_mutation("codegen", 2, seed=1)
    assert not report.passed and report.count(run.SURVIVED) == 1
    thing.write_text("def known():\n    while False:\n        pass\n    return True\n")
    monkeypatch.setattr(run, "_LEAST_S", 3.0)
    outcomes = run.run_mutation("codegen", 3, seed=1).outcomes
    assert any("did not end within" in one.by for one in outcomes)


def test_what_cannot_be_run_is_said(checkout: Path) -> None:
    with pytest.raises(VerificationError, match="no room 'nowhere'"):
        run.run_mutation("nowhere", 1, seed=1)
    with pytest.raises(VerificationError, match="has only 1 faults"):
        run.run_mutation("codegen", 2, seed=1)
    (checkout / "tests/unit/codegen/test_thing.py").write_text("def test_it():\n    assert False\n")
    with pytest.raises(CheckFailedError, match=r"fails without any fault: by .*test_it"):
        run.run_mutation("codegen", 1, seed=1)
